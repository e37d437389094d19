"""DNS zone files: who serves, who takes the mail, what points elsewhere, what TXT records vouch for."""

import re
from collections.abc import Iterator

from toolkit.catalog import SignalKind
from toolkit.collect.files.mention import Mention

CLAIMS = ("*.zone", "*.zonefile", "zones/*.db", "named/*.db", "?*.zone.*", "zones/**/*.txt")
ALWAYS = True  # records name hosts that no text else would
KINDS: frozenset[SignalKind] = frozenset({"ns", "mx", "cname", "txt", "spf", "host"})

_RECORD = re.compile(
    r"\S*\s+(?:\d{1,10}[smhdwSMHDW]?\s+)?(?:IN\s+)?(?:\d{1,10}\s+)?(NS|MX|CNAME|ALIAS|ANAME|TXT|SPF)\s+(.{1,2000})"
)
_TARGET = re.compile(r"(?:\d{1,5}\s+)?([\w.\-]{1,253})")
_INCLUDED = re.compile(r"\b(?:include:|redirect=)([\w.\-]{1,253})")


def parse(path: str, text: str) -> Iterator[Mention]:
    """One mention per record; behind `;` is a comment unless it stands in quotes."""
    for number, line in enumerate(text.split("\n"), 1):
        found = _RECORD.match(line)
        if not found or line.lstrip().startswith(";"):
            continue
        kind, data = found[1], found[2]
        if kind in ("TXT", "SPF"):
            value = "".join(re.findall(r'"([^"]{0,500})"', data)) or data.partition(";")[0].strip()
            yield Mention("txt", value.partition("=")[0] if "verif" in value else value[:40], number, role="infra")
            for included in _INCLUDED.findall(value):
                yield Mention("spf", included.lower(), number, role="infra")
        elif target := _TARGET.match(data):
            name = target[1].lower().rstrip(".")
            record: SignalKind = "ns" if kind == "NS" else "mx" if kind == "MX" else "cname"
            yield Mention(record, name, number, role="infra")
            yield Mention("host", name, number, role="infra")
