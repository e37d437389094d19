"""The platform's own name servers, followed from a root down: the old ones are lost, names answer, one server dies."""

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path

import delegation
import projects
import pytest
from delegation import ZONE, World

from toolkit.catalog.folders import load
from toolkit.drill import lab as labs
from toolkit.errors import ProgramFailed
from toolkit.export import dataset
from toolkit.export.dns import zone_transfer
from toolkit.model import SCHEMA_VERSION, HostNeed, Plan, Platform, Replacement, Schedule
from toolkit.tools import ssh

NAMES = {"primary": ("dns",), "first": ("dns",), "second": ("dns",), "page": ("status-page",)}
RECORDS = """@ A 192.0.2.1
www CNAME @
@ MX 10 mail
mail A 192.0.2.25
@ TXT "v=spf1 mx -all"
*.dev A 192.0.2.3
status A 192.0.2.99
"""
LOOK = "/usr/local/lib/offramp/dns/look.py"


class Servers:
    """The generated project on its hosts, and the world around them."""

    def __init__(self, lab: labs.Lab, project: projects.Project, world: World, folder: Path) -> None:
        self.lab, self.project, self.world, self.folder = lab, project, world, folder
        self.address = {name: lab.host(name).address for name in NAMES}
        self.served = {f"ns1.{ZONE}": self.address["first"], f"ns2.{ZONE}": self.address["second"]}

    def run(self, host: str, command: str) -> str:
        return ssh.run(self.lab.login, self.address[host], [command])

    def ds(self) -> str:
        """What is handed in at the registrar."""
        [key] = json.loads(self.run("primary", f"{LOOK} --json"))[ZONE]["keys"]
        return str(key)

    def write(self, text: str) -> None:
        path = self.project.folder / "zones" / f"{ZONE}.zone"
        path.write_text(text)


def plan(lab: labs.Lab) -> Plan:
    catalog = load()
    inputs = {"dns": {"resolvers": [lab.host("user").address], "ttl": delegation.TTL}}
    placed = {slug: tuple(name for name, groups in NAMES.items() if slug in groups) for slug in ("dns", "status-page")}
    return Plan(
        schema_version=SCHEMA_VERSION,
        tool="offramp 0.0.0",
        catalog=catalog.hash,
        platform=Platform(name="board", domains=(ZONE,)),
        losses=(),
        hosts=tuple(HostNeed(name, 512, 1, 5, groups) for name, groups in NAMES.items()),
        replacements=tuple(
            Replacement(slug, "1", catalog.blueprints[slug].capabilities, (), hosts, inputs.get(slug, {}))
            for slug, hosts in placed.items()
        ),
        tasks=(),
        schedule=Schedule(people=1, makespan_hours=0, lower_bound_hours=0),
    )


