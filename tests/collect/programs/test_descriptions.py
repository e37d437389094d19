"""Files that say how a program runs: which of them is believed, and what hostile ones can do."""

import tomllib
from pathlib import Path

import pytest
import tomlkit

from toolkit.collect.programs import find_programs
from toolkit.collect.programs.wiring import given, wire
from toolkit.documents import decode
from toolkit.draft.programs import program_tables
from toolkit.generate import runnable
from toolkit.model import Platform
from toolkit.program import Program

Files = dict[str, str]
NODE = {"package.json": '{"scripts": {"start": "node server.js"}, "dependencies": {"express": "5", "pg": "8"}}'}


def _only(root: Path, files: Files) -> Program:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    [program] = find_programs({"checkout": root})
    return program


def _start(program: Program) -> tuple[str, str]:
    assert program.start is not None
    return program.start.text, program.start.where


def test_a_procfile_is_believed_before_the_script(tmp_path: Path) -> None:
    procfile = "# x\nweb: node web.js -p 3000\nrelease: node migrate.js\nmailer: node mail.js\n"
    program = _only(tmp_path, {**NODE, "Procfile": procfile})
    assert _start(program) == ("node web.js -p $PORT", "Procfile:2")
    assert [(said.text, said.where) for said in program.release] == [("node migrate.js", "Procfile:3")]
    assert {name: said.where for name, said in program.workers.items()} == {"mailer": "Procfile:4"}


def test_what_a_platform_puts_before_a_command_is_left_out(tmp_path: Path) -> None:
    files = {"Procfile": "web: bin/start-pgbouncer node web.js\nmail: bin/run-mail now\n", "bin/run-mail": ""}
    program = _only(tmp_path, {**NODE, **files})
    assert _start(program)[0] == "node web.js"
    assert program.workers["mail"].text == "bin/run-mail now"


def test_a_command_with_a_secret_is_not_drafted(tmp_path: Path) -> None:
    program = _only(tmp_path, {**NODE, "Procfile": "web: API_TOKEN=s3cr3tvalue node web.js\n"})
    assert _start(program)[0] == "npm start"


def test_a_secret_in_what_is_open_is_not_shown(tmp_path: Path) -> None:
    app = '{"scripts": {"postdeploy": "seed --password hunter2hunter2"}, "env": {"A_KEY": {"generator": "secret"}}}'
    program = _only(tmp_path, {**NODE, "app.json": app})
    assert not any("hunter2" in line for line in program.open)
    assert program.secrets["A_KEY"].where == "app.json:1"


def test_what_an_image_says(tmp_path: Path) -> None:
    dockerfile = (
        "FROM node:20-slim AS build\nRUN apt-get update && apt-get install -y libvips-dev=8 curl\n"
        "FROM build AS run\nWORKDIR /app\nEXPOSE 3000/tcp\nVOLUME /app/uploads\n"
        'HEALTHCHECK CMD curl -f http://localhost:3000/healthz || exit 1\nCMD ["node", "server.js"]\n'
        "FROM build AS test\nCMD npm test\n"
    )
    program = _only(tmp_path, {**NODE, "Dockerfile": dockerfile})
    assert program.health is not None
    assert (program.health.text, program.health.where) == ("/healthz", "Dockerfile:7")
    assert [(said.text, said.where) for said in program.packages] == [("libvips-dev", "Dockerfile:2")]
    assert [said.text for said in program.writable] == ["uploads"], "below the folder it works in"
    assert program.port is not None
    assert program.port.text == "3000"


@pytest.mark.parametrize(
    ("command", "start"),
    [
        ('CMD ["python", "serve.py", "--port", "8080"]', "python serve.py --port $PORT"),
        ('ENTRYPOINT ["tini", "--"]\nCMD ["python", "serve.py"]', "python serve.py"),
        ('ENTRYPOINT ["/docker-entrypoint.sh"]\nCMD ["python", "/app/serve.py"]', "python serve.py"),
        ('CMD ["sh", "-c", "python serve.py --port $PORT"]', "python serve.py --port $PORT"),
    ],
)
def test_an_images_command_outside_of_it(tmp_path: Path, command: str, start: str) -> None:
    files = {"requirements.txt": "", "Dockerfile": f"FROM python:3.13\nWORKDIR /app\nEXPOSE 8080\n{command}\n"}
    assert _start(_only(tmp_path, files))[0] == start


def test_compose_names_workers_and_engines(tmp_path: Path) -> None:
    compose = (
        "services:\n  web:\n    build: .\n    environment:\n      - DATABASE_URL=x\n"
        "  mailer:\n    build: .\n    command: node mailer.js\n  db:\n    image: mariadb:11\n"
    )
    files = {"package.json": '{"scripts": {"start": "node s.js"}, "dependencies": {"express": "5"}}'}
    program = _only(tmp_path, {**files, "docker-compose.yml": compose})
    assert program.workers["mailer"].where == "docker-compose.yml:8"
    assert program.environment["DATABASE_URL"].text == "${data.relational.mysql.url}"


