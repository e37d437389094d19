"""`offramp init`: an audit and what the checkouts hold → a commented offramp.toml for the user to correct."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from toolkit.catalog.entries import Catalog, Service
from toolkit.draft.interview import one_line
from toolkit.draft.programs import PROGRAMS, program_tables, relative
from toolkit.model import FILL_IN, Audit, Dependency, Journey
from toolkit.program import Program

_HEAD = """\
What Offramp cannot see by scanning. Correct it: the next audit uses it.
Reference: docs/offramp-toml.md. Every key is optional."""
_JOURNEYS = """\
Journeys: what people do. Without needs, the usual ones are judged by the table of needs (docs/judgement.md);
with needs, by what you say, and all of it stops the journey."""
_UNDESCRIBED = """\
Outside hosts that the code calls and nobody has described. Who is it, and what do you get from it? Write capabilities
(`offramp catalog list` names them) and take the # away; add what is your own to `domains`."""
_MOST_UNDESCRIBED = 20
_NOT_REPLACED = """\
Not replaced: no blueprint speaks these, and plans and projects say so. Keep who runs them now, write a blueprint, or
name what takes over in [[fallback]]. What the code does not use after all: [[ignore]] dependency = "engine:NAME"."""
_UNSEEN = {
    "edge.registrar": "Who is the domain registered with?",
    "auth.workforce-sso": "What do the staff sign in with, and to which tools?",
    "edge.dns": "Who answers DNS for your domains?",
    "collab.mailboxes": "Whose mailboxes do the staff use?",
    "support.status-page": "Where do users read that you are down?",
}


def draft(
    audit: Audit,
    journeys: Sequence[Journey],
    programs: Sequence[Program],
    catalog: Catalog,
    *,
    base: Path,
    answers: str = "",
) -> str:
    """TOML text. Folders are written relative to `base`, where the file will lie. `answers`: tables and comments that
    answer open questions, or ask them."""
    document = tomlkit.document()
    _comment(document, _HEAD)
    document.add("name", tomlkit.item(base.resolve().name.encode("utf-8", "replace").decode()))
    document.add(tomlkit.comment('domains = ["example.org"]'))
    folders = [root.location for root in audit.survey.roots if root.kind == "checkout"]
    document.add("repositories", tomlkit.item([relative(Path(folder), base) for folder in folders]))
    document.add("people", tomlkit.item(audit.platform.people))
    _comment(document, _JOURNEYS)
    document.add("journey", _journey_tables(journeys))
    if programs:
        _comment(document, PROGRAMS)
        document.add("application", program_tables(programs, base))
    _comment(document, "Things no scan can see. Fill in, and take the # away.")
    _comment(document, _declarations(audit.dependencies))
    if outside := _undescribed(audit):
        _comment(document, f"{_UNDESCRIBED}\n{outside}")
    if unreplaced := _unreplaced(audit, catalog):
        _comment(document, f"{_NOT_REPLACED}\n{unreplaced}")
    _comment(document, "Found, for your orientation (nothing to do here):\n" + _found(audit, catalog))
    asked = f"\n# What nobody could see, the most decisive first.\n{answers}" if answers else ""
    return tomlkit.dumps(document) + asked


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


def _journey_tables(journeys: Sequence[Journey]) -> AoT:
    """Each journey, with what was found for it as a comment."""
    tables = _tables({"id": journey.id, "title": journey.title} for journey in journeys)
    for table, journey in zip(tables, journeys, strict=True):
        if journey.needs:
            table.add(tomlkit.comment(f"needs = {tomlkit.item(list(journey.needs)).as_string()}"))
    return tables


def _declarations(dependencies: Sequence[Dependency]) -> str:
    offered = {capability for dependency in dependencies for capability in dependency.capabilities}
    blocks = [
        f'{question}\n[[declare]]\nvendor = "{FILL_IN}"\ncapabilities = ["{capability}"]\n'
        for capability, question in _UNSEEN.items()
        if capability not in offered
    ]
    return "\n".join(blocks)


def _undescribed(audit: Audit) -> str:
    """A table to fill in for each domain that code calls, settings name or pages load."""
    rows = [row for row in audit.undescribed if row.place != "named in a text"]
    blocks = []
    for row in rows[:_MOST_UNDESCRIBED]:
        item = audit.survey.hosts[row.seen[0]]
        head = one_line(f"{item.host} is {item.place}: {item.where}")
        blocks.append(f'{head}\n[[declare]]\nvendor = "{row.domain}"\ncapabilities = ["{FILL_IN}"]\n')
    return "\n".join(blocks)


def _unreplaced(audit: Audit, catalog: Catalog) -> str:
    """What the code needs, or a service is spoken to in, and no blueprint speaks."""
    spoken = {engine for blueprint in catalog.blueprints.values() for engine in blueprint.speaks}
    lines = []
    for need in audit.needs:
        if need.engine not in spoken and need.role in ("runtime", "infra"):
            seen = audit.survey.evidence[need.evidence[0]].where
            lines.append(
                one_line(f"  {need.engine:16} {catalog.engines[need.engine].name} ({need.capability}), {seen}")
            )
    for dependency in audit.dependencies:
        entry = catalog.entry(dependency.id)
        speaks = entry.speaks if isinstance(entry, Service) else ()
        if speaks and not spoken & set(speaks) and dependency.role in ("runtime", "infra"):
            lines.append(f"  {dependency.id:16} speaks {' or '.join(speaks)}")
    return "\n".join(lines)


def _found(audit: Audit, catalog: Catalog) -> str:
    lines = []
    for dependency in audit.dependencies:
        entry = catalog.entry(dependency.id)
        lines.append(f"  {dependency.id:32} {dependency.role:10} {entry.name if entry else ''}")
    return "\n".join(lines)
