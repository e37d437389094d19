"""A tabletop for people: on a terminal, as Markdown, as a page; nothing that was answered acts."""

from conftest import HOSTILE

from toolkit.model import SCHEMA_VERSION, Loss, Tabletop, TabletopEntry
from toolkit.report import html, json, markdown, text

PAGES = ("data.relational.md",)
ENTRIES = (
    TabletopEntry("notice", "event", 0.0, f"Notice{HOSTILE}", (HOSTILE,)),
    TabletopEntry("a", "decision", 0.0, f"Who?{HOSTILE}", (HOSTILE,), HOSTILE, 30.0, PAGES, 2.0, "answered", HOSTILE),
    TabletopEntry("b", "decision", 0.0, "Where?", (), "Ada", None, PAGES, 2.0, "gap", "", "", 600.0),
)
RECORD = Tabletop(
    SCHEMA_VERSION, "offramp 0.1.0", "c" * 64, f"board{HOSTILE}", "p" * 64, f"A storm{HOSTILE}", (Loss("aws", 30.0),),
    ENTRIES, (f"lost {HOSTILE}",), begun="2026-11-30T08:00:00+00:00", ended="2026-11-30T09:00:00+00:00",
)  # fmt: skip


def test_gaps_and_answers_are_shown_everywhere() -> None:
    for render in (text.render_tabletop, markdown.render_tabletop, html.render_tabletop):
        shown = " ".join(render(RECORD).split())
        assert "1 of 2 decisions answered, 1 gaps" in shown
        assert "GAP: nobody knew (10 min: longer than there was)" in shown
        assert "due T+30:00" in shown
    assert '"outcome": "gap"' in json.render_tabletop(RECORD)


def test_nothing_acts() -> None:
    for render in (text.render_tabletop, markdown.render_tabletop, html.render_tabletop, json.render_tabletop):
        shown = render(RECORD)
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    assert "<script>" not in markdown.render_tabletop(RECORD) + html.render_tabletop(RECORD)
    assert "@octocat" not in markdown.render_tabletop(RECORD)
    titles = [line for line in markdown.render_tabletop(RECORD).splitlines() if line.startswith("#")]
    assert len(titles) == 1 + 3 + len(ENTRIES)
