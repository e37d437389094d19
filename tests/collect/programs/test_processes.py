"""What a program's processes are on a host: engines and a platform's own servers are none, and Rails' proxy is told."""

import json
from pathlib import Path

import pytest

from tests.collect.programs.test_stacks import DJANGO, GO, LARAVEL, RAILS, SPRING, only

_NX = {
    "package.json": '{"private": true, "scripts": {"start": "nx serve", "build": "nx build"},\n'
    ' "prisma": {"schema": "src/prisma/schema.prisma"}, "dependencies": {"express": "4", "@prisma/client": "5"}}',
    "project.json": '{"targets": {"build": {"options": {"outputPath": "dist/api", "main": "src/main.ts"}}}}',
    "src/main.ts": "app.listen(process.env.PORT)\n",
    "src/prisma/schema.prisma": 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n',
    "src/prisma/migrations/1/migration.sql": "",
}


def test_an_engine_that_a_procfile_starts_is_no_worker(tmp_path: Path) -> None:
    processes = "web: bin/rails server\nredis: redis-server config/redis.conf\nwork: bin/jobs\nm: /usr/sbin/memcached\n"
    assert list(only(tmp_path, {**RAILS, "Procfile": processes}).workers) == ["sidekiq", "work"]


def test_a_server_that_only_its_platform_has_is_not_started(tmp_path: Path) -> None:
    files = {**LARAVEL, "Procfile": "web: vendor/bin/heroku-php-nginx -C nginx.conf public/\n"}
    program = only(tmp_path, files)
    assert program.start
    assert program.start.text.startswith("uwsgi_php ")


def test_thruster_is_told_where_to_listen(tmp_path: Path) -> None:
    """It passes another PORT on to what it starts."""
    native = only(tmp_path / "native", {**RAILS, "Procfile": "web: bundle exec thrust bin/rails server\n"})
    assert native.start
    assert native.start.text == "HTTP_PORT=$PORT bundle exec thrust bin/rails server"
    image = 'FROM ruby:3.4\nWORKDIR /rails\nCOPY . .\nEXPOSE 80\nCMD ["./bin/thrust", "./bin/rails", "server"]\n'
    files = {**RAILS, "Gemfile": RAILS["Gemfile"].replace("3.2.1", "3.4.1"), "Dockerfile": image}
    contained = only(tmp_path / "contained", files)
    assert contained.port
    assert (contained.port.text, contained.environment["HTTP_PORT"].text) == ("8080", "$PORT")
    assert not any("rights" in line for line in contained.open)


def test_what_nx_builds_is_started_without_nx(tmp_path: Path) -> None:
    program = only(tmp_path, _NX)
    assert program.start
    assert program.start.text == "node dist/api/main.js"
    assert [(said.text, said.where) for said in program.release] == [
        ("npx prisma migrate deploy", "src/prisma/migrations")
    ]


def test_a_database_beside_what_a_release_brings_is_kept_as_a_file(tmp_path: Path) -> None:
    """Its folder would hide the migrations of every later release."""
    files = {
        "package.json": '{"private": true, "scripts": {"start": "node server.js"}, "dependencies": {"express": "4"}}',
        "server.js": "app.listen(process.env.PORT)\n",
        "config.js": 'const file = "./db/board.sqlite";\n',
        "db/migrations/1.js": "",
    }
    assert [said.text for said in only(tmp_path / "plain", files).writable] == ["db/board.sqlite"]
    wired = {**files, ".env.example": "DATABASE_URL=postgres://localhost/x\n"}
    assert only(tmp_path / "wired", wired).writable == ()


@pytest.mark.parametrize(
    "line", ["DocumentRoot /var/www/Reader/p/", '  DocumentRoot "/srv/p"', "  root /var/www/reader/p;"]
)
def test_a_web_servers_configuration_says_which_folder_of_php_is_served(tmp_path: Path, line: str) -> None:
    """What lies beside it is not for browsers."""
    files = {"composer.json": "{}", "index.php": "<?php\n", "p/index.php": "<?php\n", "deploy/site.conf": f"{line}\n"}
    program = only(tmp_path, files)
    assert program.start
    assert "--php-docroot p --php-index index.php --check-static p " in program.start.text


