"""Twilio Verify v2, the part that Harbour uses, with Twilio's own error bodies."""

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Flask, request
from flask.typing import ResponseReturnValue

from tests.stand_ins.serving import serve

ACCOUNT, TOKEN, SERVICE = "AC" + "0" * 32, "verify-token", "VA" + "0" * 32


@dataclass
class VerifyServer:
    """What was sent, and what is to go wrong."""

    url: str = ""
    codes: dict[str, str] = field(default_factory=dict)  # phone number -> the code on its way
    addresses: dict[str, str] = field(default_factory=dict)  # phone number -> DeviceIp
    failure: tuple[int, int] | None = None  # HTTP status and Twilio's error code for every request


@contextlib.contextmanager
def verify_server() -> Iterator[VerifyServer]:
    """Serve Verify on a free port."""
    state = VerifyServer()
    with serve(_app(state)) as state.url:
        yield state


def _app(state: VerifyServer) -> Flask:
    app = Flask("verify")

    @app.before_request
    def guard() -> ResponseReturnValue | None:
        if state.failure:
            return _error(*state.failure)
        given = request.authorization
        if given is None or (given.username, given.password) != (ACCOUNT, TOKEN):
            return _error(401, 20003)
        return None

    @app.post(f"/v2/Services/{SERVICE}/Verifications")
    def create() -> ResponseReturnValue:
        number = request.form["To"]
        if request.form["Channel"] != "sms" or not number.startswith("+"):
            return _error(400, 60200)
        state.addresses[number] = request.form.get("DeviceIp", "")
        state.codes[number] = f"{secrets.randbelow(10**6):06}"
        return _resource(number, "pending"), 201

    @app.post(f"/v2/Services/{SERVICE}/VerificationCheck")
    def check() -> ResponseReturnValue:
        number = request.form["To"]
        state.addresses[number] = request.args.get("DeviceIp", "")
        if number not in state.codes:
            return _error(404, 20404)
        if request.form["Code"] != state.codes[number]:
            return _resource(number, "pending"), 200
        del state.codes[number]
        return _resource(number, "approved"), 200

    return app


def _resource(number: str, status: str) -> dict[str, object]:
    return {
        "sid": "VE" + "0" * 32,
        "service_sid": SERVICE,
        "account_sid": ACCOUNT,
        "to": number,
        "channel": "sms",
        "status": status,
        "valid": status == "approved",
    }


def _error(status: int, code: int) -> ResponseReturnValue:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return {"code": code, "message": "refused by the stand-in", "more_info": more, "status": status}, status