@pytest.fixture(scope="module")
def servers(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Exported from the old name servers, imported, built; the registrar still names the old ones."""
    folder = tmp_path_factory.mktemp("dns")
    with labs.temporary([*NAMES, "world", "old", "user"], log=print, state=folder / "labs") as lab:
        world = World(lab)
        world.begin(RECORDS)
        world.wait(f"www.{ZONE}", [f"{ZONE}."], "CNAME")
        server, key = zone_transfer.server(world.address["old"]), zone_transfer.key(delegation.KEY)
        streams = zone_transfer.streams(server, [ZONE], key, lambda name: ())
        dataset.export(streams, folder / "zones", source="axfr test", log=print)
        project = projects.build(folder, lab, plan(lab))
        taken = project.play("import.yml", "--tags", "dns", "-e", f"dataset={folder}/zones")
        assert "signed at its present name servers" in taken
        project.play("site.yml")
        yield Servers(lab, project, world, folder)


def test_the_second_run_changes_nothing(servers: Servers) -> None:
    assert projects.changed(servers.project.play("site.yml")) == 0
    servers.project.play("verify.yml")


def test_the_zone_file_is_the_users_and_says_what_to_decide(servers: Servers) -> None:
    text = (servers.project.folder / "zones" / f"{ZONE}.zone").read_text()
    assert "; DECIDE @: signed: " in text
    assert '@ 20 TXT "v=spf1 mx -all"' in text
    assert "192.0.2.99" not in text, "the platform's own name leads to its host"
    again = servers.project.play("import.yml", "--tags", "dns", "-e", f"dataset={servers.folder}/zones")
    assert projects.changed(again) == 0
    servers.write(text + "added 60 A 192.0.2.77\n")
    kept = servers.project.play("import.yml", "--tags", "dns", "-e", f"dataset={servers.folder}/zones")
    assert f"{ZONE}.zone.new" in kept
    servers.project.play("site.yml", "--tags", "dns")
    for name in ("first", "second"):
        said = servers.world.run("user", f"kdig @{servers.address[name]} +short added.{ZONE}")
        assert said.strip() == "192.0.2.77"


def test_a_zone_that_is_none_is_refused_and_the_old_one_goes_on(servers: Servers) -> None:
    path = servers.project.folder / "zones" / f"{ZONE}.zone"
    text = path.read_text()
    try:
        for wrong, said in (
            ("broken A 192.0.2.\n", "near line"),
            ("@ SOA a. b. 1 2 3 4 5\n", "written for you"),
            ("alias CNAME other\nalias A 192.0.2.1\n", "CNAME"),
            ("sub NS ns.sub\n", "kzonecheck"),
        ):
            servers.write(text + wrong)
            with pytest.raises(AssertionError, match=said):
                servers.project.play("site.yml", "--tags", "dns")
            assert servers.world.run("user", f"kdig @{servers.address['first']} +short added.{ZONE}").strip()
    finally:
        path.write_text(text)


def test_the_primary_is_hidden_and_nobody_transfers_without_the_key(servers: Servers) -> None:
    said = servers.world.run("user", f"kdig @{servers.address['first']} {ZONE} AXFR 2>&1 || true")
    assert "192.0.2.25" not in said
    assert "NOTAUTH" in said or "REFUSED" in said
    said = servers.world.run("user", f"kdig @{servers.address['primary']} +time=2 +retry=0 {ZONE} SOA 2>&1 || true")
    assert "timed out" in said or "timeout" in said.lower() or "failed" in said


def test_old_name_servers_are_lost_and_names_answer(servers: Servers, record_property) -> None:
    world = servers.world
    world.wait(f"mail.{ZONE}", ["192.0.2.25"])
    lost = time.monotonic()
    world.run("old", "systemctl stop knot")
    world.delegate(servers.served, servers.ds())
    world.wait(f"added.{ZONE}", ["192.0.2.77"])
    world.wait(f"mail.{ZONE}", ["192.0.2.25"])
    world.wait(f"status.{ZONE}", [servers.address["page"]])
    seconds = time.monotonic() - lost
    record_property("seconds_from_lost_to_answering", round(seconds, 1))
    print(f"from lost name servers to names answering, validated: {seconds:.1f} s (TTL {delegation.TTL} s)")
    world.wait(f"x.dev.{ZONE}", ["192.0.2.3"])
    world.wait(ZONE, ["10 mail.board.example."], "MX")
    assert world.answer(f"nothing.{ZONE}")[1] == []
    said = servers.run("primary", f"{LOOK} --wait 30 --outside")
    assert "all well" in said


def test_people_find_the_platform_by_name(servers: Servers) -> None:
    """No table of hosts: the resolver leads to the new host."""
    authority = (servers.project.folder / "ca.crt").read_text()
    servers.world.write("user", "/tmp/ca.crt", authority)
    said = servers.world.run("user", f"curl --silent --show-error --fail --cacert /tmp/ca.crt https://status.{ZONE}/")
    assert "board status" in said


def test_names_are_led_back_by_one_play(servers: Servers) -> None:
    servers.project.play("site.yml", "--tags", "dns", "-e", "dns_point_at=before")
    servers.world.wait(f"status.{ZONE}", ["192.0.2.99"])
    servers.project.play("site.yml", "--tags", "dns")
    servers.world.wait(f"status.{ZONE}", [servers.address["page"]])


def test_a_secondary_dies_and_names_still_answer(servers: Servers) -> None:
    servers.run("first", "systemctl stop knot")
    try:
        time.sleep(delegation.TTL + 1)
        servers.world.run("user", "unbound-control flush_zone . || systemctl restart unbound")
        servers.world.wait(f"mail.{ZONE}", ["192.0.2.25"])
        with pytest.raises(ProgramFailed):
            servers.run("primary", LOOK)
    finally:
        servers.run("first", "systemctl start knot")


def test_a_certificate_challenge_is_updated_with_the_key_and_nothing_else(servers: Servers) -> None:
    secret = base64.b64encode(servers.project.secrets()["dns_update_secret"].encode()).decode()
    update = f"server {servers.address['primary']}\\nzone {ZONE}.\\nadd _acme-challenge.{ZONE}. 20 TXT proof\\nsend\\n"
    signed = f"printf '{update}' | knsupdate -y hmac-sha256:offramp-update:{secret}"
    servers.world.run("user", "true")
    servers.run("page", "apt-get install -qq -y --no-install-recommends knot-dnsutils >/dev/null")
    servers.run("page", signed)
    servers.world.wait(f"_acme-challenge.{ZONE}", ['"proof"'], "TXT")
    said = servers.run("page", signed.replace("TXT proof", "A 192.0.2.66") + " 2>&1 || true")
    assert "REFUSED" in said or "NOTAUTH" in said
    assert servers.world.answer(f"_acme-challenge.{ZONE}")[1] == []


def test_the_key_that_signs_is_exchanged_and_names_stay_valid(servers: Servers) -> None:
    before = servers.run("primary", f"keymgr {ZONE}. list").splitlines()
    servers.run("primary", f"knotc -b zone-key-rollover {ZONE}. zsk")
    assert len(servers.run("primary", f"keymgr {ZONE}. list").splitlines()) == len(before) + 1
    servers.world.run("user", "systemctl restart unbound")
    servers.world.wait(f"mail.{ZONE}", ["192.0.2.25"])
    servers.project.play("verify.yml", "--tags", "dns")


def test_zones_and_the_key_that_the_parent_knows_come_back(servers: Servers) -> None:
    for playbook in ("backup", "drill-steady", "drill-break", "site", "restore", "verify"):
        servers.project.play(f"{playbook}.yml", "--tags", "base,packages,dns")
    servers.world.run("user", "systemctl restart unbound")
    servers.world.wait(f"mail.{ZONE}", ["192.0.2.25"])


def test_the_server_is_confined(servers: Servers) -> None:
    for host in ("primary", "first"):
        said = servers.run(host, "systemd-analyze security --no-pager knot.service | tail -1")
        assert float(said.split(":")[1].split()[0]) <= 3.0, said
