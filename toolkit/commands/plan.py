"""`offramp plan AUDIT`: what to do, in what order; as a table of losses, as a page for today, as runbooks."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit.commands.knowledge import own_catalog
from toolkit.commands.losses import lose_option, read_losses, scenario_option
from toolkit.commands.options import ANY_PATH, catalog_option, format_option, output_option, outside_option
from toolkit.console import Targets, emit, say
from toolkit.errors import BadInput

if TYPE_CHECKING:
    from toolkit.catalog.entries import Catalog
    from toolkit.model import Plan, Today


@click.command()
@click.argument("audit_file", type=ANY_PATH)
@lose_option
@scenario_option
@click.option("--people", type=click.IntRange(1, 500), help="Who can work on it; default: offramp.toml's people.")
@click.option("--away", metavar="NAME,…", help="Who of offramp.toml's [[person]]s cannot be reached.")
@click.option("--prepared", is_flag=True, help="As if copies and contracts were held already.")
@click.option("--compare", is_flag=True, help="A table of losses instead: each company that can stop a journey.")
@click.option("--today", is_flag=True, help="A table of what to do before anything happens, and what each saves.")
@click.option("--runbooks", type=ANY_PATH, metavar="FOLDER", help="Also write printable runbooks (Markdown and HTML).")
@outside_option
@catalog_option
@format_option
@output_option
def plan(
    audit_file: Path,
    lose: str | None,
    scenario: str | None,
    people: int | None,
    away: str | None,
    prepared: bool,
    compare: bool,
    today: bool,
    runbooks: Path | None,
    allow_outside: bool,
    overlays: tuple[Path, ...],
    chosen: str | None,
    targets: Targets,
) -> None:
    """Say what to do, in what order, in the hours there are."""
    from toolkit.documents import read_audit
    from toolkit.plan import make_plan
    from toolkit.plan.away import without_people

    if sum((compare, today, bool(runbooks))) > 1:
        raise BadInput("--compare, --today and --runbooks each show something else", hint="ask for one at a time")
    result = read_audit(audit_file)
    catalog = own_catalog(result.platform, audit_file, overlays, allow_outside=allow_outside)
    result = without_people(result, away.split(",") if away else ())
    losses = read_losses(lose, scenario, result, catalog) if lose or scenario else ()
    if compare:
        from toolkit.plan.compare import compare as side_by_side

        table = side_by_side(result, catalog, losses=[losses] if losses else (), people=people)
        return emit("render_comparison", (table, catalog), chosen, targets)
    if today:
        from toolkit.plan.today import today as worth_doing

        page = worth_doing(result, catalog, losses=losses, people=people)
        return emit("render_today", (page, catalog), chosen, targets)
    made = make_plan(result, catalog, losses=losses, people=people, prepared=prepared)
    if runbooks:
        from toolkit.plan.today import today as worth_doing

        _write_runbooks(made, worth_doing(result, catalog, losses=losses, people=people), catalog, runbooks)
    return emit("render_plan", (made, catalog), chosen, targets)


def _write_runbooks(made: "Plan", today: "Today", catalog: "Catalog", folder: Path) -> None:
    from toolkit.documents import write_text
    from toolkit.lock import locked
    from toolkit.report.markdown import render_today
    from toolkit.report.runbooks import runbooks

    pages = {**runbooks(made, catalog), "today.md": render_today(today, catalog)}
    with locked(folder):
        for name, text in pages.items():
            write_text(folder / name, text)
        others = sorted({path.name for path in folder.glob("*.md")} - pages.keys())
    say(f"wrote {folder}/")
    if others:
        say(f"not of this plan, but in {folder}/ too: {', '.join(others)}; remove what an earlier plan left")
