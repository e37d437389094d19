"""Records of any source become a zone: what DNS cannot hold is decided or said, and hostile ones stop nothing."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dns.zone
import exports
import knot_server
import pytest

from toolkit.errors import BadInput, ProgramFailed
from toolkit.export import dataset
from toolkit.export.dns import registrar, zone_file, zone_transfer, zones
from toolkit.export.dns.zones import Addresses, Alias, Decision, Found

ZONE = zones.zone_name("board.example")
NOWHERE = lambda name: ()  # noqa: E731  # a resolver that knows nothing


def described(*found: Found | Alias, resolve: zones.Resolve = NOWHERE) -> dict[str, Any]:
    record = zones.described(ZONE, "test", found, resolve=resolve)
    dataset.validator("edge.zones").validate(record)
    return record


def sets(record: Mapping[str, Any]) -> dict[str, list[str]]:
    return {f"{one['name']} {one['type']}": one["values"] for one in record["records"]}


def told(record: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["name"], one["kind"], one["what"]) for one in record["decisions"]]


def test_records_come_along_in_one_form() -> None:
    record = described(
        Found("@", "SOA", 1, "a. b. 1 2 3 4 5"),
        Found("@", "NS", 300, "NS1.Vendor.example."),
        Found("www", "A", 60, "192.0.2.1"),
        Found("WWW.board.example.", "A", 30, "192.0.2.2"),
        Found("www", "A", 60, "192.0.2.1"),
        Found("@", "MX", 3600, "10 mail"),
        Found("*.shop", "CNAME", 300, "@"),
        Found("@", "TXT", 300, zones.quoted("v=spf1 " + "x" * 300)),
    )
    assert record["name_servers"] == ["ns1.vendor.example"]
    assert sets(record) == {
        "@ MX": ["10 mail.board.example."],
        "@ TXT": ['"' + "v=spf1 " + "x" * 248 + '" "' + "x" * 52 + '"'],
        "*.shop CNAME": ["board.example."],
        "www A": ["192.0.2.1", "192.0.2.2"],
    }
    assert [one["ttl"] for one in record["records"] if one["name"] == "www"] == [30]
    assert record["decisions"] == []


def test_an_alias_within_the_zone_has_the_records_of_its_target() -> None:
    record = described(
        Alias("@", ("A", "AAAA"), 60, "lb"), Found("lb", "CNAME", 60, "origin"), Found("origin", "A", 300, "192.0.2.7")
    )
    assert sets(record)["@ A"] == ["192.0.2.7"]
    assert record["decisions"] == []


def test_an_alias_to_elsewhere_is_a_cname_or_what_a_resolver_answers_and_is_told() -> None:
    def resolve(name: str) -> tuple[Addresses, ...]:
        assert name == "lb.vendor.example."
        return (Addresses("A", ("198.51.100.1",)), Addresses("AAAA", ("2001:db8::1",)))

    record = described(
        Alias("@", ("A",), 60, "lb.vendor.example."),
        Alias("assets", ("A",), 60, "cdn.vendor.example."),
        Alias("assets", ("AAAA",), 60, "cdn.vendor.example."),
        resolve=resolve,
    )
    assert sets(record) == {"@ A": ["198.51.100.1"], "assets CNAME": ["cdn.vendor.example."]}
    assert [(name, kind) for name, kind, _ in told(record)] == [("@", "alias"), ("assets", "alias")]
    unresolved = described(Alias("@", ("A",), 60, "lb.vendor.example."))
    assert sets(unresolved) == {}
    assert "no address now" in told(unresolved)[0][2]


def test_a_cname_where_dns_allows_none_is_flattened() -> None:
    found = (Found("@", "CNAME", 300, "app.host.example."), Found("@", "MX", 300, "10 mail"))
    record = described(*found, resolve=lambda name: (Addresses("A", ("198.51.100.9",)),))
    assert sets(record) == {"@ A": ["198.51.100.9"], "@ MX": ["10 mail.board.example."]}


@pytest.mark.parametrize("length", [2, 3, 17, 4000])
def test_cnames_in_a_circle_are_left_out_and_told(length: int) -> None:
    circle = [Found(f"c{n}", "CNAME", 300, f"c{(n + 1) % length}") for n in range(length)]
    record = described(*circle, Found("into", "CNAME", 300, "c0"), Found("www", "A", 300, "192.0.2.1"))
    assert sets(record) == {"into CNAME": ["c0.board.example."], "www A": ["192.0.2.1"]}
    assert len(record["decisions"]) == length
    assert {kind for _, kind, _ in told(record)} == {"left out"}


def test_aliases_in_a_circle_end() -> None:
    record = described(Alias("a", ("A",), 60, "b"), Alias("b", ("A",), 60, "a"))
    assert sets(record) == {}
    assert [what for _, _, what in told(record)] == ["alias: it leads in a circle"] * 2


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (Found("x" * 255, "A", 1, "192.0.2.1"), "longer than 63 bytes"),
        (Found(".".join(["x" * 60] * 5), "A", 1, "192.0.2.1"), "longer than 255 bytes"),
        (Found("a..b", "A", 1, "192.0.2.1"), "no name"),
        (Found("www.other.example.", "A", 1, "192.0.2.1"), "outside of the zone"),
        (Found("www", "A", 1, "secret-thing"), "cannot be read"),
        (Found("www", "MX", 1, "10"), "cannot be read"),
        (Found("www", "WHATEVER", 1, "odd-value"), "cannot be read"),
        (Found("\x1b[31mred", "A", 1, "nonsense"), "cannot be read"),
    ],
)
def test_what_no_zone_can_hold_is_left_out_with_the_reason_and_without_its_value(found: Found, why: str) -> None:
    record = described(found, Found("www", "AAAA", 300, "2001:db8::1"))
    assert sets(record) == {"www AAAA": ["2001:db8::1"]}
    [(_, kind, what)] = told(record)
    assert (kind, why in what) == ("left out", True), what
    assert found.value not in json.dumps(record)
    assert "\x1b" not in json.dumps(record)


def test_five_thousand_records_and_wildcards_of_everything() -> None:
    found = [Found(f"h{n}", "A", 300, f"10.0.{n // 250}.{n % 250}") for n in range(5000)]
    record = described(
        *found, Found("*", "A", 60, "192.0.2.1"), Found("*", "TXT", 60, '"x"'), Found("*.*", "A", 60, "192.0.2.2")
    )
    assert len(record["records"]) == 5003


def test_too_many_are_refused() -> None:
    with pytest.raises(BadInput, match="more than 100,000 records"):
        described(*[Found("a", "A", 1, "192.0.2.1")] * 100_001)


def test_a_set_that_no_answer_could_hold_is_refused() -> None:
    with pytest.raises(BadInput, match="5,000 records of one name and type"):
        described(*[Found("a", "TXT", 1, str(n)) for n in range(5_001)])


@pytest.mark.timeout(180)
def test_time_grows_with_the_records_and_not_with_their_square(tmp_path: Path) -> None:
    """20,000 names and aliases took minutes, in a file and from a vendor."""
    count = 20_000
    aliases = [Alias(f"a{n}", ("A",), 60, f"b{n}.other.example.") for n in range(count)]
    assert len(described(*aliases)["records"]) == count
    assert len(export_file(tmp_path, "".join(f"a{n} 60 A 192.0.2.1\n" for n in range(count)))["records"]) == count


@pytest.mark.parametrize("name", ["", ".", "com", "a..b", "x" * 64 + ".example"])
def test_what_is_no_zone(name: str) -> None:
    with pytest.raises(BadInput, match="not the name of a zone"):
        zones.zone_name(name)


def test_a_text_of_any_bytes_is_one_value() -> None:
    text = 'quote " backslash \\ ü ; ' + "y" * 400
    record = described(Found("t", "TXT", 300, zones.quoted(text)))
    [value] = sets(record)["t TXT"]
    read = dns.zone.from_text(f"t 300 TXT {value}", origin=ZONE, check_origin=False).get_rdataset("t", "TXT")
    assert b"".join(read[0].strings).decode() == text


# --- zone files -------------------------------------------------------------------------------------------------------
FILE = """$ORIGIN board.example.
$TTL 1h
@ IN SOA ns1.vendor.example. hostmaster 2026010101 2h 30m 14d 5m
  NS ns1.vendor.example.
  NS ns2.vendor.example.
  MX 10 mail
  TXT ( "v=spf1 mx"
        " -all" )
