"""`offramp init`: an audit and what the checkouts hold → a commented offramp.toml for the user to correct."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from toolkit.catalog import Catalog
from toolkit.model import Application, Audit, Dependency, Journey

_HEAD = """\
What Offramp cannot see by scanning. Correct it: the next audit uses it.
Reference: docs/offramp-toml.md. Every key is optional."""
_UNSEEN = {
    "edge.registrar": "Who is the domain registered with?",
    "auth.workforce-sso": "What do the staff sign in with, and to which tools?",
    "edge.dns": "Who answers DNS for your domains?",
    "collab.mailboxes": "Whose mailboxes do the staff use?",
    "support.status-page": "Where do users read that you are down?",
}


def draft(
    audit: Audit, journeys: Sequence[Journey], applications: Sequence[Application], catalog: Catalog, *, base: Path
) -> str:
    """TOML text. Folders are written relative to `base`, where the file will lie."""
    document = tomlkit.document()
    _comment(document, _HEAD)
    document.add("name", tomlkit.item(base.resolve().name.encode("utf-8", "replace").decode()))
    document.add(tomlkit.comment('domains = ["example.org"]'))
    folders = [root.location for root in audit.survey.roots if root.kind == "checkout"]
    document.add("repositories", tomlkit.item([_relative(Path(folder), base) for folder in folders]))
    document.add("people", tomlkit.item(audit.platform.people))
    _comment(document, "Journeys: what people do, and the capabilities (or vendors) each one needs.")
    document.add("journey", _tables(_journey(journey) for journey in journeys))
    if applications:
        document.add("application", _tables(_application(one, base) for one in applications))
    _comment(document, "Things no scan can see. Fill in, and take the # away.")
    _comment(document, _declarations(audit.dependencies))
    _comment(document, "Found, for your orientation (nothing to do here):\n" + _found(audit, catalog))
    return tomlkit.dumps(document)


def _comment(document: tomlkit.TOMLDocument, text: str) -> None:
    """A block of comment lines, set off by an empty line."""
    if document.body:
        document.add(tomlkit.nl())
    for line in text.splitlines():
        document.add(tomlkit.comment(line))


def _tables(rows: Iterable[Mapping[str, Any]]) -> AoT:
    tables = tomlkit.aot()
    for row in rows:
        table: Table = tomlkit.table()
        table.update(row)
        tables.append(table)
    return tables


def _journey(journey: Journey) -> dict[str, Any]:
    return {"id": journey.id, "title": journey.title, "needs": list(journey.needs)}


def _application(one: Application, base: Path) -> dict[str, Any]:
    return {
        "name": one.name,
        "source": _relative(Path(one.source), base),
        "runtime": one.runtime,
        "start": one.start,
        "port": one.port,
        "health": one.health,
        **({"release": list(one.release)} if one.release else {}),
        **({"workers": dict(one.workers)} if one.workers else {}),
    }


def _relative(folder: Path, base: Path) -> str:
    import os.path  # pathlib's relative_to cannot climb before Python 3.12

    return Path(os.path.relpath(folder.resolve(), base.resolve())).as_posix()


def _declarations(dependencies: Sequence[Dependency]) -> str:
    offered = {capability for dependency in dependencies for capability in dependency.capabilities}
    blocks = [
        f'{question}\n[[declare]]\nvendor = ""\ncapabilities = ["{capability}"]\n'
        for capability, question in _UNSEEN.items()
        if capability not in offered
    ]
    return "\n".join(blocks)


def _found(audit: Audit, catalog: Catalog) -> str:
    lines = []
    for dependency in audit.dependencies:
        entry = catalog.entry(dependency.id)
        lines.append(f"  {dependency.id:32} {dependency.role:10} {entry.name if entry else ''}")
    return "\n".join(lines)
