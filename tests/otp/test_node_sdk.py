"""Twilio's own SDK for Node, as published, against the gateway: tests/otp/verify.mjs is the application."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from processes import Served, eventually, missing


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the SDK and the application, the way npm installs it."""
    if not shutil.which("npm"):
        missing("Node and npm are not installed")
    folder = tmp_path_factory.mktemp("node")
    (folder / "package.json").write_text('{"private": true}')
    install = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "twilio@>=5"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        missing(f"npm could not install the SDK: {done.stderr[-300:]}")
    shutil.copy(Path(__file__).with_name("verify.mjs"), folder)
    return folder


def _run(application: Path, dev: Served, *arguments: str) -> list[str]:
    environment = {**os.environ, **dev.environment}
    done = subprocess.run(
        ["node", "verify.mjs", *arguments],
        cwd=application,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_number_is_verified_and_errors_are_twilios(application: Path, dev: Served) -> None:
    number = "+4915112345678"
    assert _run(application, dev, "start", number) == ["pending"]
    code = dev.code_for(number)
    assert _run(application, dev, "check", number, code) == ["approved"]
    assert _run(application, dev, "check", number, code) == ["404", "20404"]
    assert _run(application, dev, "start", "12") == ["400", "60200"]


def test_a_message_is_sent(application: Path, dev: Served) -> None:
    (sid,) = _run(application, dev, "send", "+4915112345679", "hello")
    assert sid.startswith("SM")
    eventually(lambda: [message for message in dev.sent() if message["body"] == "hello"])