www 300 A 192.0.2.1
*.dev CNAME www
sub NS ns.sub
sub DS 12345 13 2 5BFE9A3C1C0B7B4E1D3A4F9F4D6A8A2D5E4C1B0F9E8D7C6B5A49382716050403
ns.sub A 192.0.2.9
"""


def export_file(folder: Path, text: str, zone: str = "board.example") -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    (folder / "theirs").write_text(text, encoding="utf-8", errors="surrogateescape")
    to = folder / "out"
    dataset.export(zone_file.streams(folder / "theirs", zone, NOWHERE), to, source="zone-file test", log=print)
    return exports.records(to, "edge.zones")[0]


def test_a_zone_file(tmp_path: Path) -> None:
    record = export_file(tmp_path, FILE)
    assert record["name_servers"] == ["ns1.vendor.example", "ns2.vendor.example"]
    found = sets(record)
    assert found["@ TXT"] == ['"v=spf1 mx" " -all"']
    assert found["*.dev CNAME"] == ["www.board.example."]
    assert "sub DS" in found
    assert not record["signed"]


def test_a_zone_signed_elsewhere_comes_without_its_signatures_and_is_told(tmp_path: Path) -> None:
    with knot_server.serving(tmp_path / "knot", {"board.example+": "www A 192.0.2.1\n"}) as port:
        record = transferred(tmp_path, port)
    assert sorted(sets(record)) == ["ns A", "www A"]
    assert record["signed"]
    assert told(record)[0][1] == "signed"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("$INCLUDE /etc/passwd\n", "directive"),
        ("$GENERATE 1-100000000 h$ A 192.0.2.1\n", "directive"),
        ("x" * 255 + " A 192.0.2.1\n", "near line .: cannot be read .*63 bytes"),
        ("www A 192.0.2.1\nwww CNAME other\n", "CNAME beside other records"),
        ("www A 192.0.2.1\nwww A secret-value\n", "near line .: cannot be read"),
        ("www A (\n" * 5000, "cannot be read"),
        ("www TXT " + '""' * 100_000, "longer than 65,535 bytes"),
        ("\x00\udcff\udcfe", "cannot be read"),
        ("", "no record in it"),
    ],
)
def test_a_hostile_zone_file_is_refused_with_the_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        export_file(tmp_path, text)
    assert "secret-value" not in str(refused.value)


def test_a_name_outside_of_the_zone_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    record = export_file(tmp_path, "www A 192.0.2.1\nwww.other.example. 300 A 192.0.2.1\n")
    assert sets(record) == {"www A": ["192.0.2.1"]}
    assert told(record) == [("www.other.example.", "left out", "A: it lies outside of the zone")]


def test_a_zone_file_without_an_end_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for file in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(BadInput, match=r"it is no file|Is a directory"):
            dataset.export(zone_file.streams(file, "board.example", NOWHERE), tmp_path / "o", source="x", log=print)


def test_a_zone_file_of_too_many_records_is_not_read_to_its_end(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="of one name and type"):
        export_file(tmp_path, "".join(f"a 60 TXT {n}\n" for n in range(10_000)))


# --- transfers --------------------------------------------------------------------------------------------------------
def transferred(
    folder: Path, port: int, key: str = f"hmac-sha256:{knot_server.KEY}:{knot_server.SECRET}"
) -> dict[str, Any]:
    where = zones.server(f"127.0.0.1@{port}")
    streams = zone_transfer.streams(where, ["board.example"], zone_transfer.key(key), NOWHERE)
    dataset.export(streams, folder / "out", source="axfr test", log=print)
    return exports.records(folder / "out", "edge.zones")[0]


def many() -> Iterator[str]:
    for number in range(5000):
        yield f"h{number} A 10.1.{number // 250}.{number % 250}\n"


def test_a_transfer_takes_what_the_server_has_with_the_key_only(tmp_path: Path) -> None:
    records = 'www A 192.0.2.1\n* A 192.0.2.2\n@ TXT "a b"\n' + "".join(many())
    with knot_server.serving(tmp_path / "knot", {"board.example": records}) as port:
        with pytest.raises(ProgramFailed, match="AXFR_TSIG"):
            transferred(tmp_path, port, "")
        record = transferred(tmp_path, port)
    assert len(record["records"]) == 5004
    assert sets(record)["* A"] == ["192.0.2.2"]


def test_nobody_answers(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed, match="was not transferred"):
        transferred(tmp_path, 1)


@pytest.mark.parametrize("text", ["hmac-sha256:name", "md4:name:c2VjcmV0:x", "hmac-sha256:name:%%%", "md4:n:c2VjcmV0"])
def test_a_key_that_is_none_is_not_shown(text: str) -> None:
    with pytest.raises(BadInput, match="not a TSIG key") as refused:
        zone_transfer.key(text)
    assert text not in str(refused.value)


@pytest.mark.parametrize("text", ["", "@53", "127.0.0.1@99999", "127.0.0.1@x", "127.0.0.1@\u0665"])
def test_a_server_that_is_none(text: str) -> None:
    with pytest.raises(BadInput, match="not a name server"):
        zones.server(text)


# --- the checklist ----------------------------------------------------------------------------------------------------
def test_the_registrar_is_asked_for_once_for_each_zone(tmp_path: Path) -> None:
    export_file(tmp_path, FILE)
    path = tmp_path / "out/registrar.md"
    registrar.checklist(tmp_path / "out")
    text = path.read_text()
    assert "## `board.example`" in text
    assert "`ns1.vendor.example`, `ns2.vendor.example`" in text
    assert "DS record left" in text
    path.write_text(text + "Gandi, Ann has the card")
    registrar.checklist(tmp_path / "out")
    assert "Ann has the card" in path.read_text()
    assert not registrar._code("a`\n").replace("`a'\\n`", "")


def test_decisions_are_said_without_what_acts_in_a_terminal(tmp_path: Path) -> None:
    told = (Decision("\x1b[31m", "left out", "x"),)
    record = zones.described(ZONE, "test", (), told, resolve=NOWHERE)
    (tmp_path / "edge.zones.jsonl").write_text(json.dumps(record) + "\n")
    [line] = zones.decisions(tmp_path)
    assert "\x1b" not in line
