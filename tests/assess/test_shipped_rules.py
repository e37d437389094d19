"""The shipped rules: complete over the capabilities, sound on a platform that has everything at one company."""

import runpy
from datetime import date
from pathlib import Path

import pytest

from toolkit.assess import assess
from toolkit.assess.journeys import matching
from toolkit.assess.rules import PREDICATES
from toolkit.catalog.entries import Catalog
from toolkit.catalog.folders import load
from toolkit.model import Dependency, Platform, Survey

DOCS = Path(__file__).parents[2] / "docs"
EVERYWHERE = Survey(sources=("files.python", "accounts.aws", "network.dns"))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def test_every_capability_is_asked_about(catalog: Catalog) -> None:
    asked = {one for rule in catalog.rules.values() for one in matching(rule.of, catalog.capabilities)}
    assert asked == set(catalog.capabilities)


def test_every_check_is_a_predicate_and_every_predicate_is_used(catalog: Catalog) -> None:
    assert {rule.check for rule in catalog.rules.values()} == set(PREDICATES)


def test_all_at_one_company_makes_nothing_ready_that_can_be_coupled(catalog: Catalog) -> None:
    everything = Dependency("aws", None, tuple(catalog.capabilities), "runtime", "high", declared=True)
    result = assess(EVERYWHERE, (everything,), Platform(), catalog, today=date(2026, 6, 1))
    coupled = [
        one
        for one in result.findings
        if catalog.rules[one.rule].check in ("single-company", "same-company", "fallback")
    ]
    assert {one.outcome for one in coupled} == {"not ready"}
    assert {one.rule for one in coupled} == {
        name for name, rule in catalog.rules.items() if rule.check in ("single-company", "same-company", "fallback")
    }


def test_nothing_at_all_makes_nothing_ready(catalog: Catalog) -> None:
    result = assess(EVERYWHERE, (), Platform(), catalog, today=date(2026, 6, 1))
    assert {one.outcome for one in result.findings} == {"unknown", "not applicable"}
    assert next(one.points for one in result.score.parts if one.name == "Proof") == 0
    assert {risk.journey for risk in result.journeys if risk.unknown} == {
        "sign-up", "sign-in", "read", "post", "operate",
    }  # fmt: skip


def test_the_reference_page_is_up_to_date() -> None:
    assert (DOCS / "rules.md").read_text() == runpy.run_path(str(DOCS / "rules.py"))["page"](), (
        "run python docs/rules.py"
    )
