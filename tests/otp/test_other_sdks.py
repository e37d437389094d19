"""Twilio's own SDKs for Node, Java and Go, as published, against the gateway: `applications/` are what uses them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from processes import Served, eventually, missing

APPLICATIONS = Path(__file__).with_name("applications")
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>example</groupId><artifactId>verify</artifactId><version>1</version><dependencies><dependency>
<groupId>com.twilio.sdk</groupId><artifactId>twilio</artifactId><version>13.0.1</version></dependency></dependencies>
</project>"""


@pytest.fixture(scope="module", params=["node", "java", "go"])
def application(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that runs an application, installed the way its language does it."""
    folder = tmp_path_factory.mktemp(request.param)
    build = {"node": _node, "java": _java, "go": _go}[request.param]
    return build(folder)


def _node(folder: Path) -> list[str]:
    (folder / "package.json").write_text('{"private": true}')
    _install(folder, "npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "twilio@>=5")
    shutil.copy(APPLICATIONS / "verify.mjs", folder)
    return ["node", str(folder / "verify.mjs")]


def _java(folder: Path) -> list[str]:
    (folder / "pom.xml").write_text(POM)
    _install(folder, "mvn", "-q", "-B", "dependency:build-classpath", "-Dmdep.outputFile=classpath")
    libraries = (folder / "classpath").read_text().strip()
    _install(folder, "javac", "-cp", libraries, "-d", ".", str(APPLICATIONS / "Verify.java"))
    return ["java", "-cp", f"{folder}:{libraries}", "Verify"]


def _go(folder: Path) -> list[str]:
    shutil.copy(APPLICATIONS / "verify.go", folder)
    _install(folder, "go", "mod", "init", "verify")
    _install(folder, "go", "get", "github.com/twilio/twilio-go@v1.31.0")
    _install(
        folder, "go", "build", "-gcflags=all=-N -l", "-o", "verify", "."
    )  # not optimised: that takes half the time
    return [str(folder / "verify")]


def _install(folder: Path, *command: str) -> None:
    if not shutil.which(command[0]):
        missing(f"{command[0]} is not installed")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        missing(f"{' '.join(command[:3])} failed: {done.stdout[-300:]}{done.stderr[-300:]}")


def _run(application: list[str], dev: Served, *arguments: str) -> list[str]:
    environment = {**os.environ, **dev.environment}
    command = [*application, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_number_is_verified_and_errors_are_twilios(application: list[str], dev: Served) -> None:
    number = "+4915112345678"
    before = len([message for message in dev.sent() if message["to"] == number])
    assert _run(application, dev, "start", number) == ["pending"]
    code = dev.code_for(number, before + 1)
    assert _run(application, dev, "check", number, code) == ["approved"]
    assert _run(application, dev, "check", number, code) == ["404", "20404"]
    assert _run(application, dev, "start", "12") == ["400", "60200"]


def test_a_message_is_sent(application: list[str], dev: Served) -> None:
    text = f"hello from {Path(application[0]).name}"
    (sid,) = _run(application, dev, "send", "+4915112345679", text)
    assert sid.startswith("SM")
    eventually(lambda: [message for message in dev.sent() if message["body"] == text])
