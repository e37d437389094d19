"""Zone files in BIND's form: text → records, line by line, so that one line nobody understands costs only itself.

In: the text and the name that relative names belong to. Out: `Record`s with their lines, and
`Problem`s. Other files are never opened (`$INCLUDE`), nothing is multiplied (`$GENERATE`). Records
are read by dnspython.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from toolkit.collect.network.names import host_name
from toolkit.collect.network.signs import Record, Seen, of_record
from toolkit.errors import BadInput

SOURCE = "records.zone"
UNKNOWN = "origin.invalid"  # where a file does not say what it is the zone of
_WANTED = frozenset({"NS", "MX", "CNAME", "DNAME", "TXT", "SPF", "CAA", "SRV", "PTR", "SOA", "ALIAS", "ANAME"})
_OTHERS = frozenset({
    "A", "AAAA", "DS", "DNSKEY", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "CDS", "CDNSKEY", "TLSA", "SSHFP", "NAPTR",
    "HINFO", "LOC", "HTTPS", "SVCB", "RP", "URI", "OPENPGPKEY", "SMIMEA", "CERT",
})  # fmt: skip
_ALIASES = ("ALIAS", "ANAME")  # of DNS services, not of DNS
_CLASSES = frozenset({"IN", "CH", "HS"})
_TTL = re.compile(r"(?:\d{1,10}[smhdw]?){1,5}", re.IGNORECASE)
_TELLING = re.compile(r'["();\n\\]')
_LONGEST = 200_000  # characters of one record, which has 65,535 bytes at most, and of a bracket nobody closes
_MOST = 200_000  # records of one file
_NAMED = re.compile(r"(?:db\.)?([a-z0-9._-]+?)(?:\.(?:zone|zonefile|db|txt|hosts|dns))*", re.IGNORECASE)
_SHOWN_PROBLEMS = 20


class Problem(NamedTuple):
    line: int
    reason: str
    text: str  # of the line, for whoever can make sense of it; never shown


class _Line(NamedTuple):
    """A record's text on one line: brackets and comments are gone."""

    number: int
    text: str


def origin_of(name: str) -> str:
    """`db.example.org`, `example.org.zone` → `example.org`."""
    found = _NAMED.fullmatch(name)
    return (host_name(found[1]) if found else None) or UNKNOWN


def read_zone(text: str, origin: str) -> Iterator[Record | Problem]:
    """Every record that can name somebody, and every line that could not be read."""
    owner, count = origin, 0
    for line in _lines(text):
        words = line.text.split(None, 2)
        if words[0].startswith("$"):
            if words[0].upper() == "$ORIGIN" and len(words) > 1:
                origin = _absolute(words[1], origin)
            elif words[0].upper() != "$TTL":
                yield Problem(line.number, f"{words[0][:9].upper()} is not followed", "")
            continue
        rest = line.text
        if not line.text[0].isspace():
            name, rest = words[0], line.text[len(words[0]) :]
            owner = _absolute(name, origin)
        found = _record(owner, rest, origin, line)
        if found is not None:
            yield found
        count += 1
        if count > _MOST:
            yield Problem(line.number, f"more than {_MOST} records", "")
            return


def _absolute(name: str, origin: str) -> str:
    if name == "@":
        return origin
    name = name.lower()[:255]
    return name.rstrip(".") if name.endswith(".") else f"{name}.{origin}"


def _record(owner: str, text: str, origin: str, line: _Line) -> Record | Problem | None:
    """`[TTL] [class] type data`; None for a type that names nobody."""
    rest = text.strip()
    kind = ""
    for _ in range(3):
        word, _, rest = rest.partition(" ") if "\t" not in rest[:12] else _first(rest)
        kind, rest = word.upper(), rest.lstrip()
        if kind not in _CLASSES and not _TTL.fullmatch(kind):
            break
    if kind in _OTHERS or kind.startswith("TYPE"):
        return None
    if kind not in _WANTED:
        return Problem(line.number, "this is no record", line.text)
    return _read(owner, kind, rest, origin, line)


def _first(text: str) -> tuple[str, str, str]:
    words = text.split(None, 1)
    return words[0], " ", words[1] if len(words) > 1 else ""


def _read(owner: str, kind: str, data: str, origin: str, line: _Line) -> Record | Problem | None:
    import dns.exception  # here, because the parser of checkouts loads this module and rarely meets a zone
    import dns.name
    import dns.rdata

    from toolkit.collect.network.ask import data_of

    asked = "CNAME" if kind in _ALIASES else kind
    try:
        rdata = dns.rdata.from_text("IN", asked, data, dns.name.from_text(origin), relativize=False)
    except (dns.exception.DNSException, ValueError, IndexError):
        return Problem(line.number, f"this {kind} record cannot be read", line.text)
    return Record(owner, kind, data_of(asked, rdata), line.number)


def _lines(text: str) -> Iterator[_Line]:
    """Lines of the file, those in brackets joined, without comments. One pass."""
    number, start, parts, depth, quoted = 1, 1, list[str](), 0, False
    position = last = 0
    size = 0
    while found := _TELLING.search(text, position):
        mark, position = found[0], found.end()
        if mark == "\\":
            position = min(position + 1, len(text))
        elif mark == '"':
            quoted = not quoted
        elif mark == "\n":
            parts.append(text[last : found.start()])
            size += found.start() - last
            last, quoted = position, False  # a text that its line does not close is closed by it
            number += 1
            if depth <= 0 or size > _LONGEST:
                yield from _joined(start, parts)
                parts, depth, size, start = [], 0, 0, number
        elif not quoted and mark == ";":
            parts.append(text[last : found.start()])
            end = text.find("\n", position)
            position = last = len(text) if end < 0 else end
        elif not quoted:
            parts.append(text[last : found.start()])
            last = position
            depth += 1 if mark == "(" else -1
    parts.append(text[last:])
    yield from _joined(start, parts)


def _joined(number: int, parts: list[str]) -> Iterator[_Line]:
    text = " ".join(part.rstrip("\r") for part in parts)
    if text.strip() and len(text) <= _LONGEST:
        yield _Line(number, text)


def read(data: bytes, file: Path) -> tuple[list[Seen], set[str], list[tuple[str, str]]]:
    """What a file handed over says: names, the zones that are ours, what could not be read."""
    found = list(read_zone(data.decode("utf-8-sig", "replace").replace("\r\n", "\n"), origin_of(file.name)))
    records = [item for item in found if isinstance(item, Record)]
    if not records:
        hint = "a record is a drill's journal, a zone file in BIND's form, or a HAR"
        raise BadInput("this is no record: no line of it is one of a zone file", where=file, hint=hint)
    zones = {record.name for record in records if record.type == "SOA"} or {origin_of(file.name)}
    zone = min(zones, key=len)
    seen = [item for record in records for item in of_record(SOURCE, record, zone, f"line {record.line}")]
    problems = [item for item in found if isinstance(item, Problem)]
    missed = [(f"line {item.line}", item.reason) for item in problems[:_SHOWN_PROBLEMS]]
    if len(problems) > _SHOWN_PROBLEMS:
        missed.append(("", f"{len(problems) - _SHOWN_PROBLEMS} lines more could not be read"))
    return seen, zones | {UNKNOWN}, missed
