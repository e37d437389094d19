"""What DNS says of one domain. In: the domain, an `Asker`. Out: notes, and the addresses that the domain has.

Sources: "network.dns". The zone it lies in is asked for its servers, its issuers and its signature; the domain for its
mail, its texts and its addresses; guessed names beneath it for what they point at.
"""

import asyncio
from collections.abc import Iterable, Sequence

import dns.exception
import dns.reversename

from toolkit.catalog.entries import Signal
from toolkit.collect.network import questions
from toolkit.collect.network.ask import Answer, Asker
from toolkit.collect.network.names import Address, address
from toolkit.collect.network.notes import Notes
from toolkit.collect.network.questions import Question
from toolkit.collect.network.signs import Record, Seen, is_spf, of_record, spf_names

SOURCE = "network.dns"
_OF_ADDRESSES = ("A", "AAAA")
_OF_THE_ZONE = ("NS", "CAA", "DS", "DNSKEY")
_MOST_HOPS = 8  # of a chain of aliases that the resolver did not follow
_MOST_POLICIES = 20  # SPF itself allows ten
_MOST_REVERSED = 4


async def look_up(
    domain: str, apex: str, asker: Asker, signals: Sequence[Signal], notes: Notes, *, guess: bool = True
) -> tuple[Address, ...]:
    """Everything about one domain. `apex` is the shortest name that can be registered and that it lies beneath.

    `guess`: whether names beneath it are asked for. No addresses where there is no such domain, or nobody answers.
    """
    zone = await _zone(domain, apex, asker, notes)
    if zone is None:
        return ()
    notes.ran.add(SOURCE)
    addresses, *_ = await asyncio.gather(
        host_addresses(domain, asker, notes),
        _of_the_domain(domain, zone, asker, notes),
        _beneath(domain, zone, asker, signals if guess else None, notes),
    )
    await _reversed(domain, addresses, asker, notes)
    return addresses


async def _zone(domain: str, apex: str, asker: Asker, notes: Notes) -> str | None:
    """The zone that the domain lies in; None, with the reason noted, where it does not exist or nobody answers."""
    first = await asker.ask(domain, "SOA")
    if first.problem:
        notes.miss(SOURCE, domain, first.problem)
        return None
    if not first.exists:
        notes.miss(SOURCE, domain, "the domain does not exist (NXDOMAIN)")
        return None
    name = domain
    while name != apex and not _has_soa(first, name):
        name = name.partition(".")[2]
        first = await asker.ask(name, "SOA")
    return name


def _has_soa(answer: Answer, name: str) -> bool:
    return any(record.type == "SOA" and record.name == name for record in answer.records)


async def _of_the_domain(domain: str, zone: str, asker: Asker, notes: Notes) -> None:
    asked = [
        Question(zone if question.type in _OF_THE_ZONE else domain, question.type)
        for question in questions.of_the_domain(domain)
        if question.type not in _OF_ADDRESSES
    ]
    answers = await asyncio.gather(*(asker.ask(*question) for question in asked))
    for question, answer in zip(asked, answers, strict=True):
        _note(answer, question, zone, notes)
    signature = {question.type: answer for question, answer in zip(asked, answers, strict=True)}
    _signature(zone, signature["DS"], signature["DNSKEY"], notes)
    await _policies(domain, zone, signature["TXT"], asker, notes)


def _note(answer: Answer, question: Question, zone: str, notes: Notes) -> None:
    """Names of one answer. The same record under its owner's name, which can differ from the name asked for."""
    if answer.problem:
        notes.miss(SOURCE, f"{question.name} {question.type}", answer.problem)
    if answer.left_out:
        notes.miss(SOURCE, f"{question.name} {question.type}", f"{answer.left_out} records more than are looked at")
    for record in answer.records:
        notes.seen.extend(of_record(SOURCE, record, zone, f"{record.name} {record.type}"))


def _signature(zone: str, parent: Answer, own: Answer, notes: Notes) -> None:
    """DNSSEC holds where the parent vouches for a key that the zone has."""
    if parent.problem or own.problem:
        return
    vouched, keys = bool(parent.of("DS")), bool(own.of("DNSKEY"))
    if vouched and not keys:
        state = "broken: the parent zone vouches for a key, the zone has none"
    elif keys and not vouched:
        state = "not in force: the zone has keys, the parent zone does not vouch for them"
    else:
        state = "signed" if vouched else "not signed"
    notes.observe(SOURCE, "dnssec", f"{zone} DS", state)


