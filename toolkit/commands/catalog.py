"""`offramp catalog list|show|validate`: what Offramp knows."""

from pathlib import Path

import click

from toolkit import errors
from toolkit.catalog.search import KINDS, narrowed, one_called
from toolkit.commands.knowledge import known
from toolkit.commands.options import CAPABILITY, ENTRY, catalog_option, format_option
from toolkit.console import emit, say


@click.group("catalog")
def catalog_group() -> None:
    """What Offramp knows: vendors, services, rules, scenarios, blueprints."""


@catalog_group.command("validate")
@catalog_option
def catalog_validate(overlays: tuple[Path, ...]) -> None:
    """Check the catalogue, and your overlay folders, against the published schemas."""
    from toolkit.catalog.consistency import validate
    from toolkit.catalog.folders import load

    catalog = load(overlays)
    if problems := validate(catalog):
        raise errors.BadCatalog("\n".join(problems), where="catalogue")
    say(
        f"valid: {len(catalog.vendors)} vendors, {len(catalog.services)} services, {len(catalog.rules)} rules, "
        f"{len(catalog.scenarios)} scenarios, {len(catalog.blueprints)} blueprints"
    )


@catalog_group.command("list")
@click.argument("text", nargs=-1)
@click.option("--kind", type=click.Choice(KINDS), help="Only these.")
@click.option(
    "--capability", metavar="NAME", type=CAPABILITY, help='Only what has it, or one like it: "otp.sms", "data.*".'
)
@click.option("--depth", "in_depth", is_flag=True, help="How much is known of each vendor, and how much has a source.")
@catalog_option
@format_option
def catalog_list(
    text: tuple[str, ...],
    kind: str | None,
    capability: str | None,
    in_depth: bool,
    overlays: tuple[Path, ...],
    chosen: str | None,
) -> None:
    """List every id with its name; with TEXT, those with these words in id or name."""
    from toolkit.catalog.depth import depth

    catalog = narrowed(known(overlays), kind, capability, " ".join(text))
    if not any(getattr(catalog, name) for name in KINDS):
        raise errors.BadInput("nothing in the catalogue is like that", hint="`offramp catalog list` lists everything")
    renderer, value = ("render_depth", depth(catalog)) if in_depth else ("render_catalog", catalog)
    emit(renderer, (value,), chosen, ())


@catalog_group.command("show")
@click.argument("ident", metavar="ID", type=ENTRY)
@catalog_option
@format_option
def catalog_show(ident: str, overlays: tuple[Path, ...], chosen: str | None) -> None:
    """Show everything known of one vendor, service, rule, scenario or blueprint, by id or by name ("amazon s3")."""
    catalog = known(overlays)
    emit("render_entry", (*one_called(catalog, ident), catalog), chosen, ())
