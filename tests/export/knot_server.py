"""A name server (Knot DNS) on loopback that gives its zones away to whoever has the key."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

LOOPBACK, KEY, SECRET = "127.0.0.1", "transfer", "c2VjcmV0LW9mLXRoZS10ZXN0LTEyMzQ="
HEAD = "$TTL 300\n@ SOA ns.{zone}. root.{zone}. 1 3600 600 86400 300\n@ NS ns.{zone}.\nns A 127.0.0.1\n"


@contextmanager
def serving(folder: Path, zones: Mapping[str, str]) -> Iterator[int]:
    """Serve the zones (name → records without the head; "+" at the end: signed); the port."""
    folder.mkdir()
    port = _free_port()
    lines = ["server:", f"    rundir: {folder}", f"    listen: {LOOPBACK}@{port}"]
    lines += ["    user: root:root"] if os.getuid() == 0 else []
    lines += ["key:", f"  - id: {KEY}", "    algorithm: hmac-sha256", f"    secret: {SECRET}"]
    lines += ["acl:", "  - id: given", f"    key: {KEY}", "    action: transfer"]
    lines += ["database:", f"    storage: {folder}", "log:", "  - target: stderr", "    any: warning"]
    lines += ["template:", "  - id: default", f"    storage: {folder}", "    semantic-checks: off"]
    lines += ["    acl: given", "    zonefile-sync: -1", "    journal-content: none", "zone:"]
    for name, records in zones.items():
        zone = name.rstrip("+")
        lines += [f"  - domain: {zone}", f"    file: {zone}.zone"]
        lines += ["    dnssec-signing: on"] if name.endswith("+") else []
        (folder / f"{zone}.zone").write_text(HEAD.format(zone=zone) + records)
    (folder / "knot.conf").write_text("\n".join(lines) + "\n")
    program = shutil.which("knotd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    assert program, "knotd is missing: .ci/debian-packages knot"
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen([program, "-c", folder / "knot.conf"], stdout=log, stderr=log) as process,
    ):
        try:
            _wait(process, port)
            yield port
        finally:
            process.terminate()


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(200):
        assert process.poll() is None, "knotd stopped"
        with socket.socket() as probe:
            if not probe.connect_ex((LOOPBACK, port)):
                return
        time.sleep(0.05)
    raise AssertionError("knotd does not listen")


def _free_port() -> int:
    with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        stream.bind((LOOPBACK, 0))
        port: int = stream.getsockname()[1]
        datagrams.bind((LOOPBACK, port))
        return port
