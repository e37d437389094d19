"""What goes dark, when and through whom; which data is lost; what can still be taken out."""

from rich.console import Console

from toolkit.model import Simulation
from toolkit.report.terminal.screen import in_hours, listing, plural, put


def write_simulation(out: Console, simulation: Simulation) -> None:
    lost = ", ".join(f"{loss.vendor} with {in_hours(loss.notice_hours)} notice" for loss in simulation.losses)
    put(out, ("Lost: ", "bold"), lost)
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
    held = [f"{item.dependency}: {', '.join(item.hostage)}" for item in simulation.lost if item.hostage]
    listing(out, "Data that cannot be taken out", held)
    listing(out, f"To take out within {in_hours(simulation.time_to_export_hours)}", _exportable(simulation))
    if unchecked := [item.dependency for item in simulation.lost if item.unchecked]:
        put(out, ("Exports nobody checked: ", "bold"), ", ".join(unchecked))
    out.print()
    arguments = ",".join(f"{loss.vendor}@{loss.notice_hours:g}h" for loss in simulation.losses)
    put(out, ("Next: ", "bold"), f"offramp plan audit.json --lose {arguments}")


def _exportable(simulation: Simulation) -> list[str]:
    return [f"{item.dependency}: {', '.join(item.exportable)}" for item in simulation.lost if item.exportable]


def _after(hours: float) -> str:
    return f"after {in_hours(hours)}" if hours else "at once"
