"""The vendors' SDKs for Python, as published, drive the same servers as the exports do.

They parse the same answers, walk the same pages, understand the same refusals, and find the same things. Zendesk's own
SDKs are for Ruby and PHP: Zenpy stands in for them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import auth0_server
import pytest
import requests
import zendesk_server
from exports import export_auth0, export_okta, export_zendesk, records
from okta_server import TOKEN, organisation
from vendor import OWN, Answer, Vendor

Sleep = Callable[[float], None]


def _ids(folder: Path, name: str) -> list[str]:
    return [one["id"] for one in records(folder, name)]


# --- Okta -------------------------------------------------------------------------------------------------------------
async def _okta_all(call: Callable[..., Awaitable[tuple[Any, Any, Any]]], *of: str, **query: Any) -> list[Any]:
    """Every page; the cursor of the next is read from the Link header by the SDK."""
    from okta.pagination import PaginationHelper

    found: list[Any] = []
    after: str | None = None
    while True:
        page, response, error = await call(*of, **query, **({"after": after} if after else {}))
        assert error is None, error
        found += page
        if not (after := PaginationHelper.extract_next_cursor(response.headers)):
            return found


def test_oktas_sdk_finds_what_the_export_does(
    vendor: Vendor, tmp_path: Path, sleep: Sleep, monkeypatch: pytest.MonkeyPatch
) -> None:
    from okta.client import Client

    monkeypatch.setenv("OKTA_TESTING_TESTINGDISABLEHTTPSCHECK", "true")
    vendor.app = organisation(vendor)
    export_okta(vendor, tmp_path, sleep)
    refusal = {"X-Rate-Limit-Limit": "600", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "1600000000"}
    full = Answer(b'{"errorCode":"E0000047"}', 429, {"Date": "Sun, 13 Sep 2020 12:26:40 GMT", **refusal})
    vendor.route("GET /api/v1/groups?limit=200", full, OWN)

    async def drive() -> None:
        sdk = Client({"orgUrl": vendor.url, "token": TOKEN, "rateLimit": {"maxRetries": 1}})
        users = await _okta_all(sdk.list_users, limit=200)
        users += await _okta_all(sdk.list_users, limit=200, filter='status eq "DEPROVISIONED"')
        assert [one.id for one in users] == _ids(tmp_path, "identity.users")
        exported = {one["id"]: one for one in records(tmp_path, "identity.users")}
        assert [one.profile.login for one in users] == [one["username"] for one in exported.values()]
        factors, _, _ = await sdk.list_factors("00u1")
        active = [one.factor_type for one in factors if one.status == "ACTIVE"]
        assert active == [one["vendor_type"] for one in exported["00u1"]["factors"]]
        groups = await _okta_all(sdk.list_groups, limit=200)
        members = [[one.id for one in await _okta_all(sdk.list_group_users, group.id, limit=200)] for group in groups]
        assert members == [one["members"] for one in records(tmp_path, "identity.groups")]
        applications = [one for one in await _okta_all(sdk.list_applications, limit=100) if one.name != "saasure"]
        assert [one.id for one in applications] == _ids(tmp_path, "identity.applications")
        board = records(tmp_path, "identity.applications")[0]
        assert applications[0].settings.oauth_client.redirect_uris == board["redirect_uris"]

    asyncio.run(drive())
    assert vendor.asked.count("GET /api/v1/groups?limit=200") == 3  # the export's, and the SDK's twice


# --- Auth0 ------------------------------------------------------------------------------------------------------------
def test_auth0s_sdk_finds_what_the_export_does(vendor: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    from auth0.management.client import Auth0

    vendor.app, vendor.largest = auth0_server.tenant(vendor), 1
    sdk = Auth0(base_url=f"{vendor.url}/api/v2", token=auth0_server.TOKEN)
    started = sdk.jobs.users_exports.create(format="json", fields=[{"name": "user_id"}])
    seen = [sdk.jobs.get(started.id) for _ in range(3)]
    assert [one.status for one in seen] == ["pending", "processing", "completed"]
    packed = requests.get(seen[-1].location or "", timeout=10).content
    assert packed == auth0_server.PACKED

    export_auth0(vendor, tmp_path, sleep)
    vendor.route("GET /api/v2/roles?per_page=100&page=0&include_totals=true", Answer(status=429), OWN)
    roles = list(sdk.roles.list(per_page=100))
    members = [[user.user_id for user in sdk.roles.users.list(role.id or "", take=100)] for role in roles]
    assert members == [one["members"] for one in records(tmp_path, "identity.groups")]
    clients = [one for one in sdk.clients.list(per_page=100) if not one.global_]
    assert [one.client_id for one in clients] == _ids(tmp_path, "identity.applications")
    board = records(tmp_path, "identity.applications")[0]
    assert clients[0].callbacks == board["redirect_uris"]


# --- Zendesk ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def zenpy(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> Any:
    from zenpy import Zenpy

    monkeypatch.setenv("ZENPY_FORCE_SCHEME", "http")
    vendor.app = zendesk_server.account(vendor)
    subdomain, _, domain = vendor.url.removeprefix("http://").partition(".")
    return Zenpy(subdomain=subdomain, domain=domain, email=zendesk_server.EMAIL, token=zendesk_server.TOKEN)


def test_zenpy_finds_what_the_export_does(vendor: Vendor, zenpy: Any, tmp_path: Path, sleep: Sleep) -> None:
    export_zendesk(vendor, tmp_path, sleep)
    again = {"Retry-After": "1"}
    vendor.route("GET /api/v2/incremental/users/cursor.json?start_time=0", Answer(b"{}", 429, again), OWN)

    def ids(found: Any) -> list[str]:
        return [str(one.id) for one in found]

    def exported(name: str) -> list[str]:
        return _ids(tmp_path, f"support.{name}")

    assert ids(zenpy.users.incremental(start_time=0, paginate_by_time=False)) == exported("users")
    tickets = list(zenpy.tickets.incremental(start_time=0, paginate_by_time=False))
    assert ids(one for one in tickets if one.status != "deleted") == exported("tickets")
    comments = list(zenpy.tickets.comments(71, include_inline_images=True))
    known = records(tmp_path, "support.tickets")[0]["comments"]
    assert ids(comments) == [one["id"] for one in known]
    listed = [[file["id"] for file in one["attachments"] if not file["id"].startswith("inline-")] for one in known]
    assert [ids(one.attachments) for one in comments] == listed
    for name in ("organizations", "groups", "macros", "triggers"):
        assert ids(getattr(zenpy, name)(cursor_pagination=1)) == exported(name)
    assert ids(zenpy.ticket_fields()) == exported("fields")
    assert ids(zenpy.help_center.articles()) == exported("articles")
    assert any("page" in request and "organizations" in request for request in vendor.asked)
