from collections.abc import Callable
from typing import Any

import pytest

from toolkit.catalog.entries import Catalog
from toolkit.catalog.folders import load
from toolkit.model import SCHEMA_VERSION, Application, HostNeed, Plan, Platform, Replacement, Schedule

PlanMaker = Callable[..., Plan]


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load()


@pytest.fixture
def make_plan() -> PlanMaker:
    """A plan of one application and its database on two hosts; keywords replace parts of it."""

    def make(*, platform: Platform | None = None, **parts: Any) -> Plan:
        application = Application(
            name="board",
            source="board",
            start="serve",
            environment={"DATABASE_URL": "${data.relational.url}"},
            secrets=("SECRET_KEY",),
        )
        default: dict[str, Any] = {
            "hosts": (
                HostNeed("data-1", 1024, 1, 10, ("postgresql",)),
                HostNeed("app-1", 2048, 2, 20, ("web",)),
            ),
            "replacements": (
                Replacement("web", "1", ("hosting.compute",), ("aws/ec2",), ("app-1",)),
                Replacement("postgresql", "17", ("data.relational",), ("aws/rds",), ("data-1",)),
            ),
        }
        return Plan(
            schema_version=SCHEMA_VERSION,
            tool="offramp 0.0.0",
            catalog="0" * 16,
            platform=platform or Platform(name="Board", domains=("board.example",), applications=(application,)),
            losses=(),
            tasks=(),
            schedule=Schedule(people=1, makespan_hours=0, lower_bound_hours=0),
            **(default | parts),
        )

    return make
