"""DNS zone files: who serves, who takes the mail, what points elsewhere, what TXT records vouch for.

A zone made by a template has lines that no name server would take: those are read by pattern.
"""

import re
from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.network.signs import Record, Seen, of_record
from toolkit.collect.records.zone import origin_of, read_zone

CLAIMS = ("*.zone", "*.zonefile", "zones/*.db", "named/*.db", "?*.zone.*", "zones/**/*.txt")
ALWAYS = True  # records name hosts that no text else would
KINDS: frozenset[SignalKind] = frozenset({"ns", "mx", "cname", "txt", "spf", "caa", "host"})

_TEMPLATE = re.compile(r"\{\{[^{}\n]{0,80}\}\}")
_RECORD = re.compile(
    r"\S*\s+(?:\d{1,10}[smhdwSMHDW]?\s+)?(?:IN\s+)?(?:\d{1,10}\s+)?(NS|MX|CNAME|ALIAS|ANAME|TXT|SPF)\s+(.{1,2000})"
)
_TARGET = re.compile(r"(?:\d{1,5}\s+)?([\w.\-]{1,253})")


def parse(path: str, text: str) -> Iterator[Mention]:
    """One mention per name, two where the host may be known by another kind of signal."""
    zone = origin_of(path.rpartition("/")[2])
    for found in read_zone(text, zone):
        if isinstance(found, Record):
            record: Record | None = found
        else:
            record = _by_pattern(found.text, found.line)
        for seen in of_record("", record, zone, "") if record else ():
            yield from _mentions(seen, record.line if record else 0)


def _by_pattern(line: str, number: int) -> Record | None:
    found = _RECORD.match(_TEMPLATE.sub("x", line[:4000]))
    if not found:
        return None
    kind, data = found[1], found[2]
    if kind in ("TXT", "SPF"):
        text = "".join(re.findall(r'"([^"]{0,500})"', data)) or data.strip()
        return Record("", kind, text, number)
    target = _TARGET.match(data)
    return Record("", kind, target[1].lower().rstrip("."), number) if target else None


def _mentions(seen: Seen, line: int) -> Iterator[Mention]:
    yield Mention(seen.kind, seen.value, line, role=seen.role)
    if seen.bare and seen.kind != "host":
        yield Mention("host", seen.value, line, role=seen.role)
