"""What a checkout says about its programs, down to the Debian packages of their drivers."""

import json
from pathlib import Path

import pytest

from toolkit.collect.programs import find_programs
from toolkit.program import Program


def found(folder: Path, **files: str) -> Program:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    [program] = find_programs({"checkout": folder})
    return program


def packages_of(program: Program) -> tuple[str, ...]:
    return tuple(said.text for said in program.packages)


@pytest.mark.parametrize(
    ("requirements", "packages"),
    [
        ("psycopg==3.2.1\n", ("libpq5",)),
        ("Django>=5\npsycopg[binary,pool]>=3\n", ()),
        ("psycopg2-binary==2.9\n", ()),
        ("psycopg2 >= 2.9\n", ("gcc", "libpq-dev", "python3-dev")),
        ("psycopg[c]\n", ("gcc", "libpq-dev", "libpq5", "python3-dev")),
        ("# psycopg2\nweasyprint\n", ("libpango-1.0-0", "libpangoft2-1.0-0")),
    ],
)
def test_what_pythons_drivers_need(tmp_path: Path, requirements: str, packages: tuple[str, ...]) -> None:
    assert packages_of(found(tmp_path, requirements__txt=requirements, Procfile="web: serve")) == packages


def test_what_other_drivers_need(tmp_path: Path) -> None:
    folders = {name: tmp_path / name for name in ("ruby", "php", "node", "go", "cgo", "rust", "poetry")}
    for folder in folders.values():
        folder.mkdir()
    rails = "source 'x'\ngem 'pg', '~> 1.5'\n# gem 'mysql2'\n"
    assert packages_of(found(folders["ruby"], Gemfile=rails, Procfile="web: puma")) == ("libpq-dev",)
    wanted = json.dumps({"require": {"php": "^8", "ext-pdo_mysql": "*", "ext-intl": "*", "ext-tidy": "*"}})
    assert {"php-intl", "php-mysql"} <= set(packages_of(found(folders["php"], composer__json=wanted, artisan="")))
    manifest = json.dumps({"scripts": {"start": "node server"}, "dependencies": {"better-sqlite3": "11", "pg": "8"}})
    assert packages_of(found(folders["node"], package__json=manifest)) == ("g++", "make", "python3")
    assert packages_of(found(folders["go"], go__mod="module x\n", Procfile="web: ./x")) == ("golang-go",)
    cgo = "module x\n\nrequire (\n\tgithub.com/mattn/go-sqlite3 v1.14.0\n)\n"
    assert packages_of(found(folders["cgo"], go__mod=cgo, Procfile="web: ./x")) == ("gcc", "golang-go", "libc6-dev")
    crates = {"Cargo__toml": '[package]\nname = "x"\n\n[dependencies]\naxum = "1"\n', "Procfile": "web: ./x"}
    (folders["rust"] / "src").mkdir()
    (folders["rust"] / "src/main.rs").write_text("fn main() {}")
    (folders["rust"] / "Cargo.lock").write_text('[[package]]\nname = "openssl-sys"\nversion = "0.9"\n')
    assert packages_of(found(folders["rust"], **crates)) == ("cargo", "libssl-dev", "pkgconf")
    project = '[project]\ndependencies = ["psycopg>=3", "mysqlclient"]\n'
    packages = ("default-libmysqlclient-dev", "gcc", "libpq5", "pkgconf", "python3-dev")
    assert packages_of(found(folders["poetry"], pyproject__toml=project, Procfile="web: serve")) == packages


@pytest.mark.parametrize(
    ("scripts", "start"),
    [
        ({"start": "node server.js"}, "npm start"),
        ({"start": "nodemon server.js"}, "node server.js"),
        ({"start": "nest start --watch; nodemon x", "start:prod": "node dist/main"}, "npm run start:prod"),
        ({"dev": "next dev", "start": "next start"}, "next start --hostname 127.0.0.1 --port $PORT"),
    ],
)
def test_the_script_for_production(tmp_path: Path, scripts: dict[str, str], start: str) -> None:
    wanted = {"next": "15"} if "next" in scripts["start"] else {"express": "5"}
    said = found(tmp_path, package__json=json.dumps({"scripts": scripts, "dependencies": wanted})).start
    assert said is not None
    assert (said.text, said.where) == (start, "package.json:1")


def test_lists_that_a_list_includes_count(tmp_path: Path) -> None:
    files = {
        "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        "requirements.txt": "-r lists/live.txt\n",
        "lists/live.txt": "-r base.txt\nuwsgi\n",
        "lists/base.txt": "-r live.txt\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    [program] = find_programs({"checkout": tmp_path})
    assert {"gcc", "python3-dev"} <= {said.text for said in program.packages}
