"""One PostgreSQL for all tests of the import, with an empty database `app` for each."""

from collections.abc import Iterator

import pytest
from pg_cluster import Cluster, cluster


@pytest.fixture(scope="session")
def running() -> Iterator[Cluster]:
    with cluster() as made:
        yield made


@pytest.fixture
def server(running: Cluster) -> Cluster:
    running.forget()
    return running
