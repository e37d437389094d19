"""The role's own configuration and programs with real Knot servers on loopback: signed, transferred, lost, restored."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from toolkit.catalog.folders import load
from toolkit.generate import generate, make_vault, write
from toolkit.model import SCHEMA_VERSION, HostNeed, Plan, Platform, Replacement, Schedule

FILES = Path(__file__).parents[3] / "playbooks/blueprints/dns/files"
ADDRESSES = {"hidden": "127.77.0.2", "one": "127.77.0.3", "two": "127.77.0.4"}
ZONE = "board.example"
RENDERED = ("platform.json", "keys.conf", "knot.conf")
PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"
pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="port 53 on loopback needs root"),
    pytest.mark.skipif(not shutil.which("kzonecheck", path=PATH), reason="knot-dnssecutils is not installed"),
]


def render(folder: Path) -> None:
    """What a host gets, as Ansible writes it, in folder/HOST-FILE."""
    catalog, hosts = load(), tuple(ADDRESSES)
    replacement = Replacement("dns", "1", ("edge.dns",), (), hosts, {"resolvers": [], "ttl": 20})
    plan = Plan(
        schema_version=SCHEMA_VERSION, tool="offramp 0.0.0", catalog=catalog.hash,
        platform=Platform(name="board", domains=(ZONE,)), losses=(),
        hosts=tuple(HostNeed(name, 512, 1, 5, ("dns",)) for name in hosts), replacements=(replacement,), tasks=(),
        schedule=Schedule(people=1, makespan_hours=0, lower_bound_hours=0),
    )  # fmt: skip
    root, key = folder / "infra", folder / "vault-key"
    write(generate(plan, catalog, target="hosts", vault_key=str(key)), root)
    make_vault(plan, catalog, root, key=key)
    reached = {
        name: {"address": address, "user": "root", "port": 22, "groups": ["dns"]} for name, address in ADDRESSES.items()
    }
    (root / "inventory/hosts.json").write_text(json.dumps(reached))
    template, to = "ansible.builtin.template", f"{folder}/{{{{ inventory_hostname }}}}"
    facts = {"all_ipv4_addresses": [], "all_ipv6_addresses": []}
    play: dict[str, Any] = {
        "hosts": "dns",
        "connection": "local",
        "gather_facts": False,
        "vars_files": ["roles/dns/vars/main.yml"],
        "vars": {"ansible_python_interpreter": sys.executable, "ansible_facts": facts},
        "tasks": [{template: {"src": f"roles/dns/templates/{name}.j2", "dest": f"{to}-{name}"}} for name in RENDERED],
    }
    (root / "render.yml").write_text(json.dumps([play]))
    command = [Path(sys.executable).with_name("ansible-playbook"), "render.yml"]
    own = os.environ | {"ANSIBLE_CONFIG": str(root / "ansible.cfg")}
    done = subprocess.run(command, cwd=root, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


class Servers:
    """Three name servers with the role's configuration, in folders of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.running = folder, list[subprocess.Popen[bytes]]()
        for name, address in ADDRESSES.items():
            self._configure(name, address)
        (folder / "offramp/zones").mkdir(parents=True)
        told = json.loads((folder / "hidden-platform.json").read_text())
        told |= {"served": str(folder / "hidden/zones")}
        (folder / "offramp/platform.json").write_text(json.dumps(told))

    def _configure(self, name: str, address: str) -> None:
        home = self.folder / name
        (home / "run").mkdir(parents=True)
        (home / "zones").mkdir()
        shutil.copy(self.folder / f"{name}-keys.conf", home / "offramp-keys.conf")
        text = (self.folder / f"{name}-knot.conf").read_text()
        listens = [address, "127.0.0.1"] if name == "hidden" else [address]
        listen = "".join(f'\n    listen: "{one}@53"' for one in listens)
        text = text.replace('    listen: "127.0.0.1@53"\n', "").replace("user: knot:knot", f"user: root:root{listen}")
        text = text.replace("/etc/knot/", f"{home}/")
        text = text.replace("/run/knot", str(home / "run")).replace("/var/lib/knot", str(home))
        for other in ADDRESSES.values():
            text = text.replace(f'address: "{other}@53"', f'address: "{other}@53"\n    via: "{address}"')
        (home / "knot.conf").write_text(text)
        self.run("knotc", "-c", str(home / "knot.conf"), "conf-check")

    def run(self, *words: str) -> str:
        done = subprocess.run(words, env=os.environ | {"PATH": PATH}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def control(self, *words: str) -> str:
        return self.run("knotc", "-c", str(self.folder / "hidden/knot.conf"), "--blocking", *words)

    def make(self, text: str) -> str:
        (self.folder / f"offramp/zones/{ZONE}.zone").write_text(text)
        where = (str(self.folder / "offramp"), str(self.folder / "hidden/zones"))
        return self.run(sys.executable, str(FILES / "make_zones.py"), *where)

    def look(self, *options: str) -> str:
        return self.run(sys.executable, str(FILES / "look.py"), *options, str(self.folder / "offramp"))

    def start(self) -> None:
        for name in ADDRESSES:
            command = [str(shutil.which("knotd", path=PATH)), "-c", str(self.folder / name / "knot.conf")]
            with (self.folder / f"{name}.log").open("ab") as log:
                self.running.append(subprocess.Popen(command, stdout=log, stderr=log))
        until = time.monotonic() + 30
        while not (self.folder / "hidden/run/knot.sock").exists():
            assert time.monotonic() < until, (self.folder / "hidden.log").read_text()
            time.sleep(0.1)

    def stop(self) -> None:
        for one in self.running:
            one.terminate()
            one.wait(30)
        self.running.clear()


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", 53))
        except OSError:
            pytest.skip("something of this machine's listens on port 53")
    render(tmp_path)
    made = Servers(tmp_path)
    try:
        yield made
    finally:
        made.stop()


def test_zones_are_signed_transferred_changed_lost_and_restored_with_their_key(servers: Servers) -> None:
    text = "@ MX 10 mail\nmail A 192.0.2.25\n"
    assert servers.make(text) == f"{ZONE}\n"
    servers.start()
    assert "all well" in servers.look("--wait", "30")
    assert servers.make(text) == "", "nothing changed"
    with pytest.raises(AssertionError, match="missing glue"):
        servers.make(f"{text}sub NS ns.sub\n")
    assert "all well" in servers.look()

    assert servers.make(f"{text}added A 192.0.2.77\n") == f"{ZONE}\n"
    servers.control("zone-reload")
    assert "all well" in servers.look("--wait", "30")
    before = json.loads(servers.look("--json"))
    saved = servers.folder / "saved"
    servers.control("zone-backup", "+backupdir", str(saved))

    servers.stop()
    for name in ADDRESSES:
        for path in [*(servers.folder / name).iterdir()]:
            if path.suffix != ".conf":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        (servers.folder / name / "run").mkdir()
        (servers.folder / name / "zones").mkdir()
    servers.make(f"{text}added A 192.0.2.77\n")
    servers.start()
    assert "all well" in servers.look("--wait", "30")
    without = json.loads(servers.look("--json"))
    assert without[ZONE]["keys"] != before[ZONE]["keys"], "a new key, which no parent knows"

    kept = ("+kaspdb", "+nozonefile", "+nojournal", "+notimers")
    servers.control("zone-restore", "+backupdir", str(saved), *kept)
    servers.control("zone-reload")
    servers.control("zone-sign")
    assert "all well" in servers.look("--wait", "60")
    assert json.loads(servers.look("--json")) == before

    servers.control("zone-key-rollover", f"{ZONE}.", "zsk")
    assert "all well" in servers.look("--wait", "30")
    gone = servers.running.pop(1)
    gone.terminate()
    gone.wait(30)
    with pytest.raises(AssertionError, match=r"one \(127\.77\.0\.3\) does not answer"):
        servers.look()
