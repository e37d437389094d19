"""The dns blueprint's programs: datasets become the user's files, these and the platform's names become zones."""

import hashlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import dns.name
import dns.zone
import pytest

FILES = Path(__file__).parents[3] / "playbooks/blueprints/dns/files"


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FILES / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make_zones = _module("make_zones")
PLATFORM = {
    "zones": ["board.example"],
    "names": {
        "board.example": ["198.51.100.1"],
        "status.board.example": ["198.51.100.2", "2001:db8::2"],
        "app-1": ["x"],
    },
    "name_servers": {"ns1.board.example": ["198.51.100.53"], "ns2.board.example": ["203.0.113.53"]},
    "other_name_servers": ["ns.elsewhere.example"],
    "point_at": "here",
    "ttl": 300,
    "contact": "host.master@elsewhere.example",
}


def zone(own: str = "", before: str = "", **changes: Any) -> dns.zone.Zone:
    text = make_zones.zone_text("board.example", PLATFORM | changes, own, before)
    return dns.zone.from_text(text, "board.example", relativize=False)


def values(found: dns.zone.Zone, name: str, kind: str) -> list[str]:
    rdataset = found.get_rdataset(dns.name.from_text(name, dns.name.from_text("board.example.")), kind)
    return sorted(str(one) for one in rdataset) if rdataset else []


def test_the_platforms_names_lead_to_its_hosts_and_the_servers_are_named() -> None:
    found = zone("@ MX 10 mail\nmail A 192.0.2.25\n")
    assert values(found, "@", "A") == ["198.51.100.1"]
    assert values(found, "status", "AAAA") == ["2001:db8::2"]
    assert values(found, "@", "NS") == ["ns.elsewhere.example.", "ns1.board.example.", "ns2.board.example."]
    assert values(found, "ns2", "A") == ["203.0.113.53"]
    assert values(found, "@", "MX") == ["10 mail.board.example."]
    assert "host\\.master.elsewhere.example." in values(found, "@", "SOA")[0]


def test_what_the_user_wrote_wins() -> None:
    found = zone("status CNAME elsewhere.example.\nBOARD.example. 60 A 192.0.2.1\n")
    assert values(found, "status", "CNAME") == ["elsewhere.example."]
    assert values(found, "status", "A") == []
    assert values(found, "@", "A") == ["192.0.2.1"]


def test_names_lead_back_to_where_they_led() -> None:
    before = "@ 60 A 192.0.2.9\nstatus 60 CNAME old.vendor.example.\n"
    found = zone("www CNAME @\n", before, point_at="before")
    assert values(found, "@", "A") == ["192.0.2.9"]
    assert values(found, "status", "CNAME") == ["old.vendor.example."]
    assert values(zone("www CNAME @\n", before), "@", "A") == ["198.51.100.1"]


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("@ SOA a. b. 1 2 3 4 5\n", "written for you"),
        ("@ NS ns.vendor.example.\n", "written for you"),
        ("www A 192.0.2.\n", "near line"),
        ("$INCLUDE /etc/shadow\n", "near line"),
        ("www.other.example. A 192.0.2.1\n", "outside of the zone"),
        ("a A 192.0.2.1\na CNAME b\n", "CNAME"),
    ],
)
def test_a_file_that_is_no_zone_is_refused(own: str, said: str) -> None:
    with pytest.raises(make_zones.Wrong, match=said):
        zone(own)


def test_a_host_known_by_a_name_only_is_told() -> None:
    with pytest.raises(make_zones.Wrong, match="offramp_public_address"):
        zone(names={"www.board.example": ["host.elsewhere.example"]})


# --- the import -------------------------------------------------------------------------------------------------------
RECORDS = [
    {"name": "@", "type": "A", "ttl": 60, "values": ["192.0.2.1"]},
    {"name": "@", "type": "TXT", "ttl": 300, "values": ['"a; b"']},
    {"name": "status", "type": "CNAME", "ttl": 60, "values": ["old.vendor.example."]},
    {"name": "*.dev", "type": "A", "ttl": 60, "values": ["192.0.2.3", "192.0.2.4"]},
]
DECISIONS = [{"name": "www", "kind": "alias", "what": "gone\n@ A 192.0.2.66", "values": ["lb.vendor.example."]}]


