"""A server that takes error reports in Sentry's protocol."""

import contextlib
import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Flask, request
from flask.typing import ResponseReturnValue

from tests.stand_ins.serving import serve


@dataclass
class ErrorServer:
    """Where reports go, and those that came."""

    dsn: str = ""
    reports: list[str] = field(default_factory=list)


@contextlib.contextmanager
def error_server() -> Iterator[ErrorServer]:
    """Serve project 1 on a free port."""
    state = ErrorServer()
    app = Flask("errors")

    @app.post("/api/1/envelope/")
    def envelope() -> ResponseReturnValue:
        body = request.get_data()
        state.reports.append((gzip.decompress(body) if request.content_encoding == "gzip" else body).decode())
        return {}

    with serve(app) as url:
        state.dsn = url.replace("://", "://public@") + "/1"
        yield state
