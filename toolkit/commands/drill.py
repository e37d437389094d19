"""`offramp drill INFRA`: build it, lose it, bring it back, on hosts that may be destroyed."""

from pathlib import Path
from typing import cast

import click

from toolkit import console, errors, shipped
from toolkit.commands.options import ANY_PATH, EXISTING, format_option, output_option, sign_option
from toolkit.console import Targets, emit, say


@click.command()
@click.argument("infra", type=EXISTING, required=False)
@click.option(
    "--from", "bag", type=EXISTING, metavar="GOBAG", help="Drill what is in this go-bag, with nothing else to be had."
)
@click.option("--lab", type=click.Choice(["incus"]), help="Make throwaway hosts for it on this machine.")
@click.option("--hosts", type=ANY_PATH, metavar="FILE", help="terraform.tfvars of hosts that may be destroyed instead.")
@click.option(
    "--state", type=ANY_PATH, metavar="FOLDER", help="The drill's own folder: journal, log, work in progress."
)
@sign_option
@format_option
@output_option
def drill(
    infra: Path | None,
    bag: Path | None,
    lab: str | None,
    hosts: Path | None,
    state: Path | None,
    key: Path | None,
    chosen: str | None,
    targets: Targets,
) -> None:
    """Build the generated project INFRA on hosts that may be destroyed, lose them, rebuild from backups, prove it."""
    from toolkit import proof
    from toolkit.commands.sealing import emit_sealed
    from toolkit.drill import JOURNAL
    from toolkit.drill import drill as run
    from toolkit.lock import locked

    if (lab is None) == (hosts is None):
        raise errors.BadInput("say where the drill may happen", hint="either --lab incus or --hosts FILE")
    if (infra is None) == (bag is None):
        raise errors.BadInput("say what is drilled", hint="either the project INFRA or --from GOBAG, which has one")
    if key:
        proof.check_key(key)
    project = _of_bag(bag.resolve()) if bag else cast(Path, infra)
    folder = state or _state_folder() / "drills" / (bag or project).resolve().name
    say(f"journal and log: {folder}")
    with locked(folder, mode=0o700), console.log_file(folder.with_name(folder.name + ".log")) as details:
        settings = {"hosts": hosts, "bag": bag.resolve() if bag else None}
        journal = run(project, folder=folder, tool=shipped.tool(), log=say, details=details, **settings)
    if key:
        journal = emit_sealed(journal, key, folder / JOURNAL, chosen, targets)
    else:
        emit("render_journal", (journal,), chosen, targets)
    if not journal.restored:
        failed = [step for step in journal.steps if step.outcome == "failed"]
        raise errors.NotRestored("the drill did not bring the platform back", where=", ".join(s.id for s in failed))


def _of_bag(bag: Path) -> Path:
    """The project in a go-bag, which must be as it was packed and lack nothing."""
    from toolkit.documents import read_bag
    from toolkit.lock import unchanged
    from toolkit.pack import MANIFEST, verify

    with unchanged(bag):
        if wrong := next(verify(bag), None):
            raise errors.BadInput(wrong, where=bag, hint="`offramp pack --verify` lists all; pack it again")
        if gaps := read_bag(bag / MANIFEST).gaps:
            what = f"the go-bag lacks {len(gaps)} things, {gaps[0].what} among them"
            raise errors.Incomplete(what, where=bag, hint="a rebuild from it would need a network")
    return bag / "infra"


def _state_folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_state_dir("offramp"))
