"""Who reaches what: three hosts as a plan describes them, each scanned from the others and from outside.

The tests run in their order, on one built platform.
"""

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import projects
import pytest

from toolkit.catalog.folders import load
from toolkit.drill import lab as labs
from toolkit.errors import ProgramFailed
from toolkit.generate.firewall import openings
from toolkit.model import SCHEMA_VERSION, Application, HostNeed, Plan, Platform, Replacement, Schedule
from toolkit.tools import ssh

PLACED = {"data": ("postgresql", "valkey"), "front": ("web",), "post": ("mail",)}
OUTSIDE = "outside"
SSH = 22
STRAY = 5000
BEGAN = 'awk "{print \\$22}" /proc/1/stat'  # when the host did
# Prints the ports that let somebody in; a refusal and no answer at all are the same to it.
SCAN = """
import asyncio, json, sys
async def is_open(at, port, gate):
    async with gate:
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(at, port), 2)
        except (OSError, asyncio.TimeoutError):
            return None
        writer.close()
        return port
async def main(at, ports):
    gate = asyncio.Semaphore(500)
    found = await asyncio.gather(*(is_open(at, port, gate) for port in ports))
    print(json.dumps([port for port in found if port]))
asyncio.run(main(sys.argv[1], json.loads(sys.argv[2])))
"""
# Answers whoever comes after six seconds.
LATE = """
import socket, time
visitor, _ = socket.create_server(("", 5001)).accept()
time.sleep(6)
visitor.sendall(b"late")
"""


def _plan() -> Plan:
    board = Application(
        name="board",
        source="board",
        runtime="binary",
        packages=("python3",),
        start="exec python3 -m http.server --bind 127.0.0.1 $PORT",
        environment={
            "DATABASE": "${data.relational.url}",
            "CACHE": "${data.cache.url}",
            "MAIL": "${mail.outgoing.host}",
        },
    )
    catalog = load()
    replacements = tuple(
        Replacement(slug, "1", catalog.blueprints[slug].capabilities, (), (host,))
        for host, slugs in PLACED.items()
        for slug in slugs
    )
    hosts = tuple(HostNeed(host, 512, 1, 5, slugs) for host, slugs in PLACED.items())
    platform = Platform(name="board", domains=("board.example",), applications=(board,))
    return Plan(SCHEMA_VERSION, "offramp", "", platform, (), hosts, replacements, (), Schedule(1, 0, 0))


