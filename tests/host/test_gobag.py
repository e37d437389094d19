"""A platform rebuilt from a go-bag on hosts that never reach anything but each other.

Packed where there is a network; from then on nothing but the bag is there. The tests run in their order.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import projects
import pytest

from toolkit.catalog.folders import load
from toolkit.drill import lab as labs
from toolkit.errors import ProgramFailed
from toolkit.model import SCHEMA_VERSION, Application, Bag, HostNeed, Plan, Platform, Replacement, Schedule
from toolkit.pack import pack, sign, verify
from toolkit.tools import apt, ssh

PLACED = {"data": ("postgresql", "valkey"), "front": ("web", "mail")}
BAG = "/var/lib/offramp/gobag/debian"
# a server with a compiled driver, which counts its visitors in PostgreSQL
REQUIREMENTS = "gunicorn==23.0.0\npsycopg[binary]==3.2.13\n"
BOARD = """
import os, psycopg

def app(environ, start_response):
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute("create table if not exists visits (at timestamptz default now())")
        connection.execute("insert into visits default values")
        [count] = connection.execute("select count(*) from visits").fetchone()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"visits: {count}\\n".encode()]
"""


def _plan() -> Plan:
    board = Application(
        name="board",
        source="board",
        runtime="python",
        start="gunicorn --bind 127.0.0.1:$PORT board:app",
        environment={"DATABASE_URL": "${data.relational.url}", "CACHE": "${data.cache.url}"},
    )
    catalog = load()
    replacements = tuple(
        Replacement(slug, "1", catalog.blueprints[slug].capabilities, (), (host,))
        for host, slugs in PLACED.items()
        for slug in slugs
    )
    hosts = tuple(HostNeed(host, 1024, 1, 5, slugs) for host, slugs in PLACED.items())
    platform = Platform(name="board", domains=("board.example",), applications=(board,))
    return Plan(SCHEMA_VERSION, "offramp", "", platform, (), hosts, replacements, (), Schedule(1, 0, 0))


class Rebuilt:
    """The platform, rebuilt from `bag` alone."""

    def __init__(self, lab: labs.Lab, project: projects.Project, bag: Path, packed: Bag) -> None:
        self.lab, self.project, self.bag, self.packed = lab, project, bag, packed
        self.printed = ""

    def on(self, host: str, script: str) -> str:
        return ssh.run(self.lab.login, self.lab.host(host).address, ["sh", "-s"], stdin=script.encode())

    def play(self, playbook: str, *options: str) -> str:
        return self.project.play(playbook, "-e", f"gobag={self.bag}", *options)


@pytest.fixture(scope="module")
def rebuilt(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rebuilt]:
    folder = tmp_path_factory.mktemp("bag")
    source = folder / "board"
    source.mkdir()
    (source / "requirements.txt").write_text(REQUIREMENTS)
    (source / "board.py").write_text(BOARD)
    with labs.temporary(list(PLACED), log=print, state=folder / "labs") as lab:
        labs.cut_off(lab)
        project = projects.build(folder, lab, _plan())
        bag = folder / "gobag"
        packed = pack(project.folder, bag, tool="offramp 0", release=13, architecture=apt.architecture(), say=print)
        # what was packed is all there is: neither the project it was made of nor the sources
        addresses = (project.folder / "inventory/hosts.json").read_bytes()
        shutil.rmtree(project.folder)
        shutil.rmtree(source)
        shutil.copytree(bag / "infra", project.folder)
        (project.folder / "inventory/hosts.json").write_bytes(addresses)
        yield Rebuilt(lab, project, bag, packed)


def test_all_it_needs_was_had(rebuilt: Rebuilt) -> None:
    assert rebuilt.packed.gaps == ()
    assert list(verify(rebuilt.bag)) == []
    done = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=rebuilt.bag, check=False)
    assert done.returncode == 0


def test_the_hosts_reach_nothing(rebuilt: Rebuilt) -> None:
    for host in PLACED:
        with pytest.raises(ProgramFailed):
            rebuilt.on(host, "timeout 20 apt-get update --error-on=any")


def test_it_is_rebuilt(rebuilt: Rebuilt) -> None:
    rebuilt.play("site.yml")
    rebuilt.play("verify.yml")
    asked = "curl --silent --fail --cacert /etc/ssl/certs/ca-certificates.crt --resolve board.example:443:127.0.0.1 "
    assert rebuilt.on("front", f"{asked} https://board.example/").startswith("visits: ")
    for host in PLACED:
        assert rebuilt.on(host, "systemctl --failed --plain --no-legend") == ""


def test_a_second_run_changes_nothing(rebuilt: Rebuilt) -> None:
    assert projects.changed(rebuilt.play("site.yml")) == 0


def test_a_host_has_what_it_needs_and_no_more(rebuilt: Rebuilt) -> None:
    names = {host: rebuilt.on(host, f"cd {BAG} && find . -name '*.deb'") for host in PLACED}
    assert "/nginx_" in names["front"]
    assert "/nginx_" not in names["data"]
    assert "/valkey-server_" in names["data"]
    assert "/valkey-server_" not in names["front"]
    for host in PLACED:
        with pytest.raises(ProgramFailed):
            rebuilt.on(host, "DEBIAN_FRONTEND=noninteractive apt-get install -y cowsay")


def test_apt_checks_the_archives_own_signature(rebuilt: Rebuilt) -> None:
    policy = rebuilt.on("data", "apt-cache policy postgresql-17")
    assert f"file:{BAG}/main trixie/main" in policy
    release = f"{BAG}/main/dists/trixie/InRelease"
    rebuilt.on("data", f"cp {release} /root/kept; sed -i 's/^Codename: trixie/Codename: trixiE/' {release}")
    with pytest.raises(ProgramFailed, match=r"(?i)signature|BADSIG|not signed"):
        rebuilt.on("data", "rm -rf /var/lib/apt/lists/*; apt-get update --error-on=any")
    rebuilt.on("data", f"cp /root/kept {release}; apt-get update --error-on=any")


def test_a_file_that_is_not_as_packed_stops_it(rebuilt: Rebuilt) -> None:
    wheel = next((rebuilt.bag / "applications/board/wheels").glob("psycopg_binary-*.whl"))
    whole = wheel.read_bytes()
    wheel.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert list(verify(rebuilt.bag)) == [f"flipped: {wheel.relative_to(rebuilt.bag)}"]
    rebuilt.on("front", "rm -rf /opt/offramp/board/releases/* /opt/offramp/board/gobag*")
    with pytest.raises(AssertionError, match="Compare them with their checksums"):
        rebuilt.play("site.yml", "--tags", "web")
    wheel.write_bytes(whole)
    rebuilt.play("site.yml", "--tags", "web")


def test_checksums_can_be_signed(rebuilt: Rebuilt, tmp_path: Path) -> None:
    line = ssh.generate_key(tmp_path / "key", "who packs")
    sign(rebuilt.bag, tmp_path / "key")
    assert list(verify(rebuilt.bag)) == []
    (tmp_path / "allowed").write_text(f"ops {line}")
    check = ["ssh-keygen", "-Y", "verify", "-f", tmp_path / "allowed", "-I", "ops", "-n", "offramp-go-bag"]
    check += ["-s", rebuilt.bag / "SHA256SUMS.sig"]
    with (rebuilt.bag / "SHA256SUMS").open("rb") as sums:
        assert subprocess.run(check, stdin=sums, check=False).returncode == 0


def test_without_the_bag_packages_come_from_the_mirrors_again(rebuilt: Rebuilt) -> None:
    labs.reconnect(rebuilt.lab)
    rebuilt.project.play("site.yml", "--tags", "base")
    assert "gobag" not in rebuilt.on("data", "apt-config dump Dir::Etc::SourceList")
    assert "file:" not in rebuilt.on("data", "apt-cache policy")
    labs.cut_off(rebuilt.lab)
    assert json.loads((rebuilt.bag / "manifest.json").read_text())["platform"] == "board"
