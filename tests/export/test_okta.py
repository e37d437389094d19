"""Okta's lists: pages, factors, rate limits, and a run that goes on after it was stopped."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from exports import export_okta, records
from okta_server import organisation as served
from vendor import OWN, Answer, Budget, Vendor

from toolkit.errors import BadInput, ProgramFailed
from toolkit.export import dataset

Sleep = Callable[[float], None]

SECOND = "GET /api/v1/users?after=00u2&limit=200"


@pytest.fixture
def organisation(vendor: Vendor) -> Vendor:
    """Four people, two groups, four applications, two of each to a page."""
    vendor.app = served(vendor)
    return vendor


def test_everything_is_exported_once(organisation: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    manifest = export_okta(organisation, tmp_path / "out", sleep)
    counts = {name: one.records for name, one in manifest.datasets.items()}
    assert counts == {"identity.users": 4, "identity.groups": 2, "identity.applications": 3}
    assert len(organisation.asked) == len(set(organisation.asked)) == 17
    assert organisation.tokens == {"SSWS the-token"}
    ada, bob, cyd, dan = records(tmp_path / "out", "identity.users")
    assert ada["attributes"] == {"department": ["Operations"], "tags": ["on-call", "founder"]}
    assert [(one["type"], one.get("phone")) for one in ada["factors"]] == [("totp", None), ("sms", "+14155550100")]
    assert bob["last_name"] == "{{ 7 * 7 }}<script>"
    assert (bob["enabled"], cyd["enabled"], dan["enabled"]) == (True, True, False)
    assert (ada["email_verified"], cyd["email_verified"]) == (True, False)
    moderators, everyone = records(tmp_path / "out", "identity.groups")
    assert (moderators["members"], everyone["members"]) == (["00u1"], ["00u1", "00u2", "00u3"])
    board, desk, intranet = records(tmp_path / "out", "identity.applications")
    assert (board["client_id"], board["redirect_uris"]) == ("0oaboard", ["https://board.example/staff/callback"])
    assert (desk["protocol"], desk["entity_id"], desk["acs_url"]) == (
        "saml",
        "https://desk.example/sp",
        "https://desk.example/acs",
    )
    assert (intranet["protocol"], intranet["enabled"]) == ("other", False)
    assert board["groups"] == ["00g1"]


def test_no_secret_is_written(organisation: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    export_okta(organisation, tmp_path / "out", sleep)
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert b"NEVER-WRITTEN-DOWN" not in written
    assert b"the-token" not in written
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_a_stopped_run_goes_on_where_it_was(organisation: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    organisation.route(SECOND, Answer(status=403))
    with pytest.raises(BadInput, match="403"):
        export_okta(organisation, tmp_path / "out", sleep)
    assert not (tmp_path / "out" / dataset.MANIFEST).exists()
    with (tmp_path / "out" / "identity.users.jsonl").open("a") as file:
        file.write('{"id": "torn')  # killed while writing
    organisation.asked.clear()
    organisation.route(SECOND, OWN)
    manifest = export_okta(organisation, tmp_path / "out", sleep)
    assert manifest.datasets["identity.users"].records == len(records(tmp_path / "out", "identity.users")) == 4
    assert organisation.asked[0] == SECOND


def test_rate_limits_are_honoured_by_the_vendors_clock(
    organisation: Vendor, tmp_path: Path, sleep: Sleep, naps: list[float]
) -> None:
    request = "GET /api/v1/groups?limit=200"
    reset = {"X-Rate-Limit-Reset": "1600000042", "Date": "Sun, 13 Sep 2020 12:26:40 GMT"}  # 1600000000
    organisation.route(
        request, Answer(status=429, headers={"Retry-After": "7"}), Answer(status=429, headers=reset), OWN
    )
    export_okta(organisation, tmp_path / "out", sleep)
    assert naps == [7, 43]  # one second more than the vendor says: its clock shows whole ones
    assert organisation.asked.count(request) == 3


def test_the_vendors_limit_is_kept_to(organisation: Vendor, tmp_path: Path, sleep: Sleep, naps: list[float]) -> None:
    organisation.budget = Budget(organisation, 4)
    manifest = export_okta(organisation, tmp_path / "out", sleep)
    assert manifest.datasets["identity.users"].records == 4
    assert len(organisation.asked) == 17 + len(naps)  # each refusal was waited for, and then it was let in
    assert len(naps) == 4


def test_a_vendor_that_stays_down_ends_the_run(
    organisation: Vendor, tmp_path: Path, sleep: Sleep, naps: list[float]
) -> None:
    organisation.route("GET /api/v1/apps?limit=100", Answer(status=503))
    with pytest.raises(ProgramFailed, match="503"):
        export_okta(organisation, tmp_path / "out", sleep)
    assert naps == [1, 2, 4, 8, 16, 32, 64]


def test_the_token_goes_nowhere_else(organisation: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    elsewhere = {"Link": '<http://127.0.0.1:9/api/v1/groups?after=1>; rel="next"'}
    organisation.route("GET /api/v1/groups?limit=200", Answer(b"[]", headers=elsewhere))
    with pytest.raises(ProgramFailed, match="another server"):
        export_okta(organisation, tmp_path / "out", sleep)


def test_a_folder_holds_oneexport_okta(organisation: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    export_okta(organisation, tmp_path / "out", sleep)
    with pytest.raises(BadInput, match="complete export"):
        export_okta(organisation, tmp_path / "out", sleep)


def test_a_form_nobody_knows_is_refused_without_its_value(organisation: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    strange = json.dumps([{"id": "", "profile": {"name": "a-private-name"}}]).encode()
    organisation.route("GET /api/v1/groups?limit=200", Answer(strange))
    organisation.route("GET /api/v1/groups//users?limit=200", Answer(b"[]"))
    with pytest.raises(BadInput, match="record 1: id") as refused:
        export_okta(organisation, tmp_path / "out", sleep)
    assert "a-private-name" not in str(refused.value)
