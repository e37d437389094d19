import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from processes import OTP, ROOT, Served, free_port, serve_dev

from toolkit.cli import cli
from toolkit.errors import BadInput


def test_it_says_what_applications_need_before_it_serves(dev: Served) -> None:
    assert list(dev.environment) == [
        "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_VERIFY_SERVICE_SID", "TWILIO_API_BASE",
    ]  # fmt: skip
    assert dev.environment["TWILIO_ACCOUNT_SID"].startswith("AC")
    assert dev.service_sid.startswith("VA")
    assert dev.base.startswith("http://127.0.0.1:")


def test_the_values_of_a_folder_stay_the_same(tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        with serve_dev(tmp_path) as served:
            seen.append({name: value for name, value in served.environment.items() if name != "TWILIO_API_BASE"})
    assert seen[0] == seen[1]
    assert (tmp_path / "otp-dev.sqlite").stat().st_mode & 0o077 == 0


def test_messages_become_lines_of_json(dev: Served) -> None:
    service = dev.twilio().verify.v2.services(dev.service_sid)
    service.verifications.create(to="grace@example.org", channel="email")
    code = dev.code_for("grace@example.org")
    (message,) = [message for message in dev.sent() if message["to"] == "grace@example.org"]
    body = f"Your Offramp verification code is: {code}"
    assert message == {"to": "grace@example.org", "body": body, "channel": "email"}
    assert (dev.folder / "otp-outbox.jsonl").stat().st_mode & 0o077 == 0


def test_a_message_lies_in_the_file_when_its_request_is_answered(dev: Served) -> None:
    service = dev.twilio().verify.v2.services(dev.service_sid)
    for number in range(20):
        address = f"at-once-{number}@example.org"
        service.verifications.create(to=address, channel="email")
        assert dev.sent()[-1]["to"] == address


@pytest.mark.parametrize("listen", ["0.0.0.0:8085", "192.0.2.1:8085", "[::]:8085", "localhost:8085", "127.0.0.1"])
def test_it_is_refused_where_others_could_reach_it(
    listen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["otp", "serve", "--dev", "--listen", listen])
    assert isinstance(result.exception, BadInput)
    assert "--listen" in str(result.exception)
    assert not list(tmp_path.iterdir())


def test_an_address_that_is_taken(dev: Served, tmp_path: Path) -> None:
    listen = dev.base.removeprefix("http://")
    done = subprocess.run(
        [*OTP, "serve", "--dev", "--listen", listen], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 2
    assert f"{listen}: cannot listen there: Address already in use" in done.stderr
    assert done.stdout == ""


def test_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "otp-dev.sqlite").write_text("not a database, and long enough to be looked at" * 100)
    listen = f"127.0.0.1:{free_port()}"
    done = subprocess.run(
        [*OTP, "serve", "--dev", "--listen", listen], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 2
    assert "otp-dev.sqlite: cannot be used" in done.stderr


@pytest.mark.parametrize("arguments", [[], ["--dev", "--config", "x.toml"], ["--config", "missing.toml"]])
def test_wrong_usage(arguments: list[str]) -> None:
    result = CliRunner().invoke(cli, ["otp", "serve", *arguments])
    assert isinstance(result.exception, BadInput)
