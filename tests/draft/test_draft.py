"""A drafted offramp.toml says what is missing in it, and two programs never get one port."""

import tomllib
from pathlib import Path

import tomlkit

from toolkit.draft.programs import program_tables
from toolkit.program import Program, Runtime, Said


def _program(folder: Path, name: str, start: str = "", runtime: Runtime = "node", **more: object) -> Program:
    said = Said(start, "Procfile:1") if start else None
    return Program(name, str(folder / name), f"{name}/", "Node", runtime, start=said, **more)  # type: ignore[arg-type]


def _drafted(programs: list[Program], base: Path) -> str:
    document = tomlkit.document()
    document.add("application", program_tables(programs, base))
    return tomlkit.dumps(document)


def test_ports_are_given_out_and_gaps_named(tmp_path: Path) -> None:
    worker = {"w": Said("nodemon w.js", "Procfile:2")}
    programs = [
        _program(tmp_path, "web", "next dev"),
        _program(tmp_path, "api", "gunicorn --bind 127.0.0.1:8001 api", packages=(Said("libpq5", "requirements.txt"),)),
        _program(tmp_path, "jobs"),
        _program(tmp_path, "admin", "serve", workers=worker),
    ]
    text = _drafted(programs, tmp_path)
    drafted = tomllib.loads(text)["application"]
    assert [one["port"] for one in drafted] == [8000, 8001, 8002, 8003]
    assert drafted[1]["packages"] == ["libpq5"]
    web, api, jobs, admin = text.split("[[application]]")[1:]
    assert "# start is a server for development; use `next build`" in web
    assert [line for line in api.splitlines() if line.startswith("#")] == [
        '# domains = ["api.example.org"]  # its own, or paths on one it shares: paths = ["/api"]'
    ]
    assert "# start: fill in" in jobs
    assert "# w is a server for development" in admin
    assert text.count("# domains = ") == 4


def test_a_port_below_1024_or_one_that_another_has_is_not_drafted(tmp_path: Path) -> None:
    programs = [
        _program(tmp_path, "one", "./one", port=Said("80", "Dockerfile:9")),
        _program(tmp_path, "two", "./two", port=Said("3000", "Dockerfile:9")),
        _program(tmp_path, "three", "./three", port=Said("3000", "Dockerfile:9")),
    ]
    text = _drafted(programs, tmp_path)
    assert [one["port"] for one in tomllib.loads(text)["application"]] == [8000, 3000, 8001]
    assert "# it listens on 80 (Dockerfile:9): tell it to take $PORT" in text


def test_every_value_says_where_it_was_read(tmp_path: Path) -> None:
    one = _program(
        tmp_path,
        "web",
        "node server.js",
        release=(Said("npm run migrate", "Procfile:3"), Said("npm run seed", "package.json:9")),
        environment={"DATABASE_URL": Said("${data.relational.url}", ".env.example:1")},
        secrets={"SESSION_SECRET": Said("", "config.js:4")},
        cron=(
            ("0 3 * * *", Said("npm run nightly", "crontab:1")),
            ("@daily", Said("python jobs/nightly.py", "crontab:2")),
            ("when the moon is full", Said("npm run howl", "crontab:3")),
        ),
        writable=(Said("uploads", "Dockerfile:7"),),
    )
    text = _drafted([one], tmp_path)
    table = tomllib.loads(text)["application"][0]
    assert table["release"] == ["npm run migrate", "npm run seed"]
    assert table["environment"] == {"DATABASE_URL": "${data.relational.url}"}
    assert table["secrets"] == ["SESSION_SECRET"]
    for place in ("Procfile:1", "Procfile:3", "package.json:9", ".env.example:1", "config.js:4"):
        assert f"# {place}" in text
    assert table["jobs"] == {
        "nightly": {"when": "0 3 * * *", "run": "npm run nightly"},
        "jobs-nightly": {"when": "@daily", "run": "python jobs/nightly.py"},
    }
    assert "# to be run on a schedule: when the moon is full  npm run howl (crontab:3)" in text
    assert table["writable"] == ["uploads"]
    assert 'writable = ["uploads"] # Dockerfile:7' in text


def test_files_for_browsers_need_no_process(tmp_path: Path) -> None:
    page = _program(tmp_path, "web", serve={"/": Said("dist", "package.json:3")}, fallback=Said("/index.html", "Vite"))
    text = _drafted([page], tmp_path)
    table = tomllib.loads(text)["application"][0]
    assert table["serve"] == {"/": "dist"}
    assert table["fallback"] == "/index.html"
    assert not {"start", "port", "health"} & set(table)
    assert "fill in" not in text
