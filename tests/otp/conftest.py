"""The gateway with a clock the tests set, on SQLite and on a real PostgreSQL; and the gateway as a program."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import Served, postgres, serve_dev
from sqlalchemy import create_engine, text
from twilio.rest import Client
from worlds import MakeWorld, World, settings

from toolkit.otp.gateway import Gateway, Metrics, audit_log
from toolkit.otp.keys import derive
from toolkit.otp.store import metadata, open_database


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture
def empty_postgres(postgres_url: str) -> str:
    engine = create_engine(postgres_url)
    metadata.drop_all(engine)
    with engine.begin() as connection:
        connection.execute(text("SELECT 1"))
    engine.dispose()
    return postgres_url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        url: str = request.getfixturevalue("empty_postgres")
        return url
    return f"sqlite:///{tmp_path}/otp.sqlite"


@pytest.fixture
def make_world(database: str) -> Iterator[MakeWorld]:
    made: list[World] = []

    def make(**changes: object) -> World:
        now, log = [1_800_000_000.0], list[str]()
        chosen = settings(database, **changes)
        clock = lambda: now[0]  # noqa: E731
        keys, engine = derive(chosen.secret), open_database(database)
        gateway = Gateway(chosen, engine, keys, clock, audit_log(log.append, clock), Metrics(), lambda: None)
        made.append(World(gateway, now, log))
        return made[-1]

    yield make
    for world in made:
        world.gateway.engine.dispose()


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    return make_world()


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`offramp otp serve --dev`, running."""
    with serve_dev(tmp_path_factory.mktemp("dev")) as served:
        yield served


@pytest.fixture
def client(dev: Served) -> Client:
    return dev.twilio()
