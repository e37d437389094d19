"""Outside hosts that nobody has described reach people, escaped; pseudonyms reach them; a draft asks about them."""

import tomllib
from pathlib import Path

import pytest
from msgspec.structs import replace

from toolkit.catalog.folders import load
from toolkit.draft.platform import draft
from toolkit.errors import BadInput
from toolkit.identify.undescribed import undescribed
from toolkit.model import (
    SCHEMA_VERSION,
    Assessment,
    Audit,
    Declare,
    Ignore,
    NamedHost,
    Platform,
    Root,
    Score,
    Survey,
    Undescribed,
)
from toolkit.platform_names import check_names
from toolkit.redact import redact
from toolkit.report import html, json, markdown, text

PATH = "app/<b>|evil`\x1b[31m.py:12"
HOSTS = (
    NamedHost("api.bank-of.io", "bank-of.io", "called in code", "shop", PATH),
    NamedHost("sayso.io", "sayso.io", "named in a text", "shop", "app/a.py:1"),
)
SURVEY = Survey(roots=(Root("shop", "checkout", "shop"),), sources=("files",), hosts=HOSTS)
ROWS = (
    Undescribed("bank-of.io", "called in code", ("api.bank-of.io",), (0,)),
    Undescribed("sayso.io", "named in a text", ("sayso.io",), (1,)),
)
AUDIT = Audit(SCHEMA_VERSION, "offramp", "0", Platform(), SURVEY, (), Assessment(Score(0.0, ())), undescribed=ROWS)


@pytest.mark.parametrize("report", [html, markdown, text, json])
def test_they_are_shown_and_escaped(report: object) -> None:
    shown = report.render(AUDIT, load())  # type: ignore[attr-defined]
    assert "api.bank-of.io" in shown
    assert "called in code" in shown
    assert "\x1b" not in shown
    if report is html:
        assert "<b>|evil" not in shown
    if report is not text:
        assert "sayso.io" in shown


def test_pseudonyms_reach_them() -> None:
    hidden = repr(redact(AUDIT))
    assert "bank-of" not in hidden
    assert "sayso" not in hidden


def test_a_draft_asks_who_they_are(tmp_path: Path) -> None:
    drafted = draft(AUDIT, (), (), load(), base=tmp_path)
    assert '# vendor = "bank-of.io"' in drafted
    assert "sayso.io" not in drafted
    assert "declare" not in tomllib.loads(drafted)
    said = drafted.replace('# [[declare]]\n# vendor = "bank', '[[declare]]\n# vendor = "bank')
    assert '[[declare]]\n# vendor = "bank-of.io"' in said


def test_who_is_declared_or_ignored_is_described() -> None:
    declared = Platform(declare=(Declare("bank-of.io", capabilities=("payments.processing",)),))
    ignored = Platform(ignore=(Ignore("a link", "bank-of.io"),))
    for platform in (declared, ignored):
        check_names(platform, load())
        assert [row.domain for row in undescribed(SURVEY, platform)] == ["sayso.io"]
    with pytest.raises(BadInput, match="bank-of"):
        check_names(replace(ignored, ignore=(Ignore("a link", "bank-of"),)), load())
