"""One MariaDB for all tests of the import, with an empty database `app` for each."""

from collections.abc import Iterator

import pytest
from mariadb_server import Server, running_server


@pytest.fixture(scope="session")
def running() -> Iterator[Server]:
    with running_server() as made:
        yield made


@pytest.fixture
def server(running: Server) -> Server:
    running.forget()
    return running
