"""What every source of zones shares: records as a vendor has them → one record of the dataset `edge.zones`.

In: a zone's name, what a source found in it, and a function that looks up addresses. Out: records in the form of zone
files (RFC 1035), names absolute, and what a person has to decide: aliases that only their vendor can follow, names that
a proxy stood in front of, records that no zone can hold. Nothing is left out in silence.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.resolver
import msgspec

from toolkit.errors import BadInput
from toolkit.export.dataset import Page, Record, present

MOST = 100_000  # records of one zone
_MOST_OF_A_SET = 5_000  # more of one name and type fit into no answer: it has 65,535 bytes
TTL = 300  # seconds, where a vendor leaves it to itself
_LONGEST_TTL = 2**31 - 1
_LONGEST_CHAIN = 16
_LAST_PORT = 65_535
_STRING = 255  # bytes of one string of a TXT record
_ADDRESSES = ("A", "AAAA")
# what signing makes, and whoever serves the zone next makes anew; a DS belongs to a zone below and stays
_OF_SIGNING = frozenset(("CDNSKEY", "CDS", "DNSKEY", "NSEC", "NSEC3", "NSEC3PARAM", "RRSIG"))


class Found(NamedTuple):
    """A record as its source has it: an absolute name, or one relative to the zone ("@" is the zone itself)."""

    name: str
    type: str
    ttl: int
    value: str  # as in a zone file; names that do not end in a dot are relative to the zone


class Alias(NamedTuple):
    """A name that its vendor answers for with the addresses of another: no record of DNS."""

    name: str
    types: tuple[str, ...]  # of A and AAAA, those that are answered
    ttl: int
    target: str


class Decision(NamedTuple):
    """What nobody but the zone's owner can decide, about one name."""

    name: str
    kind: str  # "alias", "proxied", "policy", "left out", "signed"
    what: str
    values: tuple[str, ...] = ()


class Server(NamedTuple):
    """A name server or a resolver."""

    address: str
    port: int = 53


class Addresses(NamedTuple):
    """What a resolver answers for a name now."""

    type: str
    values: tuple[str, ...]


T = TypeVar("T")
Resolve = Callable[[str], Sequence[Addresses]]
_Sets = dict[tuple[dns.name.Name, str], tuple[int, list[str]]]  # (name, type) → TTL and values
_Onward = dict[dns.name.Name, dns.name.Name]  # an alias's name → its target


def zone_name(text: str) -> dns.name.Name:
    """A zone's name; BadInput for what is none."""
    try:
        name = dns.name.from_text(text.strip())
    except (dns.exception.DNSException, UnicodeError) as err:
        raise BadInput("not the name of a zone", where=repr(text), hint="it looks like example.org") from err
    if len(name.labels) < 3:  # the root's label is the last
        raise BadInput("not the name of a zone", where=repr(text), hint="it looks like example.org")
    return name.canonicalize()


def plain(name: dns.name.Name) -> str:
    """ "example.org", without the final dot."""
    return name.to_text(omit_final_dot=True)


def quoted(text: str) -> str:
    """A text, however long, as the value of a TXT record."""
    raw = text.encode()
    parts = [raw[start : start + _STRING] for start in range(0, len(raw), _STRING)] or [b""]
    return " ".join('"' + "".join(_escaped(byte) for byte in part) + '"' for part in parts)


def _escaped(byte: int) -> str:
    if byte in b'"\\':
        return "\\" + chr(byte)
    return chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03d}"


def server(text: str) -> Server:
    """A server from "192.0.2.1" or "192.0.2.1@5353"."""
    address, _, port = text.partition("@")
    if address and (not port or re.fullmatch(r"[0-9]{1,5}", port)) and int(port or 53) <= _LAST_PORT:
        return Server(address, int(port or 53))
    raise BadInput("not a name server", where=text, hint="it looks like 192.0.2.1 or 192.0.2.1@5353")


