"""`offramp ci`: what a pipeline needs of its forge: the default branch's baseline, and one comment kept up to date.

The token comes from the environment only. What the forge refuses is said and is no failure of the pipeline: the verdict
is the gate's, and its text lies in the job's summary too.
"""

import os
from pathlib import Path

import click

from toolkit.commands.options import ANY_PATH
from toolkit.console import say


@click.group()
def ci() -> None:
    """For pipelines: fetch the baseline, comment on the pull request. docs/ci/README.md shows whole pipelines."""


@ci.command("baseline")
@click.argument("file", type=ANY_PATH)
@click.option("--artefact", default="offramp-baseline", show_default=True, metavar="NAME", help="Where it was kept.")
def ci_baseline(file: Path, artefact: str) -> None:
    """Fetch the default branch's last audit into FILE. Without one FILE is not made, and that is said."""
    from toolkit.documents import read_audit, write_bytes
    from toolkit.errors import BadInput
    from toolkit.pipelines import forge_of

    with forge_of(os.environ) as forge:
        content = forge.baseline(artefact) if forge else None
    if content is None:
        say("no baseline: the default branch has kept no audit yet, or this is no pipeline that is known")
        return
    write_bytes(file, content)
    try:
        read_audit(file)
    except BadInput as err:  # of an older Offramp, or half of one: as good as none
        file.unlink()
        say(f"no baseline: what the default branch kept cannot be read ({err.what})")
        return
    say(f"wrote {file}: the default branch's last audit")


@ci.command("comment")
@click.argument("file", type=ANY_PATH)
def ci_comment(file: Path) -> None:
    """Put FILE (the gate's Markdown) on the pull request; a comment made before is updated in its place."""
    from toolkit.documents import read_file
    from toolkit.pipelines import forge_of

    text = read_file(file, 2**20).decode(errors="replace")
    with forge_of(os.environ) as forge:
        if forge is None or forge.pull_request is None:
            say("no comment: this is no pull request of a pipeline that is known")
            return
        say(forge.comment(text))
