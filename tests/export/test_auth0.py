"""Auth0: an export job that is waited for, its file wherever it lies, roles and clients by page."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from recorded import ANSWERS, Answer, Vendor

from toolkit.errors import BadInput, ProgramFailed
from toolkit.export import auth0, dataset

Sleep = Callable[[float], None]
_JOB = "GET /api/v2/jobs/job_1"
_PACKED = gzip.compress((ANSWERS / "auth0/users.ndjson").read_bytes())
_FIELDS = ",".join(auth0._CLIENT_FIELDS).replace(",", "%2C")


def _job(status: str, **more: str) -> Answer:
    return Answer(json.dumps({"id": "job_1", "type": "users_export", "status": status, **more}).encode())


@pytest.fixture
def tenant(vendor: Vendor) -> Vendor:
    done = _job("completed", location=f"{vendor.url}/files/users.gz")
    vendor.route("POST /api/v2/jobs/users-exports", _job("pending"))
    vendor.route(_JOB, _job("pending"), _job("processing"), done)
    vendor.route("GET /files/users.gz", Answer(_PACKED))
    roles = "/api/v2/roles?page={}&per_page=100&include_totals=true"
    vendor.recorded("GET " + roles.format(0), "auth0/roles-0.json")
    vendor.recorded("GET " + roles.format(1), "auth0/roles-1.json")
    vendor.recorded("GET /api/v2/roles/rol_1/users?take=100", "auth0/role-users-1.json")
    vendor.recorded("GET /api/v2/roles/rol_1/users?take=100&from=rlu_9", "auth0/role-users-2.json")
    vendor.recorded("GET /api/v2/roles/rol_2/users?take=100", "auth0/role-users-none.json")
    query = f"page=0&per_page=100&include_totals=true&fields={_FIELDS}&include_fields=true"
    vendor.recorded(f"GET /api/v2/clients?{query}", "auth0/clients.json")
    return vendor


def _export(vendor: Vendor, folder: Path, sleep: Sleep) -> dataset.Manifest:
    with auth0.client(vendor.url, "the-token") as client:
        return dataset.export(auth0.streams(client, sleep=sleep), folder, source="auth0 test", log=print)


def _records(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]


def test_everything_is_exported(tenant: Vendor, tmp_path: Path, sleep: Sleep, naps: list[float]) -> None:
    _export(tenant, tmp_path / "out", sleep)
    assert naps == [5, 5]  # pending, processing
    ada, bob, sms = _records(tmp_path / "out", "identity.users")
    assert ada["factors"] == [{"type": "totp", "vendor_type": "google-authenticator"}]
    assert ada["attributes"] == {"app_metadata.plan": ["gold"], "app_metadata.limits": ['{"posts": 5}']}
    assert bob["identities"] == [{"provider": "google-oauth2", "id": "2"}]
    assert (sms["username"], sms["enabled"], sms["phone_verified"]) == ("+14155550101", False, True)
    moderators, editors = _records(tmp_path / "out", "identity.groups")
    assert (moderators["members"], editors["members"]) == (["auth0|1", "google-oauth2|2"], [])
    board, desk = _records(tmp_path / "out", "identity.applications")
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


def test_the_file_store_never_sees_the_token(tenant: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    _export(tenant, tmp_path / "out", sleep)
    assert tenant.tokens == {"Bearer the-token", ""}


def test_a_truncated_file_is_noticed_and_the_same_job_goes_on(tenant: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    tenant.route("GET /files/users.gz", Answer(_PACKED[:-20]))
    with pytest.raises(ProgramFailed, match=r"truncated|broke off"):
        _export(tenant, tmp_path / "out", sleep)
    tenant.route("GET /files/users.gz", Answer(_PACKED))
    manifest = _export(tenant, tmp_path / "out", sleep)
    assert manifest.datasets["identity.users"].records == 3
    assert tenant.asked.count("POST /api/v2/jobs/users-exports") == 1


def test_lines_already_taken_are_not_taken_twice(
    tenant: Vendor, tmp_path: Path, sleep: Sleep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth0, "_PAGE", 2)
    tenant.route("GET /files/users.gz", Answer(gzip.compress(gzip.decompress(_PACKED).rstrip() + b"\n[torn")))
    with pytest.raises(ProgramFailed, match="line 4 of the users' file is damaged"):
        _export(tenant, tmp_path / "out", sleep)
    tenant.route("GET /files/users.gz", Answer(_PACKED))
    _export(tenant, tmp_path / "out", sleep)
    assert [one["id"] for one in _records(tmp_path / "out", "identity.users")] == [
        "auth0|1",
        "google-oauth2|2",
        "sms|3",
    ]


@pytest.mark.parametrize(
    ("job", "error", "said"),
    [(_job("failed"), ProgramFailed, "failed at the vendor"), (_job("completed"), BadInput, "no longer keeps")],
)
def test_jobs_that_end_without_a_file(
    tenant: Vendor, tmp_path: Path, sleep: Sleep, job: Answer, error: type[Exception], said: str
) -> None:
    tenant.route(_JOB, job)
    with pytest.raises(error, match=said):
        _export(tenant, tmp_path / "out", sleep)
