"""Which format offers what: a misspelt function would silently be absent. And what every format of a plan says."""

import html as web
import importlib

import pytest
from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.console import formats
from toolkit.model import Obstacle, Plan


@pytest.mark.parametrize(
    ("function", "names"),
    [
        ("render", ("cyclonedx", "html", "json", "junit", "markdown", "sarif", "text")),
        ("render_simulation", ("html", "json", "markdown", "text")),
        ("render_diff", ("html", "json", "markdown", "text")),
        ("render_plan", ("html", "json", "markdown", "text")),
        ("render_verdict", ("github", "html", "json", "junit", "markdown", "sarif", "text")),
        ("render_journal", ("html", "json", "markdown", "text")),
        ("render_today", ("html", "json", "markdown", "text")),
        ("render_comparison", ("html", "json", "markdown", "text")),
        ("render_tabletop", ("html", "json", "markdown", "text")),
        ("render_rule", ("json", "text")),
        ("render_explanation", ("json", "text")),
        ("render_catalog", ("json", "text")),
        ("render_entry", ("json", "text")),
        ("render_needs", ("json", "text")),
    ],
)
def test_every_format_by_name(function: str, names: tuple[str, ...]) -> None:
    assert formats(function) == names


@pytest.mark.parametrize("name", formats("render_plan"))
def test_every_format_says_why_a_plan_would_not_run(name: str, plan: Plan, catalog: Catalog) -> None:
    obstacle = Obstacle("shop", "the application shop has no start command", "say how it starts")
    assumed = replace(plan.replacements[0], assumed=("aws/rds: nobody knows what it speaks",))
    plan = replace(plan, obstacles=(obstacle,), untouched=("fastly",), replacements=(assumed, *plan.replacements[1:]))
    shown = web.unescape(importlib.import_module(f"toolkit.report.{name}").render_plan(plan, catalog))
    shown = " ".join(shown.split())
    for said in (
        "the application shop has no start command",
        "say how it starts",
        "nobody knows what it speaks",
        "fastly",
    ):
        assert said in shown
