"""A program that Debian's runtime is too old for, from its Dockerfile to a running application: image, units, health,
failed releases, memory, backup.

No registry of images is reached from the lab: the base image is made by mmdebstrap, and named as the Dockerfile names
it. What a real one brings is not what is proved here. The tests run in their order, on one host.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from projects import build, changed
from visitors import Visited

from toolkit.documents import read_plan
from toolkit.drill import lab as labs
from toolkit.tools import debian, ssh

CHECKOUT = Path(__file__).parent / "ferry"
BASE = "docker.io/library/python:3.14-slim"
DOMAIN = "ferry.example"
FOLDER = "/var/lib/app-ferry/apart/app/data"
MODE = "environment: {}"


def _offramp(folder: Path, *words: str) -> str:
    command = [sys.executable, "-m", "toolkit", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _bring_base_image(lab: labs.Lab, folder: Path) -> None:
    hook, made = folder / "nothing.sh", folder / "base.tar"
    hook.write_text("exit 0\n")
    packages = ["python3-minimal", "libpython3-stdlib"]
    debian.bootstrap("trixie", made, mirror=debian.mirror(), packages=packages, hook=hook, argument=folder, log=print)
    address = lab.host("app-1").address
    install = "apt-get update -q && apt-get install -y -q --no-install-recommends podman crun netavark"
    ssh.run(lab.login, address, [install], timeout=900)
    ssh.run(lab.login, address, [f"podman import --quiet - {BASE}"], stdin=made.read_bytes(), timeout=900)


@pytest.fixture(scope="module")
def ferry(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    folder = tmp_path_factory.mktemp("ferry")
    checkout = folder / "platform"
    shutil.copytree(CHECKOUT, checkout / "ferry")
    _offramp(checkout, "init", ".")
    drafted = (checkout / "offramp.toml").read_text()
    by_hand = drafted.replace('# domains = ["example.org"]', f'domains = ["{DOMAIN}"]')
    assert by_hand != drafted
    (checkout / "offramp.toml").write_text(by_hand)
    _offramp(checkout, "audit", ".", "-o", "json=audit.json")
    _offramp(checkout, "plan", "audit.json", "-o", "json=plan.json")
    plan = read_plan(checkout / "plan.json")
    with labs.temporary(["app-1"], log=print, state=folder) as lab:
        _bring_base_image(lab, folder)
        project = build(checkout, lab, plan)
        project.play("site.yml")
        yield Visited(DOMAIN, lab, project)


def _shown(ferry: Visited) -> dict:
    status, body = ferry.ask("/")
    assert status == 200, body
    return dict(json.loads(body))


def _release(ferry: Visited) -> str:
    return ferry.on_host("readlink /opt/offramp/ferry/current").strip()


def _refused(ferry: Visited) -> str:
    """What a run says that does not succeed; what ran before runs on."""
    before, shown = _release(ferry), _shown(ferry)
    with pytest.raises(AssertionError) as caught:
        ferry.project.play("site.yml", "-e", "web_patience=10")
    assert _release(ferry) == before
    assert _shown(ferry) == shown
    return str(caught.value)


def _dockerfile(ferry: Visited) -> Path:
    return ferry.project.folder.parent / "ferry/Dockerfile"


def test_it_runs_in_its_image_as_its_own_user_and_writes_where_it_may(ferry: Visited) -> None:
    shown = _shown(ferry)
    assert (shown["user"], shown["harbour"]) == (1500, "Wyk"), "its entry script went on as its user; the image's file"
    assert shown["key"] >= 32, "the vault's secret"
    assert shown["writable"] == ["/tmp", "data"]
    owner = int(ferry.on_host(f"stat --format %u {FOLDER}"))
    assert owner > 500_000_000, "the container's users are none of the host's"
    pids = ferry.on_host("systemctl show --property=ControlGroup --value app-ferry-web.service")
    assert "app-ferry-web" in pids


def test_no_secret_is_in_units_or_processes(ferry: Visited) -> None:
    [secret] = [value for one in ferry.project.secrets()["application_secrets"].values() for value in one.values()]
    assert len(secret) >= 32
    seen = ferry.on_host("cat /etc/containers/systemd/*.container; ps -eo args; podman images; journalctl --quiet")
    assert secret not in seen


def test_one_command_runs_as_the_application_does_and_what_it_writes_stays(ferry: Visited) -> None:
    ferry.ask("/", b"08:15")
    ferry.on_host("/usr/local/sbin/app-ferry python3 timetable.py add")
    assert _shown(ferry)["crossings"] == ["08:15", "by hand"]
    assert ferry.on_host("/usr/local/sbin/app-ferry id --user").strip() == "1500"


def test_a_second_run_changes_nothing(ferry: Visited) -> None:
    assert changed(ferry.project.play("site.yml")) == 0


def test_a_release_that_does_not_start_gives_way_and_shows_no_secret(ferry: Visited) -> None:
    ferry.change(MODE, "environment: {FERRY_MODE: broken}")
    said = _refused(ferry)
    assert "no crossing today, the key is [SECRET_KEY]" in said
    assert "runs again" in said
    ferry.change("environment: {FERRY_MODE: broken}", MODE)


def test_images_that_cannot_be_built_say_what_to_change(ferry: Visited) -> None:
    good = _dockerfile(ferry).read_text()
    _dockerfile(ferry).write_text(good.replace("python:3.14-slim", "ghost.invalid/python:latest"))
    said = _refused(ferry)
    assert "ghost.invalid/python:latest is whatever is newest when it is fetched" in said
    assert "ghost.invalid/python:latest cannot be had from here. Bring it" in said
    _dockerfile(ferry).write_text(good.replace("RUN mkdir", "RUN --mount=type=secret,id=npm mkdir"))
    assert "wants a secret while it is built" in _refused(ferry)
    _dockerfile(ferry).write_text(good)


def test_one_that_takes_too_much_memory_is_ended_and_started_again(ferry: Visited) -> None:
    ferry.change("memory_mb: 0", "memory_mb: 300")
    ferry.project.play("site.yml")
    started = ferry.on_host("systemctl show --property=NRestarts --value app-ferry-web.service")
    assert ferry.ask("/eat")[0] == 502
    end = time.monotonic() + 60
    while ferry.ask("/health")[0] != 200 and time.monotonic() < end:
        time.sleep(1)
    assert _shown(ferry)["crossings"] == ["08:15", "by hand"]
    assert ferry.on_host("systemctl show --property=NRestarts --value app-ferry-web.service") != started


def test_an_archive_brings_the_image_and_a_backup_what_it_wrote(ferry: Visited) -> None:
    """The host loses the application and every image; on the next one nothing is built."""
    image = f"localhost/app-ferry:{_release(ferry).rpartition('/')[2]}"
    ferry.on_host(f"podman save --quiet --output /root/ferry.tar {image}")
    fetch = ["scp", *ferry.lab.login.options(), f"root@{ferry.lab.hosts[0].address}:/root/ferry.tar"]
    subprocess.run([*fetch, ferry.project.folder.parent / "ferry.tar"], check=True, capture_output=True, timeout=600)
    ferry.project.play("backup.yml")
    ferry.project.play("drill-break.yml")
    ferry.on_host("podman image rm --all --force >&2")
    with pytest.raises((OSError, AssertionError)):
        _shown(ferry)
    ferry.change("image: ''", f"image: {image}")
    ferry.change("archives: []", "archives: [ferry.tar]")
    ferry.project.play("site.yml")
    assert _shown(ferry)["crossings"] == []
    ferry.project.play("restore.yml")
    end = time.monotonic() + 60
    while ferry.ask("/health")[0] != 200 and time.monotonic() < end:
        time.sleep(1)
    assert _shown(ferry)["crossings"] == ["08:15", "by hand"]
