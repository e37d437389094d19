"""The short drill: the example platform with its database, broker and OTP gateway is built, lost and brought back, on
real hosts. Two carriers are played by the example's own program."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from toolkit import errors
from toolkit.catalog.folders import load
from toolkit.documents import read_journal, read_platform
from toolkit.drill import lab as labs
from toolkit.generate import generate, make_vault, write
from toolkit.model import SCHEMA_VERSION, Drill, HostNeed, Journal, Plan, Platform, Replacement, Schedule
from toolkit.tools import incus, ssh

EXAMPLES = Path(__file__).parents[2] / "examples"
SLUGS = {
    "web": ("hosting.containers",),
    "postgresql": ("data.relational",),
    "valkey": ("data.cache", "data.queue"),
    "otp-gateway": ("otp.sms",),
}


def _generate(folder: Path, platform: Platform, *hosts: HostNeed) -> Path:
    placed = {group: host.name for host in hosts for group in host.groups}
    inputs = {choice.blueprint: choice.inputs for choice in platform.choices}
    replacements = tuple(
        Replacement(slug, "1", SLUGS[slug], (), (placed[slug],), inputs.get(slug, {})) for slug in placed
    )
    catalog = load()
    plan = Plan(SCHEMA_VERSION, "offramp", catalog.hash, platform, (), hosts, replacements, (), Schedule(1, 0, 0))
    root, key = folder / "infra", folder / "vault-key"
    write(generate(plan, catalog, target="hosts", sources=str(EXAMPLES), vault_key=str(key)), root)
    make_vault(plan, catalog, root, key=key)
    (root / "group_vars").mkdir()
    passwords = {"otp_gateway_carrier_passwords": {"first": "simulated", "second": "simulated"}}
    (root / "group_vars/all.yml").write_text(json.dumps(passwords))
    return root


def _command(infra: Path, folder: Path, *options: str | Path) -> list[str]:
    command = [sys.executable, "-m", "toolkit", "drill", infra.relative_to(folder), "--state", "state", *options]
    return [*map(str, command)]


def _drill(infra: Path, folder: Path, *options: str | Path) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}  # where checks find their python
    words = _command(infra, folder, *options)
    return subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=3000)


@pytest.fixture(scope="module")
def drilled(
    lab_possible: None, tmp_path_factory: pytest.TempPathFactory
) -> tuple[subprocess.CompletedProcess[str], Journal, Path]:
    """The example with the journeys that need no more, and one whose check fails; what the command said and left."""
    folder = tmp_path_factory.mktemp("drill")
    example = read_platform(EXAMPLES / "offramp.toml")
    going = ("read", "sign-up", "sign-in", "install", "release")
    gone = [journey for journey in example.journeys if journey.id in going]
    broken = msgspec.structs.replace(gone[0], id="broken", check="echo nobody is here; false")
    [harbour] = example.applications
    applications = (msgspec.structs.replace(harbour, fill=harbour.fill[:1]),)  # the others need a store and a desk
    platform = msgspec.structs.replace(example, journeys=(broken, *gone), applications=applications)
    hosts = (
        HostNeed("data", 512, 1, 5, ("postgresql", "valkey")),
        HostNeed("front", 512, 1, 5, ("otp-gateway", "web")),
    )
    infra = _generate(folder, platform, *hosts)
    before = {path: path.read_bytes() for path in infra.rglob("*") if path.is_file()}
    done = _drill(infra, folder, "--lab", "incus", "--format", "json")
    assert before == {path: path.read_bytes() for path in infra.rglob("*") if path.is_file()}
    return done, read_journal(folder / "state/journal.json"), folder


def _outcomes(journal: Journal) -> dict[str, str]:
    return {step.id: step.outcome for step in journal.steps}


def test_the_platform_is_lost_and_comes_back(
    drilled: tuple[subprocess.CompletedProcess[str], Journal, Path],
) -> None:
    done, journal, folder = drilled
    log = (folder / "state.log").read_text()
    outcomes = _outcomes(journal)
    assert outcomes.pop("journey.broken") == "failed", done.stderr + log[-3000:]
    assert set(outcomes.values()) == {"passed"}, done.stderr + log[-3000:]
    assert list(outcomes)[:3] == ["prepare.hosts", "prepare.terraform", "prepare.outside"]
    assert {"steady.backup", "break.hosts", "rebuild.isolate", "rebuild.restore", "verify.verify"} < set(outcomes)
    verified = {step.id: step.verified for step in journal.steps}
    assert "50 posts" in verified["journey.read"]
    assert "code" in verified["journey.sign-up"]
    assert "carrier died" in verified["journey.sign-in"]
    assert "without a network" in verified["journey.install"]
    assert "to the footer" in verified["journey.release"]
    assert "task: Compare with what the drill noted" in log


def test_a_failed_journey_is_a_failed_drill(
    drilled: tuple[subprocess.CompletedProcess[str], Journal, Path],
) -> None:
    done, journal, _ = drilled
    assert done.returncode == errors.NOT_RESTORED
    assert not journal.restored
    assert "journey.broken" in done.stderr
    assert msgspec.json.decode(done.stdout, type=Journal) == journal


def test_nothing_is_left_but_journal_and_log(
    drilled: tuple[subprocess.CompletedProcess[str], Journal, Path],
) -> None:
    _, _, folder = drilled
    left_there = sorted(path.name for path in (folder / "state").iterdir())
    assert left_there == [".offramp-drill", "fingerprints", "journal.json"]
    kept = (folder / "state/journal.json").read_text() + (folder / "state.log").read_text()
    kept += "".join(path.read_text() for path in (folder / "state/fingerprints").rglob("*.json"))
    assert (folder / "vault-key").read_text().strip() not in kept
    left = [net.config.get("user.offramp.folder", "") for net in incus.networks()]
    assert not [lab for lab in left if lab.startswith(str(folder))]


def test_a_killed_drill_leaves_a_journal_and_hosts_that_the_next_one_removes(
    lab_possible: None, tmp_path: Path
) -> None:
    outside = Drill(outside='echo $$ >"$OFFRAMP_OUTSIDE/pid"; echo ready; exec cat')
    infra = _generate(tmp_path, Platform(name="board", drill=outside), HostNeed("db", 128, 1, 1, ("valkey",)))
    journal, pid = tmp_path / "state/journal.json", tmp_path / "state/source/outside/pid"
    with subprocess.Popen(
        _command(infra, tmp_path, "--lab", "incus"), cwd=tmp_path, stderr=subprocess.DEVNULL
    ) as drill:
        _until(lambda: journal.exists() and "prepare.outside" in _outcomes(read_journal(journal)))
        drill.kill()
    assert list(_outcomes(read_journal(journal))) == ["prepare.hosts", "prepare.terraform", "prepare.outside"]
    assert not read_journal(journal).restored
    _until(lambda: not Path(f"/proc/{pid.read_text().strip()}").exists())
    with labs.temporary(["next"], log=print, state=tmp_path / "labs"):
        folders = [net.config.get("user.offramp.folder", "") for net in incus.networks()]
    assert not [folder for folder in folders if folder.startswith(str(tmp_path / "state"))]


def _until(look: Callable[[], bool]) -> None:
    for _ in range(3000):
        if look():
            return
        time.sleep(0.1)
    raise AssertionError("it never came")


def test_given_hosts_lose_their_data_and_get_it_back(lab_hosts: labs.Lab, tmp_path: Path) -> None:
    infra = _generate(tmp_path, Platform(name="board"), HostNeed("db", 128, 1, 1, ("valkey",)))
    machine = {"address": lab_hosts.host("db").address, "private_key_file": str(lab_hosts.login.key)}
    (tmp_path / "spare.tfvars.json").write_text(json.dumps({"machines": {"db": machine}}))
    done = _drill(infra, tmp_path, "--hosts", tmp_path / "spare.tfvars.json", "--format", "json")
    assert done.returncode == errors.PASS, done.stderr
    outcomes = _outcomes(msgspec.json.decode(done.stdout, type=Journal))
    assert {"break.drill-break", "rebuild.restore", "verify.verify"} < set(outcomes)
    assert set(outcomes.values()) == {"passed"}
    said = ssh.run(lab_hosts.login, machine["address"], ["systemctl", "is-active", "valkey-server"])
    assert said.strip() == "active"


def test_hosts_in_use_are_refused_and_not_touched(lab_hosts: labs.Lab, tmp_path: Path) -> None:
    web = lab_hosts.host("web")
    infra = _generate(tmp_path, Platform(name="board"), HostNeed("web", 128, 1, 1, ("valkey",)))
    machine = {"address": web.address, "private_key_file": str(lab_hosts.login.key)}
    (tmp_path / "spare.tfvars.json").write_text(json.dumps({"machines": {"web": machine}}))
    ssh.run(lab_hosts.login, web.address, ["mv", labs.MARKER, "/etc/kept"])
    try:
        done = _drill(infra, tmp_path, "--hosts", tmp_path / "spare.tfvars.json")
    finally:
        ssh.run(lab_hosts.login, web.address, ["mv", "/etc/kept", labs.MARKER])
    assert done.returncode == errors.BAD_INPUT, done.stderr
    assert "not marked for drills" in done.stderr
    assert "absent" in ssh.run(lab_hosts.login, web.address, ["dpkg -s valkey-server >/dev/null 2>&1 || echo absent"])
