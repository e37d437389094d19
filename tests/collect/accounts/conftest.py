"""moto plays AWS: real HTTP, real botocore, and its IAM enforcement for the printed policy."""

import logging
from collections.abc import Iterator
from threading import Thread
from urllib.request import Request, urlopen

import pytest
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server


@pytest.fixture(scope="module")  # its thread must not outlive these tests: programs with threads do not fork
def moto_server() -> Iterator[str]:
    """One request at a time: moto's own threaded server makes its backends at first use, and two threads at once trip
    over that."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def endpoint(moto_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty AWS on loopback; every boto3 client made during the test talks to it."""
    settings = {
        "AWS_ENDPOINT_URL": moto_server,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",  # it would give their snapshots to the account
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with urlopen(Request(f"{moto_server}/moto-api/reset", method="POST")):
        return moto_server
