"""`offramp guard`: the commands. They compose and say what they do; nothing else."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit.errors import BadInput

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from toolkit.guard.shared import Guard

_CONFIG = click.option(
    "--config", type=click.Path(path_type=Path), required=True, help="The guard's TOML file, see docs/guard.md."
)


@click.group()
def guard() -> None:
    """The sign-up guard: answers as captcha vendors do, by proof of work, and says who may register."""


@guard.command("serve")
@_CONFIG
def serve_command(config: Path) -> None:
    """Serve until interrupted."""
    try:
        from toolkit.guard.serve import serve
        from toolkit.guard.settings import read_settings
    except ImportError as err:
        raise _missing(err) from err
    serve(read_settings(config), where=config)


@guard.command("forget")
@_CONFIG
def forget_command(config: Path) -> None:
    """Make every challenge and answer that is out worthless: after a backup was restored."""
    with _opened(config) as (_, connection):
        from toolkit.guard import eras

        eras.begin(connection, time.time())
    click.echo("forgotten: every challenge and answer that was out")


@guard.command("invite")
@_CONFIG
@click.option("--uses", type=click.IntRange(1, 10_000), default=1, show_default=True, help="How many may come by it.")
@click.option("--account", default="", help="In whose name; without it the operator's own.")
def invite_command(config: Path, uses: int, account: str) -> None:
    """Print a new invitation."""
    with _opened(config) as (guard_, connection):
        from toolkit.guard import invitations

        click.echo(invitations.invite(guard_, connection, account, uses=uses))


@guard.command("revoke")
@_CONFIG
@click.argument("code")
def revoke_command(config: Path, code: str) -> None:
    """Make an invitation worthless."""
    with _opened(config) as (guard_, connection):
        from toolkit.guard import invitations

        found = invitations.revoke(guard_, connection, code)
    click.echo("revoked" if found else "this is no invitation that was good")


@guard.command("branch")
@_CONFIG
@click.option("--cut-off", is_flag=True, help="They invite nobody any more, and their invitations are worthless.")
@click.argument("account")
def branch_command(config: Path, cut_off: bool, account: str) -> None:
    """Print an account and everybody who came by its invitations, one a line."""
    with _opened(config) as (_, connection):
        from toolkit.guard import invitations

        these = invitations.branch(connection, account)
        if cut_off:
            codes = invitations.cut_off(connection, these)
            click.echo(f"{codes} invitations revoked", err=True)
    click.echo("\n".join(these))


@guard.command("room")
@_CONFIG
@click.argument("what", type=click.Choice(["shut", "open", "show"]))
def room_command(config: Path, what: str) -> None:
    """Shut or open the waiting room, or show who waits: shut, nobody registers, and everybody keeps their place."""
    with _opened(config) as (_, connection):
        from toolkit.guard import room

        if what != "show":
            room.shut(connection, "operator", closed=what == "shut")
        is_shut, length = room.is_shut(connection), room.length(connection)
    click.echo(f"{'shut' if is_shut else 'open'}, {length} waiting")


@contextlib.contextmanager
def _opened(config: Path) -> "Iterator[tuple[Guard, Connection]]":
    """The guard of these settings and a transaction; a refusal becomes BadInput."""
    try:
        from toolkit.guard.refusals import Refusal
        from toolkit.guard.serve import guard_of
        from toolkit.guard.settings import read_settings
    except ImportError as err:
        raise _missing(err) from err
    made = guard_of(read_settings(config), config, time.time)
    try:
        with made.engine.begin() as connection:
            yield made, connection
    except Refusal as refusal:
        raise BadInput(f"refused: {refusal.reason}", where="offramp guard") from None
    finally:
        made.engine.dispose()


def _missing(err: ImportError) -> BadInput:
    return BadInput(f"{err.name} is not installed", where="offramp guard", hint="pip install 'offramp[otp]'")
