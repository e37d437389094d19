"""A simulation in the order in which it happens: what each loss stops, strains and takes along.

In: a simulation and the catalogue. Out: plain text, not yet escaped for any format; nothing is cut.
"""

from collections.abc import Iterable
from typing import NamedTuple

from toolkit.catalog.entries import Catalog, Scenario
from toolkit.model import Dark, Loss, LostDependency, Simulation, Strained
from toolkit.report import facts
from toolkit.report.facts import in_hours

_KINDS = {"account": "", "outage": " (outage)", "sanction": " (sanctions)"}
_ACCESS = {
    "none": "nobody could sign in any more",
    "read-only": "data could still be read",
    "console": "the console still answered",
}


class Event(NamedTuple):
    """One loss with what it does; all of it is empty where nothing that was found hangs on the vendor."""

    loss: Loss
    name: str
    when: str
    stops: tuple[str, ...]
    strains: tuple[str, ...]
    take: tuple[str, ...]  # what can be taken out while there is access
    gone: tuple[str, ...]  # what cannot be taken out at all
    unchecked: tuple[str, ...]  # dependencies of which nobody has written down what can be taken out

    @property
    def idle(self) -> bool:
        return not (self.stops or self.strains or self.take or self.gone or self.unchecked)


def events(simulation: Simulation, catalog: Catalog, *, brief: bool = False) -> list[Event]:
    """The losses in the order of their notice; those that nothing hangs on last. `brief`: of sources the site alone."""
    found = [_event(loss, simulation, catalog, brief) for loss in simulation.losses]
    return sorted(found, key=lambda event: (event.idle, event.loss.notice_hours, event.name))


def _event(loss: Loss, simulation: Simulation, catalog: Catalog, brief: bool) -> Event:
    held = [one for one in simulation.lost if one.vendor == loss.vendor]
    mine = {one.dependency for one in held}
    vendor = catalog.vendors.get(loss.vendor)
    return Event(
        loss,
        (vendor.name if vendor else loss.vendor) + _KINDS[loss.kind],
        f"after {in_hours(loss.notice_hours)}" if loss.notice_hours else "at once",
        tuple(_stopped(one, mine) for one in simulation.dark if mine & {*one.because}),
        tuple(strained_words(one) for one in simulation.strained if mine & {*one.because}),
        tuple(_exports(held, brief)) if loss.notice_hours else (),
        (*_hostages(held, brief), *(() if loss.notice_hours else _too_late(held))),
        tuple(one.dependency for one in held if one.unchecked and not (one.exportable or one.hostage)),
    )


def _stopped(one: Dark, mine: set[str]) -> str:
    return f"{one.title or one.journey}, through {', '.join(sorted(mine & {*one.because}))}"


def strained_words(one: Strained) -> str:
    """`Read may stop: Does production run at Fly?` or `Sign-in later, at the session's end: …`."""
    what = one.title or one.journey
    when = f", {one.when}" if one.when else f", after {in_hours(one.after_hours)}" if one.after_hours else ""
    said = one.question if one.effect == "may stop" else one.how
    return f"{what} {one.effect}{when}{': ' + said if said else ''} ({', '.join(one.because)})"


def _exports(held: Iterable[LostDependency], brief: bool) -> list[str]:
    return _once((one, facts.export_words(fact, brief=brief)) for one in held for fact in one.exportable)


def _hostages(held: Iterable[LostDependency], brief: bool) -> list[str]:
    return _once((one, facts.kept_words(fact, brief=brief)) for one in held for fact in one.hostage)


def _too_late(held: Iterable[LostDependency]) -> list[str]:
    """What could have been taken out before: with no notice only what you hold already is left."""
    return _once((one, f"{fact.what}: only what you hold already is left") for one in held for fact in one.exportable)


def _once(told: Iterable[tuple[LostDependency, str]]) -> list[str]:
    """`aws/s3: Objects: …`; what is said of several services of a vendor is known of the vendor and is said once."""
    about: dict[tuple[str, str], list[str]] = {}
    for one, words in told:
        about.setdefault((one.dependency.partition("/")[0], words), []).append(one.dependency)
    return [f"{of[0] if len(of) == 1 else vendor}: {words}" for (vendor, words), of in about.items()]


def scenario_of(simulation: Simulation, catalog: Catalog) -> Scenario | None:
    return catalog.scenarios.get(simulation.scenario)


def scenario_words(scenario: Scenario) -> list[str]:
    """Its title and date, what was left to sign in to, when it was back, and the lesson."""
    back = f"; back after {in_hours(scenario.recovery_hours)}" if scenario.recovery_hours is not None else ""
    said = [f"{scenario.title} ({scenario.date})", f"After the cut {_ACCESS[scenario.access_after_cut]}{back}."]
    return [*said, *([scenario.lesson] if scenario.lesson else [])]


def head(simulation: Simulation) -> str:
    """`6 journeys go dark, the first at once; 2 go on.`"""
    dark = simulation.dark
    if not dark:
        return "No journey is seen to stop."
    first = min(one.at_hours for one in dark)
    when = f"after {in_hours(first)}" if first else "at once"
    left = len(simulation.survives)
    going = f"; {left} {'goes' if left == 1 else 'go'} on" if left else ""
    several = f"{len(dark)} journeys go dark, the first {when}" if len(dark) > 1 else f"1 journey goes dark, {when}"
    return f"{several}{going}."


def next_command(simulation: Simulation) -> str:
    if simulation.scenario:
        return f"offramp plan audit.json --scenario {simulation.scenario}"
    lost = ",".join(
        f"{loss.vendor}{'' if loss.kind == 'account' else '!' + loss.kind}@{loss.notice_hours:g}h"
        for loss in simulation.losses
    )
    return f"offramp plan audit.json --lose {lost}"
