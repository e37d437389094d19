"""The guard on SQLite and on a real PostgreSQL."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

sys.path.append(str(Path(__file__).parents[1] / "otp"))  # how PostgreSQL is run is shared with the OTP gateway's tests
from guards import CHEAP, SITES, World, world_of
from processes import postgres

from toolkit.guard.settings import Settings, Toll, Tolls
from toolkit.guard.store import metadata

GENEROUS = Tolls(Toll(1000), Toll(1000), Toll(1000))
MakeGuard = Callable[..., World]


@pytest.fixture(scope="session")
def guard_postgres() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def guard_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/guard.sqlite"
    url: str = request.getfixturevalue("guard_postgres")
    engine = create_engine(url)
    metadata.drop_all(engine)
    engine.dispose()
    return url


@pytest.fixture
def make_guard(guard_database: str) -> Iterator[MakeGuard]:
    made: list[World] = []

    def make(**changes: Any) -> World:
        usual = {"database": guard_database, "secret": "s" * 40, "site": SITES, "work": CHEAP, "tolls": GENEROUS}
        made.append(world_of(Settings(**{**usual, **changes})))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def guarded(make_guard: MakeGuard) -> World:
    return make_guard()