class Built:
    """The built platform, and who looks at it from where."""

    def __init__(self, lab: labs.Lab, project: projects.Project) -> None:
        self.lab, self.project = lab, project

    def on(self, host: str, script: str) -> str:
        return ssh.run(self.lab.login, self.lab.host(host).address, [f"sh -c '{script}'"])

    def scan(self, source: str, host: str, ports: list[int]) -> list[int]:
        """The ports of `host` that let `source` in."""
        address, wanted = self.lab.host(host).address, json.dumps(ports)
        if source == OUTSIDE:
            command = ["python3", "-c", SCAN, address, wanted]
            return list(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
        words = ["python3", "-", address, f"'{wanted}'"]
        return list(json.loads(ssh.run(self.lab.login, self.lab.host(source).address, words, stdin=SCAN.encode())))

    def listening(self, host: str) -> set[int]:
        """The ports something listens on, on an address that others could reach."""
        rows = [line.split()[3] for line in self.on(host, "ss -lntH").splitlines()]
        return {int(row.rpartition(":")[2]) for row in rows if not row.startswith(("127.", "[::1]"))}


@pytest.fixture(scope="module")
def built(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("wall")
    (folder / "board").mkdir()
    (folder / "board/page.html").write_text("here\n")
    with labs.temporary(list(PLACED), log=print, state=folder / "labs") as lab:
        platform = Built(lab, projects.build(folder, lab, _plan()))
        for host in PLACED:  # somebody's own, before we come
            platform.on(host, "nft add table inet somebody; nft add chain inet somebody theirs")
        platform.project.play("site.yml")
        yield platform


def _declared(source: str, host: str) -> set[int]:
    """What the plan opens to this source, SSH included."""
    made = openings(_plan(), load())[host]
    return {SSH, *(one.port for one in made if one.public or source in one.sources)}


def test_the_plan_says_what_one_would_expect() -> None:
    assert _declared("front", "data") == {SSH, 5432, 6379}
    assert _declared("post", "data") == _declared(OUTSIDE, "data") == {SSH}
    assert _declared("front", "post") == {SSH, 25, 587}
    assert _declared("data", "post") == _declared(OUTSIDE, "post") == {SSH, 25}
    assert _declared(OUTSIDE, "front") == {SSH, 80, 443}


def test_a_second_run_changes_nothing(built: Built) -> None:
    assert projects.changed(built.project.play("site.yml")) == 0
    for host in PLACED:
        assert "somebody" in built.on(host, "nft list tables"), "others' tables stay"
        assert built.on(host, "systemctl --failed --plain --no-legend") == ""
    assert built.on("front", "systemctl is-active app-board-web.service").strip() == "active"


def test_whatever_listens_is_declared(built: Built) -> None:
    blueprints = load().blueprints
    for host, slugs in PLACED.items():
        known = {SSH}
        for slug in slugs:
            ports = {one.name: one.default for one in blueprints[slug].inputs}
            known |= {ports.get(one.port, one.port) for one in blueprints[slug].listens}
        assert built.listening(host) <= known, host
        assert built.listening(host) > {SSH}, host


def test_each_host_is_open_as_declared_and_no_further(built: Built) -> None:
    for host in PLACED:
        built.on(host, f"systemd-run --quiet --unit=stray python3 -m http.server {STRAY}")
    for host in PLACED:
        ports = sorted({*range(1, 1025), *built.listening(host), *range(5000, 9000), 27017, 11211})
        assert STRAY in built.listening(host)
        for source in (*PLACED, OUTSIDE):
            if source != host:
                assert set(built.scan(source, host, ports)) == _declared(source, host), f"{host} from {source}"


def test_the_user_opens_a_port_to_whom_he_names(built: Built) -> None:
    (built.project.folder / "host_vars").mkdir(exist_ok=True)
    mine = {"base_open_ports": [{"port": STRAY, "from": [built.lab.gateway, "post"]}]}
    (built.project.folder / "host_vars/data.yml").write_text(json.dumps(mine))
    built.project.play("site.yml", "--tags", "base")
    seen = {source: built.scan(source, "data", [STRAY, 6379]) for source in ("front", "post", OUTSIDE)}
    assert seen == {"front": [6379], "post": [STRAY], OUTSIDE: [STRAY]}
    (built.project.folder / "host_vars/data.yml").unlink()
    built.project.play("site.yml", "--tags", "base")
    assert built.scan("post", "data", [STRAY]) == []


def test_connections_that_are_older_go_on(built: Built) -> None:
    """As when a platform that had no firewall gets one: who is waited for may speak first."""
    built.on("front", "nft delete table inet offramp_host")
    address = built.lab.host("data").address
    ssh.run(built.lab.login, address, ["cat >/root/late.py"], stdin=LATE.encode())
    built.on("data", "nft insert rule inet offramp_host input tcp dport 5001 accept")
    built.on("data", "systemd-run --quiet --unit=late python3 /root/late.py")
    ask = f"import socket; print(socket.create_connection(('{address}', 5001), 30).recv(9).decode())"
    with ThreadPoolExecutor() as pool:
        front = built.lab.host("front").address
        heard = pool.submit(ssh.run, built.lab.login, front, ["python3", "-"], stdin=ask.encode())
        time.sleep(3)
        built.on("front", "nft -f /etc/offramp/firewall.nft")
        assert heard.result().strip() == "late"
    built.on("data", "nft -f /etc/offramp/firewall.nft")


def test_ssh_takes_keys_only(built: Built) -> None:
    address = built.lab.host("data").address
    asked = ["ssh", *built.lab.login.options(), "-oPreferredAuthentications=password,keyboard-interactive"]
    done = subprocess.run([*asked, f"root@{address}", "true"], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Permission denied (publickey)" in done.stderr


def test_who_knocks_too_often_waits_and_nobody_else(built: Built) -> None:
    knock = "import socket,sys\nfor n in range(200):\n  try: socket.create_connection((sys.argv[1],22),0.3).close()\n"
    knock += "  except OSError: print(n); break\n"
    address = built.lab.host("data").address
    said = ssh.run(built.lab.login, built.lab.host("post").address, ["python3", "-", address], stdin=knock.encode())
    assert 100 <= int(said) < 200
    assert built.on("data", "echo in").strip() == "in"


def test_what_would_lock_ansible_out_is_taken_back(built: Built) -> None:
    all_hosts = built.project.folder / "group_vars/all.yml"
    kept = all_hosts.read_text()
    before = built.on("data", "cat /etc/offramp/firewall.nft")
    all_hosts.write_text(json.dumps(json.loads(kept) | {"base_ssh_from": ["192.0.2.0/24"]}))
    with pytest.raises(AssertionError, match="See whether Ansible still gets in"):
        built.project.play("site.yml", "--tags", "base", "--limit", "data")
    all_hosts.write_text(kept)
    ssh.wait(built.lab.login, built.lab.host("data").address, seconds=150)
    assert built.on("data", "cat /etc/offramp/firewall.nft") == before
    assert set(built.scan("post", "data", [SSH, 5432, 6379])) == {SSH}
    built.project.play("site.yml", "--tags", "base")


def test_use_of_sudo_is_noted_and_updates_have_their_hour(built: Built) -> None:
    assert "COMMAND=/usr/bin/id" in built.on("data", "sudo -u nobody /usr/bin/id >/dev/null; cat /var/log/sudo.log")
    hours = {built.on(host, "apt-config dump Unattended-Upgrade::Automatic-Reboot-Time") for host in PLACED}
    assert all(re.search(r'"0\d:\d0"', hour) for hour in hours)
    assert len(hours) == len(PLACED), "not all at once"


def test_a_host_that_starts_is_closed_from_the_start(built: Built) -> None:
    began = built.on("data", BEGAN)
    built.on("data", "systemctl enable --quiet nftables.service; systemd-run --quiet --on-active=1 systemctl reboot")
    _until(lambda: built.on("data", BEGAN) != began)
    built.on("data", "systemctl is-system-running --wait || true")
    assert "offramp_host" in built.on("data", "nft list tables")
    built.on("data", "systemctl restart nftables.service")
    assert "offramp_host" in built.on("data", "nft list tables"), "Debian's own unit flushes everything"
    assert set(built.scan("post", "data", [SSH, 5432, 6379])) == {SSH}
    assert set(built.scan("front", "data", [SSH, 5432, 6379])) == {SSH, 5432, 6379}


def _until(look: Callable[[], bool]) -> None:
    """Not more often than the host takes new connections."""
    for _ in range(120):
        with suppress(ProgramFailed):
            if look():
                return
        time.sleep(1)
    raise AssertionError("it never came")
