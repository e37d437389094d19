"""Zones out of DNS services: Route 53 at moto's server, the others at servers that speak as their documents say."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import dns_servers
import exports
import httpx
import pytest
from click.testing import CliRunner
from moto.server import ThreadedMotoServer
from vendor import Vendor

from toolkit.errors import BadInput, ProgramFailed
from toolkit.export import dataset
from toolkit.export.command import export
from toolkit.export.dns import cloudflare, digitalocean, gandi, route53, zones
from toolkit.export.dns.zones import Addresses

Sleep = Callable[[float], None]
SERVICES = {"cloudflare": cloudflare, "gandi": gandi, "digitalocean": digitalocean}


def resolve(name: str) -> list[Addresses]:
    return [Addresses("A", ("198.51.100.7",))] if name == "lb.vendor.example." else []


def sets(record: Mapping[str, Any]) -> dict[str, list[str]]:
    return {f"{one['name']} {one['type']}": one["values"] for one in record["records"]}


def decisions(record: Mapping[str, Any]) -> dict[str, list[str]]:
    return {f"{one['name']} {one['kind']}": one.get("values", []) for one in record["decisions"]}


# --- Route 53 ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of Route 53 without zones."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    yield boto3.client("route53", region_name="us-east-1")
    httpx.post(f"http://{host}:{port}/moto-api/reset")
    server.stop()


def hosted(aws: Any, name: str, sets: list[dict[str, Any]], **more: Any) -> str:
    zone: str = aws.create_hosted_zone(Name=name, CallerReference=f"{name}{more}", **more)["HostedZone"]["Id"]
    for start in range(0, len(sets), 500):
        changes = [{"Action": "CREATE", "ResourceRecordSet": one} for one in sets[start : start + 500]]
        aws.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    return zone


def plain(name: str, kind: str, *values: str, ttl: int = 300, **more: Any) -> dict[str, Any]:
    return {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": [{"Value": one} for one in values], **more}


def alias(name: str, kind: str, target: str) -> dict[str, Any]:
    where = {"HostedZoneId": "Z2FDTNDATAQYW2", "DNSName": target, "EvaluateTargetHealth": False}
    return {"Name": name, "Type": kind, "AliasTarget": where}


def taken(folder: Path, *names: str) -> dict[str, dict[str, Any]]:
    streams = route53.streams(route53.client(None), names, resolve)
    dataset.export(streams, folder, source="route53 test", log=print)
    return {one["id"]: one for one in exports.records(folder, "edge.zones")}


def test_route_53_gives_records_aliases_and_wildcards(aws: Any, tmp_path: Path) -> None:
    sets_ = [
        alias("board.example", "A", "lb.vendor.example"),
        alias("assets.board.example", "A", "d1.cloudfront.net"),
        alias("assets.board.example", "AAAA", "d1.cloudfront.net"),
        plain("board.example", "MX", "10 inbound.vendor.example"),
        plain("board.example", "TXT", '"v=spf1 include:amazonses.com ~all"', '"second"'),
        plain("*.dev.board.example", "CNAME", "www.board.example"),
        plain("www.board.example", "A", "192.0.2.1", "192.0.2.2", ttl=60),
    ]
    hosted(aws, "board.example", sets_)
    hosted(
        aws,
        "inside.example",
        [],
        HostedZoneConfig={"PrivateZone": True},
        VPC={"VPCRegion": "us-east-1", "VPCId": "vpc-1"},
    )
    found = taken(tmp_path)
    assert list(found) == ["board.example"]  # the private zone is nobody's business outside
    record = found["board.example"]
    assert sets(record) == {
        "@ A": ["198.51.100.7"],
        "@ MX": ["10 inbound.vendor.example."],
        "@ TXT": ['"second"', '"v=spf1 include:amazonses.com ~all"'],
        "*.dev CNAME": ["www.board.example."],
        "assets CNAME": ["d1.cloudfront.net."],
        "www A": ["192.0.2.1", "192.0.2.2"],
    }
    assert decisions(record) == {"@ alias": ["lb.vendor.example."], "assets alias": ["d1.cloudfront.net."]}
    assert record["name_servers"]
    assert all("awsdns" in one for one in record["name_servers"])


def test_of_what_route_53_chooses_from_one_stays_and_all_are_told(aws: Any, tmp_path: Path) -> None:
    weighted = [
        plain("app.board.example", "A", f"192.0.2.{n}", SetIdentifier=f"s{n}", Weight=weight)
        for n, weight in ((1, 10), (2, 90))
    ]
    both = [plain("m.board.example", "A", f"192.0.2.{n}", SetIdentifier=f"m{n}", MultiValueAnswer=True) for n in (3, 4)]
    hosted(aws, "board.example", [*weighted, *both])
    record = taken(tmp_path)["board.example"]
    assert sets(record) == {"app A": ["192.0.2.2"], "m A": ["192.0.2.3", "192.0.2.4"]}
    assert decisions(record) == {"app policy": ["s1: 192.0.2.1", "s2: 192.0.2.2"]}


def test_five_thousand_records_come_in_pages(aws: Any, tmp_path: Path) -> None:
    hosted(aws, "board.example", [plain(f"h{n}.board.example", "A", "192.0.2.1") for n in range(5000)])
    hosted(aws, "other.example", [])
    assert len(taken(tmp_path / "one", "board.example")["board.example"]["records"]) == 5000
    assert list(taken(tmp_path / "all")) == ["board.example", "other.example"]


def test_a_zone_that_route_53_does_not_have(aws: Any, tmp_path: Path) -> None:
    hosted(aws, "board.example", [])
    with pytest.raises(BadInput, match=r"no public hosted zone other\.example.*\n.*there are: board\.example"):
        taken(tmp_path, "other.example")


def test_octal_is_not_decimal() -> None:
    [found] = route53._records(plain("\\052.board.example.", "TXT", '"a\\303\\274"'))
    assert (found.name, found.value) == ("*.board.example.", '"a\\195\\188"')


# --- the others -------------------------------------------------------------------------------------------------------
@pytest.fixture
def served(vendor: Vendor, sleep: Sleep, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def run(name: str, *zones: str, token: str = dns_servers.TOKEN) -> dict[str, Any]:
        service: Any = SERVICES[name]
        vendor.app = getattr(dns_servers, name)(vendor)
        with service.client(token, vendor.url) as client:
            streams = service.streams(client, zones, resolve, sleep=sleep)
            dataset.export(streams, tmp_path / "out", source=f"{name} test", log=print)
        return exports.records(tmp_path / "out", "edge.zones")[0]

    return run


def test_cloudflare_with_the_origins_behind_its_proxy(served: Callable[..., dict[str, Any]]) -> None:
    record = served("cloudflare")
    assert sets(record) == {
        "@ A": ["203.0.113.10"],
        "@ AAAA": ["2001:db8::10"],
        "@ CAA": ['0 issue "letsencrypt.org"'],
        "@ MX": ["10 mail.board.example."],
        "@ TXT": ['"v=spf1 mx -all"'],
        "_xmpp._tcp SRV": ["10 5 5222 chat.board.example."],
        "loc LOC": ["53 14 10.000 N 2 18 26.000 W 20.00m 10.00m 1000.00m 2.00m"],
        "mail A": ["203.0.113.25"],
        "mail._domainkey TXT": ['"v=DKIM1; k=rsa; p=' + "A" * 200 + '" "' + "B" * 100 + '"'],
        "shop CNAME": ["shops.vendor.example."],
        "sub NS": ["ns.elsewhere.example."],
        "www CNAME": ["board.example."],
    }
    assert {one["ttl"] for one in record["records"] if one["name"] == "@" and one["type"] == "A"} == {300}
    told = decisions(record)
    assert told["@ proxied"] == ["2001:db8::10", "203.0.113.10"]
    assert told["www proxied"] == ["board.example"]
    assert told["@ signed"] == ["2371 13 2 " + "5B" * 32]
    assert record["signed"]


def test_gandi_with_its_alias_of_the_zone(served: Callable[..., dict[str, Any]]) -> None:
    record = served("gandi", "board.example")
    assert sets(record) == {
        "@ A": ["198.51.100.7"],
        "@ MX": ["10 spool.mail.gandi.net.", "50 fb.mail.gandi.net."],
        "@ TXT": ['"v=spf1 include:_mailcust.gandi.net ?all"'],
        "* CNAME": ["www.board.example."],
        "_imap._tcp SRV": ["0 0 0 ."],
        "web A": ["203.0.113.10", "203.0.113.11"],
        "web AAAA": ["2001:db8::10"],
        "www CNAME": ["web.board.example."],
    }
    assert decisions(record) == {"@ alias": ["lb.vendor.example."], "@ signed": ["4411 13 2 " + "7C" * 32]}


def test_digitalocean_whose_names_end_in_no_dot(served: Callable[..., dict[str, Any]]) -> None:
    record = served("digitalocean")
    assert sets(record) == {
        "@ A": ["203.0.113.10"],
        "@ CAA": ['0 issue "letsencrypt.org"'],
        "@ MX": ["10 mail.board.example.", "20 board.example."],
        "@ TXT": ['"v=spf1 mx; \\"quoted\\" -all"'],
        "_sip._tcp SRV": ["10 20 5060 sip.board.example."],
        "mail A": ["203.0.113.25"],
        "shop CNAME": ["shops.vendor.example."],
        "www CNAME": ["board.example."],
    }
    assert record["name_servers"] == ["ns1.digitalocean.com", "ns2.digitalocean.com"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_wrong_token_is_told(name: str, served: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(BadInput, match="401"):
        served(name, token="wrong")


def test_a_zone_that_cloudflare_does_not_have(served: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(BadInput, match=r"no zone other\.example"):
        served("cloudflare", "other.example")


def test_what_no_longer_has_the_known_form_is_told(
    vendor: Vendor, served: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        dns_servers, "recorded", lambda name: {"domains": [{"fqdn": "board.example"}], "records": [{}], "keys": []}
    )
    with pytest.raises(ProgramFailed, match="a form this version does not know"):
        served("gandi")


def test_a_run_goes_on_with_the_zones_it_has_not(tmp_path: Path) -> None:
    """By their names: one that was added meanwhile is taken, and one that went shifts none."""
    first = next(zones.pages(["b", "c"], None, lambda name: {"id": name}))
    rest = [*zones.pages(["a", "c"], first.next, lambda name: {"id": name})]
    assert [record["id"] for page in (first, *rest) for record in page.records] == ["b", "a", "c"]
    assert rest[-1].next is None
    assert [*zones.pages([], None, dict)] == [((), None)]


def test_gandi_without_its_count_gives_all_pages(vendor: Vendor) -> None:
    """A proxy may drop a header; what came after the first page was lost."""
    entries = [{"rrset_name": f"n{n}"} for n in range(150)]

    def ask(_path: str, params: dict[str, int]) -> httpx.Response:
        start = (params["page"] - 1) * params["per_page"]
        return httpx.Response(200, json=entries[start : start + params["per_page"]])

    assert [*gandi._walk(ask, "/records")] == entries


# --- the command ------------------------------------------------------------------------------------------------------
def test_the_command_says_what_to_decide_and_writes_the_checklist(
    vendor: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.app = dns_servers.cloudflare(vendor)
    monkeypatch.setenv("CLOUDFLARE_TOKEN", dns_servers.TOKEN)
    words = ["dns", "cloudflare", "--api", vendor.url, "--to", str(tmp_path / "out"), "--resolver", "127.0.0.1@9"]
    dry = CliRunner().invoke(export, [*words, "--dry-run"], catch_exceptions=False, standalone_mode=False)
    assert "/client/v4/zones/{id}/dns_records" in dry.stderr
    assert not vendor.asked
    result = CliRunner().invoke(export, words, catch_exceptions=False, standalone_mode=False)
    assert result.stdout.startswith("edge.zones\t1\t")
    assert "www.board.example: proxied: Cloudflare stood in front of it" in result.stderr
    text = (tmp_path / "out/registrar.md").read_text()
    assert "## `board.example`" in text
    assert "2371 13 2" in text
    assert json.loads((tmp_path / "out/manifest.json").read_text())["complete"]
