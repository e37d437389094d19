"""`--quiet` on every command: nothing on stderr but errors. Results, files and exit codes stay what they are."""

import click

from toolkit.console import QUIET


def _keep(context: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        context.meta[QUIET] = True  # shared by a command with the groups above it


def add_quiet(command: click.Command) -> None:
    """To the command and, for a group, to all beneath it."""
    told = "Nothing on stderr but errors."
    command.params.append(click.Option(["--quiet", "-q"], is_flag=True, expose_value=False, callback=_keep, help=told))
    if isinstance(command, click.Group):
        for beneath in command.commands.values():
            add_quiet(beneath)