def resolver(address: str | None = None) -> Resolve:
    """Looks names up at this resolver ("192.0.2.53" or "192.0.2.53@5353"), else at the system's."""
    try:
        asked = dns.resolver.Resolver(configure=address is None)
        if address:
            host, port = server(address)
            asked.nameservers, asked.port = [host], port
    except (dns.exception.DNSException, ValueError) as err:
        raise BadInput("no resolver to ask", where=address or "/etc/resolv.conf", hint="--resolver ADDRESS") from err
    asked.lifetime = 10.0

    def resolve(name: str) -> list[Addresses]:
        return [found for kind in _ADDRESSES if (found := _asked(asked, name, kind)).values]

    return resolve


def _asked(resolver: dns.resolver.Resolver, name: str, kind: str) -> Addresses:
    try:
        answer = resolver.resolve(name, kind, search=False)
    except (dns.exception.DNSException, UnicodeError):
        return Addresses(kind, ())
    return Addresses(kind, tuple(sorted(one.to_text() for one in answer)))


def described(
    zone: dns.name.Name,
    source: str,
    found: Iterable[Found | Alias],
    decisions: Iterable[Decision] = (),
    *,
    resolve: Resolve,
    ds: Sequence[str] = (),
    signed: bool = False,
) -> Record:
    """One record of `edge.zones`. `ds`: what the vendor says the parent has; `signed`: it says that it signs."""
    told = list(decisions)
    sets, aliases, signs = _sorted_out(zone, found, told)
    servers = sets.pop((zone, "NS"), (0, []))[1]
    _flatten(zone, sets, aliases, told)
    aliases = _together(aliases)
    onward, alone = {one.name: one.target for one in aliases}, _alone(zone, aliases, sets)
    for alias in aliases:
        _follow(zone, alias, onward, alone, sets, told, resolve)
    _break_circles(zone, sets, told)
    if signs or signed or ds:
        what = "signed at its present name servers: the parent's DS goes, or is exchanged, before they change"
        told.append(Decision("@", "signed", what, tuple(ds)))
    return present(
        id=plain(zone),
        source=source,
        name_servers=sorted(one.rstrip(".").lower() for one in servers),
        signed=bool(signs or signed or ds),
        records=[
            {"name": _relative(name, zone), "type": kind, "ttl": ttl, "values": sorted(values)}
            for (name, kind), (ttl, values) in sorted(sets.items(), key=lambda item: (item[0][0], item[0][1]))
        ],
        decisions=[_decision(one) for one in sorted(set(told))],
    )


def pages(wanted: Iterable[str], cursor: Any, describe: Callable[[str], Record]) -> Iterator[Page]:
    """A page for each zone that is left.

    The cursor is the names of those that are done: others may have come or gone when a stopped run goes on.
    """
    done = list(cursor or ())
    rest = [name for name in dict.fromkeys(wanted) if name not in done]
    for name in rest:
        record = describe(name)
        done.append(name)
        yield Page((record,), [*done] if name != rest[-1] else None)
    if not rest:
        yield Page((), None)


def decisions(folder: Path) -> Iterator[str]:
    """What a complete export leaves to decide, a line each: "www.example.org: alias: …"."""
    with (folder / "edge.zones.jsonl").open("rb") as lines:
        for zone in map(msgspec.json.decode, lines):
            for one in zone["decisions"]:
                name = zone["id"] if one["name"] == "@" else f"{one['name']}.{zone['id']}"
                values = f" ({', '.join(one['values'])})"[:200] if "values" in one else ""
                yield repr(f"{name}: {one['kind']}: {one['what']}{values}")[1:-1]  # nothing of it acts in a terminal


# --- records ----------------------------------------------------------------------------------------------------------
class _Alias(NamedTuple):
    name: dns.name.Name
    types: tuple[str, ...]
    ttl: int
    target: dns.name.Name


def bounded(zone: dns.name.Name) -> Callable[..., None]:
    """For a transaction of dnspython, which calls it before each record: no zone without an end is taken in."""
    seen = 0

    def check(_transaction: Any, _name: dns.name.Name, rdataset: Sequence[Any]) -> None:
        nonlocal seen
        seen += 1
        _refuse_too_many(zone, seen, len(rdataset))

    return check


