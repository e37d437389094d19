"""What records and answers mean: names met, in the kinds of the catalogue, and what the catalogue makes of them.

In: DNS records (of a live answer or of a zone file) and `Seen` names. Out: `Seen`, then `Evidence`.
A name the catalogue does not know is kept as a bare host, if it is a host and not one of the
platform's own; nothing else that was read is kept.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.match import Matcher
from toolkit.collect.network.names import host_name, is_beneath
from toolkit.model import Evidence, Role

_MOST_TEXT = 4096  # characters of a TXT record that are looked at; SPF is valid to 450, keys are longer
_INCLUDED = re.compile(r"(?:^|\s)[+?~-]?(?:include:|redirect=|exists:|mx:|a:)([^\s/]{1,253})", re.IGNORECASE)
_MAILBOX = re.compile(r"mailto:[^@,;\s]{1,64}@([A-Za-z0-9.-]{1,253})", re.IGNORECASE)
_KINDS: dict[str, SignalKind] = {
    "NS": "ns", "MX": "mx", "CNAME": "cname", "DNAME": "cname", "ALIAS": "cname", "ANAME": "cname", "PTR": "cname",
    "HTTPS": "cname", "SVCB": "cname", "SRV": "host", "CAA": "caa",
}  # fmt: skip


class Record(NamedTuple):
    """One DNS record as text: names in lower case without the last dot, TXT as one string, CAA as the issuer's name."""

    name: str
    type: str
    data: str
    line: int = 0  # in a zone file


class Seen(NamedTuple):
    """One name in one place."""

    source: str  # "network.dns"
    kind: SignalKind
    value: str
    where: str
    role: Role
    quantity: int = 1
    bare: bool = True  # a host that is worth keeping when the catalogue does not know it


def of_record(source: str, record: Record, zone: str, where: str) -> Iterator[Seen]:
    """What one record says: whose name it points at, who may send mail, who was proved that the domain is ours."""
    if kind := _KINDS.get(record.type):
        yield Seen(source, kind, record.data, where, "infra")
    elif record.type in ("TXT", "SPF"):
        yield from _of_text(source, record, zone, where)


def _of_text(source: str, record: Record, zone: str, where: str) -> Iterator[Seen]:
    text = record.data[:_MOST_TEXT]
    owner = record.name.removesuffix(zone).rstrip(".") if is_beneath(record.name, (zone,)) else ""
    if owner:
        yield Seen(source, "txt", owner, where, "infra", bare=False)
    if is_spf(text):
        yield from (Seen(source, "spf", name, where, "infra") for name in spf_names(text))
        return
    if owner == "_dmarc":
        found = sorted({name for mailbox in _MAILBOX.findall(text) if (name := host_name(mailbox))})
        yield from (Seen(source, "host", name, where, "optional") for name in found)
        return
    told = text.partition("=")[0] if "verif" in text else text  # what follows is a token
    yield Seen(source, "txt", told[:255], where, "infra", bare=False)


def is_spf(text: str) -> bool:
    return text[:6].lower() == "v=spf1" and text[6:7] in ("", " ")


def spf_names(text: str) -> list[str]:
    """Whose senders a policy lets in; of a name made of macros the part that is always the same."""
    names = []
    for found in _INCLUDED.findall(text[:_MOST_TEXT]):
        fixed = found.rpartition("}")[2].lstrip(".-")
        if name := host_name(fixed):
            names.append(name)
    return list(dict.fromkeys(names))


def evidence(seen: Iterable[Seen], matcher: Matcher, root: str, own: Collection[str]) -> Iterator[Evidence]:
    """What the catalogue makes of it; each sign once at each place, with how often it was met there."""
    counts: dict[tuple[str, str, str, Role], int] = {}
    known: set[str] = set()  # hosts that a signal names, perhaps by the path that follows
    for item in seen:
        signals = [matcher.signals[number].id for number in _meets(item, matcher)]
        if signals:
            known.add(item.value.partition("/")[0])
        elif item.bare and (name := host_name(item.value)) and not is_beneath(name, own):
            signals = [name]
        for signal in signals:
            key = (item.source, signal, item.where, item.role)
            counts[key] = counts.get(key, 0) + item.quantity
    for (source, signal, where, role), quantity in counts.items():
        if signal not in known:
            yield Evidence(source, signal, root, where, role, quantity)


def _meets(item: Seen, matcher: Matcher) -> tuple[int, ...]:
    """A name that no signal of its kind names may be known as a host."""
    found = matcher.meets(item.kind, item.value)
    if not found and item.bare and item.kind != "host":
        return matcher.meets("host", item.value)
    return found
