"""What goes dark, when and through whom; which data is lost; what can still be taken out."""

from collections.abc import Callable

from rich.console import Console

from toolkit.entries import Catalog
from toolkit.model import LostDependency, Simulation
from toolkit.report.facts import export_words, kept_words, notices_words
from toolkit.report.terminal.screen import in_hours, listing, plural, put

_EVERYTHING = 1_000  # lines: what is cut here is what somebody forgets to fetch


def write_simulation(out: Console, simulation: Simulation, catalog: Catalog) -> None:
    lost = ", ".join(f"{loss.vendor} with {in_hours(loss.notice_hours)} notice" for loss in simulation.losses)
    put(out, ("Lost: ", "bold"), lost)
    for loss in simulation.losses:
        listing(out, f"What the terms of {loss.vendor} promise", notices_words(catalog.vendors.get(loss.vendor)))
    out.print()
    dark = [
        f"{item.title or item.journey}: {_after(item.at_hours)}, through {', '.join(item.because)}"
        for item in simulation.dark
    ]
    listing(out, f"Goes dark: {plural(simulation.dark, 'journey')}", dark, "bold red")
    if simulation.survives:
        put(out, ("Goes on: ", "bold green"), ", ".join(simulation.survives))
    if simulation.unjudged:
        put(out, ("Not known: ", "bold"), ", ".join(simulation.unjudged))
    listing(out, "Data that cannot be taken out", _each(simulation, _hostage), limit=_EVERYTHING)
    takeable = _each(simulation, _exportable)
    listing(out, f"To take out within {in_hours(simulation.time_to_export_hours)}", takeable, limit=_EVERYTHING)
    if unchecked := [item.dependency for item in simulation.lost if item.unchecked]:
        put(out, ("Exports nobody checked: ", "bold"), ", ".join(unchecked))
    out.print()
    arguments = ",".join(f"{loss.vendor}@{loss.notice_hours:g}h" for loss in simulation.losses)
    put(out, ("Next: ", "bold"), f"offramp plan audit.json --lose {arguments}")


def _each(simulation: Simulation, facts: Callable[[LostDependency], list[str]]) -> list[str]:
    return [f"{item.dependency}: {fact}" for item in simulation.lost for fact in facts(item)]


def _hostage(item: LostDependency) -> list[str]:
    return [kept_words(fact) for fact in item.hostage]


def _exportable(item: LostDependency) -> list[str]:
    return [export_words(fact) for fact in item.exportable]


def _after(hours: float) -> str:
    return f"after {in_hours(hours)}" if hours else "at once"
