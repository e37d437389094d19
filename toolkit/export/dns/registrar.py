"""What no zone says and only the registrar knows, as a written checklist beside the dataset `edge.zones`.

In: the folder of an export whose datasets are written. Out: `registrar.md`, to be filled in by whoever has the account,
and printed.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from toolkit import documents

FILE = "registrar.md"
_QUESTIONS = (
    "Registrar, and whose company it belongs to; is it one that you may lose with the host?",
    "Who has the account (two people), its second factor, where the recovery codes lie",
    "Mail address of the account and of the owner's contact: outside of this domain, at another company",
    "Owner's contact: your legal name, address and telephone number are right (a dispute is decided by them)",
    "Registered until; renewed by which card, which ends when",
    "Transfer lock (clientTransferProhibited) on; where it is switched off, and how long that takes",
    "Transfer code (EPP): where it is had, how long it is valid; do not write it here",
    "Days the name cannot be transferred: 60 after registration, transfer or a change of the owner (ICANN)",
    "Host objects (glue) that this domain has at the registry, with their addresses",
    "Does the registrar change name servers and DS by itself within minutes, or a person in office hours?",
)


def checklist(folder: Path) -> None:
    """Write it for every zone of the export; an old one is kept."""
    documents.write_new(folder / FILE, "\n".join(_lines(folder)) + "\n")


def _lines(folder: Path) -> Iterator[str]:
    yield "# At the registrar"
    yield "No export knows these. Fill them in while the account answers; keep a print outside of the platform."
    with (folder / "edge.zones.jsonl").open("rb") as lines:
        for line in lines:
            yield from _zone(msgspec.json.decode(line))


def _zone(zone: dict[str, Any]) -> Iterator[str]:
    servers = ", ".join(map(_code, zone["name_servers"])) or "not known"
    yield f"\n## {_code(zone['id'])}"
    yield f"Name servers now: {servers}. Put them down: they are the way back.\n"
    yield from (f"- [ ] {question}: " for question in _QUESTIONS)
    yield from _signing(zone)


def _signing(zone: dict[str, Any]) -> Iterator[str]:
    if not zone["signed"]:
        yield "- [ ] DNSSEC: the zone is not signed; a DS record left at the registrar would make it dark. Look: "
        return
    known = [value for one in zone["decisions"] if one["kind"] == "signed" for value in one.get("values", ())]
    shown = ", ".join(map(_code, known)) or "not known to its name servers"
    yield f"- [ ] DNSSEC: the zone is signed where it is now; DS record: {shown}. At the registrar: "
    yield "- [ ] Before name servers change: DS removed, and its TTL waited out; or the new key's DS added beside it: "


def _code(text: str) -> str:
    """As Markdown's code: a name of DNS may hold any byte, the one that ends code too."""
    shown = repr(text)[1:-1].replace("`", "'")
    return f"`{shown}`"
