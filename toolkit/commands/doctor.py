"""`offramp doctor`: what is missing on this machine."""

import click

from toolkit.commands.options import format_option
from toolkit.console import emit


@click.command()
@format_option
def doctor(chosen: str | None) -> None:
    """Say what is missing on this machine, for what, and how to get it."""
    from toolkit.doctor import doctor as examine

    emit("render_needs", (examine(),), chosen, ())
