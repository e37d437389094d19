"""Every blueprint that ships can be planned with any one of its copies and contracts held already."""

from collections.abc import Iterator

import pytest

from toolkit.catalog.folders import load
from toolkit.model import Dependency, Platform, Replacement
from toolkit.plan.losses import Gone
from toolkit.plan.prepared import ahead, with_held
from toolkit.plan.tasks import make_tasks

CATALOG = load()


def _kinds() -> Iterator[tuple[str, str, float]]:
    """Blueprint, what is held of it, notice in hours."""
    for task in sorted(ahead(CATALOG)):
        slug = task.partition(".")[0]
        if slug in CATALOG.blueprints:
            yield from ((slug, task, notice) for notice in (0.0, 720.0))


@pytest.mark.parametrize(("slug", "task", "notice"), list(_kinds()))
def test_what_is_held_waits_for_nothing_that_waits_for_it(slug: str, task: str, notice: float) -> None:
    blueprint = CATALOG.blueprints[slug]
    lost = Dependency("aws", "s3", blueprint.capabilities, "runtime", "high")
    taken = Replacement(slug, blueprint.version, blueprint.capabilities, (lost.id,), ("app-1",))
    made = make_tasks([taken], [Gone(lost, notice)], Platform("board"), with_held(CATALOG, [task]))
    held = next(one for one in made.tasks if one.id == task)
    assert set(held.needs) <= {
        f"{slug}.{one}" for rule in blueprint.tasks for one in rule.needs
    }  # what it names, no phase
    assert held.effort.hours == 0
