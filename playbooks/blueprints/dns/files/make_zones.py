#!/usr/bin/env python3
"""The zones that are served: the user's zone files, and before them what the platform knows of itself.

    make_zones.py FOLDER SERVED

In: FOLDER/platform.json and FOLDER/zones/NAME.zone (the user's; NAME.before: where the platform's names led before).
Out: SERVED/NAME.zone, each checked with kzonecheck before any is replaced; the names of those that changed, a line
each. What the user wrote wins: a name with an address there gets none from the platform. Exit 1 with every mistake,
and nothing is replaced.
"""

import ipaddress
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import dns.exception
import dns.name
import dns.rdatatype
import dns.zonefile

_ADDRESSES = ("A", "AAAA", "CNAME")


class Wrong(Exception):
    """A zone that cannot be served, and why."""


def main(folder: Path, served: Path) -> int:
    platform = json.loads((folder / "platform.json").read_text())
    wrong, made = [], {}
    for zone in platform["zones"]:
        try:
            made[zone] = zone_text(zone, platform, *user_files(folder / "zones", zone))
            check(zone, made[zone])
        except Wrong as err:
            wrong.append(f"{zone}: {err}")
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    for zone, text in made.items():
        if replaced(served / f"{zone}.zone", text):
            print(zone)
    return 0


def user_files(folder: Path, zone: str) -> tuple[str, str]:
    """What the user wrote, and where the platform's own names led before."""
    paths = (folder / f"{zone}.zone", folder / f"{zone}.before")
    own, before = (path.read_text(encoding="utf-8") if path.exists() else "" for path in paths)
    return own, before


def zone_text(zone: str, platform: dict, own: str, before: str) -> str:
    """A whole zone file. Raises Wrong."""
    origin = dns.name.from_text(zone)
    theirs = owners(own, origin)
    if any(kind == "SOA" or (kind == "NS" and name == origin) for name, kind in theirs):
        raise Wrong("SOA and the zone's own NS are written for you: take them out of its file")
    lines = [f"$ORIGIN {origin}", f"$TTL {platform['ttl']}", soa(platform)]
    lines += [f"@ NS {name}" for name in [*name_servers(platform), *map(dotted, platform["other_name_servers"])]]
    taken = {name for name, kind in theirs if kind in _ADDRESSES}
    if platform["point_at"] == "before":
        lines += [before.rstrip("\n")] if before else []
        taken |= {name for name, kind in owners(before, origin) if kind in _ADDRESSES}
    wanted = {dotted(name): addresses for name, addresses in platform["names"].items()}
    wanted |= name_servers(platform)  # glue: nobody's file says where the servers are
    for name, addresses in sorted(wanted.items()):
        owner = dns.name.from_text(name)
        if owner.is_subdomain(origin) and owner not in taken:
            lines += [f"{name} {address_type(one, name)} {one}" for one in addresses]
    return "\n".join([*lines, f"$ORIGIN {origin}", own.rstrip("\n")]) + "\n"


def soa(platform: dict) -> str:
    """Its serial is Knot's business: it counts by the clock, and never back."""
    user, _, domain = platform["contact"].partition("@")
    mailbox = dotted(f"{user.replace('.', chr(92) + '.')}.{domain}")
    first = next(iter([*name_servers(platform), *map(dotted, platform["other_name_servers"])]))
    return f"@ SOA {first} {mailbox} 1 3600 600 1209600 {min(platform['ttl'], 3600)}"


def name_servers(platform: dict) -> dict:
    return {dotted(name): addresses for name, addresses in platform["name_servers"].items()}


def dotted(name: str) -> str:
    return name.rstrip(".").lower() + "."


def address_type(text: str, name: str) -> str:
    try:
        return "A" if ipaddress.ip_address(text).version == 4 else "AAAA"
    except ValueError:
        raise Wrong(
            f"{name} would lead to {text!r}, which is no address: set offramp_public_address in that host's host_vars"
        ) from None


def owners(text: str, origin: dns.name.Name) -> set:
    """(name, type) of every record. Raises Wrong for what cannot be read."""
    manager = dns.zonefile.RRSetsReaderManager(origin)
    words = dns.tokenizer.Tokenizer(text, "its file")
    try:
        with manager.writer(True) as transaction:
            reader = dns.zonefile.Reader(words, dns.rdataclass.IN, transaction, default_ttl=300)
            reader.zone_origin = dns.name.root  # else what lies outside of the zone is passed over in silence
            reader.read()
    except (dns.exception.DNSException, ValueError) as err:
        raise Wrong(f"near line {words.line_number}: {err}") from err
    for one in manager.rrsets:
        if not one.name.is_subdomain(origin):
            raise Wrong(f"{one.name} lies outside of the zone")
    return {(one.name.canonicalize(), dns.rdatatype.to_text(one.rdtype)) for one in manager.rrsets}


def check(zone: str, text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "zone")
        path.write_text(text)
        command = ["kzonecheck", "--origin", f"{zone}.", "--dnssec", "off", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Wrong(f"kzonecheck: {(done.stdout + done.stderr).strip()[-2000:]}")


def replaced(path: Path, text: str) -> bool:
    """Whether the file was another one."""
    if path.exists() and path.read_text() == text:
        return False
    new = path.with_suffix(".new")
    new.write_text(text)
    os.chmod(new, 0o644)
    new.replace(path)
    return True


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
