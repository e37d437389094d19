"""Zendesk's ticket API, the part that Harbour uses."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, request
from flask.typing import ResponseReturnValue

from tests.stand_ins.serving import serve

EMAIL, TOKEN = "robot@harbour.example", "zendesk-token"


@dataclass
class Zendesk:
    """The tickets that were opened, as they were posted, and whether the desk is down."""

    url: str = ""
    tickets: list[dict[str, Any]] = field(default_factory=list)
    down: bool = False


@contextlib.contextmanager
def zendesk() -> Iterator[Zendesk]:
    """Serve Zendesk on a free port."""
    state = Zendesk()
    with serve(_app(state)) as state.url:
        yield state


def _app(state: Zendesk) -> Flask:
    app = Flask("zendesk")

    @app.post("/api/v2/tickets.json")
    def create() -> ResponseReturnValue:
        given = request.authorization
        if given is None or (given.username, given.password) != (f"{EMAIL}/token", TOKEN):
            return {"error": "Couldn't authenticate you"}, 401
        if state.down:
            return {"error": "ServiceUnavailable"}, 503
        ticket = request.get_json()["ticket"]
        state.tickets.append(ticket)
        number = len(state.tickets)
        audit = {"id": 1000 + number, "ticket_id": number, "events": []}
        answer = {"id": number, "status": "new", "subject": ticket["subject"], "requester_id": 7}
        return {"ticket": answer, "audit": audit}, 201

    return app
