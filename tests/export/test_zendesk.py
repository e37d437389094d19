"""Zendesk's lists as they are recorded: cursors, comments, attachments, rate limits, and a run that goes on."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from recorded import ANSWERS, Answer, Vendor

from toolkit.errors import BadInput, ProgramFailed
from toolkit.export import dataset, zendesk

Sleep = Callable[[float], None]
SIZE = "page[size]"
TICKETS = "GET /api/v2/incremental/tickets/cursor.json?start_time=0&per_page=100"
PICTURE = b"\x89PNG\r\n\x1a\n!"


def _route(vendor: Vendor, request: str, name: str) -> None:
    vendor.route(request, Answer((ANSWERS / f"zendesk/{name}.json").read_bytes().replace(b"BASE", vendor.url.encode())))


@pytest.fixture
def account(vendor: Vendor) -> Vendor:
    """Three people, one organisation, three tickets of which one is deleted, two attachments of which one is gone."""
    _route(vendor, "GET /api/v2/incremental/users/cursor.json?start_time=0&per_page=1000", "users-1")
    _route(vendor, "GET /api/v2/incremental/users/cursor.json?cursor=u2", "users-2")
    for path, name in {
        "organizations": "organizations", "groups": "groups", "group_memberships": "memberships-1",
        "ticket_fields": "fields", "macros": "macros", "triggers": "triggers", "tickets/71/comments": "comments-71",
        "tickets/73/comments": "comments-73", "help_center/categories": "categories",
        "help_center/sections": "sections", "help_center/articles": "articles",
        "help_center/articles/121/attachments": "article-attachments",
        "help_center/articles/122/attachments": "article-attachments",
    }.items():  # fmt: skip
        _route(vendor, f"GET /api/v2/{path}.json?{SIZE}=100", name)
    _route(vendor, f"GET /api/v2/help_center/articles.json?{SIZE}=1", "articles")
    _route(vendor, "GET /api/v2/group_memberships.json?page%5Bafter%5D=m2&page%5Bsize%5D=100", "memberships-2")
    _route(vendor, TICKETS, "tickets-1")
    _route(vendor, "GET /api/v2/incremental/tickets/cursor.json?cursor=t2", "tickets-2")
    storage = Answer(status=302, headers={"Location": "BASE/storage/91"})
    vendor.route("GET /attachments/token/abc/?name=file91.png", storage)
    vendor.route("GET /storage/91", Answer(PICTURE))
    return vendor


def _export(vendor: Vendor, folder: Path, sleep: Sleep) -> dataset.Manifest:
    with zendesk.client(vendor.url, "admin@example.org", "the-token") as client:
        return dataset.export(zendesk.streams(client, folder, sleep=sleep), folder, source="zendesk test", log=print)


def _records(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]


def test_everything_is_exported_once(account: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    manifest = _export(account, tmp_path / "out", sleep)
    counts = {name.removeprefix("support."): one.records for name, one in manifest.datasets.items()}
    assert counts == {
        "users": 3, "organizations": 1, "groups": 1, "fields": 2, "macros": 1, "triggers": 1, "tickets": 2,
        "articles": 2,
    }  # fmt: skip
    assert account.tokens == {"Basic " + base64.b64encode(b"admin@example.org/token:the-token").decode()}


def test_a_ticket_carries_its_comments_and_attachments(account: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    _export(account, tmp_path, sleep)
    ticket = _records(tmp_path, "support.tickets")[0]
    assert (ticket["fields"], ticket["requester"], ticket["followers"]) == ({"42": "free"}, "12", ["13"])
    first, second = ticket["comments"]
    assert (first["author"], first["public"], second["public"]) == ("12", True, False)
    kept, gone = second["attachments"]
    assert (tmp_path / kept["file"]).read_bytes() == PICTURE
    assert kept["sha256"] == dataset.checksum(tmp_path / kept["file"])
    assert "file" not in gone


def test_people_groups_and_articles(account: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    _export(account, tmp_path, sleep)
    agent, asker, suspended = _records(tmp_path, "support.users")
    assert (agent["role"], asker["organization"], suspended["active"]) == ("agent", "21", False)
    assert _records(tmp_path, "support.groups")[0]["members"] == ["11", "12"]
    assert [field["system"] for field in _records(tmp_path, "support.fields")] == [True, False]
    shown, staff = _records(tmp_path, "support.articles")
    assert (shown["section"], shown["category"], shown["public"]) == ("Money", "General", True)
    assert (staff["html"], staff["public"]) == ("", False)


def test_a_rate_limit_is_waited_for(account: Vendor, tmp_path: Path, sleep: Sleep, naps: list[float]) -> None:
    account.routes[TICKETS].insert(0, Answer(b'{"error":"APIRateLimitExceeded"}', 429, {"Retry-After": "47"}))
    account.routes["GET /storage/91"].insert(0, Answer(status=429, headers={"Retry-After": "3"}))
    assert _export(account, tmp_path, sleep).datasets["support.tickets"].records == 2
    assert naps == [47.0, 3.0]


def test_a_stopped_run_goes_on_where_it_was(account: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    rest = account.routes.pop("GET /api/v2/tickets/73/comments.json?page[size]=100")
    with pytest.raises(BadInput, match="404"):
        _export(account, tmp_path, sleep)
    account.asked.clear()
    account.route("GET /api/v2/tickets/73/comments.json?page[size]=100", *rest)
    assert _export(account, tmp_path, sleep).datasets["support.tickets"].records == 2
    assert TICKETS not in account.asked
    assert not any("users" in request for request in account.asked)


def test_an_account_without_a_help_centre(account: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    del account.routes[f"GET /api/v2/help_center/articles.json?{SIZE}=1"]
    assert _export(account, tmp_path, sleep).datasets["support.articles"].records == 0


def test_attachments_are_fetched_over_safe_ways_only(account: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    elsewhere = Answer(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"})
    account.route("GET /attachments/token/abc/?name=file91.png", elsewhere)
    with pytest.raises(ProgramFailed, match="nowhere safe"):
        _export(account, tmp_path, sleep)
