"""`offramp guard`: the commands. They compose and say what they do; nothing else."""

import time
from pathlib import Path

import click

from toolkit.errors import BadInput

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
    try:
        from toolkit.guard import eras
        from toolkit.guard.serve import opened
        from toolkit.guard.settings import read_settings
    except ImportError as err:
        raise _missing(err) from err
    engine = opened(read_settings(config), config)
    with engine.begin() as connection:
        eras.begin(connection, time.time())
    engine.dispose()
    click.echo("forgotten: every challenge and answer that was out")


def _missing(err: ImportError) -> BadInput:
    return BadInput(f"{err.name} is not installed", where="offramp guard", hint="pip install 'offramp[otp]'")
