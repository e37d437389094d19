"""A small platform that knows nothing of Offramp, from its checkout to a running one: SQLite, pictures on disk, a job
by the clock, a single-page application beside it. One line of offramp.toml is written by hand.

The tests run in their order, on one host.
"""

import json
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from projects import Project, build

from toolkit.documents import read_plan
from toolkit.drill import lab as labs
from toolkit.model import Plan
from toolkit.tools import ssh

CHECKOUT = Path(__file__).parent / "stranger"
DOMAIN = "tides.example"
DATABASE = "/var/lib/app-api/data/tides.sqlite3"
PICTURE = bytes(range(256)) * 8192  # 2 MB


class Platform(msgspec.Struct):
    """The stranger's platform on the host `app-1`."""

    folder: Path
    plan: Plan
    lab: labs.Lab
    project: Project

    def on_host(self, command: str) -> str:
        return ssh.run(self.lab.login, self.lab.host("app-1").address, [command])

    def ask(self, path: str, data: bytes | None = None, kind: str = "") -> tuple[int, bytes]:
        """Status and body, over HTTPS as a browser that trusts the platform's authority."""
        trust = ssl.create_default_context(cafile=str(self.project.folder / "ca.crt"))
        address = self.lab.host("app-1").address
        request = urllib.request.Request(f"https://{DOMAIN}{path}", data=data)
        if kind:
            request.add_header("Content-Type", kind)
        opener = urllib.request.build_opener(_At(address, trust))
        try:
            with opener.open(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as err:
            return err.code, err.read()

    def tides(self) -> dict:
        status, body = self.ask("/api/tides")
        assert status == 200, body
        return dict(json.loads(body))

    def add(self, place: str, picture: bytes) -> str:
        boundary = uuid.uuid4().hex
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="place"\r\n\r\n{place}\r\n--{boundary}\r\n'
        head += 'Content-Disposition: form-data; name="picture"; filename="p.bin"\r\n\r\n'
        body = head.encode() + picture + f"\r\n--{boundary}--\r\n".encode()
        status, said = self.ask("/api/tides", body, f"multipart/form-data; boundary={boundary}")
        assert status == 201, said
        return str(json.loads(said)["picture"])

    def change(self, old: str, new: str) -> None:
        """Change the project's variables as a new generation would."""
        path = self.project.folder / "inventory/group_vars/all/10-offramp.yml"
        text = path.read_text()
        assert text.count(old) == 1, text
        path.write_text(text.replace(old, new))


class _At(urllib.request.HTTPSHandler):
    """Connections go to one address, whatever the name."""

    def __init__(self, address: str, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self.address, self.trust = address, context

    def https_open(self, req: urllib.request.Request) -> object:
        import http.client
        import socket

        address, trust = self.address, self.trust

        class Connection(http.client.HTTPSConnection):
            def connect(self) -> None:
                plain = socket.create_connection((address, 443), timeout=30)
                self.sock = trust.wrap_socket(plain, server_hostname=DOMAIN)

        return self.do_open(Connection, req)


def _offramp(folder: Path, *words: str) -> str:
    command = [sys.executable, "-m", "toolkit", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def platform(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("stranger")
    shutil.copytree(CHECKOUT, folder / "tides", ignore=shutil.ignore_patterns("node_modules", "dist"))
    checkout = folder / "tides"
    _offramp(checkout, "init", ".")
    drafted = (checkout / "offramp.toml").read_text()
    by_hand = drafted.replace('# domains = ["example.org"]', f'domains = ["{DOMAIN}"]')
    assert by_hand != drafted
    (checkout / "offramp.toml").write_text(by_hand)
    _offramp(checkout, "audit", ".", "-o", "json=audit.json")
    _offramp(checkout, "plan", "audit.json", "-o", "json=plan.json")
    plan = read_plan(checkout / "plan.json")
    assert [host.name for host in plan.hosts] == ["app-1"]
    with labs.temporary(["app-1"], log=print, state=folder) as lab:
        project = build(checkout, lab, plan)
        project.play("site.yml")
        yield Platform(folder, plan, lab, project)


def test_the_page_and_what_it_speaks_to_share_a_domain(platform: Platform) -> None:
    status, page = platform.ask("/")
    assert (status, b"<title>Tides</title>" in page) == (200, True)
    assert platform.ask("/harbours/7") == (200, page), "paths of the page itself lead to it"
    script = page.partition(b'src="')[2].partition(b'"')[0].decode()
    assert b"/api/tides" in platform.ask(script)[1]
    assert platform.ask("/.env")[0] == 404
    assert json.loads(platform.ask("/api/health")[1])["prefers"] == "https"
    assert platform.ask("/api/pictures/none")[0] == 404, "the application answers, not the page"


def test_what_is_written_stays(platform: Platform) -> None:
    picture = platform.add("Büsum", PICTURE)
    assert platform.ask(f"/api/pictures/{picture}") == (200, PICTURE)
    assert platform.tides()["tides"] == [["Büsum", picture]]
    assert "tides.sqlite3" in platform.on_host("ls /var/lib/app-api/data")


def test_a_release_writes_into_inner_folders_of_its_source_in_its_own_environment(platform: Platform) -> None:
    """What unpacks a release leaves the folders between files to root, where nobody says otherwise."""
    own = "/opt/offramp/api/"
    drawn = json.loads(platform.ask("/api/chart")[1])["drawn_in"]
    assert (drawn.startswith(f"{own}releases/"), drawn.endswith("/venv")) == (True, True)
    assert platform.on_host(f"stat --format=%U {own}current/source/charts/drawn").strip() == "app-api"
    assert json.loads(platform.ask("/api/health")[1])["runs_in"] == f"{own}current/venv"
    assert platform.on_host("/usr/local/sbin/app-api printenv VIRTUAL_ENV").strip() == f"{own}current/venv"


def test_the_job_runs_by_the_clock_and_one_command_by_hand(platform: Platform) -> None:
    end = time.monotonic() + 130
    while not platform.tides()["counted"] and time.monotonic() < end:
        time.sleep(2)
    counted = platform.tides()["counted"]
    assert counted >= 1
    platform.on_host("/usr/local/sbin/app-api python count.py")
    assert platform.tides()["counted"] > counted
    assert platform.on_host("/usr/local/sbin/app-api id --user --name").strip() == "app-api"


def test_a_release_that_does_not_start_says_why_and_gives_way_to_the_one_before(platform: Platform) -> None:
    before = platform.on_host("readlink /opt/offramp/api/current")
    platform.change("environment: {}\n  - name: page", "environment: {LOG_LEVEL: broken}\n  - name: page")
    (platform.project.folder.parent / "api/NEWS").write_text("a new release")
    with pytest.raises(AssertionError) as caught:
        platform.project.play("site.yml", "-e", "web_patience=10")
    said = str(caught.value)
    assert "cannot start: the tide is out" in said
    assert "runs again" in said
    assert platform.on_host("readlink /opt/offramp/api/current") == before
    assert len(platform.tides()["tides"]) == 1
    platform.change("environment: {LOG_LEVEL: broken}", "environment: {}")
    platform.project.play("site.yml")
    assert platform.on_host("readlink /opt/offramp/api/current") != before, "the mended release is taken"
    assert len(platform.tides()["tides"]) == 1, "what an older release wrote is there"


def test_a_job_that_is_named_no_longer_is_removed(platform: Platform) -> None:
    job = "jobs:\n      - name: count\n        calendars:\n          - !unsafe '*-*-* *:*:00'\n"
    job += "        command: python count.py"
    platform.change(job, "jobs: []")
    platform.project.play("site.yml")
    assert "job-api" not in platform.on_host("systemctl list-unit-files")
    platform.change("jobs: []\n    writable:\n      - data", f"{job}\n    writable:\n      - data")
    platform.project.play("site.yml")


def test_a_backup_taken_while_it_is_written_to_brings_everything_back(platform: Platform) -> None:
    """The writer is in the middle of a transaction when the backup is taken: its rows are not in it."""
    writing = "/var/lib/app-api/data/writing"
    writer = "import database, os, time; d = database.connect(); d.execute('BEGIN IMMEDIATE'); "
    writer += "d.execute('INSERT INTO tide (place) VALUES (1)')\n"
    writer += f"while os.path.exists('{writing}'): time.sleep(0.2)"
    platform.on_host(f"touch {writing}")
    platform.on_host(f'systemd-run --quiet --unit=writer /usr/local/sbin/app-api python -c "{writer}"; sleep 3')
    assert "tides.sqlite3-wal" in platform.on_host("ls /var/lib/app-api/data")
    platform.project.play("backup.yml")
    platform.on_host(f"rm {writing}")
    before = platform.tides()["tides"]
    platform.add("after the backup", b"x")
    platform.project.play("drill-break.yml")
    with pytest.raises((OSError, AssertionError)):
        platform.tides()
    platform.project.play("site.yml")
    assert platform.tides()["tides"] == []
    platform.project.play("restore.yml")
    end = time.monotonic() + 30
    while platform.ask("/api/health")[0] != 200 and time.monotonic() < end:
        time.sleep(1)
    assert platform.tides()["tides"] == before
    assert platform.ask(f"/api/pictures/{before[0][1]}") == (200, PICTURE)
    check = f"import sqlite3; print(*sqlite3.connect('{DATABASE}').execute('PRAGMA integrity_check'))"
    assert "ok" in platform.on_host(f'python3 -c "{check}"')
