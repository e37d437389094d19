"""What each loss does, in the order in which they come; what to do in the first hour."""

from rich.console import Console

from toolkit.catalog.entries import Catalog
from toolkit.model import Simulation
from toolkit.report import losses
from toolkit.report.facts import notices_words
from toolkit.report.terminal.screen import listing, put

_EVERYTHING = 1_000  # lines: what is cut here is what somebody forgets to fetch


def write_simulation(out: Console, simulation: Simulation, catalog: Catalog) -> None:
    if scenario := losses.scenario_of(simulation, catalog):
        title, *rest = losses.scenario_words(scenario)
        put(out, (title, "bold"), longest=9)
        for line in rest:
            put(out, f"  {line}", longest=9)
        out.print()
    put(out, (losses.head(simulation), "bold red" if simulation.dark else "bold green"))
    if simulation.survives:
        put(out, ("Goes on: ", "bold green"), ", ".join(simulation.survives))
    if simulation.unjudged:
        put(out, ("Not known: ", "bold"), ", ".join(simulation.unjudged))
    out.print()
    listing(out, "The first hour", simulation.first_hour, limit=_EVERYTHING, longest=9)
    out.print()
    found = losses.events(simulation, catalog, brief=True)
    for event in found:
        if not event.idle:
            _event(out, event, catalog)
    if idle := [event.name for event in found if event.idle]:
        put(out, ("Nothing that was found hangs on: ", "bold"), ", ".join(idle), longest=9)
    out.print()
    put(out, ("Next: ", "bold"), losses.next_command(simulation))


def _event(out: Console, event: losses.Event, catalog: Catalog) -> None:
    put(out, (f"{event.name}, {event.when}", "bold underline"))
    listing(out, "Goes dark", event.stops, "bold red", limit=_EVERYTHING)
    listing(out, "Does not stop, but", event.strains)
    listing(out, "Take out before", event.take, limit=_EVERYTHING, longest=4)
    listing(out, "Gone for good", event.gone, limit=_EVERYTHING, longest=4)
    if event.unchecked:
        put(out, ("Exports nobody checked: ", "bold"), ", ".join(event.unchecked), longest=9)
    vendor = catalog.vendors.get(event.loss.vendor)
    listing(out, "What their terms promise", notices_words(vendor, brief=True), "", longest=4)
    out.print()
