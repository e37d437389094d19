"""The gate's verdict as a comment on a pull request: one line, one table of what this change made worse, rest folded.

In: a verdict and its audit. Out: paragraphs of Markdown. When nothing changed, the one line is all.
"""

from collections.abc import Sequence
from typing import NamedTuple

from toolkit.catalog.entries import Catalog
from toolkit.model import Audit, Diff, JourneyChange, Spot, Verdict, Violation
from toolkit.report import changes, diff_tables, summary
from toolkit.report.escape import code, markdown

_DEBT = 10  # lines of debt shown
FIRST = (
    "There is no baseline yet, so nothing here counts as new. Keep this audit as the baseline with "
    "`offramp gate audit.json --write-baseline FILE`, and compare with `--baseline FILE`; "
    '`no_baseline = "fail"` in the policy refuses instead.'
)


class _Row(NamedTuple):
    gate: str
    what: str
    where: tuple[Spot, ...]


def comment(verdict: Verdict, audit: Audit, catalog: Catalog) -> list[str]:
    change = verdict.changes
    head = f"**Offramp: {'passed' if verdict.passed else 'refused'}.**"
    if change and change.nothing and verdict.passed:
        return [f"{head} {changes.NOTHING}"]
    rows = [*map(_reason, verdict.violations), *(_worse(change, verdict, catalog) if change else ())]
    parts = [f"{head} {markdown(line(verdict, audit))}", *_table(rows, verdict)]
    if verdict.first_run:
        parts += [FIRST, *_list(verdict.debt, verdict)]
    return [*parts, *_folded(verdict, audit, catalog)]


def line(verdict: Verdict, audit: Audit) -> str:
    """The verdict in one line: how many reasons, the score, how much changed."""
    count = len(verdict.violations)
    parts = [f"{count} reason{'' if count == 1 else 's'}"] if count else []
    if change := verdict.changes:
        parts += [changes.score_words(change), changes.counts_words(change)]
    else:
        known = not summary.nothing_read(audit)
        parts.append(f"score {audit.assessment.score.points:g}" if known else summary.score_words(audit))
    if verdict.first_run:
        parts.append(f"first run, {len(verdict.debt)} findings are debt")
    words = "; ".join(filter(None, parts))
    return f"{words[0].upper()}{words[1:]}."


# --- the one table ----------------------------------------------------------------------------------------------------
def _reason(violation: Violation) -> _Row:
    return _Row(violation.policy, violation.message, violation.where)


def _worse(change: Diff, verdict: Verdict, catalog: Catalog) -> list[_Row]:
    """Journeys by company, then new services that no other row names: each thing is told once."""
    said = {one.subject for one in verdict.violations}
    told = {name for one in change.worse if one.after == "stops" for name in one.through}
    grouped: dict[tuple[str, str, str], list[JourneyChange]] = {}
    for one in change.worse:
        if f"{one.company} {one.journey}" not in said:
            grouped.setdefault((one.name, one.before, one.after), []).append(one)
    rows = [_journeys(some) for some in grouped.values()]
    for new in change.new:
        if new.dependency not in told | said:
            rows.append(_Row("", f"New: {changes.service_words(new, catalog)} ({new.why})", new.where))
    return rows


def _journeys(some: Sequence[JourneyChange]) -> _Row:
    first = some[0]
    titles = ", ".join(dict.fromkeys(one.title for one in some))
    what = f"{titles}: {changes.effect_words(first)}"
    if first.after == "unknown":
        what = f"{titles}: nobody is known to provide {first.name}"
    where = tuple(dict.fromkeys(spot for one in some for spot in one.where))
    return _Row("", f"{what} ({first.why})", where)


def _table(rows: Sequence[_Row], verdict: Verdict) -> list[str]:
    lines = [
        f"| {code(row.gate) if row.gate else ''} | {markdown(row.what)} "
        f"| {diff_tables.places(row.where, None, verdict.source_url)} |"
        for row in rows
    ]
    return diff_tables.table(("Refused by", "Worse", "Where"), lines)


# --- the rest ---------------------------------------------------------------------------------------------------------
def _folded(verdict: Verdict, audit: Audit, catalog: Catalog) -> list[str]:
    parts: list[str] = []
    if change := verdict.changes:
        refused = {one.fingerprint for one in verdict.violations}
        rest = tuple(one for one in change.findings_worse if one.fingerprint not in refused)
        parts += diff_tables.findings_table("Findings worse, not refused", rest, change)
        parts += [*diff_tables.better_table(change, catalog), *diff_tables.other_tables(change, catalog)]
    if verdict.debt and not verdict.first_run:
        parts += [f"Known debt, {len(verdict.debt)} in all:", *_list(verdict.debt, verdict)]
    if verdict.excused:
        parts += ["Waived:", *_list(verdict.excused, verdict)]
    if unread := len(audit.survey.unread):
        parts.append(f"{unread} places could not be looked at; what lies there is unknown.")
    parts.append(f"{len(verdict.known)} known, {len(verdict.fixed)} fixed, {len(verdict.waived)} findings waived.")
    return ["<details><summary>More</summary>", *parts, "</details>"]


def _list(violations: Sequence[Violation], verdict: Verdict) -> list[str]:
    lines = [
        f"- {code(one.policy)} {markdown(one.message)} {diff_tables.places(one.where[:1], None, verdict.source_url)}"
        for one in violations[:_DEBT]
    ]
    if (hidden := len(violations) - _DEBT) > 0:
        lines.append(f"- … and {hidden} more")
    return ["\n".join(lines)] if lines else []
