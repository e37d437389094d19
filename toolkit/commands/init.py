"""`offramp init PATH…`: a draft of offramp.toml, with the open questions."""

from pathlib import Path

import click

from toolkit import console, errors
from toolkit.commands.audited import audited
from toolkit.commands.options import ANY_PATH, catalog_option, outside_option
from toolkit.console import say


@click.command()
@click.argument("paths", nargs=-1, type=ANY_PATH)
@click.option("--to", "file", type=ANY_PATH, help="Where to write; default: offramp.toml in the first PATH.")
@outside_option
@click.option("--ask", is_flag=True, help="Ask the open questions here: y, n, a name, or Enter to skip.")
@catalog_option
def init(
    paths: tuple[Path, ...], file: Path | None, allow_outside: bool, ask: bool, overlays: tuple[Path, ...]
) -> None:
    """Draft a commented offramp.toml from an audit of PATH, for you to correct. An existing one is never touched.

    Open questions stand in it as comments, the most decisive first; --ask asks them here.
    """
    from toolkit.assess import default_journeys
    from toolkit.collect.programs import find_programs
    from toolkit.collect.roots import find_roots
    from toolkit.documents import write_new
    from toolkit.draft.interview import questions_as_toml
    from toolkit.draft.platform import draft

    target = file or (paths[0] if paths else Path()) / "offramp.toml"
    there = errors.BadInput("already there", where=target, hint="edit it, or draft another with --to FILE")
    if target.exists():
        raise there
    result, catalog = audited(paths, None, overlays, allow_outside=allow_outside)
    programs = find_programs(find_roots(paths, result.platform, Path(), allow_outside=allow_outside))
    answers = questions_as_toml(result, catalog, console.ask if ask else None, say)
    journeys = default_journeys(result.dependencies, catalog)
    text = draft(result, journeys, programs, catalog, base=target.parent, answers=answers)
    if not write_new(target, text):  # somebody made one meanwhile
        raise there
    say(f"wrote {target}: correct it, then run `offramp audit {target.parent}`")
