"""What domains show beside their vendors reaches people, escaped, and pseudonyms reach it too."""

import pytest
from msgspec.structs import replace

from toolkit.catalog.folders import load
from toolkit.model import SCHEMA_VERSION, Assessment, Audit, Observation, Platform, Root, Score, Survey
from toolkit.redact import redact
from toolkit.report import html, markdown, text

SEEN = Observation("network.tls", "acme.example", "acme.example:443", "certificate of", "<b>|evil`")
SURVEY = Survey(roots=(Root("acme.example", "domain", "acme.example"),), observations=(SEEN,))
AUDIT = Audit(SCHEMA_VERSION, "offramp", "0", Platform(), SURVEY, (), Assessment(Score(0.0, ())))


@pytest.mark.parametrize("report", [html, markdown, text])
def test_observations_are_shown_and_escaped(report: object) -> None:
    shown = report.render(AUDIT, load())  # type: ignore[attr-defined]
    assert "acme.example:443" in shown
    assert "certificate of" in shown
    if report is not text:
        assert "<b>" not in shown.replace("<b><", "")


def test_observations_are_redacted() -> None:
    hidden = redact(replace(AUDIT, platform=Platform()))
    assert "acme.example" not in repr(hidden)
