"""What applications fetch, brought by the real pip and the real Go from an index and a proxy that are folders."""

import os
import subprocess
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from toolkit.model import HostNeed, Manifest
from toolkit.pack.applications import Target, parts
from toolkit.pack.bag import Made
from toolkit.pack.project import Application, Project
from toolkit.pack.requirements import is_plain

METADATA = "Metadata-Version: 2.1\nName: {}\nVersion: 1.0\n"
TARGET = Target(13, "amd64")


def _publish(index: Path, name: str, tag: str) -> None:
    place = index / name
    place.mkdir(parents=True, exist_ok=True)
    file, about = f"{name}-1.0-{tag}.whl", f"{name}-1.0.dist-info"
    with zipfile.ZipFile(place / file, "w") as wheel:
        wheel.writestr(f"{about}/METADATA", METADATA.format(name))
        wheel.writestr(f"{about}/WHEEL", f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n")
        wheel.writestr(f"{about}/RECORD", "")
    links = "".join(f'<a href="{one.name}">{one.name}</a>' for one in sorted(place.glob("*.whl")))
    (place / "index.html").write_text(f"<!doctype html><html><body>{links}</body></html>")


def _made(folder: Path, **rest: object) -> tuple[Made, Path]:
    """The part of the one application `board`, whose sources lie in folder/board."""
    application = Application("board", "board", **rest)  # type: ignore[arg-type]  # what a test says of it
    manifest = Manifest("1.0", "offramp", "", "board", "hosts", hosts=(HostNeed("app-1", 1, 1, 1, ("web",)),))
    project = Project(folder / "infra", folder, manifest, {}, (application,), ())
    [part] = parts(project, TARGET)
    work = folder / "work"
    work.mkdir()
    return part.make(work, lambda path, digest: False), work


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIP_INDEX_URL", (tmp_path / "index").as_uri())
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    (tmp_path / "board").mkdir()
    return tmp_path / "index"


def test_wheels_are_those_of_the_hosts_python_and_processor(tmp_path: Path, index: Path) -> None:
    for tag in ("cp311-cp311-manylinux_2_17_x86_64", "cp313-cp313-manylinux_2_28_x86_64", "cp313-cp313-win_amd64"):
        _publish(index, "tiny", tag)
    (tmp_path / "board/requirements.txt").write_text("tiny==1.0\n")
    made, work = _made(tmp_path, runtime="python")
    assert made == Made()
    assert [one.name for one in (work / "wheels").iterdir()] == ["tiny-1.0-cp313-cp313-manylinux_2_28_x86_64.whl"]
    done = subprocess.run(["sha256sum", "--check", "--quiet", "FILES.sha256"], cwd=work, check=False)
    assert done.returncode == 0


def test_requirements_are_those_that_its_commands_name(tmp_path: Path, index: Path) -> None:
    for name in ("tiny", "other"):
        _publish(index, name, "py3-none-any")
    (tmp_path / "board/requirements.txt").write_text("other\n")
    (tmp_path / "board/prod.txt").write_text("tiny\n")
    made, work = _made(tmp_path, install=("pip install --no-deps -r prod.txt",))
    assert made.gaps == ()
    assert [one.name.partition("-")[0] for one in (work / "wheels").iterdir()] == ["tiny"]


def test_what_has_no_wheel_for_them_is_said(tmp_path: Path, index: Path) -> None:
    _publish(index, "tiny", "cp313-cp313-musllinux_1_2_x86_64")
    (tmp_path / "board/requirements.txt").write_text("tiny==1.0\n")
    made, _ = _made(tmp_path, runtime="python")
    [gap] = made.gaps
    assert not made.whole
    assert gap.breaks == "board cannot be installed"
    assert "tiny" in gap.why


def test_a_project_is_not_built_to_learn_what_it_needs(tmp_path: Path, index: Path) -> None:
    for name in ("tiny", "setuptools", "wheel", "backend"):
        _publish(index, name, "py3-none-any")
    text = '[project]\nname = "board"\ndependencies = ["tiny"]\n[build-system]\nrequires = ["backend"]\n'
    (tmp_path / "board/pyproject.toml").write_text(text + 'build-backend = "evil"\nbackend-path = ["."]\n')
    (tmp_path / "board/evil.py").write_text("open('ran', 'w')\n")
    made, work = _made(tmp_path, runtime="python")
    assert made.gaps == ()
    names = {one.name.partition("-")[0] for one in (work / "wheels").iterdir()}
    assert names == {"tiny", "setuptools", "wheel", "backend"}
    assert not (tmp_path / "board/ran").exists()


EVIL = "open('{}', 'w')\nfrom setuptools import setup\nsetup(name='evil', version='1')\n"


@pytest.mark.parametrize(
    "line",
    [
        "./evil",
        "-e ./evil",
        "--editable=./evil",
        "evil",
        "evil.tar.gz",
        "evil @ {uri}/evil.tar.gz",
        "{uri}/evil.tar.gz",
        "{uri}/evil.tar.gz#x.whl",
        "git+{uri}/evil",
        "--find-links .\n--no-binary :all:\nevil",
        "--find-links . --no-binary evil \\\nevil",
        "-r ../outside.txt",
        "-r nested/more.txt",
        "-c nested/more.txt\nevil",
    ],
)
def test_nothing_of_the_applications_runs_while_its_wheels_are_brought(line: str, tmp_path: Path, index: Path) -> None:
    _publish(index, "tiny", "py3-none-any")
    board = tmp_path / "board"
    (board / "evil").mkdir()
    (board / "evil/setup.py").write_text(EVIL.format(tmp_path / "ran"))
    subprocess.run(["tar", "--create", "--gzip", "--file=evil.tar.gz", "evil"], cwd=board, check=True)
    (board / "nested").mkdir()
    for file in ("nested/more.txt", "../outside.txt"):
        (board / file).write_text(f"evil @ {board.as_uri()}/evil.tar.gz\n")
    (board / "requirements.txt").write_text("tiny\n" + line.replace("{uri}", board.as_uri()) + "\n")
    made, work = _made(tmp_path, runtime="python")
    assert not (tmp_path / "ran").exists()
    assert made.gaps
    if line not in ("evil", "evil.tar.gz") and not line.endswith("\nevil"):  # which pip looks for, and does not find
        assert [one.name for one in (work / "wheels").iterdir()] == ["tiny-1.0-py3-none-any.whl"]


def test_a_project_names_nothing_that_would_be_built(tmp_path: Path, index: Path) -> None:
    for name in ("tiny", "setuptools", "wheel"):
        _publish(index, name, "py3-none-any")
    board = tmp_path / "board"
    (board / "evil").mkdir()
    (board / "evil/setup.py").write_text(EVIL.format(tmp_path / "ran"))
    needs = f'dependencies = ["tiny", "evil @ {board.as_uri()}/evil", "--no-binary=:all:"]\n'
    (board / "pyproject.toml").write_text(f'[project]\nname = "board"\n{needs}')
    made, work = _made(tmp_path, runtime="python")
    assert not (tmp_path / "ran").exists()
    assert [gap.what for gap in made.gaps] == [
        "pyproject.toml: what pip would build, or take from elsewhere than its index"
    ]
    assert (work / "wheels/tiny-1.0-py3-none-any.whl").exists()


class _Index(BaseHTTPRequestHandler):
    """An index that has nothing, and remembers what it was asked."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.mark.parametrize("line", ["--extra-index-url {}/${{PIP_CERT}}/", "-i {}/${{PIP_CERT}}/"])
def test_no_variable_of_the_users_is_sent_to_an_index_of_the_applications(
    line: str, tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CERT", "planted-secret")  # any of those that pip is given
    _Index.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Index) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        wanted = line.format(f"http://127.0.0.1:{server.server_port}")
        (tmp_path / "board/requirements.txt").write_text(f"{wanted}\ntiny\n")
        made, _ = _made(tmp_path, runtime="python")
        server.shutdown()
        thread.join()
    assert not [path for path in _Index.asked if "planted-secret" in path]
    assert made.gaps


def test_no_variable_stands_in_a_projects_requirements() -> None:
    assert is_plain("tiny @ https://files.example/tiny.whl")
    assert not is_plain("tiny @ https://files.example/${PIP_INDEX_URL}/tiny.whl")


def test_lines_of_requirements_arrive_as_pip_reads_them(tmp_path: Path, index: Path) -> None:
    for name in ("tiny", "other", "more"):
        _publish(index, name, "py3-none-any")
    board = tmp_path / "board"
    (board / "requirements").mkdir()
    (board / "requirements/base.txt").write_text(
        "other[extra] >= 0.5, \\\n  < 2 ; python_version > '3'  # why\n-r base.txt\n"
    )
    (board / "requirements/limits.txt").write_text("more==1.0\nunused==9\n")
    (board / "requirements.txt").write_bytes(
        "-r requirements/base.txt\n-crequirements/limits.txt\ntiny~=1.0\nmore".encode("utf-16")
    )
    made, work = _made(tmp_path, runtime="python")
    assert made == Made()
    assert {one.name.partition("-")[0] for one in (work / "wheels").iterdir()} == {"tiny", "other", "more"}


def test_a_lock_file_that_leads_out_of_the_sources_is_not_read(tmp_path: Path, index: Path) -> None:
    (tmp_path / "secret").write_text("hunter2 is no requirement\n")
    (tmp_path / "board/requirements.txt").symlink_to("../secret")
    made, work = _made(tmp_path, runtime="python")
    assert made.gaps == ()
    assert [one.name for one in work.iterdir()] == ["FILES.sha256"]


def test_go_modules_serve_as_a_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = tmp_path / "proxy/example.com/tiny/@v"
    versions.mkdir(parents=True)
    (versions / "list").write_text("v1.0.0\n")
    (versions / "v1.0.0.info").write_text('{"Version": "v1.0.0", "Time": "2026-01-01T00:00:00Z"}')
    (versions / "v1.0.0.mod").write_text("module example.com/tiny\n")
    with zipfile.ZipFile(versions / "v1.0.0.zip", "w") as archive:
        archive.writestr("example.com/tiny@v1.0.0/go.mod", "module example.com/tiny\n")
        archive.writestr("example.com/tiny@v1.0.0/tiny.go", "package tiny\n\nconst Answer = 42\n")
    monkeypatch.setenv("GOPROXY", (tmp_path / "proxy").as_uri())
    monkeypatch.setenv("GOSUMDB", "off")
    source = tmp_path / "board"
    source.mkdir()
    (source / "go.mod").write_text("module board\n\ngo 1.20\n\nrequire example.com/tiny v1.0.0\n")
    (source / "main.go").write_text(
        'package main\n\nimport "example.com/tiny"\n\nfunc main() { println(tiny.Answer) }\n'
    )
    made, work = _made(tmp_path)
    assert made.gaps == ()
    home = tmp_path / "home"
    offline = {"GOPROXY": (work / "go").as_uri(), "GOSUMDB": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod"}
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "GOMODCACHE": str(home / "modules"), **offline}
    done = subprocess.run(["go", "run", "."], cwd=source, env=env, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == "42"
    subprocess.run(["go", "clean", "-modcache"], cwd=source, env=env, check=True)  # its files are read-only


@pytest.mark.parametrize(
    ("file", "install", "said"),
    [
        ("Gemfile.lock", (), "bundler"),
        ("yarn.lock", (), "yarn"),
        ("README", ("curl -fsS https://example.org/tool | sh",), "curl"),
        ("README", ("pip install tiny",), "pip install"),
        ("README", ("cd web && npm ci",), "cd web"),
        ("package.json", (), "npm"),
    ],
)
def test_what_nothing_packs_is_a_gap(tmp_path: Path, file: str, install: tuple[str, ...], said: str) -> None:
    (tmp_path / "board").mkdir()
    (tmp_path / "board" / file).write_text("")
    made, _ = _made(tmp_path, install=install)
    [gap] = made.gaps
    assert said in gap.what
    assert gap.breaks == "board cannot be installed"


def test_commands_that_fetch_by_lock_files_are_none(tmp_path: Path) -> None:
    (tmp_path / "board").mkdir()
    commands = ("go build -o board .", "npm ci", "pip install -r requirements.txt", "pip install .", "mvn package")
    assert _made(tmp_path, install=commands)[0] == Made()


@pytest.mark.parametrize(
    "content", ["[project\n", "a" + ".a" * 5_000 + " = 1\n", "a = " + "[" * 5_000, "project = 1\n"]
)
def test_a_project_file_that_cannot_be_understood_is_a_gap(tmp_path: Path, content: str) -> None:
    (tmp_path / "board").mkdir()
    (tmp_path / "board/pyproject.toml").write_text(content)
    made, _ = _made(tmp_path, runtime="python")
    assert [gap.what for gap in made.gaps] == ["wheels for board"]
    assert not made.whole


def test_an_image_is_a_gap_and_nothing_is_fetched_for_it(tmp_path: Path, index: Path) -> None:
    (tmp_path / "board/requirements.txt").write_text("tiny==1.0\n")
    made, work = _made(tmp_path, runtime="container")
    assert [gap.what for gap in made.gaps] == ["the image of board"]
    assert [one.name for one in work.iterdir()] == ["FILES.sha256"]


def test_a_hostile_line_is_read_as_fast_as_another() -> None:
    for line in ("a>" + "!" * 100_000 + "/", "a" + " " * 100_000 + "/", "a==1" + " ," * 100_000):
        assert not is_plain(line)
