#!/usr/bin/env python3
"""Look at the name servers as others see them.

    look.py [--wait SECONDS] [--outside] [--json] [FOLDER]

Inside: every server answers every zone with the primary's serial, and its signatures are valid and last. --outside asks
resolvers what the parent says: name servers, their addresses (glue), DS. --json prints what a drill has to bring back.
A line for each finding; exit 1 when one is wrong.
"""

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path

import dns.dnssec
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rdatatype
import dns.resolver
import dns.zone

_SECONDS = 3.0
_LAST = 7 * 86400  # a signature that ends sooner was not made anew
_MADE = {dns.rdatatype.from_text(one) for one in "SOA RRSIG NSEC DNSKEY CDS CDNSKEY NSEC3 NSEC3PARAM TYPE65534".split()}


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("--wait", type=int, default=0)
    words.add_argument("--outside", action="store_true")
    words.add_argument("--json", action="store_true")
    words.add_argument("folder", nargs="?", default="/etc/offramp/dns", type=Path)
    asked = words.parse_args()
    platform = json.loads((asked.folder / "platform.json").read_text())
    if asked.json:
        print(json.dumps({zone: state(zone, platform) for zone in platform["zones"]}, indent=1, sort_keys=True))
        return 0
    until = time.monotonic() + asked.wait
    while True:
        wrong = [said for zone in platform["zones"] for said in inside(zone, platform)]
        if not wrong or time.monotonic() > until:
            break
        time.sleep(1)
    if asked.outside:
        wrong += [said for zone in platform["zones"] for said in outside(zone, platform)]
    print("\n".join(wrong) if wrong else f"{len(platform['zones'])} zones: all well")
    return 1 if wrong else 0


def ask(zone: str, kind: str, server: str) -> dns.message.Message:
    """A server's own answer."""
    query = dns.message.make_query(zone, kind, want_dnssec=True)
    query.flags &= ~dns.flags.RD
    answer, _ = dns.query.udp_with_fallback(query, server, _SECONDS)
    return answer


def rrset(answer: dns.message.Message, zone: str, kind: str, covers: str = "NONE"):
    name = dns.name.from_text(zone)
    numbers = (dns.rdatatype.from_text(kind), dns.rdatatype.from_text(covers))
    return answer.get_rrset(answer.answer, name, dns.rdataclass.IN, *numbers)


# --- inside -----------------------------------------------------------------------------------------------------------
def inside(zone: str, platform: dict):
    """What is wrong with a zone at the platform's own servers."""
    serials = {}
    for name, address in {platform["primary"]: "127.0.0.1", **platform["secondaries"]}.items():
        try:
            answer = ask(zone, "SOA", address)
            found = rrset(answer, zone, "SOA")
            if not found or not answer.flags & dns.flags.AA:
                yield f"{zone}: {name} ({address}) does not serve it"
                continue
            serials[name] = found[0].serial
            if platform["dnssec"]:
                yield from signatures(zone, name, address, answer)
        except (dns.exception.DNSException, OSError) as err:
            yield f"{zone}: {name} ({address}) does not answer ({type(err).__name__})"
    if len(set(serials.values())) > 1:
        yield f"{zone}: serials differ: {serials}"


def signatures(zone: str, name: str, address: str, answer: dns.message.Message):
    made = rrset(answer, zone, "RRSIG", "SOA")
    keys = rrset(ask(zone, "DNSKEY", address), zone, "DNSKEY")
    if not made or not keys:
        yield f"{zone}: {name} serves it unsigned"
        return
    try:
        dns.dnssec.validate(rrset(answer, zone, "SOA"), made, {dns.name.from_text(zone): keys})
    except dns.dnssec.ValidationFailure as err:
        yield f"{zone}: {name}: a signature is not valid ({err})"
    if min(one.expiration for one in made) - time.time() < _LAST:
        yield f"{zone}: {name}: signatures end within a week: is the primary there, and its clock right?"


def state(zone: str, platform: dict) -> dict:
    """The records of a zone, and the key its parent knows, as fingerprints."""
    text = Path(platform["served"], f"{zone}.zone").read_text()
    found = dns.zone.from_text(text, zone, relativize=False)
    lines = sorted(
        f"{name} {ttl} {dns.rdatatype.to_text(one.rdtype)} {one}"
        for name, ttl, one in found.iterate_rdatas()
        if one.rdtype not in _MADE
    )
    keys = rrset(ask(zone, "DNSKEY", "127.0.0.1"), zone, "DNSKEY") or []
    return {
        "records": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        "count": len(lines),
        "keys": sorted(str(dns.dnssec.make_ds(dns.name.from_text(zone), one, "SHA256")) for one in keys if one.flags & 1),
    }


# --- outside ----------------------------------------------------------------------------------------------------------
def outside(zone: str, platform: dict):
    """What is wrong with what the parent says of a zone, as resolvers see it."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.lifetime = platform["resolvers"], 10.0
    try:
        answer = at_parent(zone, resolver)
    except (dns.exception.DNSException, OSError) as err:
        yield f"{zone}: what its parent says could not be seen ({type(err).__name__})"
        return
    told = [one for one in answer.authority + answer.answer if one.rdtype == dns.rdatatype.NS]
    names = {str(one.target).rstrip(".").lower() for found in told for one in found}
    wanted = {*platform["name_servers"], *platform["other_name_servers"]}
    if names != wanted:
        yield f"{zone}: its parent names {', '.join(sorted(names)) or 'nobody'}; it should name {', '.join(sorted(wanted))}"
    yield from glue(zone, answer, platform)
    if platform["dnssec"]:
        yield from parent_keys(zone, resolver)


def at_parent(zone: str, resolver: dns.resolver.Resolver) -> dns.message.Message:
    """A referral to the zone, from a server of its parent."""
    parent = dns.resolver.zone_for_name(dns.name.from_text(zone).parent(), resolver=resolver)
    last: Exception = dns.resolver.NoNameservers()
    for server in resolver.resolve(parent, "NS"):
        for found in resolver.resolve(server.target, "A"):
            try:
                return ask(zone, "NS", found.address)
            except (dns.exception.DNSException, OSError) as err:
                last = err
    raise last


def glue(zone: str, answer: dns.message.Message, platform: dict):
    for found in answer.additional:
        name = str(found.name).rstrip(".").lower()
        wanted = set(platform["name_servers"].get(name, ()))
        there = {one.address for one in found if found.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA)}
        if wanted and there - wanted:
            yield f"{zone}: its parent says {name} is at {', '.join(sorted(there))}; it is at {', '.join(sorted(wanted))}"


def parent_keys(zone: str, resolver: dns.resolver.Resolver):
    own = rrset(ask(zone, "DNSKEY", "127.0.0.1"), zone, "DNSKEY") or []
    wanted = {str(dns.dnssec.make_ds(dns.name.from_text(zone), one, "SHA256")) for one in own if one.flags & 1}
    try:
        there = {str(one) for one in resolver.resolve(zone, "DS")}
    except dns.resolver.NoAnswer:
        there = set()
    if not there:
        yield f"{zone}: no DS at its parent: hand in {' or '.join(sorted(wanted))}"
    elif not there & wanted:
        yield f"{zone}: the DS at its parent is of no key here: the zone is dark for whoever checks. Right is {sorted(wanted)}"


if __name__ == "__main__":
    sys.exit(main())
