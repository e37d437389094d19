"""The pages of the documentation's site: `python docs/pages.py FOLDER` writes them there for Sphinx (conf.py).

In: docs/, the README, the blueprints' own READMEs; commands, schemas and catalogue. Out: a folder of Markdown. Links
between files of the repository become links between pages; of files that are no page the path is named.
"""

import json
import posixpath
import re
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from toolkit.catalog.entries import Catalog, Exit
from toolkit.catalog.folders import load
from toolkit.report.escape import markdown

ROOT = Path(__file__).resolve().parents[1]
_AT_TOP = {"README.md": "overview.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
_LINK = re.compile(r"\[([^\]\n]+)\]\(([^)\s:#]+)(#[^)\s]*)?\)")
_COMMANDS = """# Commands

```{eval-rst}
.. click:: toolkit.cli:cli
   :prog: offramp
   :nested: full
```
"""
_CHAPTERS = {  # of the front page; a folder stands for its pages
    "Begin": ("overview", "tutorial", "blind-spots"),
    "How to": (
        "offramp-toml", "programs", "network", "export", "plan", "tabletop", "go-bag", "drill", "proof", "gate",
        "ci/README", "otp", "guard", "reports",
    ),
    "Judgement": ("identify", "judgement", "score", "security", "figures"),
    "Reference": ("reference/commands", "rules", "reference/schemas"),
    "Replacements": ("strangers", "blueprints/"),
    "Catalogue": ("catalogue/",),
    "Inside": ("architecture/", "decisions/", "contributing", "changelog"),
}  # fmt: skip


def write(folder: Path) -> None:
    """All pages, below `folder`."""
    pages = dict(_pages())
    for name, text in (*pages.items(), ("index.md", _index(sorted(pages)))):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def relinked(text: str, source: str, page: str) -> str:
    """The text of the file `source` of the repository with its links led from `page` to other pages."""

    def led(link: re.Match[str]) -> str:
        words, target, anchor = link[1], link[2], link[3] or ""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        if not (ROOT / path).exists():
            return link[0]
        goal = sources().get(path)
        if goal:
            return f"[{words}]({posixpath.relpath(goal, posixpath.dirname(page) or '.')}{anchor})"
        return f"{words} (`{path}`)" if path not in words else words

    return _LINK.sub(led, text)


def sources() -> dict[str, str]:
    """File of the repository → page."""
    kept = sorted((ROOT / "docs").rglob("*.md"))
    blueprints = sorted((ROOT / "playbooks/blueprints").glob("*/README.md"))
    return (
        _AT_TOP
        | {_path(file): file.relative_to(ROOT / "docs").as_posix() for file in kept}
        | {_path(file): f"blueprints/{file.parent.name}.md" for file in blueprints}
    )


def _path(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def _pages() -> Iterator[tuple[str, str]]:
    for source, name in sources().items():
        yield name, relinked((ROOT / source).read_text(encoding="utf-8"), source, name)
    yield "reference/commands.md", _COMMANDS
    yield "reference/schemas.md", _schemas()
    yield from _catalogue(load())


def _index(pages: list[str]) -> str:
    parts = ["# Offramp", "Find what your platform depends on, and have a way out that was tried."]
    for title, names in _CHAPTERS.items():
        listed: list[str] = []
        for name in names:
            listed += [page for page in pages if page.startswith(name)] if name.endswith("/") else [f"{name}.md"]
        parts.append("\n".join(["```{toctree}", f":caption: {title}", ":maxdepth: 1", "", *listed, "```"]))
    return "\n\n".join(parts) + "\n"


def _schemas() -> str:
    rows = []
    for path in sorted((ROOT / "checks/schema").rglob("*.schema.json")):
        schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        name = path.name.removesuffix(".schema.json")
        rows.append(f"| {name} | `{_path(path)}` | {markdown(_sentence(schema)) or 'see the schema'} |")
    head = "# Files and schemas\n\nJSON Schemas of every file that Offramp reads or writes. "
    versions = "Documents carry their `schema_version`; a reader refuses an unknown major one.\n\n"
    return head + versions + "\n".join(["| what | schema | in one sentence |", "| --- | --- | --- |", *rows]) + "\n"


def _sentence(schema: dict[str, Any]) -> str:
    """The first of its description, its own or that of what it refers to."""
    referred = schema.get("$defs", {}).get(str(schema.get("$ref", "")).rpartition("/")[2], {})
    words = " ".join(str(schema.get("description") or referred.get("description", "")).split())
    return words.partition(". ")[0].rstrip(".")


def _catalogue(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """A page for each area: its capabilities, and who provides them, with what is known of leaving."""
    entries = sorted([*catalog.vendors.items(), *catalog.services.items()], key=lambda pair: pair[0])
    for area, ids in groupby(sorted(catalog.capabilities), key=lambda id: id.partition(".")[0]):
        parts = [f"# {area}"]
        for id in ids:
            capability = catalog.capabilities[id]
            parts.append(f"## {markdown(capability.title)}\n\n`{id}`. Without it: {markdown(capability.breaks)}")
            plain = []
            for name, entry in entries:
                if id in entry.capabilities:
                    facts = catalog.exit(name)
                    if facts == Exit():
                        plain.append(f"{_name(name, catalog)} (`{name}`)")
                    else:
                        parts.append(_known(name, facts, catalog))
            if plain:
                parts.append(f"Recognised, and nothing known about leaving: {', '.join(plain)}.")
        yield f"catalogue/{area}.md", "\n\n".join(parts) + "\n"


def _name(id: str, catalog: Catalog) -> str:
    """A service's with its vendor's."""
    vendor, _, service = id.partition("/")
    own = catalog.vendors[vendor].name
    return markdown(f"{own}: {catalog.services[id].name}" if service else own)


def _known(name: str, facts: Exit, catalog: Catalog) -> str:
    lines = [f"### {_name(name, catalog)}", f"`{name}`"]
    out = [f"- {markdown(one.what)}: {markdown(one.how)} ({_source(one.source)})" for one in facts.exports]
    kept = [f"- {markdown(one.what)}: {markdown(one.why)} ({_source(one.source)})" for one in facts.keeps]
    lines += ["Can be taken along:\n\n" + "\n".join(out)] if out else []
    lines += ["Stays behind:\n\n" + "\n".join(kept)] if kept else []
    return "\n\n".join(lines)


def _source(address: str) -> str:
    return f"[source](<{address}>)" if address.startswith("https://") else "no source"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