def test_pages_that_are_built_into_a_program_are_built_in_their_own_folder(tmp_path: Path) -> None:
    files = {
        **DJANGO,
        "vue/package.json": '{"private": true, "scripts": {"build": "vite build"}, "devDependencies": {"vite": "6"}}',
        "vue/package-lock.json": "{}",
        "vue/vite.config.ts": "export default { build: { outDir: '../shop/static/vue/' } }\n",
        "shop/static/.keep": "",
    }
    program = only(tmp_path, files)
    assert [said.text for said in program.install] == [
        "pip install --requirement requirements.txt",
        "pip install gunicorn",
        "(cd vue && npm ci)",
        "(cd vue && npm run build)",
    ]
    assert {"nodejs", "npm"} <= {said.text for said in program.packages}


def test_a_unit_of_somebodys_session_is_no_server(tmp_path: Path) -> None:
    service = "[Service]\nExecStart=/usr/bin/feeds {}\n\n[Install]\nWantedBy={}\n"
    files = {
        **GO,
        "client/feeds.service": service.format("watch --config %h/x", "default.target"),
        "client/feeds-client.service": service.format("watch", "multi-user.target"),
        "server/feeds.service": service.format("serve --quiet", "multi-user.target"),
    }
    program = only(tmp_path, files)
    assert program.start
    assert "feeds serve --quiet" in program.start.text


_CELERY = "from celery import Celery\n\napp = Celery('tasks')\n"


def test_a_worker_has_the_queues_that_its_compose_file_names(tmp_path: Path) -> None:
    """A worker without its queues does nothing; what only developers start is no better than a convention."""
    work = "celery -A shop worker --concurrency 4 -Q mail,images"
    services = (
        "services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi\n"
        f"  crowd:\n    build: .\n    command: {work}\n"
        "  clock:\n    build: .\n    command: watchmedo auto-restart celery -A shop beat\n"
    )
    program = only(tmp_path, {**DJANGO, "shop/tasks.py": _CELERY, "compose.yaml": services})
    told = {name: (said.text, said.where) for name, said in program.workers.items()}
    assert told["worker"] == (work, "compose.yaml:7")
    assert told["beat"][0] == "celery --app shop beat"
    assert len(told) == 2


def test_celerys_own_module_is_before_one_of_tasks(tmp_path: Path) -> None:
    program = only(tmp_path, {**DJANGO, "board/tasks.py": _CELERY})
    assert program.workers["worker"].text == "celery --app shop worker"


@pytest.mark.parametrize(
    ("before", "kind"),
    [("tsc", "install"), ("knex migrate:latest", "release")],
)
def test_what_npm_runs_before_every_start_happens_once(tmp_path: Path, before: str, kind: str) -> None:
    """The source of a release cannot be written when it starts."""
    package = {
        "private": True,
        "scripts": {"prestart:prod": before, "start:prod": "node dist/main.js"},
        "dependencies": {"express": "4"},
    }
    program = only(tmp_path, {"package.json": json.dumps(package)})
    assert program.start
    assert program.start.text == "npm run start:prod --ignore-scripts"
    told = {"install": program.install, "release": program.release}[kind]
    assert told[-1].text == "npm run prestart:prod"


@pytest.mark.parametrize(("version", "said"), [("7.4", True), ("8.4.1", True), ("8.5", False), ("9.0.0", False)])
def test_a_gradle_that_is_too_old_for_debians_java_is_said(tmp_path: Path, version: str, said: bool) -> None:
    wrapper = f"distributionUrl=https\\://x/distributions/gradle-{version}-bin.zip\n"
    build = "plugins { id 'org.springframework.boot' }\n"
    files = {name: text for name, text in SPRING.items() if name != "pom.xml"}
    files |= {"build.gradle": build, "gradlew": "", "gradle/wrapper/gradle-wrapper.properties": wrapper}
    assert any("does not run on Debian 13's Java" in line for line in only(tmp_path, files).open) is said


@pytest.mark.parametrize(
    ("command", "start"),
    [
        ("uwsgi ./etc/uwsgi.ini", "uwsgi --die-on-term ./etc/uwsgi.ini"),
        ("uwsgi --die-on-term --ini x.ini", "uwsgi --die-on-term --ini x.ini"),
    ],
)
def test_uwsgi_ends_when_it_is_told_to(tmp_path: Path, command: str, start: str) -> None:
    program = only(tmp_path, {**DJANGO, "Procfile": f"web: {command}\n"})
    assert program.start
    assert program.start.text == start
