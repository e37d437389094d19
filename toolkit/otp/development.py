"""`offramp otp serve --dev`: the gateway in one folder, with SQLite and messages that go into a file.

Its identifiers and secrets are made at the first start and kept in the SQLite file, so that they stay the same.
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

from sqlalchemy import Column, MetaData, String, Table, create_engine, insert, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from toolkit.errors import BadInput
from toolkit.otp.keys import new_sid
from toolkit.otp.settings import Conversion, Limit, Limits, Settings
from toolkit.serving.listening import host_and_port

DATABASE, OUTBOX = "otp-dev.sqlite", "otp-outbox.jsonl"
_kept = Table("development", MetaData(), Column("name", String(20), primary_key=True), Column("value", String(80)))
_PATIENCE_SECONDS = 2.0
_GENEROUS = Limit(100_000, 60)  # tests sign the same person up again and again


def development_settings(listen: str, folder: Path) -> Settings:
    """Settings for this folder. BadInput for an address others could reach: whoever does could read the codes."""
    try:
        host, port = host_and_port(listen)
    except ValueError as err:
        raise BadInput(str(err), where="--listen", hint="for example 127.0.0.1:8085") from None
    if not ip_address(host).is_loopback:
        hint = "listen on 127.0.0.1 or [::1]; for everything else use --config"
        raise BadInput("--dev is for this machine only", where=f"--listen {listen}", hint=hint)
    kept = _keep(folder / DATABASE)
    shown = f"[{host}]" if ":" in host else host
    return Settings(
        database=f"sqlite:///{folder / DATABASE}",
        listen=listen,
        base_url=f"http://{shown}:{port}",
        outbox_file=str(folder / OUTBOX),
        limits=Limits(
            number=_GENEROUS,
            number_all=_GENEROUS,
            number_checks=_GENEROUS,
            prefix=_GENEROUS,
            domain=_GENEROUS,
            account=_GENEROUS,
            factor_checks=_GENEROUS,
            rate_limits={"end_user_ip_address": _GENEROUS},
        ),
        conversion=Conversion(least=0),
        callback_networks=("127.0.0.0/8", "::1/128"),  # the application runs here as well
        account_sid=kept["account_sid"],
        auth_token=kept["auth_token"],
        service_sid=kept["service_sid"],
        secret=kept["secret"],
    )


def environment(settings: Settings) -> dict[str, str]:
    """What an application needs in its environment."""
    return {
        "TWILIO_ACCOUNT_SID": settings.account_sid,
        "TWILIO_AUTH_TOKEN": settings.auth_token,
        "TWILIO_VERIFY_SERVICE_SID": settings.service_sid,
        "TWILIO_API_BASE": settings.base_url,
    }


class AnswersAfterSending:
    """ASGI middleware: an answer waits until what its request wrote lies in the file, so that tests can read it."""

    def __init__(self, app: ASGIApp, unsent: Callable[[], int]) -> None:
        self._app, self._unsent = app, unsent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_later(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._file_is_written()
            await send(message)

        await self._app(scope, receive, send_later if scope.get("method") == "POST" else send)

    async def _file_is_written(self) -> None:
        until = time.monotonic() + _PATIENCE_SECONDS
        while await asyncio.to_thread(self._unsent) and time.monotonic() < until:
            await asyncio.sleep(0.005)


def _keep(file: Path) -> dict[str, str]:
    """The values kept in the file, made now if it is new. Only its owner can read it."""
    fresh = {
        "account_sid": new_sid("AC"),
        "auth_token": secrets.token_hex(16),
        "service_sid": new_sid("VA"),
        "secret": secrets.token_hex(32),
    }
    try:
        file.touch(mode=0o600)
        engine = create_engine(f"sqlite:///{file}", hide_parameters=True)
        with engine.begin() as connection:
            _kept.create(connection, checkfirst=True)
            known = dict(connection.execute(select(_kept.c.name, _kept.c.value)).tuples().all())
            if missing := [{"name": name, "value": value} for name, value in fresh.items() if name not in known]:
                connection.execute(insert(_kept), missing)
        engine.dispose()
    except (SQLAlchemyError, OSError) as err:
        hint = "delete the file for new credentials, or run in another folder"
        raise BadInput(f"cannot be used: {type(err).__name__}", where=file, hint=hint) from err
    return {name: str(value) for name, value in {**fresh, **known}.items()}