def no_more(zone: str, answers: Iterable[T]) -> Iterator[T]:
    """A vendor's entries for a zone; BadInput once they are more than a zone has, not when memory is full."""
    for number, one in enumerate(answers, 1):
        _refuse_too_many(zone_name(zone), number, 0)
        yield one


def _refuse_too_many(zone: dns.name.Name, records: int, of_a_set: int) -> None:
    if records > MOST:
        raise BadInput(f"more than {MOST:,} records", where=plain(zone), hint="no platform's zone has so many")
    if of_a_set > _MOST_OF_A_SET:
        what = f"more than {_MOST_OF_A_SET:,} records of one name and type"
        raise BadInput(what, where=plain(zone), hint="no name server can answer with so many")


def _sorted_out(
    zone: dns.name.Name, found: Iterable[Found | Alias], told: list[Decision]
) -> tuple[_Sets, list[_Alias], bool]:
    """Sets of records, aliases, and whether something of signing was among them."""
    sets: _Sets = {}
    known: set[tuple[dns.name.Name, str, str]] = set()
    aliases: list[_Alias] = []
    signs = False
    for number, one in enumerate(found, 1):
        _refuse_too_many(zone, number, 0)
        try:
            name = _owner(one.name, zone)
            if isinstance(one, Alias):
                aliases.append(_Alias(name, one.types, _ttl(one.ttl), _absolute(one.target, zone)))
                continue
            kind = one.type.upper()
            if kind in _OF_SIGNING:
                signs = True
            elif kind != "SOA":
                value = _value(kind, one.value, zone)
                ttl, values = sets.get((name, kind), (_LONGEST_TTL, []))
                if (name, kind, value) not in known:  # sets of thousands are not gone through for each record
                    known.add((name, kind, value))
                    values.append(value)
                _refuse_too_many(zone, number, len(values))
                sets[name, kind] = (min(ttl, _ttl(one.ttl)), values)
        except _Refused as err:
            kind = "alias" if isinstance(one, Alias) else one.type
            told.append(Decision(_shown(one.name), "left out", f"{kind[:20]}: {err}"))
    return sets, aliases, signs


class _Refused(Exception):
    """Why a record can be in no zone; never with its value."""


def _owner(text: str, zone: dns.name.Name) -> dns.name.Name:
    name = _absolute(text, zone)
    if not name.is_subdomain(zone):
        raise _Refused("it lies outside of the zone")
    return name


def _absolute(text: str, zone: dns.name.Name) -> dns.name.Name:
    origin = None if text.endswith(".") else zone
    try:
        name = zone if text in ("@", "") else dns.name.from_text(text, origin)
    except dns.name.LabelTooLong:
        raise _Refused("a part of the name is longer than 63 bytes") from None
    except dns.name.NameTooLong:
        raise _Refused("the name is longer than 255 bytes") from None
    except (dns.exception.DNSException, UnicodeError) as err:
        raise _Refused(f"this is no name ({type(err).__name__})") from None
    return name.canonicalize()


def _value(kind: str, text: str, zone: dns.name.Name) -> str:
    try:
        rdata = dns.rdata.from_text(dns.rdataclass.IN, kind, text, origin=zone, relativize=False)
    except (dns.exception.DNSException, ValueError, IndexError, UnicodeError) as err:
        raise _Refused(f"its value cannot be read ({type(err).__name__})") from None
    return str(rdata.to_text())


def _ttl(seconds: int) -> int:
    return min(max(int(seconds), 0), _LONGEST_TTL)


def _relative(name: dns.name.Name, zone: dns.name.Name) -> str:
    return name.relativize(zone).to_text()


def _shown(name: str) -> str:
    """A name that is none, as it may be shown."""
    return name.encode("ascii", "backslashreplace").decode()[:100]


def _decision(one: Decision) -> Record:
    return present(name=one.name, kind=one.kind, what=one.what, values=list(one.values) or None)


