"""`offramp simulate AUDIT`: what a loss stops, and when."""

from pathlib import Path

import click

from toolkit import errors
from toolkit.commands.knowledge import own_catalog
from toolkit.commands.losses import lose_option, read_losses, scenario_option
from toolkit.commands.options import ANY_PATH, catalog_option, format_option, output_option, outside_option
from toolkit.console import Targets, emit


@click.command()
@click.argument("audit_file", type=ANY_PATH)
@lose_option
@scenario_option
@outside_option
@catalog_option
@format_option
@output_option
def simulate(
    audit_file: Path,
    lose: str | None,
    scenario: str | None,
    allow_outside: bool,
    overlays: tuple[Path, ...],
    chosen: str | None,
    targets: Targets,
) -> None:
    """Say what goes dark, when, for whom, and what data is lost."""
    from toolkit.assess.simulate import simulate as run
    from toolkit.documents import read_audit

    result = read_audit(audit_file)
    catalog = own_catalog(result.platform, audit_file, overlays, allow_outside=allow_outside)
    if not (lose or scenario):
        raise errors.BadInput("nobody is lost", hint="say who: --lose aws@30h,okta@0h or --scenario ID")
    losses = read_losses(lose, scenario, result, catalog)
    outcome = run(result, catalog, losses, scenario=scenario or "")
    emit("render_simulation", (outcome, result, catalog), chosen, targets)
