"""Passed or refused, the reasons, what changed, and the debt."""

from collections.abc import Sequence

from rich.console import Console

from toolkit.model import Audit, Verdict, Violation
from toolkit.report import changes
from toolkit.report.terminal.screen import listing, plural, put


def write_verdict(out: Console, verdict: Verdict, audit: Audit) -> None:
    if verdict.passed:
        put(out, ("PASSED", "bold green"), f": {audit.platform.name}")
    else:
        put(out, ("REFUSED", "bold red"), f": {audit.platform.name}, {plural(verdict.violations, 'reason')}")
    listing(out, "Reasons", _lines(verdict.violations), limit=16)
    if change := verdict.changes:
        put(
            out, changes.NOTHING if change.nothing else f"{changes.score_words(change)}; {changes.counts_words(change)}"
        )
    if verdict.first_run and verdict.debt:
        put(out, "First run: there is no baseline yet, so what was found counts as known. It is debt all the same:")
        listing(out, f"Debt ({len(verdict.debt)})", _lines(verdict.debt), limit=16)
        put(out, ("Next: ", "bold"), "offramp gate audit.json --write-baseline baseline.json")
    counts = (
        ("known" if verdict.first_run else "known from the baseline", verdict.known),
        ("fixed since", verdict.fixed),
        ("waived", (*verdict.waived, *verdict.excused)),
    )
    put(out, ", ".join(f"{len(prints)} {words}" for words, prints in counts))


def _lines(violations: Sequence[Violation]) -> list[str]:
    return [
        f"{one.policy}: {one.message}" + (f" [{changes.spots_words(one.where, 1)}]" if one.where else "")
        for one in violations
    ]
