"""Zone files and HARs that are handed over: the same names as the network shows, and nothing of what was said."""

import json
import time
from pathlib import Path

import msgspec
import pytest

from toolkit.catalog.entries import Catalog
from toolkit.catalog.folders import load
from toolkit.collect.files import collect_files
from toolkit.collect.records import collect_records, kind_of
from toolkit.errors import BadInput
from toolkit.model import Survey

ZONE = r"""
$ORIGIN acme.example.
$TTL 1h
@   IN SOA ns1.gandi.net. hostmaster.acme.example. ( 2026010101 ; serial
        3h 1h ( 4w ) 1h )
    IN NS  ns1.gandi.net.
    3600 IN MX 10 aspmx.l.google.com. ; mail
@ TXT ( "v=spf1 include:amazonses"
        ".com -all" )
@ IN 300 TXT "MS=ms1234" "5678"
www         CNAME d111111abcdef8.cloudfront.net.
app         CNAME www
status 60   CNAME pages.unheard-of.example.
; old       CNAME acme.zendesk.com.
_vercel     TXT   "a ; b" ; not a comment within the text
@           CAA 0 issue "letsencrypt.org; validationmethods=dns-01"
@           A 192.0.2.1
$ORIGIN mail.acme.example.
s1._domainkey CNAME s1.domainkey.u123.wl456.sendgrid.net.
"""
FOUND = {
    ("gandi#ns:*.gandi.net", "line 6"),
    ("google-workspace#mx:aspmx.l.google.com", "line 7"),
    ("aws/ses#spf:amazonses.com", "line 8"),
    ("microsoft-365#txt:MS=ms", "line 10"),
    ("aws/cloudfront#cname:*.cloudfront.net", "line 11"),
    ("pages.unheard-of.example", "line 13"),
    ("vercel#txt:_vercel", "line 15"),
    ("lets-encrypt#caa:letsencrypt.org", "line 16"),
    ("sendgrid#cname:s1.domainkey.u*.wl*.sendgrid.net", "line 19"),
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def signs(survey: Survey) -> set[tuple[str, str]]:
    return {(item.signal, item.where) for item in survey.evidence}


def test_a_zone_handed_over(tmp_path: Path, catalog: Catalog) -> None:
    file = tmp_path / "zone.db"
    file.write_text(ZONE)
    survey = collect_records([file], catalog)
    assert signs(survey) == FOUND
    assert [(root.id, root.kind) for root in survey.roots] == [("zone.db", "record")]
    assert survey.unread == ()


def test_a_zone_in_a_checkout_says_the_same(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "dns").mkdir()
    (tmp_path / "dns/acme.example.zone").write_text(ZONE)
    survey = collect_files({"dns": tmp_path}, catalog)
    known = {(signal, where.removeprefix("line ")) for signal, where in FOUND if "#" in signal}
    assert {(item.signal, item.where.rpartition(":")[2]) for item in survey.evidence} >= known


def test_lines_that_are_none_cost_only_themselves(tmp_path: Path, catalog: Catalog) -> None:
    file = tmp_path / "acme.example.zone"
    file.write_text(
        "@ MX 10 aspmx.l.google.com.\n$INCLUDE /etc/passwd\n$GENERATE 1-999999999 h$ CNAME x$.evil.example.\n"
        'this is no record\n@ MX ten somewhere.example.\n@ TXT "not closed\n@ NS ns1.gandi.net.\n'
    )
    survey = collect_records([file], catalog)
    assert {signal for signal, _ in signs(survey)} == {"google-workspace#mx:aspmx.l.google.com", "gandi#ns:*.gandi.net"}
    assert {(item.where, item.reason) for item in survey.unread} == {
        ("line 2", "$INCLUDE is not followed"),
        ("line 3", "$GENERATE is not followed"),
        ("line 4", "this is no record"),
        ("line 5", "this MX record cannot be read"),
        ("line 6", "this TXT record cannot be read"),
    }


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("@ NS ns1.gandi.net.\n" + "@ TXT (" * 200_000, id="brackets nobody closes"),
        pytest.param("@ NS ns1.gandi.net.\n" + '"' * 1_000_001, id="quotes"),
        pytest.param("@ NS ns1.gandi.net.\n@ TXT " + '"aaaa" ' * 150_000, id="a text of a megabyte"),
        pytest.param("@ NS ns1.gandi.net.\n" + "a." * 500_000 + " CNAME b.\n", id="a name of a megabyte"),
        pytest.param("@ NS ns1.gandi.net.\n" + "\\" * 1_000_000, id="escapes"),
        pytest.param("@ NS ns1.gandi.net.\n" + " \t" * 500_000, id="blanks"),
        pytest.param("@ NS ns1.gandi.net.\n" + "1h " * 300_000, id="times to live"),
        pytest.param(
            '@ NS ns1.gandi.net.\n@ TXT "v=spf1' + " include:a" * 100_000 + '"\n', id="a policy of a megabyte"
        ),
    ],
)
def test_hostile_zones_are_read_in_one_pass(tmp_path: Path, catalog: Catalog, text: str) -> None:
    file = tmp_path / "acme.example.zone"
    file.write_text(text)
    started = time.process_time()
    survey = collect_records([file], catalog)
    assert time.process_time() - started < 20  # quadratic takes minutes
    assert {signal for signal, _ in signs(survey)} == {"gandi#ns:*.gandi.net"}


