"""A vendor's side: a server on loopback that answers with recorded answers, in the form of the vendor's OpenAPI."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from recorded import Vendor


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
