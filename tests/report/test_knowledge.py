"""Answers to questions on the terminal: a rule, an explanation, the catalogue, an entry, what the machine lacks."""

import json

from toolkit.catalog.entries import Catalog
from toolkit.doctor import Need
from toolkit.model import Audit, Explanation
from toolkit.report import json as documents
from toolkit.report import text


def test_a_rule_says_why_and_what_to_do(catalog: Catalog) -> None:
    lines = text.render_rule(catalog.rules["registrar-declared"], catalog).splitlines()
    assert lines[0] == "registrar-declared: The registrar is known (medium)"
    assert lines[2] == "What to do: Declare the registrar in offramp.toml. About 0.5 hours."


def test_an_explanation_shows_every_sign(audit: Audit, catalog: Catalog) -> None:
    explanation = Explanation(
        "stripe", reported=True, reason="1 sign", evidence=(14,), discarded=(7,), steps=("a use: 2",)
    )
    assert text.render_explanation(explanation, audit, catalog).splitlines() == [
        "stripe: reported",
        "1 sign",
        "How",
        "  a use: 2",
        "Counts",
        "  harbour/pay.py:8  stripe#x",
        "Does not count",
        "  tests/test_pay.py:3  stripe#pypi:stripe (test)",
    ]


def test_the_catalogue_is_listed_whole(catalog: Catalog) -> None:
    shown = text.render_catalog(catalog)
    for ident in (*catalog.vendors, *catalog.services, *catalog.capabilities, *catalog.rules):
        assert f"\n  {ident}  " in shown


def test_an_entry_shows_what_is_set(catalog: Catalog) -> None:
    lines = text.render_entry("aws/s3", catalog.services["aws/s3"], catalog).splitlines()
    assert lines[:4] == ["aws/s3", "  name: S3", "  capabilities:", "    data.object-storage"]
    assert "      limit: egress is charged" in lines
    assert not [line for line in lines if "note" in line]


def test_needs_are_found_or_missing_with_a_remedy() -> None:
    needs = (Need("ssh", "apply", "/usr/bin/ssh", "apt"), Need("incus", "drill --lab", "", "apt-get install incus"))
    assert text.render_needs(needs).splitlines() == [
        "Found",
        "  ssh: /usr/bin/ssh",
        "Missing",
        "  incus, for drill --lab: apt-get install incus",
    ]
    assert [need["name"] for need in json.loads(documents.render_needs(needs))] == ["ssh", "incus"]
