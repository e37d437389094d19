"""A push server of one's own: ntfy's interface for publishing JSON, with a login."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Flask, request
from flask.typing import ResponseReturnValue

from tests.stand_ins.serving import serve

LOGIN = ("platform", "invented")


@dataclass
class Ntfy:
    """Where it is, and what it was given."""

    url: str = ""
    messages: list[dict[str, str]] = field(default_factory=list)


@contextlib.contextmanager
def ntfy() -> Iterator[Ntfy]:
    """Serve it on a free port."""
    state, app = Ntfy(), Flask("ntfy")

    @app.post("/")
    def publish() -> ResponseReturnValue:
        login = request.authorization
        if login is None or (login.username, login.password) != LOGIN:
            return {"code": 40301, "error": "forbidden"}, 403
        state.messages.append(request.get_json(force=True))
        return {"event": "message"}

    with serve(app) as state.url:
        yield state
