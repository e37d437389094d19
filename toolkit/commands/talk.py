"""Options of every command: `--quiet` and `--progress` for stderr, `--all` where a terminal shows only the first lines.

Results, files and exit codes stay what they are.
"""

from collections.abc import Callable

import click

from toolkit.console import QUIET, WHOLE, talk_json


def _keep(key: str) -> Callable[[click.Context, click.Parameter, bool], None]:
    def keep(context: click.Context, _option: click.Parameter, value: bool) -> None:
        if value:
            context.meta[key] = True  # shared by a command with the groups above it

    return keep


def _talk(context: click.Context, _option: click.Parameter, value: str | None) -> None:
    if value or context.parent is None:  # a command without it talks as the groups above it were told
        talk_json(value == "json")


def _flag(names: list[str], key: str, told: str) -> click.Option:
    return click.Option(names, is_flag=True, expose_value=False, callback=_keep(key), help=told)


def add_talk(command: click.Command) -> None:
    """To the command and, for a group, to all beneath it."""
    if any(option.name == "chosen" for option in command.params):
        command.params.append(_flag(["--all"], WHOLE, "Cut no list that the terminal shows."))
    command.params.append(_flag(["--quiet", "-q"], QUIET, "Nothing on stderr but errors."))
    formats = click.Choice(["text", "json"])
    told = "How stderr talks; json: JSON Lines, for programs."
    command.params.append(click.Option(["--progress"], type=formats, expose_value=False, callback=_talk, help=told))
    if isinstance(command, click.Group):
        for beneath in command.commands.values():
            add_talk(beneath)
