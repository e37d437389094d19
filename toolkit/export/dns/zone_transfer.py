"""A zone by transfer (AXFR, RFC 5936) from a name server that allows it, signed with TSIG where it wants that.

In: the server, names of zones, a key. Out: the stream edge.zones.
"""

import base64
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rdatatype
import dns.tsig
import dns.tsigkeyring
import dns.xfr
import dns.zone

from toolkit.errors import BadInput, ProgramFailed
from toolkit.export.dataset import Page, Stream
from toolkit.export.dns.zones import Found, Resolve, Server, bounded, described, plain, zone_name

NAME = "axfr"
ENDPOINTS = ("AXFR",)
_SECONDS, _LONGEST = 30.0, 600.0
_HINT = "it must allow transfers to this address; a key is read from AXFR_TSIG, as hmac-sha256:NAME:SECRET"


class Key(NamedTuple):
    """A TSIG key."""

    ring: Any
    name: dns.name.Name
    algorithm: dns.name.Name


def key(text: str) -> Key | None:
    """A key from "hmac-sha256:NAME:SECRET", as dig writes it; None for nothing."""
    if not text:
        return None
    try:
        algorithm, name, secret = text.split(":")
        base64.b64decode(secret, validate=True)
        named, hashed = dns.name.from_text(name), dns.name.from_text(algorithm)
        ring = dns.tsigkeyring.from_text({name: secret})
        dns.tsig.get_context(dns.tsig.Key(named, secret, hashed))  # type: ignore[no-untyped-call]
        return Key(ring, named, hashed)
    except (ValueError, NotImplementedError, dns.exception.DNSException):  # the second: an unknown algorithm
        raise BadInput(
            "not a TSIG key", where="AXFR_TSIG", hint="hmac-sha256:NAME:SECRET, as dig -y takes it"
        ) from None


def streams(where: Server, zones: Sequence[str], tsig: Key | None, resolve: Resolve) -> dict[str, Stream]:
    """Dataset → stream."""
    return {"edge.zones": partial(_zones, where, [zone_name(one) for one in zones], tsig, resolve)}


def _zones(
    where: Server, zones: Sequence[dns.name.Name], tsig: Key | None, resolve: Resolve, cursor: Any
) -> Iterator[Page]:
    """The cursor is the number of zones that are done."""
    for number, name in enumerate(zones[cursor or 0 :], (cursor or 0) + 1):
        record = described(name, NAME, _transferred(where, name, tsig), resolve=resolve)
        yield Page((record,), number if number < len(zones) else None)


class _Bounded(dns.zone.Zone):
    """A zone that takes in no more than a zone may have."""

    def writer(self, replacement: bool = False) -> Any:
        """A transaction that raises BadInput where it is too much."""
        transaction = super().writer(replacement)
        transaction.check_put_rdataset(bounded(self.origin or dns.name.root))
        return transaction


def _transferred(where: Server, name: dns.name.Name, tsig: Key | None) -> list[Found]:
    zone = _Bounded(name, relativize=False)
    query, _ = dns.xfr.make_query(
        zone, **({"keyring": tsig.ring, "keyname": tsig.name, "keyalgorithm": tsig.algorithm} if tsig else {})
    )
    try:
        dns.query.inbound_xfr(where.address, zone, query, where.port, timeout=_SECONDS, lifetime=_LONGEST)
    except (dns.exception.DNSException, OSError, ValueError) as err:
        what = f"the zone was not transferred ({type(err).__name__}: {str(err)[:200]})"
        raise ProgramFailed(what, where=f"{where.address} {plain(name)}", hint=_HINT) from err
    return [
        Found(owner.to_text(), dns.rdatatype.to_text(rdata.rdtype), ttl, rdata.to_text())
        for owner, ttl, rdata in zone.iterate_rdatas()
    ]
