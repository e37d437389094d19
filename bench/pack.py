"""`offramp pack` for a small platform: time and size, and again with nothing changed. Needs mirrors and an index."""

import sys
import tempfile
import time
from pathlib import Path

from toolkit.catalog.folders import load
from toolkit.generate import generate, make_vault, write
from toolkit.model import SCHEMA_VERSION, Application, Bag, HostNeed, Plan, Platform, Replacement, Schedule
from toolkit.pack import pack
from toolkit.tools import apt

SLUGS = ("postgresql", "valkey", "mail", "web")


def _project(folder: Path) -> Path:
    (folder / "board").mkdir()
    (folder / "board/requirements.txt").write_text("gunicorn==23.0.0\npsycopg[binary]==3.2.13\n")
    catalog = load()
    board = Application(name="board", source="board", runtime="python", start="gunicorn board:app")
    replacements = tuple(
        Replacement(slug, "1", catalog.blueprints[slug].capabilities, (), ("app-1",)) for slug in SLUGS
    )
    platform = Platform(name="board", domains=("board.example",), applications=(board,))
    hosts = (HostNeed("app-1", 2048, 2, 20, SLUGS),)
    plan = Plan(SCHEMA_VERSION, "offramp", "", platform, (), hosts, replacements, (), Schedule(1, 0, 0))
    key, infra = folder / "vault-key", folder / "infra"
    write(generate(plan, catalog, target="hosts", vault_key=str(key)), infra)
    make_vault(plan, catalog, infra, key=key)
    return infra


def _packed(infra: Path, bag: Path) -> tuple[float, Bag]:
    begin = time.perf_counter()
    made = pack(
        infra,
        bag,
        tool="offramp",
        release=13,
        architecture=apt.architecture(),
        say=lambda line: print(f"  {line}", file=sys.stderr),
    )
    return time.perf_counter() - begin, made


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        infra, bag = _project(Path(name)), Path(name) / "gobag"
        first, made = _packed(infra, bag)
        again, _ = _packed(infra, bag)
    kinds = {file.kind for file in made.files}
    sizes = {kind: sum(file.size for file in made.files if file.kind == kind) / 1e6 for kind in sorted(kinds)}
    whole = sum(sizes.values())
    print(f"{', '.join(SLUGS)}: {len(made.files)} files, {whole:.0f} MB in {first:.0f} s; again {again:.1f} s")
    print(", ".join(f"{kind} {size:.1f} MB" for kind, size in sizes.items()) + f"; {len(made.gaps)} gaps")


if __name__ == "__main__":
    main()