def test_fly_render_and_heroku_are_read(tmp_path: Path) -> None:
    fly = (
        'app = "x"\n[deploy]\nrelease_command = "node migrate.js"\n[http_service]\ninternal_port = 4000\n'
        '[[http_service.checks]]\npath = "/live"\n[mounts]\ndestination = "/data"\n'
    )
    (tmp_path / "one").mkdir()
    program = _only(tmp_path / "one", {**NODE, "fly.toml": fly})
    assert [said.where for said in program.release] == ["fly.toml:3"]
    assert program.health is not None
    assert program.health.text == "/live"
    assert [said.text for said in program.writable] == ["/data"]
    render = (
        "services:\n  - type: web\n    name: x\n    startCommand: node web.js\n    healthCheckPath: /ok\n"
        "  - type: cron\n    name: nightly\n    schedule: '0 3 * * *'\n    startCommand: node nightly.js\n"
    )
    (tmp_path / "two").mkdir()
    program = _only(tmp_path / "two", {**NODE, "render.yaml": render})
    assert _start(program) == ("node web.js", "render.yaml:4")
    assert program.cron[0][0] == "0 3 * * *"
    assert program.cron[0][1].text == "node nightly.js"


def test_of_several_platforms_the_first_says_what_a_release_runs(tmp_path: Path) -> None:
    files = {"Procfile": "release: node up.js\nweb: node web.js\n", "fly.toml": '[deploy]\nrelease_command = "/x/up"\n'}
    program = _only(tmp_path, {**NODE, **files})
    assert [said.text for said in program.release] == ["node up.js"]


def test_a_timer_makes_a_unit_a_job(tmp_path: Path) -> None:
    unit = "[Service]\nWorkingDirectory=/srv/x\nExecStart=/usr/bin/node /srv/x/clean.js\n"
    files = {**NODE, "deploy/clean.service": unit, "deploy/clean.timer": "[Timer]\nOnCalendar=daily\n"}
    program = _only(tmp_path, files)
    assert [(when, said.text) for when, said in program.cron] == [("daily", "node clean.js")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PGHOST", "${data.relational.host}"),
        ("DB_PASSWORD", "${data.relational.password}"),
        ("PAPERLESS_DBNAME", "${data.relational.name}"),
        ("SQLALCHEMY_DATABASE_URI", "${data.relational.url}"),
        ("CELERY_BROKER_URL", "${data.queue.url}"),
        ("REDIS_URL", "${data.cache.url}"),
        ("EMAIL_HOST_USER", "${mail.outgoing.user}"),
        ("SMTP_PORT", "${mail.outgoing.port}"),
        ("SMTP_HOST_ADDR", "${mail.outgoing.host}"),
        ("SMTP_HOST_PORT", "${mail.outgoing.port}"),
        ("SMTP_USER_PWD", "${mail.outgoing.password}"),
        ("DEFAULT_FROM_EMAIL", "platform@${mail.outgoing.domain}"),
        ("AWS_ENDPOINT_URL_S3", "${data.object-storage.endpoint}"),
        ("S3_SECRET_ACCESS_KEY", "${data.object-storage.secret_key}"),
        (
            "ConnectionStrings__Redis",
            "${data.cache.host}:${data.cache.port},password=${data.cache.password},ssl=${data.cache.tls}",
        ),
        ("REDIS_TLS", "${data.cache.tls}"),
        ("SPRING_DATA_REDIS_SSL_ENABLED", "${data.cache.tls}"),
        ("TEST_DATABASE_URL", None),
        ("DB_POOL_SIZE", None),
        ("IMAP_HOST", None),
        ("STRIPE_SECRET_KEY", None),
        ("PORT", None),
    ],
)
def test_usual_spellings_are_wired(name: str, value: str | None) -> None:
    assert wire(name, "postgresql") == value


@pytest.mark.parametrize(
    ("name", "engine"),
    [("SHOP_OPENSEARCH_URL", "OpenSearch"), ("MEILI_HOST", "Meilisearch"), ("ELASTICSEARCH_HOSTS", "Elasticsearch")],
)
def test_a_search_engine_is_named_and_not_wired(tmp_path: Path, name: str, engine: str) -> None:
    program = _only(tmp_path, {**NODE, ".env.example": f"{name}=\n{name.replace('_H', '_API_H')}_KEY=\n"})
    assert name not in program.environment
    [said] = [line for line in program.open if "is not replaced" in line]
    assert said.startswith(f"{name}: {engine} is not replaced (.env.example:1): leave it unset where")


def test_the_fields_of_a_settings_class_are_variables(tmp_path: Path) -> None:
    config = (
        "from pydantic_settings import BaseSettings\n\nclass Settings(BaseSettings):\n"
        "    model_config = SettingsConfigDict(env_prefix='SHOP_')\n    db_host: str\n    secret_key: str = 'x'\n"
    )
    files = {"requirements.txt": "fastapi\n", "main.py": "app = FastAPI()\n", "config.py": config}
    program = _only(tmp_path, files)
    said = program.environment["SHOP_DB_HOST"]
    assert (said.text, said.where) == ("${data.relational.host}", "config.py:5")
    assert list(program.secrets) == ["SHOP_SECRET_KEY"]


