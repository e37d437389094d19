"""What is new, gone, worse and better, each with its cause and its places."""

from collections.abc import Iterable

from rich.console import Console

from toolkit.catalog.entries import Catalog
from toolkit.model import Diff, FindingChange, JourneyChange, VendorChange
from toolkit.report import changes
from toolkit.report.terminal.screen import listing, put

_LIMIT = 30
_Change = VendorChange | JourneyChange | FindingChange


def write_diff(out: Console, diff: Diff, catalog: Catalog) -> None:
    put(out, (diff.platform, "bold"), f": {changes.score_words(diff)}")
    if diff.nothing:
        put(out, changes.NOTHING)
        return
    put(out, changes.counts_words(diff))
    if diff.old_catalog != diff.catalog:
        put(out, f"The catalogue changed: {diff.old_catalog[:12]} → {diff.catalog[:12]}")
    for title, some, style in (
        ("New services", diff.new, "bold red"),
        ("Services used otherwise", diff.changed, "bold"),
        ("Services gone", diff.gone, "bold green"),
    ):
        listing(out, title, _lines((changes.service_words(one, catalog), one) for one in some), style, _LIMIT)
    for title, risks, style in (("Journeys worse", diff.worse, "bold red"), ("Better", diff.better, "bold green")):
        listing(out, title, _lines((changes.journey_words(one), one) for one in risks), style, _LIMIT)
    for title, found, style in (
        ("Findings worse", diff.findings_worse, "bold red"),
        ("Findings better", diff.findings_better, "bold green"),
    ):
        listing(out, title, _lines((changes.finding_words(one), one) for one in found), style, _LIMIT)
    parts = [f"{part.name}: {part.before:g} → {part.after:g}, {part.why}" for part in diff.score]
    listing(out, "Score", parts, limit=_LIMIT)
    listing(out, "Could not be looked at, and could before", diff.unread)


def _lines(told: Iterable[tuple[str, _Change]]) -> list[str]:
    return [
        f"{words} [{change.why}{': ' if change.where else ''}{changes.spots_words(change.where)}]"
        for words, change in told
    ]
