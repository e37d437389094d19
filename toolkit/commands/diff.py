"""`offramp diff OLD NEW`: two audits → what is new, gone, worse and better."""

from pathlib import Path

import click

from toolkit.commands.knowledge import own_catalog
from toolkit.commands.options import (
    ANY_PATH,
    catalog_option,
    format_option,
    output_option,
    outside_option,
    source_url_option,
)
from toolkit.console import Targets, emit


@click.command("diff")
@click.argument("old", type=ANY_PATH)
@click.argument("new", type=ANY_PATH)
@source_url_option
@outside_option
@catalog_option
@format_option
@output_option
def diff_command(
    old: Path,
    new: Path,
    source_url: str | None,
    allow_outside: bool,
    overlays: tuple[Path, ...],
    chosen: str | None,
    targets: Targets,
) -> None:
    """Say what NEW depends on that OLD did not, which journeys are better and worse, and why.

    Both are audits in JSON. What only moved within its file is no change; what only a newer catalogue knows is said to
    be that.
    """
    from toolkit.assess.diff import diff
    from toolkit.documents import read_audit
    from toolkit.forge import source_url as of_this_build

    earlier, later = read_audit(old), read_audit(new)
    catalog = own_catalog(later.platform, new, overlays, allow_outside=allow_outside)
    made = diff(earlier, later, source_url=of_this_build(source_url, later))
    emit("render_diff", (made, catalog), chosen, targets)
