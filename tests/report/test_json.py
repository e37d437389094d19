"""JSON: what is written is what the readers read, and what the published schemas describe."""

import json as parser
from pathlib import Path

import pytest

from toolkit.catalog.entries import Catalog
from toolkit.documents import read_audit, read_plan
from toolkit.model import Audit, Plan, Verdict
from toolkit.report import json


@pytest.mark.parametrize("which", ["audit", "hostile"])
def test_an_audit_comes_back_as_it_was(
    which: str, audit: Audit, hostile: Audit, catalog: Catalog, tmp_path: Path
) -> None:
    value = {"audit": audit, "hostile": hostile}[which]
    file = tmp_path / "audit.json"
    file.write_text(json.render(value, catalog), encoding="utf-8")
    assert not set("\x1b\u202e") & set(file.read_text(encoding="utf-8"))
    assert read_audit(file) == value


def test_a_plan_comes_back_as_it_was(plan: Plan, catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.render_plan(plan, catalog), encoding="utf-8")
    assert read_plan(file) == plan


def test_a_verdict_names_the_fingerprints(verdict: Verdict, audit: Audit, catalog: Catalog) -> None:
    document = parser.loads(json.render_verdict(verdict, audit, catalog))
    assert document["passed"] is False
    known = {finding.fingerprint for finding in audit.assessment.findings}
    named = {item["fingerprint"] for item in document["violations"] if "fingerprint" in item}
    assert named
    assert named <= known
