"""`offramp explain ID`: why a rule exists, why a dependency was reported or was not."""

from pathlib import Path

import click

from toolkit.catalog.search import engine_called, recognised
from toolkit.commands.knowledge import known, own_catalog
from toolkit.commands.options import ANY_PATH, RULE, NamesRules, catalog_option, format_option, outside_option
from toolkit.console import emit, say


@click.command(cls=NamesRules)
@click.argument("ident", metavar="ID", type=RULE)
@click.option("--audit", "audit_file", type=ANY_PATH, help="Explain what this audit says of a dependency.")
@outside_option
@catalog_option
@format_option
def explain(
    ident: str, audit_file: Path | None, allow_outside: bool, overlays: tuple[Path, ...], chosen: str | None
) -> None:
    """Say why a rule exists, or why a dependency ("aws/s3") was, or was not, reported.

    Without --audit: what is known of the dependency, or of an engine ("postgresql"), and by what it is recognised.
    """
    from toolkit.documents import read_audit
    from toolkit.identify.dependencies import why
    from toolkit.identify.engines import why_needed

    catalog = known(overlays)
    if rule := catalog.rules.get(ident):
        return emit("render_rule", (rule, catalog), chosen, ())
    if audit_file is None:
        emit("render_entry", (*recognised(catalog, ident), catalog), chosen, ())
        return say("Where it was seen, and whether that counts: add --audit FILE")
    result = read_audit(audit_file)
    catalog = own_catalog(result.platform, audit_file, overlays, allow_outside=allow_outside)
    engine = engine_called(ident, catalog)
    if engine and catalog.entry(ident) is None:
        explanation = why_needed(engine, result)
    else:
        explanation = why(ident, result.survey, catalog, result.platform)
    return emit("render_explanation", (explanation, result, catalog), chosen, ())
