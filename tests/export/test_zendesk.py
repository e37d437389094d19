"""Zendesk's lists: cursors, comments, attachments, rate limits, and a run that goes on."""

import base64
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from exports import export_zendesk, records
from flask import Response
from vendor import OWN, Answer, Budget, Vendor, recorded
from zendesk_server import EMAIL, PICTURE, TOKEN
from zendesk_server import account as served

from toolkit.errors import BadInput, ProgramFailed
from toolkit.export import dataset, zendesk

Sleep = Callable[[float], None]
INCREMENTAL = "/api/v2/incremental/tickets/cursor.json"
TICKETS = f"GET {INCREMENTAL}?start_time=0&per_page=100"
COMMENTS = "GET /api/v2/tickets/73/comments.json?include_inline_images=true&page[size]=100"
HELP_CENTER = "GET /api/v2/help_center/articles.json?page[size]=1"
ATTACHMENT = "GET /attachments/token/abc/?name=file91.png"
STORAGE = "GET /storage/91"


@pytest.fixture
def account(vendor: Vendor) -> Vendor:
    """Three people, one organisation, three tickets of which one is deleted, two attachments of which one is gone."""
    vendor.app = served(vendor)
    return vendor


def test_everything_is_exported_once(account: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    manifest = export_zendesk(account, tmp_path / "out", sleep)
    counts = {name.removeprefix("support."): one.records for name, one in manifest.datasets.items()}
    assert counts == {
        "users": 3, "organizations": 1, "groups": 1, "fields": 2, "macros": 1, "triggers": 1, "tickets": 2,
        "articles": 2,
    }  # fmt: skip
    assert account.tokens == {"Basic " + base64.b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode()}


def test_a_ticket_carries_its_comments_and_attachments(account: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    export_zendesk(account, tmp_path, sleep)
    ticket = records(tmp_path, "support.tickets")[0]
    assert (ticket["fields"], ticket["requester"], ticket["followers"]) == ({"42": "free"}, "12", ["13"])
    first, second = ticket["comments"]
    assert (first["author"], first["public"], second["public"]) == ("12", True, False)
    kept, gone = second["attachments"]
    assert (tmp_path / kept["file"]).read_bytes() == PICTURE
    assert kept["sha256"] == dataset.checksum(tmp_path / kept["file"])
    assert "file" not in gone


def test_people_groups_and_articles(account: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    export_zendesk(account, tmp_path, sleep)
    agent, asker, suspended = records(tmp_path, "support.users")
    assert (agent["role"], asker["organization"], suspended["active"]) == ("agent", "21", False)
    assert records(tmp_path, "support.groups")[0]["members"] == ["11", "12"]
    assert [field["system"] for field in records(tmp_path, "support.fields")] == [True, False]
    shown, staff = records(tmp_path, "support.articles")
    assert (shown["section"], shown["category"], shown["public"]) == ("Money", "General", True)
    assert (staff["html"], staff["public"]) == ("", False)


def test_a_rate_limit_is_waited_for(account: Vendor, tmp_path: Path, sleep: Sleep, naps: list[float]) -> None:
    account.route(TICKETS, Answer(b'{"error":"APIRateLimitExceeded"}', 429, {"Retry-After": "47"}), OWN)
    account.route(STORAGE, Answer(status=429, headers={"Retry-After": "3"}), OWN)
    assert export_zendesk(account, tmp_path, sleep).datasets["support.tickets"].records == 2
    assert naps == [47.0, 3.0]


def test_incremental_exports_keep_to_so_many_a_minute(
    account: Vendor, tmp_path: Path, sleep: Sleep, naps: list[float]
) -> None:
    account.budget = Budget(account, 1)
    account.largest = 1
    assert export_zendesk(account, tmp_path, sleep).datasets["support.tickets"].records == 2
    assert naps == [20.0] + [60.0] * 4  # three pages of people and three of tickets, one a minute


def test_a_stopped_run_goes_on_where_it_was(account: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    account.route(COMMENTS, Answer(status=404))
    with pytest.raises(BadInput, match="404"):
        export_zendesk(account, tmp_path, sleep)
    account.asked.clear()
    account.route(COMMENTS, OWN)
    assert export_zendesk(account, tmp_path, sleep).datasets["support.tickets"].records == 2
    assert TICKETS not in account.asked
    assert not any("users" in request for request in account.asked)


def test_an_account_without_a_help_centre(account: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    account.route(HELP_CENTER, Answer(status=404))
    assert export_zendesk(account, tmp_path, sleep).datasets["support.articles"].records == 0


def test_attachments_are_fetched_over_safe_ways_only(account: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    elsewhere = Answer(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"})
    account.route(ATTACHMENT, elsewhere)
    with pytest.raises(ProgramFailed, match="nowhere safe"):
        export_zendesk(account, tmp_path, sleep)


def test_a_ticket_that_changed_meanwhile_is_exported_as_it_was_last(
    account: Vendor, tmp_path: Path, sleep: Sleep
) -> None:
    [later] = [one for one in recorded("zendesk/tickets") if one["id"] == 71]
    last = {"tickets": [{**later, "status": "solved"}], "end_of_stream": True, "after_url": None}
    account.route(f"GET {INCREMENTAL}?cursor=2", Answer(json.dumps(last).encode()))
    manifest = export_zendesk(account, tmp_path, sleep)
    assert [(one["id"], one["status"]) for one in records(tmp_path, "support.tickets")] == [("71", "solved")]
    assert manifest.datasets["support.tickets"].records == 1


def test_names_of_attachments_lead_nowhere(account: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    [first] = recorded("zendesk/comments")["73"]
    names = ["../../etc/cron.d/x", "/etc/passwd", "a\x00b\n{{ 7 * 7 }}", "x" * 5000, ""]
    files = [
        {"id": 200 + number, "file_name": name, "content_url": f"{account.url}/storage/91", "size": len(PICTURE)}
        for number, name in enumerate(names)
    ]
    answer = {"comments": [{**first, "attachments": files}], "meta": {"has_more": False}, "links": {}}
    account.route(COMMENTS, Answer(json.dumps(answer).encode()))
    export_zendesk(account, tmp_path / "out", sleep)
    [comment] = records(tmp_path / "out", "support.tickets")[1]["comments"]
    assert [one["file"] for one in comment["attachments"]] == [f"attachments/{200 + n}" for n in range(5)]
    assert [one["name"] for one in comment["attachments"]] == [*names[:4], "204"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_attachment_that_breaks_off_is_fetched_again(account: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    account.route(STORAGE, Answer(PICTURE[:4], headers={"Content-Length": "9"}), OWN)
    export_zendesk(account, tmp_path, sleep)
    assert (tmp_path / "attachments/91").read_bytes() == PICTURE
    assert not list(tmp_path.glob("attachments/*.part"))


def test_an_attachment_leads_into_no_private_network(account: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    account.route(ATTACHMENT, Answer(status=302, headers={"Location": "https://127.0.0.1:8006/storage/91"}))
    with pytest.raises(ProgramFailed, match="private network"):
        export_zendesk(account, tmp_path, sleep)


def test_a_large_attachment_is_never_whole_in_memory(account: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    size, piece = 100 << 20, bytes(1 << 20)

    @account.app.get("/storage/large")
    def large() -> Response:
        return Response((piece for _ in range(size >> 20)), headers={"Content-Length": str(size)})

    account.route(ATTACHMENT, Answer(status=302, headers={"Location": "BASE/storage/large"}))
    tracemalloc.start()
    try:
        export_zendesk(account, tmp_path, sleep)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (tmp_path / "attachments/91").stat().st_size == size
    assert most < 20 << 20


def test_images_within_a_text_come_along(account: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    export_zendesk(account, tmp_path, sleep)
    comment = records(tmp_path, "support.tickets")[0]["comments"][0]
    listed, unlisted, lost = comment["attachments"]
    assert [one["inline"] for one in comment["attachments"]] == [True] * 3
    assert (tmp_path / listed["file"]).read_bytes() == (tmp_path / unlisted["file"]).read_bytes() == PICTURE
    assert (listed["id"], listed["name"], unlisted["name"], lost["name"]) == ("93", "shot.png", "old.png", "lost.png")
    assert comment["html"] == (
        f'<p>Look <img src="attachments/93"> and <a href="{account.url}/attachments/token/inl/?name=shot.png&amp;a=12">'
        f"this</a> <img src='{unlisted['file']}'> <img src=\"{lost['url']}\"> "
        '<img src="https://tracker.example/attachments/token/x"></p>'
    )
    assert list(zendesk.missing(tmp_path)) == ["ticket 71: lost.png", "ticket 71: file92.png"]


def test_who_was_suspended_is_known(account: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    export_zendesk(account, tmp_path, sleep)
    assert [one.get("suspended") for one in records(tmp_path, "support.users")] == [None, None, True]


CUT = Answer(b"{", headers={"Content-Length": "5000"})  # the connection breaks off


@pytest.mark.parametrize("request_line", [HELP_CENTER, COMMENTS, TICKETS, ATTACHMENT, STORAGE])
@pytest.mark.parametrize("answer", [CUT, Answer(status=503)], ids=["cut", "503"])
def test_every_request_is_made_again(
    account: Vendor, tmp_path: Path, sleep: Sleep, naps: list[float], request_line: str, answer: Answer
) -> None:
    account.route(request_line, answer, answer, OWN)
    assert export_zendesk(account, tmp_path / "passes", sleep).datasets["support.articles"].records == 2
    assert naps == [1, 2]
    account.route(request_line, answer)
    with pytest.raises(ProgramFailed, match=r"no answer|503"):
        export_zendesk(account, tmp_path / "stays", sleep)
    assert not list((tmp_path / "stays").rglob("*.tmp"))


@pytest.mark.parametrize("url", ["https://nothing.invalid/x", "https://[half", "https://x:99999999/"])
def test_what_no_retry_helps_ends_the_run_with_a_reason(
    account: Vendor, tmp_path: Path, sleep: Sleep, url: str
) -> None:
    [first] = recorded("zendesk/comments")["73"]
    answer = {"comments": [{**first, "attachments": [{"id": 200, "content_url": url}]}], "links": {}}
    account.route(COMMENTS, Answer(json.dumps(answer).encode()))
    with pytest.raises(ProgramFailed, match=r"no answer: ConnectError|no address"):
        export_zendesk(account, tmp_path, sleep)


@pytest.mark.parametrize("source", ["https://[half", "", "data:image/png;base64,AA==", "//evil.example/attachments/x"])
def test_what_a_text_shows_from_elsewhere_stays_as_it_is(
    account: Vendor, tmp_path: Path, sleep: Sleep, source: str
) -> None:
    [first] = recorded("zendesk/comments")["73"]
    shown = {**first, "html_body": f'<img src="{source}"><img><b>', "attachments": None}
    account.route(COMMENTS, Answer(json.dumps({"comments": [shown], "links": {}}).encode()))
    export_zendesk(account, tmp_path, sleep)
    [comment] = records(tmp_path, "support.tickets")[1]["comments"]
    assert (comment["html"], comment["attachments"]) == (shown["html_body"], [])