# --- aliases ----------------------------------------------------------------------------------------------------------
def _flatten(zone: dns.name.Name, sets: _Sets, aliases: list[_Alias], told: list[Decision]) -> None:
    """A CNAME where DNS allows none, at the zone itself or beside other records, is an alias by another name."""
    names = [name for name, kind in sets if kind == "CNAME"]
    others = {name for name, kind in sets if kind != "CNAME"}
    for name in names:
        ttl, targets = sets[name, "CNAME"]
        if len(targets) > 1:
            del sets[name, "CNAME"]
            told.append(Decision(_relative(name, zone), "left out", "CNAME: there are several", tuple(targets)))
        elif name == zone or name in others:
            del sets[name, "CNAME"]
            aliases.append(_Alias(name, _ADDRESSES, ttl, dns.name.from_text(targets[0])))


def _together(aliases: Iterable[_Alias]) -> list[_Alias]:
    """Those for A and for AAAA that lead to one target, as one."""
    found: dict[tuple[dns.name.Name, dns.name.Name], _Alias] = {}
    for one in aliases:
        other = found.get((one.name, one.target), one)
        types = tuple(sorted({*one.types, *other.types}))
        found[one.name, one.target] = _Alias(one.name, types, min(one.ttl, other.ttl), one.target)
    return list(found.values())


def _follow(
    zone: dns.name.Name,
    alias: _Alias,
    onward: _Onward,
    alone: Set[dns.name.Name],
    sets: _Sets,
    told: list[Decision],
    resolve: Resolve,
) -> None:
    """Put records in an alias's place: those of its target, where this zone has them; else what stands for them now."""
    name = _relative(alias.name, zone)
    target = _end(alias.target, onward, sets)
    if target is None:
        told.append(Decision(name, "left out", "alias: it leads in a circle"))
        return
    there = {kind: sets[target, kind] for kind in alias.types if (target, kind) in sets}
    text = target.to_text()
    if there:
        for kind, (ttl, values) in there.items():
            sets[alias.name, kind] = (min(ttl, alias.ttl), list(values))
    elif alias.name in alone:
        sets[alias.name, "CNAME"] = (alias.ttl, [text])
        told.append(Decision(name, "alias", "an alias, which a CNAME now stands for; it goes with its target", (text,)))
    else:
        seen = [one for one in resolve(text) if one.type in alias.types]
        for one in seen:
            sets[alias.name, one.type] = (alias.ttl, list(one.values))
        told.append(Decision(name, "alias", _RESOLVED if seen else _UNRESOLVED, (text,)))


_RESOLVED = "an alias: the addresses that its target has now stand for it, and will change"
_UNRESOLVED = "an alias whose target has no address now: nothing stands for it"


def _alone(zone: dns.name.Name, aliases: Iterable[_Alias], sets: _Sets) -> Set[dns.name.Name]:
    """The names with one alias and nothing else, for which a CNAME may stand."""
    counted = Counter(one.name for one in aliases)
    return {name for name, count in counted.items() if count == 1} - {name for name, _ in sets} - {zone}


def _end(name: dns.name.Name, onward: _Onward, sets: _Sets) -> dns.name.Name | None:
    """The name at the end of aliases and CNAMEs of this zone; None where they lead in a circle."""
    for _ in range(_LONGEST_CHAIN):
        if name in onward:
            name = onward[name]
        elif (name, "CNAME") in sets:
            name = dns.name.from_text(sets[name, "CNAME"][1][0])
        else:
            return name
    return None


def _break_circles(zone: dns.name.Name, sets: _Sets, told: list[Decision]) -> None:
    """Leave out CNAMEs that lead to each other: they answered nobody."""
    onward = {at: dns.name.from_text(values[0]) for (at, kind), (_, values) in sets.items() if kind == "CNAME"}
    done: set[dns.name.Name] = set()
    for start in sorted(onward):
        path: dict[dns.name.Name, None] = {}
        name = start
        while name in onward and name not in done:
            done.add(name)
            path[name] = None
            name = onward[name]
        circle = list(path)[list(path).index(name) :] if name in path else []
        for one in circle:
            del sets[one, "CNAME"]
            told.append(Decision(_relative(one, zone), "left out", "CNAME: it leads in a circle"))
