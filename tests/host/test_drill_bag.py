"""`offramp drill --from gobag/`: built, lost and brought back by what is in the bag, with no way out from the first
minute; the project it was packed from is gone."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from toolkit.catalog.folders import load
from toolkit.documents import read_journal
from toolkit.generate import generate, make_vault, write
from toolkit.model import (
    SCHEMA_VERSION,
    Application,
    HostNeed,
    Journal,
    Journey,
    Plan,
    Platform,
    Replacement,
    Schedule,
)
from toolkit.pack import pack
from toolkit.tools import apt

SLUGS = ("postgresql", "web")
REQUIREMENTS = "gunicorn==23.0.0\npsycopg[binary]==3.2.13\n"
BOARD = """
import os, sys, psycopg

def posts(connection):
    connection.execute("create table if not exists posts (id int primary key)")
    return connection.execute("select count(*) from posts").fetchone()[0]

def app(environ, start_response):
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        answer = f"posts: {posts(connection)}\\n"
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [answer.encode()]

if sys.argv[1:] == ["fill"]:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        posts(connection)
        connection.execute("insert into posts select generate_series(1, 500)")
"""
CHECK = (
    'where="$OFFRAMP_HOST:443:$OFFRAMP_ADDRESS"; '
    'said=$(curl --silent --fail --cacert "$OFFRAMP_CA" --resolve "$where" "$OFFRAMP_URL/") '
    '&& [ "$said" = "posts: 500" ] && echo "read $said"'
)


def _packed(folder: Path) -> Path:
    """A go-bag; the project and the sources it was made of are gone."""
    source = folder / "board"
    source.mkdir()
    (source / "requirements.txt").write_text(REQUIREMENTS)
    (source / "board.py").write_text(BOARD)
    board = Application(
        name="board",
        source="board",
        start="gunicorn --bind 127.0.0.1:$PORT board:app",
        fill=("python board.py fill",),
        environment={"DATABASE_URL": "${data.relational.url}"},
    )
    journey = Journey("read", "Read the board", ("data.relational",), CHECK)
    platform = Platform(name="board", domains=("board.example",), applications=(board,), journeys=(journey,))
    catalog = load()
    replacements = tuple(Replacement(slug, "1", catalog.blueprints[slug].capabilities, (), ("one",)) for slug in SLUGS)
    hosts = (HostNeed("one", 1024, 1, 5, SLUGS),)
    plan = Plan(SCHEMA_VERSION, "offramp", "", platform, (), hosts, replacements, (), Schedule(1, 0, 0))
    infra, key, bag = folder / "infra", folder / "vault-key", folder / "gobag"
    write(generate(plan, catalog, target="hosts", vault_key=str(key)), infra)
    make_vault(plan, catalog, infra, key=key)
    made = pack(infra, bag, tool="offramp 0", release=13, architecture=apt.architecture(), say=print)
    assert made.gaps == ()
    shutil.rmtree(infra)
    shutil.rmtree(source)
    return bag


@pytest.fixture(scope="module")
def drilled(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Journal, Path, str]:
    folder = tmp_path_factory.mktemp("drill-bag")
    bag = _packed(folder)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"], check=True)
    command = [sys.executable, "-m", "toolkit", "drill", "--from", "gobag", "--lab", "incus", "--state", "state"]
    command += ["--sign", "key", "-o", "json=journal.json"]
    env = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "XDG_STATE_HOME": str(folder / "records"),
    }
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=3000)
    log = (folder / "state.log").read_text()
    assert done.returncode == 0, done.stderr + log[-5000:]
    return read_journal(folder / "journal.json"), bag, log


def test_it_comes_back_from_the_bag_alone(drilled: tuple[Journal, Path, str]) -> None:
    journal, _, _ = drilled
    assert journal.restored
    assert {step.outcome for step in journal.steps} == {"passed"}
    verified = {step.id: step.verified for step in journal.steps}
    assert verified["journey.read"] == "read posts: 500"


def test_no_packet_left_from_the_first_minute(drilled: tuple[Journal, Path, str]) -> None:
    journal, _, _ = drilled
    order = [step.id for step in journal.steps]
    for phase in ("prepare", "rebuild"):
        assert order.index(f"{phase}.isolate") == order.index(f"{phase}.hosts") + 1
        assert order.index(f"{phase}.isolate") < order.index(f"{phase}.site")
    for phase in ("steady", "verify"):
        [counted] = [step.verified for step in journal.steps if step.id == f"{phase}.refused"]
        assert counted == "none"


def test_the_journal_is_signed(drilled: tuple[Journal, Path, str]) -> None:
    _, bag, _ = drilled
    for name in ("journal.json", "state/journal.json"):
        file = bag.parent / name
        check = ["ssh-keygen", "-Y", "check-novalidate", "-n", "offramp-record", "-s", f"{file}.sig"]
        subprocess.run(check, input=file.read_bytes(), check=True, capture_output=True)
    assert json.loads((bag.parent / "journal.json").read_text())["platform"] == "board"


def test_a_bag_that_is_not_as_packed_is_refused_before_any_host_is_made(drilled: tuple[Journal, Path, str]) -> None:
    _, bag, _ = drilled
    file = bag / "infra/site.yml"
    whole = file.read_bytes()
    file.write_bytes(whole + b"#")
    command = [sys.executable, "-m", "toolkit", "drill", "--from", bag, "--lab", "incus", "--state", bag.parent / "s"]
    done = subprocess.run(command, cwd=bag.parent, capture_output=True, text=True, check=False)
    file.write_bytes(whole)
    assert done.returncode == 2
    assert "flipped: infra/site.yml" in done.stderr
    assert not (bag.parent / "s").exists()
