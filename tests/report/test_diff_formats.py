"""What changed, in every format: the same words, links only to lines, and nothing of a scanned tree that acts."""

import importlib
import re

import pytest
from markdown_it import MarkdownIt
from msgspec.structs import replace

from toolkit.assess.diff import diff
from toolkit.catalog.entries import Catalog
from toolkit.console import formats
from toolkit.documents import decode
from toolkit.model import Audit, Diff
from toolkit.report import changes, json, markdown

URL = "https://forge.example/ada/harbour/blob/c0ffee/"


def without(audit: Audit, *vendors: str) -> Audit:
    """The audit as it was before these vendors were used."""
    judged = audit.assessment
    risks = tuple(
        replace(risk, stops=tuple(one for one in risk.stops if one.company not in vendors),
                cut_sets=tuple(cut for cut in risk.cut_sets if not set(cut) & set(vendors)))
        for risk in judged.journeys
    )  # fmt: skip
    findings = tuple(one for one in judged.findings if one.subject.partition("/")[0] not in vendors)
    evidence = audit.survey.evidence
    numbers = [n for n, item in enumerate(evidence) if item.signal.partition("#")[0].partition("/")[0] not in vendors]
    survey = replace(audit.survey, evidence=tuple(evidence[n] for n in numbers), unread=())
    place = {old: new for new, old in enumerate(numbers)}
    return replace(
        audit,
        survey=survey,
        dependencies=tuple(
            replace(one, evidence=tuple(place[n] for n in one.evidence))
            for one in audit.dependencies
            if one.vendor not in vendors
        ),
        assessment=replace(
            judged,
            score=replace(judged.score, points=40.0),
            journeys=risks,
            findings=tuple(
                replace(one, evidence=tuple(place[n] for n in one.evidence if n in place)) for one in findings
            ),
        ),
    )


@pytest.fixture(scope="module")
def change(audit: Audit) -> Diff:
    return diff(without(audit, "okta", "twilio"), audit, source_url=URL)


def _render(name: str, value: Diff, catalog: Catalog) -> str:
    rendered: str = importlib.import_module(f"toolkit.report.{name}").render_diff(value, catalog)
    return rendered


@pytest.mark.parametrize("name", formats("render_diff"))
def test_every_format_says_who_is_new_what_is_worse_and_where(name: str, change: Diff, catalog: Catalog) -> None:
    shown = _render(name, change, catalog)
    for said in ("okta", "Reach the staff", "harbour/views/staff.py", "came into the code", "40", "34"):
        assert said in shown


@pytest.mark.parametrize("name", sorted({*formats("render_diff")} - {"json"}))
def test_no_change_is_said_in_words(name: str, audit: Audit, catalog: Catalog) -> None:
    assert changes.NOTHING in _render(name, diff(audit, audit), catalog)


def test_markdown_links_to_the_line(change: Diff, catalog: Catalog) -> None:
    assert f"[`harbour/views/staff.py:31`]({URL}harbour/views/staff.py#L31)" in markdown.render_diff(change, catalog)
    bare = markdown.render_diff(replace(change, source_url=""), catalog)
    assert "`harbour/views/staff.py:31`" in bare
    assert "](http" not in bare


@pytest.mark.parametrize("name", ["markdown", "html", "text"])
def test_nothing_of_a_scanned_tree_acts(name: str, hostile: Audit, catalog: Catalog) -> None:
    shown = _render(name, diff(without(hostile, "okta", "twilio"), hostile, source_url=URL), catalog)
    assert not set("\x1b\u202e") & set(shown)
    if name == "html":
        assert "<script>alert(1)" not in shown
    if name == "markdown":
        page = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(shown)
        assert "<script" not in page
        targets = re.findall(r'href="([^"]*)"', page)
        assert targets
        assert [target for target in targets if not target.startswith(URL)] == []


def test_json_is_what_the_published_schema_describes(change: Diff, catalog: Catalog) -> None:
    import json as parser

    assert decode(parser.loads(json.render_diff(change, catalog)), "diff", Diff, where="diff.json") == change