def exported(folder: Path, records: list[dict[str, Any]], name: str = "board.example") -> Path:
    folder.mkdir(exist_ok=True)
    one = {"id": name, "source": "test", "name_servers": [], "signed": False}
    data = (json.dumps(one | {"records": records, "decisions": DECISIONS}) + "\n").encode()
    (folder / "edge.zones.jsonl").write_bytes(data)
    told = {"file": "edge.zones.jsonl", "records": 1, "sha256": hashlib.sha256(data).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps({"complete": True, "datasets": {"edge.zones": told}}))
    return folder


def take(dataset: Path, zones: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", FILES / "take_zones.py", dataset, zones]
    own = json.dumps(["board.example", "status.board.example"])
    return subprocess.run(command, input=own, capture_output=True, text=True, check=False)


def test_an_export_becomes_the_users_file_without_the_platforms_own_addresses(tmp_path: Path) -> None:
    done = take(exported(tmp_path / "set", RECORDS), tmp_path / "zones")
    assert json.loads(done.stdout)["written"] == ["board.example.before", "board.example.zone"]
    own, before = ((tmp_path / "zones" / f"board.example.{kind}").read_text() for kind in ("zone", "before"))
    assert "; DECIDE www: alias: gone?@ A 192.0.2.66 (lb.vendor.example.)\n" in own
    assert before == "@ 60 A 192.0.2.1\nstatus 60 CNAME old.vendor.example.\n"
    found = zone(own, before)
    assert values(found, "@", "TXT") == ['"a; b"']
    assert values(found, "*.dev", "A") == ["192.0.2.3", "192.0.2.4"]
    assert values(found, "@", "A") == ["198.51.100.1"]
    assert values(zone(own, before, point_at="before"), "status", "CNAME") == ["old.vendor.example."]


def test_a_file_that_was_edited_is_kept(tmp_path: Path) -> None:
    dataset = exported(tmp_path / "set", RECORDS)
    take(dataset, tmp_path / "zones")
    assert json.loads(take(dataset, tmp_path / "zones").stdout)["written"] == []
    path = tmp_path / "zones/board.example.zone"
    path.write_text("mine A 192.0.2.1\n")
    report = json.loads(take(dataset, tmp_path / "zones").stdout)
    assert (report["kept"], report["written"]) == (["board.example.zone"], ["board.example.zone.new"])
    assert path.read_text() == "mine A 192.0.2.1\n"


@pytest.mark.parametrize(
    "record",
    [
        {"name": "a\nb", "type": "A", "ttl": 1, "values": ["192.0.2.1"]},
        {"name": "a", "type": "A\nX", "ttl": 1, "values": ["192.0.2.1"]},
        {"name": "a", "type": "TXT", "ttl": 1, "values": ['"x"\n$INCLUDE /etc/shadow']},
        {"name": "a;b", "type": "A", "ttl": 1, "values": ["192.0.2.1"]},
    ],
)
def test_what_would_be_another_line_is_refused(record: dict[str, Any], tmp_path: Path) -> None:
    done = take(exported(tmp_path / "set", [record]), tmp_path / "zones")
    assert done.returncode == 1
    assert "cannot stand in a zone file" in done.stderr


@pytest.mark.parametrize("name", ["../../etc/x", ".board.example", "board.example/x", "a\nb.example", ""])
def test_a_zones_name_is_no_path(name: str, tmp_path: Path) -> None:
    done = take(exported(tmp_path / "set", [], name), tmp_path / "zones")
    assert done.returncode == 1
    assert "cannot be a zone's name" in done.stderr


def test_an_export_that_is_not_whole_or_changed_is_refused(tmp_path: Path) -> None:
    dataset = exported(tmp_path / "set", RECORDS)
    (dataset / "edge.zones.jsonl").write_text("{}\n")
    assert "not what the export wrote" in take(dataset, tmp_path / "zones").stderr
    (dataset / "manifest.json").unlink()
    assert "run `offramp export dns` to its end" in take(dataset, tmp_path / "zones").stderr
