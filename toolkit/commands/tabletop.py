"""`offramp tabletop AUDIT|PLAN --scenario ID`: go through a loss with the people, and keep what they answer."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit import console, errors
from toolkit.commands.knowledge import own_catalog
from toolkit.commands.losses import of_scenario, scenario_called
from toolkit.commands.options import (
    ANY_PATH,
    LOSSES,
    SCENARIO,
    catalog_option,
    format_option,
    output_option,
    outside_option,
    sign_option,
)
from toolkit.commands.sealing import sealed
from toolkit.console import Targets, emit, say

if TYPE_CHECKING:
    from toolkit.catalog.entries import Catalog, Scenario
    from toolkit.model import Audit, Loss, Plan, Tabletop, TabletopEntry

RECORD = "tabletop.json"
_MOST_BYTES = 256 * 2**20
_READ_ALOUD = {"markdown": "tabletop.md", "html": "tabletop.html"}


@click.command("tabletop")
@click.argument("file", metavar="AUDIT|PLAN", type=ANY_PATH)
@click.option("--scenario", metavar="ID", type=SCENARIO, help="The losses of a real case: see `offramp catalog list`.")
@click.option("--lose", metavar="VENDOR@NOTICE,…", type=LOSSES, help="Or of your own: aws@30h,okta@0h. Only of AUDIT.")
@click.option("--people", type=click.IntRange(1, 500), help="Who can work on the move; default: as offramp.toml says.")
@click.option("--minutes", type=click.IntRange(10, 600), default=90, show_default=True, help="What the table has.")
@click.option("--to", "folder", type=ANY_PATH, metavar="FOLDER", help="Ask, and keep the answers there; goes on there.")
@sign_option
@outside_option
@catalog_option
@format_option
@output_option
def tabletop(
    file: Path,
    scenario: str | None,
    lose: str | None,
    people: int | None,
    minutes: int,
    folder: Path | None,
    key: Path | None,
    allow_outside: bool,
    overlays: tuple[Path, ...],
    chosen: str | None,
    targets: Targets,
) -> None:
    """Go through a loss at a table: events as they come, decisions due, runbook pages to open, answers noted.

    Without --to only the script is shown, to be printed. With it each decision is asked: a line answers it, `?` or an
    empty line is a gap, the end of the input (Ctrl-D) stops; the same command goes on. One person can answer for all.
    """
    if scenario and lose:
        raise errors.BadInput("both --scenario and --lose say who is lost", hint="give one of them")
    plan, known = _plan(file, scenario, lose, people, overlays, allow_outside=allow_outside)
    from toolkit import proof
    from toolkit.tabletop import script

    if key:
        proof.check_key(key)
    record = script(plan, known, minutes=minutes)
    if folder is None:
        return emit("render_tabletop", (record,), chosen, targets)
    from toolkit.lock import locked

    with locked(folder, mode=0o700):
        record = _asked(record, folder)
        if key and record.ended and not proof.signature_of(folder / RECORD).exists():
            record = sealed(record, key, [folder / RECORD])
        for name, file_name in _READ_ALOUD.items():
            console.write("render_tabletop", (record,), name, folder / file_name)
    emit("render_tabletop", (record,), chosen, targets)
    if not record.ended:
        say(f"stopped here: the same command goes on. What was answered is in {folder}/")
    return None


# --- the plan ---------------------------------------------------------------------------------------------------------
def _plan(
    file: Path,
    scenario: str | None,
    lose: str | None,
    people: int | None,
    overlays: tuple[Path, ...],
    *,
    allow_outside: bool,
) -> "tuple[Plan, Scenario | None]":
    """The plan that is gone through: one that was handed over, or made of an audit for these losses."""
    from toolkit.documents import read_audit, read_file, read_plan
    from toolkit.kinds import kind_of
    from toolkit.plan import make_plan

    text = read_file(file, _MOST_BYTES).decode(errors="replace")
    if kind_of(text) == "a plan":
        made = read_plan(file)
        catalog = own_catalog(made.platform, file, overlays, allow_outside=allow_outside)
        if lose or people:
            raise errors.BadInput(
                "a plan has its losses and people already", where=file, hint="give the audit, or leave them out"
            )
        known = scenario_called(scenario, catalog) if scenario else None
        if known and set(of_scenario(known)) != set(made.losses):
            hint = f"offramp plan AUDIT --scenario {scenario} -o json=PLAN"
            raise errors.BadInput(f"this plan is not for the losses of {scenario}", where=file, hint=hint)
        return made, known
    audit = read_audit(file)
    catalog = own_catalog(audit.platform, file, overlays, allow_outside=allow_outside)
    known = scenario_called(scenario, catalog) if scenario else None
    losses = tuple(sorted(of_scenario(known), key=_order)) if known else _own_losses(lose, audit, catalog)
    return make_plan(audit, catalog, losses=losses, people=people, prepared=False), known


def _order(loss: "Loss") -> tuple[float, str]:
    return loss.notice_hours, loss.vendor


def _own_losses(lose: str | None, audit: "Audit", catalog: "Catalog") -> "tuple[Loss, ...]":
    from toolkit.assess.simulate import parse_losses

    if not lose:
        hint = "--scenario parler-2021, or --lose aws@30h,okta@0h"
        raise errors.BadInput("say who is lost", hint=hint)
    return parse_losses(lose, catalog, also={dependency.vendor for dependency in audit.dependencies})


# --- the table --------------------------------------------------------------------------------------------------------
def _asked(script: "Tabletop", folder: Path) -> "Tabletop":
    """The record, as far as it is answered now; on disk after every answer."""
    from toolkit.documents import read_tabletop, write_json
    from toolkit.tabletop import go

    path = folder / RECORD
    record = read_tabletop(path) if path.exists() else script
    if (record.plan, record.scenario) != (script.plan, script.scenario):
        hint = "give another folder with --to, or the file it was begun with"
        raise errors.BadInput("the answers here are to another script", where=path, hint=hint)
    if record.ended:
        say(f"{path}: gone through already; another --to begins anew")
        return record
    return go(record, ask=console.ask, tell=_tell, keep=lambda so_far: write_json(so_far, path))


def _tell(entry: "TabletopEntry") -> None:
    from toolkit.report.terminal.screen import screen, whole
    from toolkit.report.terminal.tabletop import write_entry

    with whole():
        say(screen(lambda out: write_entry(out, entry)).rstrip("\n"))
