"""Options that several commands have, and what a shell may complete for them.

Formats are asked of the registry, ids of the catalogue, and only when help or completion needs them: `offramp --help`
stays instant.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from toolkit.console import formats, parse_targets

ANY_PATH = click.Path(path_type=Path)
EXISTING = click.Path(exists=True, path_type=Path)
# What a command renders, by which its formats are found; "catalog list" is the group's and the command's name
RENDERERS = {
    "audit": "render",
    "diff": "render_diff",
    "simulate": "render_simulation",
    "plan": "render_plan",
    "drill": "render_journal",
    "tabletop": "render_tabletop",
    "gate": "render_verdict",
    "explain": "render_rule",
    "catalog list": "render_catalog",
    "catalog show": "render_entry",
    "doctor": "render_needs",
}


def formats_of(context: click.Context) -> tuple[str, ...]:
    name = context.command_path.partition(" ")[2]
    return formats(RENDERERS[name]) if name in RENDERERS else ()


class FormatOption(click.Option):
    """Its help names the formats that this command has."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        return record and (record[0], record[1].replace("FORMATS", ", ".join(formats_of(ctx)) or "text"))


class NamesRules(click.Command):
    """Its help ends with all rules."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from toolkit.catalog.folders import load

        with formatter.section("Rules"):
            formatter.write_dl([(ident, rule.title) for ident, rule in sorted(load().rules.items())])


class Names(click.ParamType[Any]):
    """A word of which the shell may complete the rest; it is checked by whoever takes it."""

    name = "name"

    def __init__(self, known: Callable[[click.Context], Iterable[str]], ending: str = "") -> None:
        self._known, self._ending = known, ending

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        names = (f"{name}{self._ending}" for name in self._known(ctx))
        return [CompletionItem(name) for name in sorted(names) if name.startswith(incomplete)]


def of_catalog(*tables: str) -> Callable[[click.Context], Iterable[str]]:
    """Ids of these tables of the shipped catalogue."""

    def known(_context: click.Context) -> Iterable[str]:
        from toolkit.catalog.folders import load

        catalog = load()
        return [name for table in tables for name in getattr(catalog, table)]

    return known


FORMAT = Names(formats_of)
TARGET = Names(formats_of, "=")
SCENARIO = Names(of_catalog("scenarios"))
LOSSES = Names(of_catalog("vendors"), "@")
RULE = Names(of_catalog("rules", "services", "vendors", "engines"))
ENTRY = Names(of_catalog("services", "vendors", "capabilities", "rules", "scenarios", "blueprints"))
CAPABILITY = Names(of_catalog("capabilities"))

format_option = click.option(
    "--format",
    "chosen",
    metavar="NAME",
    cls=FormatOption,
    type=FORMAT,
    help="What stdout gets; default: text. There are: FORMATS.",
)
output_option = click.option(
    "-o",
    "targets",
    multiple=True,
    metavar="FORMAT=FILE",
    type=TARGET,
    callback=parse_targets,
    help="Write a file too; repeatable.",
)
catalog_option = click.option(
    "--catalog",
    "overlays",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Folder with your own vendors, rules and blueprints.",
)
source_url_option = click.option(
    "--source-url",
    metavar="URL",
    help="What file:line links begin with; default: the commit that CI says it builds.",
)
outside_option = click.option(
    "--allow-outside", is_flag=True, help="Folders outside may be named: trust whoever wrote the file."
)
sign_option = click.option(
    "--sign", "key", type=ANY_PATH, metavar="KEY", help="Sign the record with this SSH key: docs/proof.md."
)
