"""A zone file, as every DNS service and name server can write one.

In: the file, the zone's name. Out: the stream edge.zones. Other files are not opened (`$INCLUDE`) and nothing is
multiplied (`$GENERATE`): a zone in full has neither.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import dns.exception
import dns.name
import dns.node
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.tokenizer
import dns.zonefile

from toolkit import documents
from toolkit.errors import BadInput
from toolkit.export.dataset import Page, Stream
from toolkit.export.dns.zones import MOST, Alias, Found, Resolve, bounded, described, zone_name

NAME = "zone-file"
_LARGEST = 48 * 2**20  # bytes
_MOST_WORDS = 65_535 + 8  # of a record: an empty string takes a byte; and name, TTL, class, type
_DIRECTIVES = ("$ORIGIN", "$TTL")
_WHOLE = "`kzonecheck --print --origin ZONE FILE` writes a zone in full, without $INCLUDE and $GENERATE"


def streams(file: Path, zone: str, resolve: Resolve) -> dict[str, Stream]:
    """Dataset → stream."""
    return {"edge.zones": partial(_zones, file, zone_name(zone), resolve)}


def _zones(file: Path, zone: dns.name.Name, resolve: Resolve, _cursor: Any) -> Iterator[Page]:
    yield Page((described(zone, NAME, _read(file, zone), resolve=resolve),), None)


def _read(file: Path, zone: dns.name.Name) -> Iterator[Found | Alias]:
    text = documents.read_file(file, _LARGEST).decode("utf-8-sig", "surrogateescape")
    manager = dns.zonefile.RRSetsReaderManager(zone)
    words = _Words(text, file.name)
    try:
        with _Indexed(manager, True, False) as transaction:
            transaction.check_put_rdataset(bounded(zone))
            reader = dns.zonefile.Reader(
                words, dns.rdataclass.IN, transaction, allow_directives=_DIRECTIVES, default_ttl=3600
            )
            reader.zone_origin = dns.name.root  # else it passes over in silence what lies outside of the zone
            reader.read()
    except (dns.exception.DNSException, UnicodeError, ValueError) as err:
        what = f"near line {words.line_number}: cannot be read ({_reason(err)})"
        raise BadInput(what, where=file, hint=_WHOLE) from None  # not chained: it quotes the line
    yield from _found(manager, file)


class _Words(dns.tokenizer.Tokenizer):
    """The words of a zone file. A record of more than 65,535 bytes can hold is refused before it is put together."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text, name)
        self._of_record = 0

    def get(self, want_leading: bool = False, want_comment: bool = False) -> dns.tokenizer.Token:
        word = super().get(want_leading, want_comment)
        self._of_record = 0 if word.is_eol_or_eof() else self._of_record + 1
        if self._of_record > _MOST_WORDS:
            raise dns.exception.SyntaxError("too many words")  # type: ignore[no-untyped-call]  # dnspython
        return word


class _Indexed(dns.zonefile.RRsetsReaderTransaction):
    """dnspython's, which looks for each record's name among all records: for 100,000 that took hours."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)  # type: ignore[no-untyped-call]  # dnspython's own has no types
        self.nodes: dict[dns.name.Name, dns.node.Node] = {}

    def _get_node(self, name: dns.name.Name) -> dns.node.Node | None:
        return self.nodes.get(name)

    def _put_rdataset(self, name: dns.name.Name, rdataset: dns.rdataset.Rdataset) -> None:
        super()._put_rdataset(name, rdataset)  # type: ignore[no-untyped-call]
        if name not in self.nodes:
            self.nodes[name] = dns.node.Node()  # type: ignore[no-untyped-call]
        self.nodes[name].replace_rdataset(rdataset)


def _found(manager: dns.zonefile.RRSetsReaderManager, file: Path) -> Iterator[Found]:
    count = 0
    for rrset in manager.rrsets:
        for rdata in rrset:
            count += 1
            yield Found(rrset.name.to_text(), dns.rdatatype.to_text(rrset.rdtype), rrset.ttl, rdata.to_text())
    if not count:
        raise BadInput("there is no record in it", where=file, hint=f"at most {MOST:,} of one zone are taken")


def _reason(err: Exception) -> str:
    """The kind of mistake: what dnspython says may quote the line, and with it anything that lay in the file."""
    return next((said for part, said in _REASONS.items() if part in str(err)), type(err).__name__)


_REASONS = {
    "directive": "a directive other than $ORIGIN and $TTL",
    "too many words": "a record is longer than 65,535 bytes",
    "DNS label is": "a part of a name is longer than 63 bytes",
    "DNS name is": "a name is longer than 255 bytes",
    "CNAME": "a CNAME beside other records",
}
