"""Generate into FOLDER/TARGET a project with every blueprint, for each target: `every_blueprint.py FOLDER`."""

import sys
from pathlib import Path

from toolkit.catalog.entries import Blueprint
from toolkit.catalog.folders import load
from toolkit.documents import read_platform
from toolkit.generate import generate, make_vault, write
from toolkit.model import SCHEMA_VERSION, HostNeed, Plan, Replacement, Schedule

TARGETS = ("hosts", "incus")


def main() -> None:
    folder, catalog = Path(sys.argv[1]), load()
    platform = read_platform(Path(__file__).parents[1] / "examples/offramp.toml")
    blueprints = catalog.blueprints
    plan = Plan(
        schema_version=SCHEMA_VERSION,
        tool="offramp",
        catalog=catalog.hash,
        platform=platform,
        losses=(),
        hosts=(HostNeed("all-1", 4096, 2, 20, tuple(blueprints)),),
        replacements=tuple(replacement(slug, blueprint) for slug, blueprint in blueprints.items()),
        tasks=(),
        schedule=Schedule(people=1, makespan_hours=0, lower_bound_hours=0),
    )
    for target in TARGETS:
        key = folder / f"{target}.vault-key"
        write(generate(plan, catalog, target=target, vault_key=str(key)), folder / target)
        make_vault(plan, catalog, folder / target, key=key)


def replacement(slug: str, blueprint: Blueprint) -> Replacement:
    wanted = [one for one in blueprint.inputs if one.required and one.default is None]
    inputs = {one.name: {"string": "x", "integer": 1, "boolean": True}.get(one.type, []) for one in wanted}
    return Replacement(slug, blueprint.version, blueprint.capabilities, (), ("all-1",), inputs)


if __name__ == "__main__":
    main()
