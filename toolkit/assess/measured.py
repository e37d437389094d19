"""Measured: what steps of drills really took. In: journals. Out: a `Measured` for each kind of step that passed."""

from collections.abc import Iterable
from datetime import date

from toolkit.model import Journal, Measured


def measured(journals: Iterable[Journal]) -> tuple[Measured, ...]:
    """By step. The newest journal that has it counts, and there its longest time. A drill that did not restore the
    platform has measured all the same what passed before."""
    found: dict[str, Measured] = {}
    for journal in sorted(journals, key=_began):
        for name, seconds in _longest(journal).items():
            found[name] = Measured(name, seconds, date.fromisoformat(_began(journal)[:10]))
    return tuple(found[name] for name in sorted(found))


def _began(journal: Journal) -> str:
    return min((step.started for step in journal.steps), default="")


def _longest(journal: Journal) -> dict[str, float]:
    """Step ids are "rebuild.site": the phase of the drill, then what was done, which may be done in two phases."""
    longest: dict[str, float] = {}
    for step in journal.steps:
        name = step.id.partition(".")[2]
        if step.outcome == "passed" and name:
            longest[name] = max(longest.get(name, 0.0), step.seconds)
    return longest
