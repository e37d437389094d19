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
import dns.tsigkeyring
import dns.xfr
import dns.zone

from toolkit.errors import BadInput, ProgramFailed
from toolkit.export.dataset import Page, Stream
from toolkit.export.zones import Found, Resolve, described, plain, zone_name

NAME = "axfr"
ENDPOINTS = ("AXFR",)
_SECONDS, _LONGEST = 30.0, 600.0
_HINT = "it must allow transfers to this address; a key is read from AXFR_TSIG, as hmac-sha256:NAME:SECRET"


class Key(NamedTuple):
    """A TSIG key."""

    ring: Any
    name: dns.name.Name
    algorithm: dns.name.Name


class Server(NamedTuple):
    address: str
    port: int = 53


def server(text: str) -> Server:
    """A server from "192.0.2.1" or "192.0.2.1@5353"."""
    address, _, port = text.partition("@")
    if address and (not port or port.isdecimal()):
        return Server(address, int(port or 53))
    raise BadInput("not a name server", where=text, hint="it looks like 192.0.2.1 or 192.0.2.1@5353")


def key(text: str) -> Key | None:
    """A key from "hmac-sha256:NAME:SECRET", as dig writes it; None for nothing."""
    if not text:
        return None
    try:
        algorithm, name, secret = text.split(":")
        base64.b64decode(secret, validate=True)
        named = dns.name.from_text(name)
        return Key(dns.tsigkeyring.from_text({name: secret}), named, dns.name.from_text(algorithm))
    except (ValueError, dns.exception.DNSException):
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


def _transferred(where: Server, name: dns.name.Name, tsig: Key | None) -> list[Found]:
    zone = dns.zone.Zone(name, relativize=False)
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
