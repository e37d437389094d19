"""How a release of a Python application is installed: the blueprint's `install`, with the real pip."""

import hashlib
import shlex
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment

WEB = Path(__file__).parents[2] / "playbooks/blueprints/web"
METADATA = "Metadata-Version: 2.1\nName: tiny\nVersion: {}\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


class Host:
    """A folder that is the application's home, and a package index that may go away."""

    def __init__(self, folder: Path) -> None:
        self.home, self.index = folder / "home", folder / "index"
        (self.home / "packages").mkdir(parents=True)
        environment = Environment(autoescape=False, trim_blocks=True, keep_trailing_newline=True)  # noqa: S701  # as Ansible
        environment.filters["quote"] = shlex.quote
        self.template = environment.from_string((WEB / "templates/install.j2").read_text())
        self.runtimes = yaml.safe_load((WEB / "vars/main.yml").read_text())["web_runtimes"]

    def publish(self, version: str) -> None:
        place = self.index / "tiny"
        place.mkdir(parents=True, exist_ok=True)
        name, about = f"tiny-{version}-py3-none-any.whl", f"tiny-{version}.dist-info"
        with zipfile.ZipFile(place / name, "w") as wheel:
            wheel.writestr("tiny.py", f"VERSION = {version!r}\n")
            wheel.writestr(f"{about}/METADATA", METADATA.format(version))
            wheel.writestr(f"{about}/WHEEL", WHEEL)
            wheel.writestr(f"{about}/RECORD", "")
        links = "".join(f'<a href="{one.name}">{one.name}</a>' for one in place.glob("*.whl"))
        (place / "index.html").write_text(f"<!doctype html><html><body>{links}</body></html>")

    def install(self, release: str, version: str) -> subprocess.CompletedProcess[str]:
        folder = self.home / "releases" / release
        (folder / "source").mkdir(parents=True)
        (folder / "source/requirements.txt").write_text(f"tiny=={version}\n")
        text = self.template.render(
            web_release_folder=str(folder), web_home=str(self.home), web_root=str(self.home.parent),
            web_wheels="", web_bag="",
            web_package_index=self.index.as_uri(), web_runtimes=self.runtimes,
            application={"runtime": "python", "install": []},
        )  # fmt: skip
        (folder / "install").write_text(text)
        return subprocess.run(["sh", folder / "install"], capture_output=True, text=True, check=False)

    def runs(self, release: str) -> str:
        python = self.home / "releases" / release / "venv/bin/python"
        command = [python, "-c", "import tiny; print(tiny.VERSION)"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_a_release_that_needs_nothing_new_asks_no_index(host: Host) -> None:
    host.publish("1.0")
    first = host.install("first", "1.0")
    assert first.returncode == 0, first.stdout + first.stderr
    host.publish("2.0")
    assert host.install("second", "2.0").returncode == 0
    assert host.runs("second") == "2.0"
    shutil.rmtree(host.index)
    third = host.install("third", "2.0")
    assert third.returncode == 0, third.stdout + third.stderr
    assert host.runs("third") == "2.0"
    assert host.runs("first") == "1.0"
    assert [one.name for one in (host.home / "packages/now").iterdir()] == ["tiny-2.0-py3-none-any.whl"]


def _locked(digest: str) -> str:
    return f"1.0 --hash=sha256:{digest}"


def test_a_package_that_is_not_the_locked_one_is_refused_also_among_those_that_were_kept(host: Host) -> None:
    host.publish("1.0")
    wheel = host.index / "tiny/tiny-1.0-py3-none-any.whl"
    right = hashlib.sha256(wheel.read_bytes()).hexdigest()
    wrong = host.install("wrong", _locked("0" * 64))
    assert wrong.returncode != 0
    assert "tiny" in wrong.stderr
    assert not (host.home / "packages/now").exists()
    assert host.install("first", _locked(right)).returncode == 0
    kept = host.home / "packages/now" / wheel.name
    kept.write_bytes(kept.read_bytes() + b"\0")
    again = host.install("again", _locked(right))
    assert again.returncode == 0, again.stderr
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == right


def test_what_a_lock_file_says_is_what_is_installed() -> None:
    """npm and Bundler change a lock that does not fit, unless they are told not to."""
    runtimes = yaml.safe_load((WEB / "vars/main.yml").read_text())["web_runtimes"]
    commands = {name: "\n".join(runtime["install"]) for name, runtime in runtimes.items()}
    for name, lock, refusal in (
        ("node", "package-lock.json", "npm ci"),
        ("node", "npm-shrinkwrap.json", "npm ci"),
        ("ruby", "Gemfile.lock", "bundle config set --local frozen true"),
    ):
        [line] = [line for line in commands[name].splitlines() if lock in line]
        assert f"[ -f {lock} ]" in line
        assert f"then {refusal};" in line
