"""A board behind two edges on lab hosts: `edge-1`, `edge-2`, `web`; others of the lab are people and attackers."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import projects

from toolkit.catalog.folders import load
from toolkit.drill.lab import Lab
from toolkit.model import SCHEMA_VERSION, Application, HostNeed, Plan, Platform, Replacement, Schedule

NAME = "board.example"
BOARD = Path(__file__).with_name("edge_board.py")


def plan(edges: tuple[str, ...], inputs: Mapping[str, Any]) -> Plan:
    """The plan of a board on the host `web`, with these edges before it; with none it faces everybody itself. `inputs`
    are those of what faces everybody."""
    catalog = load()
    board = Application(
        name="board",
        source="board",
        runtime="binary",
        packages=("python3",),
        start="exec python3 edge_board.py",
        health="/who",
    )
    placed = {"web": ("web",), **({"edge": edges} if edges else {})}
    facing = "edge" if edges else "web"
    replacements = tuple(
        Replacement(
            slug,
            "1",
            catalog.blueprints[slug].capabilities,
            (),
            hosts,
            dict(inputs) if slug == facing else {},
        )
        for slug, hosts in placed.items()
    )
    hosts = tuple(HostNeed(host, 1024, 2, 10, (slug,)) for slug, names in placed.items() for host in names)
    platform = Platform(name="board", domains=(NAME,), applications=(board,))
    return Plan(SCHEMA_VERSION, "offramp", "", platform, (), hosts, replacements, (), Schedule(1, 0, 0))


def generate(folder: Path, lab: Lab, edges: tuple[str, ...], inputs: Mapping[str, Any]) -> projects.Project:
    """The platform, generated below `folder` for the lab's hosts."""
    (folder / "board").mkdir(exist_ok=True)
    shutil.copy(BOARD, folder / "board")
    return projects.build(folder, lab, plan(edges, inputs))


def build(folder: Path, lab: Lab, edges: tuple[str, ...], inputs: Mapping[str, Any]) -> projects.Project:
    """The same, and built on them."""
    project = generate(folder, lab, edges, inputs)
    project.play("site.yml")
    return project


def release(project: projects.Project) -> None:
    """Another version of the board, where the project takes it from."""
    file = project.folder.parent / "board" / BOARD.name
    file.write_text(file.read_text().replace('f"picture, ', 'f"newer picture, '))
