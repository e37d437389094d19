"""Auth0: an export job that is waited for, its file wherever it lies, roles and clients by page."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from auth0_server import FILE, PACKED, job
from auth0_server import tenant as served
from exports import export_auth0, records
from vendor import OWN, Answer, Budget, Vendor

from toolkit.errors import BadInput, ProgramFailed
from toolkit.export import auth0

Sleep = Callable[[float], None]
JOB = "GET /api/v2/jobs/job_1"


@pytest.fixture
def tenant(vendor: Vendor) -> Vendor:
    vendor.app, vendor.largest = served(vendor), 1
    return vendor


def test_everything_is_exported(tenant: Vendor, tmp_path: Path, sleep: Sleep, naps: list[float]) -> None:
    export_auth0(tenant, tmp_path / "out", sleep)
    assert naps == [5, 5]  # pending, processing
    ada, bob, sms = records(tmp_path / "out", "identity.users")
    assert ada["factors"] == [{"type": "totp", "vendor_type": "google-authenticator"}]
    assert ada["attributes"] == {"app_metadata.plan": ["gold"], "app_metadata.limits": ['{"posts": 5}']}
    assert bob["identities"] == [{"provider": "google-oauth2", "id": "2"}]
    assert (sms["username"], sms["enabled"], sms["phone_verified"]) == ("+14155550101", False, True)
    moderators, editors = records(tmp_path / "out", "identity.groups")
    assert (moderators["members"], editors["members"]) == (["auth0|1", "google-oauth2|2"], [])
    board, desk = records(tmp_path / "out", "identity.applications")
    assert (board["protocol"], board["kind"], board["redirect_uris"]) == (
        "oidc",
        "web",
        ["https://board.example/staff/callback"],
    )
    assert (desk["protocol"], desk["entity_id"], desk["acs_url"]) == (
        "saml",
        "https://desk.example/sp",
        "https://desk.example/acs",
    )


def test_the_vendors_limit_is_kept_to(tenant: Vendor, tmp_path: Path, sleep: Sleep, naps: list[float]) -> None:
    tenant.budget = Budget(tenant, 5)
    manifest = export_auth0(tenant, tmp_path / "out", sleep)
    assert manifest.datasets["identity.applications"].records == 2
    waits = [seconds for seconds in naps if seconds != 5]  # 5: the job is asked for again
    assert waits == [11, 60]  # until the minute is over, and one more second: the vendor's clock shows whole ones
    assert tenant.asked.count("GET /files/users.gz") == 1


def test_the_file_store_never_sees_the_token(tenant: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    export_auth0(tenant, tmp_path / "out", sleep)
    assert tenant.tokens == {"Bearer the-token", ""}


def test_a_truncated_file_is_noticed_and_the_same_job_goes_on(tenant: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    tenant.route(f"GET {FILE}", Answer(PACKED[:-20]))
    with pytest.raises(ProgramFailed, match=r"truncated|broke off"):
        export_auth0(tenant, tmp_path / "out", sleep)
    tenant.route(f"GET {FILE}", OWN)
    manifest = export_auth0(tenant, tmp_path / "out", sleep)
    assert manifest.datasets["identity.users"].records == 3
    assert tenant.asked.count("POST /api/v2/jobs/users-exports") == 1


def test_lines_already_taken_are_not_taken_twice(
    tenant: Vendor, tmp_path: Path, sleep: Sleep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth0, "_PAGE", 2)
    tenant.route(f"GET {FILE}", Answer(gzip.compress(gzip.decompress(PACKED).rstrip() + b"\n[torn")))
    with pytest.raises(ProgramFailed, match="line 4 of the users' file is damaged"):
        export_auth0(tenant, tmp_path / "out", sleep)
    tenant.route(f"GET {FILE}", OWN)
    export_auth0(tenant, tmp_path / "out", sleep)
    assert [one["id"] for one in records(tmp_path / "out", "identity.users")] == [
        "auth0|1",
        "google-oauth2|2",
        "sms|3",
    ]


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [("failed", ProgramFailed, "failed at the vendor"), ("completed", BadInput, "no longer keeps")],
)
def test_jobs_that_end_without_a_file(
    tenant: Vendor, tmp_path: Path, sleep: Sleep, status: str, error: type[Exception], said: str
) -> None:
    tenant.route(JOB, Answer(json.dumps(job(status)).encode()))
    with pytest.raises(error, match=said):
        export_auth0(tenant, tmp_path / "out", sleep)


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://169.254.169.254/latest/meta-data/", "nowhere safe"),
        ("https://169.254.169.254/latest/meta-data/", "private network"),
        ("https://[::ffff:10.0.0.1]/users.gz", "private network"),
        ("https://localhost:8006/api2", "private network"),
    ],
)
def test_the_file_is_fetched_over_safe_ways_only(
    tenant: Vendor, tmp_path: Path, sleep: Sleep, location: str, said: str
) -> None:
    tenant.route(JOB, Answer(json.dumps(job("completed", location=location)).encode()))
    with pytest.raises(ProgramFailed, match=said):
        export_auth0(tenant, tmp_path / "out", sleep)


def test_a_user_without_an_end_is_not_taken_in(tenant: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    tenant.route(f"GET {FILE}", Answer(gzip.compress(b" " * 2**25)))
    with pytest.raises(ProgramFailed, match="has no end"):
        export_auth0(tenant, tmp_path / "out", sleep)