def test_names_with_escapes_are_not_kept(tmp_path: Path, catalog: Catalog) -> None:
    file = tmp_path / "acme.example.zone"
    file.write_text(
        "@ NS ns1.gandi.net.\nwww CNAME \\027\\091red.evil.example.\nb CNAME <b>.evil.example.\n\x1b[2J X\n"
    )
    text = msgspec.json.encode(collect_records([file], catalog)).decode()
    for character in ("\\u001b", "\x1b", "<", "red"):
        assert character not in text


# --- HARs -------------------------------------------------------------------------------------------------------------
def har(*entries: dict[str, object]) -> str:
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": list(entries)}})


def entry(url: str, headers: dict[str, str] | None = None, cookies: tuple[str, ...] = ()) -> dict[str, object]:
    return {
        "startedDateTime": "2026-01-01T00:00:00Z",
        "request": {"method": "GET", "url": url, "headers": [{"name": "Cookie", "value": "top-secret"}]},
        "response": {
            "status": 200,
            "headers": [{"name": name, "value": value} for name, value in (headers or {}).items()],
            "cookies": [{"name": name, "value": "top-secret"} for name in cookies],
            "content": {"size": 1, "mimeType": "text/html", "text": "top-secret"},
        },
    }


def test_what_a_har_shows(tmp_path: Path, catalog: Catalog) -> None:
    file = tmp_path / "site.har"
    file.write_text(
        har(
            entry("https://www.acme.example/?token=top-secret", {"CF-Ray": "1"}, ("__stripe_mid",)),
            entry("https://static.acme.example/app.js"),
            entry("https://js.stripe.com/v3/"),
            entry("https://js.stripe.com/v3/more"),
            entry("https://cdn.unheard-of.example/top-secret.js", {"X-Vercel-Id": "theirs, not ours"}),
            entry("data:text/html,top-secret"),
            entry("chrome-extension://abc/x.js"),
            entry("https://[broken/"),
        )
    )
    survey = collect_records([file], catalog)
    assert signs(survey) == {
        ("cloudflare#header:cf-ray", "www.acme.example"),
        ("stripe#cookie:__stripe_mid", "www.acme.example"),
        ("stripe#host:js.stripe.com", "js.stripe.com"),
        ("cdn.unheard-of.example", "cdn.unheard-of.example"),
    }
    (stripe,) = [item for item in survey.evidence if item.signal == "stripe#host:js.stripe.com"]
    assert stripe.quantity == 2
    assert "top-secret" not in msgspec.json.encode(survey).decode()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"log": []}',
        '{"log": {"entries": 1}}',
        '{"log": {"entries": []}}',
        har(),
        har(entry("about:blank")),
        "[" * 10**6,
    ],
)
def test_what_is_no_har(tmp_path: Path, catalog: Catalog, text: str) -> None:
    file = tmp_path / "site.har"
    file.write_text(text)
    with pytest.raises(BadInput, match="HAR"):
        collect_records([file], catalog)


def test_what_a_record_is_its_beginning_says(tmp_path: Path) -> None:
    kinds = {'{ "log": {}}': "har", '{"schema_version": "1.0"}': "journal", "@ NS x.example.": "zone", "": "zone"}
    for number, (text, kind) in enumerate(kinds.items()):
        file = tmp_path / f"record{number}"
        file.write_text(text)
        assert kind_of(file) == kind


@pytest.mark.parametrize("text", ["", "hello\n", "\0\xff\n" * 1000, "; only a comment\n"])
def test_what_is_no_record(tmp_path: Path, catalog: Catalog, text: str) -> None:
    file = tmp_path / "notes.txt"
    file.write_text(text)
    with pytest.raises(BadInput, match="no record"):
        collect_records([file], catalog)


def test_two_files_of_one_name(tmp_path: Path, catalog: Catalog) -> None:
    files = [tmp_path / "a/zone.db", tmp_path / "b/zone.db"]
    for file in files:
        file.parent.mkdir()
        file.write_text(ZONE)
    assert {root.id for root in collect_records(files, catalog).roots} == {"zone.db", "b/zone.db"}
