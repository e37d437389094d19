"""The command line of exports: tokens from the environment only, and never over an unencrypted line."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from vendor import Answer, Vendor

from toolkit.errors import BadInput
from toolkit.export.command import export


def _run(*words: str) -> tuple[str, str]:
    result = CliRunner().invoke(export, words, catch_exceptions=False, standalone_mode=False)
    return result.stdout, result.stderr


def test_a_token_is_wanted_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OKTA_TOKEN", raising=False)
    with pytest.raises(BadInput, match="OKTA_TOKEN is not set"):
        _run("okta", "--org", "https://example.okta.com", "--to", str(tmp_path))


@pytest.mark.parametrize("url", ["http://example.okta.com", "http://127.0.0.1.evil.example", "example.okta.com"])
def test_a_token_does_not_travel_unencrypted(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKTA_TOKEN", "x")
    with pytest.raises(BadInput, match="unencrypted"):
        _run("okta", "--org", url, "--to", str(tmp_path))


def test_a_dry_run_says_what_would_be_asked_and_asks_nothing(vendor: Vendor, tmp_path: Path) -> None:
    _, said = _run("auth0", "--tenant", vendor.url, "--to", str(tmp_path / "out"), "--dry-run")
    assert "/api/v2/jobs/users-exports" in said
    assert not vendor.asked
    assert not (tmp_path / "out").exists()


def test_counts_and_checksums_go_to_stdout(vendor: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKTA_TOKEN", "x")
    for path in ("users?limit=200", "users?limit=200&filter=status+eq+%22DEPROVISIONED%22", "groups?limit=200"):
        vendor.route(f"GET /api/v1/{path}", Answer(b"[]"))
    vendor.route("GET /api/v1/apps?limit=100", Answer(b"[]"))
    printed, _ = _run("okta", "--org", vendor.url, "--to", str(tmp_path / "out"))
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert printed.splitlines()[0] == f"identity.users\t0\t{empty}\t{tmp_path}/out/identity.users.jsonl"
