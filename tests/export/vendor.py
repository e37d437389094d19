"""What plays a vendor's side: a server on loopback, answers that a test puts before its own, and what was asked of it.

Each vendor's server is a Flask application in a module of its own (`okta_server` …): it cuts pages, keeps to limits and
checks the login as the vendor's OpenAPI document says. What it tells lies in `answers/`, small and recorded.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from flask import Flask
from werkzeug.http import http_date
from werkzeug.wrappers import Request, Response

ANSWERS = Path(__file__).parent / "answers"
Check = Callable[[Request, Response], Iterable[str]]


class Answer(NamedTuple):
    """What is sent back. In headers, BASE stands for the server's own address."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})


OWN = None  # in `Vendor.route`: what the server itself answers


class Vendor:
    """A WSGI application. `now` is its clock (Unix time): only sleeping moves it."""

    def __init__(self) -> None:
        self.app = Flask("nothing")
        self.url = ""
        self.now = 1_600_000_000.0
        self.largest = 2  # entries of a page, whatever is asked for: vendors may give fewer
        self.budget: Budget | None = None
        self.check: Check | None = None
        self.checked = 0
        self.violations: list[str] = []
        self.asked: list[str] = []
        self.tokens: set[str] = set()
        self._before: dict[str, list[Answer | None]] = {}

    def route(self, request: str, *answers: Answer | None) -> None:
        """Answer "GET /path?query" so, one answer after the other, the last one for ever."""
        self._before[request] = list(answers)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        asked = f"{request.method} {environ['REQUEST_URI']}"
        self.asked.append(asked)
        self.tokens.add(request.headers.get("Authorization", ""))
        answers = self._before.get(asked, [OWN])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer is not OWN:
            headers = {name: value.replace("BASE", self.url) for name, value in answer.headers.items()}
            answered = Response(answer.body, answer.status)
            answered.headers.update(headers)  # a Content-Length that is not the body's, too
            return answered(environ, start_response)
        response = Response.from_app(self.app, environ)
        response.headers["Date"] = http_date(self.now)
        if self.check:
            self.checked += 1
            self.violations += self.check(request, response)
        return response(environ, start_response)


class Budget:
    """`count` requests in each minute of the vendor's clock."""

    def __init__(self, vendor: Vendor, count: int) -> None:
        self._vendor, self.count = vendor, count
        self._minute, self._used = 0, 0

    def refused(self) -> bool:
        """Count a request; whether it is one too many."""
        minute = int(self._vendor.now // 60)
        self._used = 1 if minute != self._minute else self._used + 1
        self._minute = minute
        return self._used > self.count

    @property
    def left(self) -> int:
        return max(self.count - self._used, 0)

    @property
    def reset(self) -> int:
        """When the next minute begins."""
        return (self._minute + 1) * 60


def recorded(name: str) -> Any:
    """A recorded answer, or the lists it is cut from."""
    return json.loads((ANSWERS / f"{name}.json").read_text())
