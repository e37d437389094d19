"""Measured: what a drill of this platform really took, in the place of what was guessed.

In: the catalogue's tasks, the audit's measurements. Out: the same tasks; of those whose commands a drill has run, the
minutes of these commands (`run_minutes` of their effort) are the drill's. What a person does beside them stays a guess.
"""

import re
from collections.abc import Mapping, Sequence
from math import ceil
from typing import TypeVar

from msgspec.structs import asdict, replace

from toolkit.catalog.entries import Catalog, EffortRule, PlanTask
from toolkit.model import Measured

Rule = TypeVar("Rule", bound=PlanTask)
_RUN = re.compile(r"ansible-playbook (?P<step>[a-z-]+)\.yml(?P<part>.* --tags )?")


class MeasuredRule(EffortRule):
    """An effort of which so many minutes were measured."""

    measured_minutes: float = 0.0


def with_measured(catalog: Catalog, measured: Sequence[Measured]) -> Catalog:
    """The catalogue with what drills measured."""
    if not measured:
        return catalog
    known = {one.step: one for one in measured}
    blueprints = {slug: replace(one, tasks=_measured(one.tasks, known)) for slug, one in catalog.blueprints.items()}
    return replace(catalog, blueprints=blueprints, tasks=_measured(catalog.tasks, known))


def _measured(tasks: Sequence[Rule], known: Mapping[str, Measured]) -> tuple[Rule, ...]:
    return tuple(replace(task, effort=_effort(task, known)) for task in tasks)


def _effort(task: PlanTask, known: Mapping[str, Measured]) -> EffortRule:
    """The rule as it is, where a drill says nothing of all its runs or nothing better: a drill runs a playbook for the
    whole platform, which bounds a run of a part from above."""
    rule = task.effort
    runs = [match for command in task.commands if (match := _RUN.match(command))]
    steps = [known[match["step"]] for match in runs if match["step"] in known]
    if not (rule.run_minutes and steps and len(steps) == len(runs)):
        return rule
    took = ceil(sum(one.seconds for one in steps) / 60)
    in_parts = all(match["part"] for match in runs)
    if in_parts and took > rule.run_minutes:
        return rule
    by_hand = rule.fixed_minutes - rule.run_minutes
    names = " and ".join(f"{name}.yml" for name in dict.fromkeys(one.step for one in steps))
    whole = " for the whole platform" if in_parts else ""
    day = max(one.day for one in steps)
    basis = f"{took} min measured ({names}{whole}, drill of {day}) and {by_hand:g} min by hand, a guess: {rule.basis}"
    values = asdict(rule) | {"fixed_minutes": by_hand + took, "basis": basis, "run_minutes": 0.0}
    return MeasuredRule(**values, measured_minutes=took)
