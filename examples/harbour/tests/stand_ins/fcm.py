"""Firebase Cloud Messaging: a token for a signed statement, and messages to a topic that need one."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, request
from flask.typing import ResponseReturnValue
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.stand_ins.serving import serve

PROJECT, ROBOT, TOKEN = "harbour-apps", "robot@harbour-apps.example", "a-token"


@dataclass
class Fcm:
    """Where it is, what it was given, and whether it is broken."""

    url: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048))
    messages: list[dict[str, Any]] = field(default_factory=list)
    down: bool = False

    def credentials(self) -> str:
        """A service account as Google's console gives it."""
        account = {"project_id": PROJECT, "client_email": ROBOT, "token_uri": f"{self.url}/token"}
        return json.dumps(account | {"private_key": self.key.as_pem(private=True).decode()})


@contextlib.contextmanager
def fcm() -> Iterator[Fcm]:
    """Serve it on a free port."""
    state, app = Fcm(), Flask("fcm")

    @app.post("/token")
    def token() -> ResponseReturnValue:
        claims = jwt.decode(request.form["assertion"], state.key, algorithms=["RS256"]).claims
        if claims["iss"] != ROBOT or not claims["scope"].endswith("/firebase.messaging"):
            return {"error": "invalid_grant"}, 400
        return {"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"}

    @app.post(f"/v1/projects/{PROJECT}/messages:send")
    def send() -> ResponseReturnValue:
        if state.down:
            return {"error": {"status": "UNAVAILABLE"}}, 503
        if request.headers["Authorization"] != f"Bearer {TOKEN}":
            return {"error": {"status": "UNAUTHENTICATED"}}, 401
        state.messages.append(request.get_json()["message"])
        return {"name": f"projects/{PROJECT}/messages/1"}

    with serve(app) as state.url:
        yield state
