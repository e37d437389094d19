"""`offramp generate PLAN --to FOLDER`: the Terraform and Ansible project."""

import os.path
from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit import errors
from toolkit.commands.knowledge import own_catalog
from toolkit.commands.options import ANY_PATH, EXISTING, catalog_option, outside_option
from toolkit.console import say, say_visibly

if TYPE_CHECKING:
    from toolkit.generate import Vault
    from toolkit.model import Plan


@click.command()
@click.argument("plan_file", type=ANY_PATH)
@click.option("--target", default="hosts", show_default=True, metavar="NAME", help="What Terraform drives.")
@click.option("--to", "folder", type=ANY_PATH, required=True, help="The generated project's folder.")
@click.option("--source", type=EXISTING, help="Where offramp.toml's relative paths start; default: here.")
@click.option("--vault-key", type=ANY_PATH, help="Key of the generated vault; kept outside FOLDER.")
@click.option("--over-another", is_flag=True, help="Even where another platform's or target's project lies.")
@click.option("--validate", is_flag=True, help="Then validate it with the real Terraform and Ansible.")
@outside_option
@catalog_option
def generate(
    plan_file: Path,
    target: str,
    folder: Path,
    source: Path | None,
    vault_key: Path | None,
    over_another: bool,
    validate: bool,
    allow_outside: bool,
    overlays: tuple[Path, ...],
) -> None:
    """Write the Terraform and Ansible project that builds the replacements. It works with Offramp uninstalled."""
    from toolkit.documents import read_plan
    from toolkit.generate import default_key, make_vault, write
    from toolkit.generate import generate as make
    from toolkit.lock import locked
    from toolkit.outside import refuse_outside

    made = read_plan(plan_file)
    base = source or Path()
    catalog = own_catalog(made.platform, plan_file, overlays, allow_outside=allow_outside, base=base)
    if not allow_outside:
        refuse_outside(made.platform, base, where=plan_file, keys=["source"])
    key = vault_key.absolute() if vault_key else Path(default_key(made.platform.name, folder))
    files = make(made, catalog, target=target, sources=_seen_from(folder, base), vault_key=str(key))
    with locked(folder):
        written = write(files, folder, over_another=over_another)
        say(str(written))
        _tell_key(make_vault(made, catalog, folder, key=key))
        if validate:
            _validate(folder)
    _tell_sources(made, base)
    _tell_obstacles(made)
    if written.conflicts:
        click.echo(written.diff, nl=False)
        raise errors.BadInput("files you edited were kept", where=folder, hint="merge each FILE.new, then remove it")


def _seen_from(folder: Path, place: Path) -> str:
    return os.path.relpath(place.resolve(), folder.resolve())


def _tell_key(vault: "Vault") -> None:
    if vault.new_key:
        say(f"The vault's key is in {vault.key_file}. Print it for the safe; it is shown this once:\n  {vault.new_key}")


def _tell_sources(made: "Plan", base: Path) -> None:
    """Where applications are built from is a guess until somebody has seen it."""
    for one in made.platform.applications:
        place = (base / one.source).resolve()
        wanted = place / (one.container.dockerfile or "Dockerfile") if one.run == "container" else place
        if one.container.image or wanted.exists() or (one.run == "container" and (place / "Containerfile").exists()):
            say_visibly(f"{one.name} will be built from {place}")
        else:
            say_visibly(f"{one.name} would be built from {place}, and there is no {wanted}\n  hint: --source FOLDER")


def _tell_obstacles(made: "Plan") -> None:
    for one in made.obstacles:
        say_visibly(f"not runnable yet, because {one.reason}" + (f"\n  hint: {one.hint}" if one.hint else ""))


def _validate(folder: Path) -> None:
    """What the real Terraform and Ansible say of the project."""
    from toolkit.tools import ansible, terraform

    project = terraform.project(folder, log=say)
    terraform.init(project)
    terraform.validate(project)
    ansible.check_syntax(folder, "site.yml")
    say(f"{folder} is valid: Terraform and Ansible accept it")
