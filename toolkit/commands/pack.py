"""`offramp pack INFRA --to FOLDER`: all that the rebuild needs, in a folder; `--verify FOLDER`: is it as packed?"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit import errors, shipped
from toolkit.commands.options import ANY_PATH
from toolkit.console import say

if TYPE_CHECKING:
    from toolkit.model import Bag


@click.command("pack")
@click.argument("infra", type=ANY_PATH, required=False)
@click.option(
    "--to", "folder", type=ANY_PATH, metavar="FOLDER", help="The go-bag; an earlier one is brought up to date."
)
@click.option("--debian", "release", type=int, default=13, show_default=True, help="The hosts' release: 12 or 13.")
@click.option("--architecture", help="The hosts', in Debian's words (amd64, arm64); default: this machine's.")
@click.option("--sign", "key", type=ANY_PATH, metavar="KEY", help="Sign the checksums with this SSH key.")
@click.option("--verify", "packed", type=ANY_PATH, metavar="FOLDER", help="Only say what of a bag is not as packed.")
def pack_command(
    infra: Path | None,
    folder: Path | None,
    release: int,
    architecture: str | None,
    key: Path | None,
    packed: Path | None,
) -> None:
    """Pack all that a rebuild of INFRA fetches (packages, wheels, archives, sources), so that it needs no internet.

    What could not be had is listed, with what that breaks: exit code 3. A bag that is not as it was packed: 2.
    """
    if packed:
        _verify(packed)
    elif infra and folder:
        _pack(infra, folder, release, architecture, key)
    else:
        raise errors.BadInput("say what to pack, and where to", hint="offramp pack INFRA --to FOLDER")


def _pack(infra: Path, folder: Path, release: int, architecture: str | None, key: Path | None) -> None:
    from toolkit.lock import locked, unchanged
    from toolkit.pack import pack, sign
    from toolkit.tools import apt

    with locked(folder), unchanged(infra):
        made = pack(
            infra,
            folder,
            tool=shipped.tool(),
            release=release,
            architecture=architecture or apt.architecture(),
            say=say,
        )
        if key:
            sign(folder, key)
    _tell_gaps(made, folder)


def _tell_gaps(made: "Bag", folder: Path) -> None:
    """On stdout: it is the command's result."""
    from toolkit.report.escape import visible

    for gap in made.gaps:
        click.echo(visible(f"could not be had: {gap.what}") + "\n  breaks: " + visible(gap.breaks))
        for line in gap.why.splitlines():
            click.echo(f"  {visible(line)}")
    if made.gaps:
        raise errors.Incomplete(f"the go-bag lacks {len(made.gaps)} things", where=folder)


def _verify(folder: Path) -> None:
    from toolkit.lock import unchanged
    from toolkit.pack import verify
    from toolkit.report.escape import visible

    with unchanged(folder):
        found = list(verify(folder))
    for line in found:
        click.echo(visible(line))
    if found:
        raise errors.BadInput(f"{len(found)} files are not as they were packed", where=folder, hint="pack it again")
    say(f"{folder}: all as packed")
