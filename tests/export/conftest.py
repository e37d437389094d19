"""A vendor's side on loopback."""

import threading
from collections.abc import Callable, Iterator

import pytest
from vendor import Vendor
from werkzeug.serving import WSGIRequestHandler, make_server


class _Handler(WSGIRequestHandler):
    """Sends the headers it is given and no Date of its own: the vendor's clock is not this machine's."""

    send_response = WSGIRequestHandler.send_response_only

    def log_request(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """A running server that answers 404 to everything, until it is given an `app` or routes."""
    served = Vendor()
    server = make_server("127.0.0.1", 0, served, threaded=True, request_handler=_Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()
    assert not served.violations


@pytest.fixture
def naps() -> list[float]:
    """Seconds that would have been slept."""
    return []


@pytest.fixture
def sleep(naps: list[float], vendor: Vendor) -> Callable[[float], None]:
    """Moves the vendor's clock instead of waiting."""

    def nap(seconds: float) -> None:
        naps.append(seconds)
        vendor.now += seconds

    return nap
