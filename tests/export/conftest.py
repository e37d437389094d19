"""A vendor's side: a server on loopback that answers with recorded answers, in the form of the vendor's OpenAPI."""

import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest

ANSWERS = Path(__file__).parent / "answers"


class Answer(NamedTuple):
    """What is sent back. In headers, BASE stands for the server's own address."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})


class Vendor:
    """Routes ("GET /path?query") to answers given one after the other, the last one for ever; and what was asked."""

    def __init__(self) -> None:
        self.routes: dict[str, list[Answer]] = {}
        self.asked: list[str] = []
        self.tokens: set[str] = set()
        self.url = ""

    def route(self, request: str, *answers: Answer) -> None:
        self.routes[request] = list(answers)

    def recorded(self, request: str, name: str, *, next: str = "") -> None:
        """The recorded answer `name`; `next` is the path of the Link header."""
        headers = {"Link": f'<BASE{request.partition(" ")[2]}>; rel="self"'}
        if next:
            headers["Link"] += f', <BASE{next}>; rel="next"'
        self.route(request, Answer((ANSWERS / name).read_bytes(), headers=headers))

    def answer(self, request: str) -> Answer:
        self.asked.append(request)
        answers = self.routes.get(request)
        if not answers:
            return Answer(b'{"errorCode":"E0000007"}', 404)
        return answers.pop(0) if len(answers) > 1 else answers[0]


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """A running server without routes."""
    served = Vendor()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            served.tokens.add(self.headers.get("Authorization", ""))
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = served.answer(f"{self.command} {self.path}")
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value.replace("BASE", served.url))
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def naps() -> list[float]:
    """Seconds that would have been slept."""
    return []


@pytest.fixture
def sleep(naps: list[float]) -> Callable[[float], None]:
    return naps.append
