"""Okta's lists as they are recorded: pages, factors, rate limits, and a run that goes on after it was stopped."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from recorded import Answer, Vendor

from toolkit.errors import BadInput, ProgramFailed
from toolkit.export import dataset, okta

Sleep = Callable[[float], None]


@pytest.fixture
def organisation(vendor: Vendor) -> Vendor:
    """Four people on two pages and a second list, two groups, four applications."""
    users = "/api/v1/users?limit=200"
    vendor.recorded(f"GET {users}", "okta/users-1.json", next="/api/v1/users?after=00u2&limit=200")
    vendor.recorded("GET /api/v1/users?after=00u2&limit=200", "okta/users-2.json")
    vendor.recorded(f"GET {users}&filter=status+eq+%22DEPROVISIONED%22", "okta/users-deprovisioned.json")
    for user in ("00u1", "00u2"):
        vendor.recorded(f"GET /api/v1/users/{user}/factors", f"okta/factors-{user}.json")
    vendor.recorded("GET /api/v1/groups?limit=200", "okta/groups.json")
    vendor.recorded("GET /api/v1/groups/00g1/users?limit=200", "okta/members-00g1.json")
    members = "/api/v1/groups/00g2/users"
    vendor.recorded(f"GET {members}?limit=200", "okta/members-00g2-1.json", next=f"{members}?after=00u2&limit=200")
    vendor.recorded(f"GET {members}?after=00u2&limit=200", "okta/members-00g2-2.json")
    vendor.recorded("GET /api/v1/apps?limit=100", "okta/apps.json")
    for app in ("0oa1", "0oa2", "0oa3"):
        vendor.recorded(f"GET /api/v1/apps/{app}/users?limit=200", "okta/app-users.json")
        vendor.recorded(f"GET /api/v1/apps/{app}/groups?limit=200", "okta/app-groups.json")
    return vendor


def _export(vendor: Vendor, folder: Path, sleep: Sleep) -> dataset.Manifest:
    with okta.client(vendor.url, "the-token") as client:
        return dataset.export(okta.streams(client, sleep=sleep), folder, source="okta test", log=print)


def _records(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]


def test_everything_is_exported_once(organisation: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    manifest = _export(organisation, tmp_path / "out", sleep)
    counts = {name: one.records for name, one in manifest.datasets.items()}
    assert counts == {"identity.users": 4, "identity.groups": 2, "identity.applications": 3}
    assert len(organisation.asked) == len(set(organisation.asked)) == 16
    assert organisation.tokens == {"SSWS the-token"}
    ada, bob, cyd, dan = _records(tmp_path / "out", "identity.users")
    assert ada["attributes"] == {"department": ["Operations"], "tags": ["on-call", "founder"]}
    assert [(one["type"], one.get("phone")) for one in ada["factors"]] == [("totp", None), ("sms", "+14155550100")]
    assert bob["last_name"] == "{{ 7 * 7 }}<script>"
    assert (bob["enabled"], cyd["enabled"], dan["enabled"]) == (True, True, False)
    assert (ada["email_verified"], cyd["email_verified"]) == (True, False)
    moderators, everyone = _records(tmp_path / "out", "identity.groups")
    assert (moderators["members"], everyone["members"]) == (["00u1"], ["00u1", "00u2", "00u3"])
    board, desk, intranet = _records(tmp_path / "out", "identity.applications")
    assert (board["client_id"], board["redirect_uris"]) == ("0oaboard", ["https://board.example/staff/callback"])
    assert (desk["protocol"], desk["entity_id"], desk["acs_url"]) == (
        "saml",
        "https://desk.example/sp",
        "https://desk.example/acs",
    )
    assert (intranet["protocol"], intranet["enabled"]) == ("other", False)
    assert board["groups"] == ["00g1"]


def test_no_secret_is_written(organisation: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    _export(organisation, tmp_path / "out", sleep)
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert b"NEVER-WRITTEN-DOWN" not in written
    assert b"the-token" not in written
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_a_stopped_run_goes_on_where_it_was(organisation: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    second = "GET /api/v1/users?after=00u2&limit=200"
    [good] = organisation.routes[second]
    organisation.route(second, Answer(status=403))
    with pytest.raises(BadInput, match="403"):
        _export(organisation, tmp_path / "out", sleep)
    assert not (tmp_path / "out" / dataset.MANIFEST).exists()
    with (tmp_path / "out" / "identity.users.jsonl").open("a") as file:
        file.write('{"id": "torn')  # killed while writing
    organisation.asked.clear()
    organisation.route(second, good)
    manifest = _export(organisation, tmp_path / "out", sleep)
    assert manifest.datasets["identity.users"].records == len(_records(tmp_path / "out", "identity.users")) == 4
    assert organisation.asked[0] == second


def test_rate_limits_are_honoured_by_the_vendors_clock(
    organisation: Vendor, tmp_path: Path, sleep: Sleep, naps: list[float]
) -> None:
    request = "GET /api/v1/groups?limit=200"
    [good] = organisation.routes[request]
    reset = {"X-Rate-Limit-Reset": "1600000042", "Date": "Sun, 13 Sep 2020 12:26:40 GMT"}  # 1600000000
    organisation.route(
        request, Answer(status=429, headers={"Retry-After": "7"}), Answer(status=429, headers=reset), good
    )
    _export(organisation, tmp_path / "out", sleep)
    assert naps == [7, 43]  # one second more than the vendor says: its clock shows whole ones
    assert organisation.asked.count(request) == 3


def test_a_vendor_that_stays_down_ends_the_run(
    organisation: Vendor, tmp_path: Path, sleep: Sleep, naps: list[float]
) -> None:
    organisation.route("GET /api/v1/apps?limit=100", Answer(status=503))
    with pytest.raises(ProgramFailed, match="503"):
        _export(organisation, tmp_path / "out", sleep)
    assert naps == [1, 2, 4, 8, 16, 32, 64]


def test_the_token_goes_nowhere_else(organisation: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    elsewhere = {"Link": '<http://127.0.0.1:9/api/v1/groups?after=1>; rel="next"'}
    organisation.route("GET /api/v1/groups?limit=200", Answer(b"[]", headers=elsewhere))
    with pytest.raises(ProgramFailed, match="another server"):
        _export(organisation, tmp_path / "out", sleep)


def test_a_folder_holds_one_export(organisation: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    _export(organisation, tmp_path / "out", sleep)
    with pytest.raises(BadInput, match="complete export"):
        _export(organisation, tmp_path / "out", sleep)


def test_a_form_nobody_knows_is_refused_without_its_value(organisation: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    strange = json.dumps([{"id": "", "profile": {"name": "a-private-name"}}]).encode()
    organisation.route("GET /api/v1/groups?limit=200", Answer(strange))
    organisation.route("GET /api/v1/groups//users?limit=200", Answer(b"[]"))
    with pytest.raises(BadInput, match="record 1: id") as refused:
        _export(organisation, tmp_path / "out", sleep)
    assert "a-private-name" not in str(refused.value)
