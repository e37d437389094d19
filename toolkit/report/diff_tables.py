"""Tables of what changed, as Markdown: for `offramp diff` and for the gate's comment on a pull request.

In: a `Diff`. Out: paragraphs. File and line become links where the forge is known.
"""

from collections.abc import Sequence

from toolkit.catalog.entries import Catalog
from toolkit.model import Diff, FindingChange, Spot
from toolkit.report import changes
from toolkit.report.escape import code, markdown

_PLACES = 3
_MOST = 40  # rows of one table; the rest is counted


def worse_table(diff: Diff, catalog: Catalog) -> list[str]:
    """Everything that is worse, in one table: journeys, services, findings."""
    rows = [_row(changes.journey_words(one), one.why, one.where, diff) for one in diff.worse]
    rows += [_row(f"New: {changes.service_words(one, catalog)}", one.why, one.where, diff) for one in diff.new]
    rows += [_row(changes.finding_words(one), one.why, one.where, diff) for one in diff.findings_worse]
    return table(("Worse", "Why", "Where"), rows)


def better_table(diff: Diff, catalog: Catalog) -> list[str]:
    rows = [_row(changes.journey_words(one), one.why, (), diff) for one in diff.better]
    rows += [_row(f"Gone: {changes.service_words(one, catalog)}", one.why, (), diff) for one in diff.gone]
    rows += [_row(changes.finding_words(one), one.why, (), diff) for one in diff.findings_better]
    return table(("Better", "Why", "Where"), rows)


def other_tables(diff: Diff, catalog: Catalog) -> list[str]:
    """What is neither: services used otherwise, parts of the score, places unread now."""
    used = [_row(changes.service_words(one, catalog), one.why, one.where, diff) for one in diff.changed]
    parts = [f"| {markdown(p.name)} | {p.before:g} | {p.after:g} | {markdown(p.why)} |" for p in diff.score]
    unread = [f"| {code(place)} |" for place in diff.unread]
    return [
        *table(("Used otherwise", "Why", "Where"), used),
        *table(("Part of the score", "Before", "Now", "Why"), parts),
        *table(("Could not be looked at, and could before",), unread),
    ]


def findings_table(title: str, found: Sequence[FindingChange], diff: Diff) -> list[str]:
    rows = [_row(changes.finding_words(one), one.why, one.where, diff) for one in found]
    return table((title, "Why", "Where"), rows)


def places(where: Sequence[Spot], diff: Diff | None, source_url: str = "") -> str:
    """`[app.py:3](https://…)`, at most three."""
    url = diff.source_url if diff else source_url
    shown = []
    for spot in where[:_PLACES]:
        target = changes.link(spot, url)
        shown.append(f"[{code(str(spot))}]({target})" if target else code(str(spot)))
    more = f" and {len(where) - _PLACES} more" if len(where) > _PLACES else ""
    return ", ".join(shown) + more


def _row(what: str, why: str, where: Sequence[Spot], diff: Diff) -> str:
    return f"| {markdown(what)} | {markdown(why)} | {places(where, diff)} |"


def table(columns: Sequence[str], rows: Sequence[str]) -> list[str]:
    if not rows:
        return []
    shown = ["\n".join([f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}", *rows[:_MOST]])]
    return shown + ([f"… and {len(rows) - _MOST} more."] if len(rows) > _MOST else [])
