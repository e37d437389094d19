"""A real authoritative server (Knot DNS) on loopback, with the zones a test gives it."""

import os
import shutil
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import pytest

from toolkit.collect.network.names import Server

LOOPBACK = "127.0.0.1"
HEAD = "$TTL 300\n@ SOA ns.{zone}. root.{zone}. 1 3600 600 86400 300\n@ NS ns.{zone}.\nns A 127.0.0.1\n"
Zones = Mapping[str, str]  # name → records without the head; a name that ends in "+" is signed
Serve = Callable[[Zones], Server]


def configure(folder: Path, zones: Zones, port: int) -> None:
    folder.mkdir()
    lines = ["server:", f"    rundir: {folder}", f"    listen: {LOOPBACK}@{port}"]
    if os.getuid() == 0:
        lines.append("    user: root:root")  # else it gives up root and cannot read the tests' folder
    lines += ["database:", f"    storage: {folder}", "log:", "  - target: stderr", "    any: warning"]
    lines += ["template:", "  - id: default", f"    storage: {folder}", "    semantic-checks: off"]
    lines += ["    zonefile-sync: -1", "    journal-content: none", "zone:"]
    for name, records in zones.items():
        zone = name.rstrip("+")
        lines += [f"  - domain: {zone}", f"    file: {zone}.zone"]
        lines += ["    dnssec-signing: on"] if name.endswith("+") else []
        (folder / f"{zone}.zone").write_text(HEAD.format(zone=zone) + records)
    (folder / "knot.conf").write_text("\n".join(lines) + "\n")


def wait(where: Server, zone: str, log: Path) -> None:
    for _ in range(200):
        try:
            answer = dns.query.udp(dns.message.make_query(zone, "SOA"), where.address, 0.2, where.port)
        except (dns.exception.DNSException, OSError):
            time.sleep(0.05)
        else:
            if answer.answer:
                return
            time.sleep(0.05)
    pytest.fail(f"knotd does not answer: {log.read_text()}")


def free_port() -> int:
    """A port that is free for TCP and UDP alike."""
    with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        stream.bind((LOOPBACK, 0))
        port: int = stream.getsockname()[1]
        datagrams.bind((LOOPBACK, port))
        return port


def knotd() -> str:
    program = shutil.which("knotd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    assert program, "knotd is missing: .ci/debian-packages knot"
    return program