def test_keys_of_aws_are_wired_only_where_its_storage_is_used() -> None:
    keys = ["AWS_ACCESS_KEY_ID", "AWS_REGION"]
    assert given(iter(keys), "") == {}
    assert set(given(iter([*keys, "S3_BUCKET"]), "")) == set(keys)


@pytest.mark.parametrize(
    "files",
    [
        {"package.json": "[" * 100_000},
        {"package.json": '{"workspaces": 3, "scripts": ["x"], "dependencies": "express"}'},
        {"pyproject.toml": "a." * 50_000 + "b = 1", "main.py": "app = FastAPI(" * 20_000},
        {"docker-compose.yml": "services: &a\n  x: *a\n  y: {<<: *a, build: ../../..}\n"},
        {"Dockerfile": "FROM " + "x " * 100_000 + "\nCMD [" + '"a",' * 50_000},
        {"fly.toml": "[processes]\napp = 3\n[http_service]\nchecks = 4\n", "render.yaml": "- - - ["},
        {"pom.xml": '<!DOCTYPE x [<!ENTITY a "aaaa">]><project>&a;</project>'},
        {"Procfile": "web: \x1b[31mred\n", "Gemfile": ""},
    ],
)
def test_hostile_files_find_nothing_and_break_nothing(tmp_path: Path, files: Files) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert all(one.start is None for one in find_programs({"checkout": tmp_path}))


def test_a_link_out_of_the_checkout_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text(NODE["package.json"])
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "package.json").symlink_to(outside)
    assert find_programs({"checkout": checkout}) == ()


def test_a_draft_is_one_that_generate_takes(tmp_path: Path) -> None:
    files = {
        "web/package.json": NODE["package.json"],
        "web/Procfile": "web: node server.js\nworker: node worker.js\n",
        "web/.env.example": "DATABASE_URL=postgres://u:p@localhost/x\nSESSION_SECRET=abc\nREDIS_URL=\n",
        "api/requirements.txt": "fastapi\n",
        "api/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
        "api/Dockerfile": "FROM python:3.12\nEXPOSE 80\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    document = tomlkit.document()
    document.add("application", program_tables(find_programs({"checkout": tmp_path}), tmp_path))
    text = tomlkit.dumps(document)
    platform = decode(tomllib.loads(text), "platform", Platform, where=tmp_path)
    assert [one.name for one in platform.applications] == ["api", "web"]
    assert "postgres://u:p" not in text
    text = text.replace("# domains", "domains")
    runnable.check(decode(tomllib.loads(text), "platform", Platform, where=tmp_path))


@pytest.mark.parametrize(
    ("sample", "ignored", "made"),
    [
        ("ormconfig.json.example", "ormconfig.json", "cp ormconfig.json.example ormconfig.json"),
        ("src/config.example.ts", "/src/config.ts", "cp src/config.example.ts src/config.ts"),
        ("app/database-sample.php", "database.php", "cp app/database-sample.php app/database.php"),
        ("config.json.example", "other.json", ""),
        (".env.example", ".env", ""),
        ("page-sample.html", "page.html", ""),
        ("settings/local.py.example", "settings/local.py", ""),  # a developer's, on top of others
    ],
)
def test_a_settings_file_that_git_leaves_out_is_said(tmp_path: Path, sample: str, ignored: str, made: str) -> None:
    """No line of offramp.toml can have it: its program does not start without."""
    program = _only(tmp_path, {**NODE, sample: "", ".gitignore": f"node_modules\n{ignored}\n"})
    said = [line for line in program.open if "which Git leaves out" in line]
    assert [f"`{made}`" in line and ".gitignore:2" in line for line in said] == ([True] if made else [])


def test_one_that_is_there_is_not(tmp_path: Path) -> None:
    files = {**NODE, "config.json.example": "", "config.json": "{}", ".gitignore": "config.json\n"}
    assert not any("which Git leaves out" in line for line in _only(tmp_path, files).open)


@pytest.mark.parametrize(
    ("exposed", "port"),
    [
        ("ENV LDAP_PORT=3890 HTTP_PORT=17170\nEXPOSE ${LDAP_PORT} $HTTP_PORT\n", "17170"),
        ("ARG PORT=8081\nEXPOSE $PORT/tcp\n", "8081"),
        ("EXPOSE 8080/tcp 9090\n", "8080"),
        ("EXPOSE $UNKNOWN 53/udp 8123\n", "8123"),
        ("EXPOSE 5000-5010\n", None),
    ],
)
def test_the_port_that_an_image_exposes_by_a_variable(tmp_path: Path, exposed: str, port: str | None) -> None:
    (tmp_path / "requirements.txt").write_text("")
    (tmp_path / "Dockerfile").write_text(f"FROM python:3.14\nWORKDIR /app\n{exposed}CMD serve\n")
    found = [program.port.text for program in find_programs({"checkout": tmp_path}) if program.port]
    assert found == ([port] if port else [])
