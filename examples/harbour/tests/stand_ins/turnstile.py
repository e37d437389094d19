"""Turnstile's siteverify, with its own error codes. An answer begins with "good" and counts once."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Flask, request
from flask.typing import ResponseReturnValue

from tests.stand_ins.serving import serve

KEY, SECRET = "0x4-site-key", "0x4-secret"


@dataclass
class Turnstile:
    """Where it is, what was asked, and whether it is broken."""

    url: str = ""
    addresses: list[str] = field(default_factory=list)  # remoteip
    seen: set[str] = field(default_factory=set)
    down: bool = False


@contextlib.contextmanager
def turnstile() -> Iterator[Turnstile]:
    """Serve it on a free port."""
    state, app = Turnstile(), Flask("turnstile")

    @app.post("/turnstile/v0/siteverify")
    def siteverify() -> ResponseReturnValue:
        if state.down:
            return "broken", 500
        response = request.form["response"]
        state.addresses.append(request.form["remoteip"])
        if request.form["secret"] != SECRET:
            return {"success": False, "error-codes": ["invalid-input-secret"]}
        if not response.startswith("good") or response in state.seen:
            code = "timeout-or-duplicate" if response in state.seen else "invalid-input-response"
            return {"success": False, "error-codes": [code]}
        state.seen.add(response)
        return {"success": True, "hostname": "127.0.0.1", "action": "sign-up", "cdata": "", "error-codes": []}

    with serve(app) as state.url:
        yield state