async def _policies(domain: str, zone: str, texts: Answer, asker: Asker, notes: Notes) -> None:
    """SPF policies of the domain's own that its policy includes; of others' policies the name is enough."""
    waiting, done = _own_policies(texts.records, zone), {domain}
    while waiting and len(done) < _MOST_POLICIES:
        name = waiting.pop(0)
        if name not in done:
            done.add(name)
            answer = await asker.ask(name, "TXT")
            _note(answer, Question(name, "TXT"), zone, notes)
            waiting += _own_policies(answer.records, zone)
    if waiting:
        notes.miss(SOURCE, f"{domain} TXT", f"its SPF policy includes more than {_MOST_POLICIES} others of its own")


def _own_policies(records: Sequence[Record], zone: str) -> list[str]:
    texts = [record.data for record in records if record.type in ("TXT", "SPF") and is_spf(record.data)]
    return [name for text in texts for name in spf_names(text) if name.endswith("." + zone)]


async def _beneath(domain: str, zone: str, asker: Asker, signals: Iterable[Signal] | None, notes: Notes) -> None:
    """Guessed names. Where every name leads to the same place, that is one record and not fifty."""
    if signals is None:
        return notes.miss(SOURCE, f"names beneath {domain}", "not guessed: too many domains at once")
    wildcard = await asker.ask(f"{questions.WILDCARD}.{domain}", "A")
    if wildcard.problem:
        return notes.miss(SOURCE, f"names beneath {domain}", wildcard.problem)
    everywhere = {(record.type, record.data) for record in wildcard.records}
    for record in wildcard.records:
        shown = record.name.replace(questions.WILDCARD, "*")
        notes.seen.extend(of_record(SOURCE, record, zone, f"{shown} {record.type}"))
    asked = list(questions.beneath(domain, signals))
    answers = await asyncio.gather(*(asker.ask(*question) for question in asked))
    for question, answer in zip(asked, answers, strict=True):
        own = tuple(record for record in answer.records if (record.type, record.data) not in everywhere)
        _note(answer._replace(records=own), question, zone, notes)
    return None


async def host_addresses(host: str, asker: Asker, notes: Notes) -> tuple[Address, ...]:
    """Its addresses, over aliases that the resolver did not follow itself."""
    name, seen = host, set[str]()
    while len(seen) < _MOST_HOPS and name not in seen:
        seen.add(name)
        answers = await asyncio.gather(*(asker.ask(name, kind) for kind in _OF_ADDRESSES))
        for kind, answer in zip(_OF_ADDRESSES, answers, strict=True):
            _note(answer, Question(name, kind), host, notes)
        records = [record for answer in answers for record in answer.records]
        found = [where for record in records if record.type in _OF_ADDRESSES and (where := address(record.data))]
        if found:
            return tuple(dict.fromkeys(found))
        target = _end(name, records)
        if target is None:
            return ()
        name = target
    notes.miss(SOURCE, f"{host} CNAME", "its aliases go round in a circle or do not end")
    return ()


def _end(name: str, records: Iterable[Record]) -> str | None:
    """Where a chain of aliases leads; None where there is none. A circle leads to where it was entered."""
    aliases = {record.name: record.data for record in records if record.type == "CNAME"}
    if name not in aliases:
        return None
    for _ in range(len(aliases)):
        name = aliases.get(name, name)
    return name


async def _reversed(domain: str, addresses: Sequence[Address], asker: Asker, notes: Notes) -> None:
    """What the addresses are called by those they belong to: the host, as a rule."""
    for where in [one for one in addresses if one.is_global][:_MOST_REVERSED]:
        name = dns.reversename.from_address(str(where)).to_text(omit_final_dot=True)
        answer = await asker.ask(name, "PTR")
        for record in answer.of("PTR"):
            notes.seen.append(Seen(SOURCE, "cname", record.data, f"{domain} {where} PTR", "infra"))
