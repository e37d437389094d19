"""One small tree per stack: which programs are found, how they start, what is wired."""

import json
from pathlib import Path

import pytest

from toolkit.collect.programs import find_programs
from toolkit.program import Program

Files = dict[str, str]
_PAGE = "<!doctype html>"


def write(root: Path, files: Files) -> Path:
    """A checkout of these files."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def only(root: Path, files: Files) -> Program:
    """The one program that a tree of these files holds."""
    [program] = find_programs({"checkout": write(root, files)})
    return program


DJANGO = {
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
    "requirements.txt": "Django\ncelery\npsycopg[binary]\n",
    "shop/settings.py": (
        "import os\nSECRET_KEY = os.environ['SECRET_KEY']\nURL = os.environ['DATABASE_URL']\n"
        "STATIC_ROOT = 'static'\nMEDIA_ROOT = BASE / 'uploads'\n"
    ),
    "shop/wsgi.py": "application = get_wsgi_application()\n",
    "shop/celery.py": "from celery import Celery\napp = Celery('shop')\napp.conf.beat_schedule = {}\n",
}
RAILS = {
    "Gemfile": "source 'x'\nruby '3.2.1'\ngem 'rails'\ngem 'pg'\ngem 'puma'\ngem 'sidekiq'\n",
    "config.ru": "run Rails.application\n",
    "config/application.rb": "module Shop; end\n",
    "config/routes.rb": "Rails.application.routes.draw do\n  get 'up' => 'rails/health#show'\nend\n",
    "config/database.yml": "production:\n  url: <%= ENV['DATABASE_URL'] %>\n",
    "db/migrate/1_a.rb": "",
    "app/assets/a.css": "",
}
LARAVEL = {
    "artisan": "#!/usr/bin/env php\n",
    "composer.json": '{"require": {"laravel/framework": "^11", "laravel/horizon": "*"}}',
    "public/index.php": "<?php\n",
    "config/app.php": "<?php\nreturn ['key' => env('APP_KEY')];\n",
    ".env.example": "DB_CONNECTION=mysql\nDB_HOST=127.0.0.1\nREDIS_HOST=127.0.0.1\nMAIL_HOST=mail\n",
}
NEXT = {
    "package.json": '{"scripts": {"dev": "next dev", "build": "next build", "start": "next start"},\n'
    ' "dependencies": {"next": "15", "@prisma/client": "6"}}',
    "package-lock.json": "{}",
    "prisma/schema.prisma": 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n',
    "prisma/migrations/1/migration.sql": "",
    ".env.example": "DATABASE_URL=\nNEXTAUTH_SECRET=\nSTRIPE_SECRET_KEY=\nNEXTAUTH_URL=http://localhost:3000\n",
    "pages/api/health.ts": "export default () => 1\n",
}
GO = {
    "go.mod": "module example.org/feeds/v2\n\ngo 1.22\n\nrequire github.com/lib/pq v1\n",
    "main.go": "package main\n\nfunc main() {\n  http.ListenAndServe(os.Getenv(\"LISTEN_ADDR\"), nil)\n}\n",
    "internal/config/config.go": 'package config\n\nvar url = os.Getenv("FEEDS_DATABASE_URL")\n',
}  # fmt: skip
RUST = {
    "Cargo.toml": '[package]\nname = "board"\nversion = "1.0.0"\nrust-version = "1.80"\n\n[dependencies]\naxum = "1"\n',
    "src/main.rs": 'fn main() { std::env::var("DATABASE_URL"); std::env::var("BOARD_HTTP_PORT"); }\n',
}
SPRING = {
    "pom.xml": "<project>\n<parent><groupId>org.springframework.boot</groupId></parent>\n<dependencies>\n"
    "<dependency><artifactId>spring-boot-starter-web</artifactId></dependency>\n"
    "<dependency><artifactId>spring-boot-starter-actuator</artifactId></dependency>\n"
    "<dependency><artifactId>postgresql</artifactId></dependency>\n</dependencies>\n</project>\n",
    "src/main/java/org/x/samples/App.java": "@SpringBootApplication\npublic class App {}\n",
    "src/main/resources/application.properties": "spring.datasource.url=jdbc:postgresql://localhost/x\n",
}
DOTNET = {
    "Shop.sln": "",
    "src/Shop/Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web">\n</Project>\n',
    "src/Shop/Program.cs": 'app.MapHealthChecks("/health");\n',
    "src/Shop/appsettings.json": '{\n  "ConnectionStrings": {\n    "Default": "Host=localhost"\n  }\n}\n',
    "src/Lib/Lib.csproj": '<Project Sdk="Microsoft.NET.Sdk">\n</Project>\n',
}
PHOENIX = {
    "mix.exs": "def project, do: [app: :shop, elixir: \"~> 1.15\"]\n"
    "def application, do: [mod: {Shop.Application, []}]\n"
    "defp deps, do: [{:phoenix, \"~> 1.7\"}, {:postgrex, \">= 0.0.0\"}]\n",
    "config/runtime.exs": 'System.get_env("DATABASE_URL")\nSystem.get_env("PORT")\n',
    "lib/shop/release.ex": "defmodule Shop.Release do\n  def migrate do\n  end\nend\n",
}  # fmt: skip
FASTAPI = {
    "requirements.txt": "fastapi\n",
    "alembic.ini": "",
    "board/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
}
FLASK = {
    "pyproject.toml": '[project]\nname = "board"\ndependencies = ["flask", "gunicorn"]\n',
    "board/__init__.py": "from flask import Flask\n\ndef create_app():\n    app = Flask(__name__)\n    return app\n",
}
VITE = {
    "package.json": '{"scripts": {"build": "vite build"}, "devDependencies": {"vite": "6"}}',
    "index.html": _PAGE,
}
STARTS = [
    (DJANGO, "Django", "gunicorn --bind 127.0.0.1:$PORT shop.wsgi:application"),
    (RAILS, "Rails", "bundle exec puma -b tcp://127.0.0.1:$PORT"),
    (NEXT, "Next", "next start --hostname 127.0.0.1 --port $PORT"),
    (GO, "Go", "LISTEN_ADDR=127.0.0.1:$PORT build/feeds"),
    (RUST, "Axum", "BOARD_HTTP_PORT=$PORT target/release/board"),
    (PHOENIX, "Phoenix", "PHX_SERVER=true _build/prod/rel/shop/bin/shop start"),
    (FASTAPI, "FastAPI", "uvicorn board.main:app --host 127.0.0.1 --port $PORT --proxy-headers"),
    (FLASK, "Flask", "gunicorn --bind 127.0.0.1:$PORT 'board:create_app()'"),
    (
        DOTNET,
        "ASP.NET",
        "cd src/Shop && ASPNETCORE_URLS=http://127.0.0.1:$PORT dotnet '../../published/Shop/Shop.dll'",
    ),
]
PAGES = [
    (VITE, "Vite", "dist", "/index.html"),
    ({"hugo.toml": "", "content/a.md": ""}, "Hugo", "public", ""),
    ({"index.html": _PAGE, "a.css": ""}, "static", ".", ""),
]


@pytest.mark.parametrize(("files", "stack", "start"), STARTS, ids=[stack for _, stack, _ in STARTS])
def test_each_stack_is_found_and_starts(tmp_path: Path, files: Files, stack: str, start: str) -> None:
    program = only(tmp_path, files)
    assert program.stack == stack
    assert program.start is not None
    assert program.start.text == start


@pytest.mark.parametrize(("files", "stack", "folder", "fallback"), PAGES, ids=[stack for _, stack, _, _ in PAGES])
def test_pages_are_served_and_start_nothing(
    tmp_path: Path, files: Files, stack: str, folder: str, fallback: str
) -> None:
    program = only(tmp_path, files)
    assert (program.stack, program.start) == (stack, None)
    assert {path: said.text for path, said in program.serve.items()} == {"/": folder}
    assert (program.fallback.text if program.fallback else "") == fallback


def test_django_migrates_collects_and_has_workers(tmp_path: Path) -> None:
    program = only(tmp_path, DJANGO)
    assert [said.text for said in program.install][-1] == "pip install gunicorn"
    assert [said.text for said in program.release] == [
        "python manage.py migrate --noinput",
        "python manage.py collectstatic --noinput",
    ]
    assert {name: said.text for name, said in program.workers.items()} == {
        "worker": "celery --app shop worker",
        "beat": "celery --app shop beat",
    }
    assert program.environment["DATABASE_URL"].text == "${data.relational.url}"
    assert program.environment["DATABASE_URL"].where == "shop/settings.py:3"
    assert list(program.secrets) == ["SECRET_KEY"]
    assert [said.text for said in program.writable] == ["uploads"]


def test_rails_precompiles_prepares_and_answers_up(tmp_path: Path) -> None:
    program = only(tmp_path, RAILS)
    assert program.health is not None
    assert (program.health.text, program.health.where) == ("/up", "config/routes.rb:2")
    assert "assets:precompile" in program.install[-1].text
    assert [said.text for said in program.release] == ["bundle exec rails db:prepare"]
    assert program.workers["sidekiq"].where == "Gemfile:6"
    assert program.version is not None
    assert program.version.text == "3.2"
    assert list(program.secrets) == ["SECRET_KEY_BASE"]
    assert program.environment["RAILS_ENV"].text == "production"


def test_laravel_speaks_what_its_sample_says(tmp_path: Path) -> None:
    program = only(tmp_path, LARAVEL)
    assert program.start is not None
    assert program.start.text.startswith("uwsgi_php --plugin php ")
    assert "--php-docroot public" in program.start.text
    assert program.environment["DB_CONNECTION"].text == "mysql"
    assert program.environment["DB_HOST"].text == "${data.relational.mysql.host}"
    assert program.environment["REDIS_HOST"].text == "${data.cache.host}"
    assert program.environment["MAIL_HOST"].text == "${mail.outgoing.host}"
    assert list(program.workers) == ["horizon"]
    assert program.cron[0][0] == "* * * * *"
    assert {"php-mysql", "uwsgi-plugin-php"} <= {said.text for said in program.packages}


def test_laravel_is_told_whom_to_trust_since_php_begins_no_tls_by_itself(tmp_path: Path) -> None:
    settings = "<?php\nreturn ['mysql' => ['options' => [PDO::MYSQL_ATTR_SSL_CA => env('MYSQL_ATTR_SSL_CA')]]];\n"
    program = only(tmp_path, {**LARAVEL, "config/database.php": settings})
    assert program.environment["MYSQL_ATTR_SSL_CA"].text == "${data.relational.mysql.ca}"


def test_laravel_without_a_word_of_mysql_speaks_postgresql_if_its_settings_know_it(tmp_path: Path) -> None:
    settings = "<?php\nreturn ['default' => env('DB_CONNECTION', 'sqlite'),\n 'pgsql' => ['host' => env('DB_HOST')]];\n"
    program = only(tmp_path, {**LARAVEL, ".env.example": "", "config/database.php": settings})
    assert (program.environment["DB_CONNECTION"].text, program.environment["DB_CONNECTION"].where) == (
        "pgsql",
        "config/database.php:3",
    )
    assert program.environment["DB_HOST"].text == "${data.relational.host}"


def test_a_flag_of_the_main_package_takes_the_port(tmp_path: Path) -> None:
    main = 'package main\n\nvar port = flag.Int("port", 80, "x")\n\nfunc main() {\n  http.ListenAndServe(x, nil)\n}\n'
    program = only(tmp_path, {"go.mod": "module example.org/files\n", "main.go": main})
    assert program.start is not None
    assert program.start.text == "build/files --port $PORT"


def test_next_is_built_and_keys_of_others_are_not_made_up(tmp_path: Path) -> None:
    program = only(tmp_path, NEXT)
    assert [said.text for said in program.install] == ["npm ci", "npm run build"]
    assert [said.text for said in program.release] == ["npx prisma migrate deploy"]
    assert program.health is not None
    assert program.health.text == "/api/health"
    assert list(program.secrets) == ["NEXTAUTH_SECRET"]
    assert list(program.brought) == ["STRIPE_SECRET_KEY"]
    assert program.environment["NEXTAUTH_URL"].text == "${address.url}"


def test_spring_takes_its_data_source_from_the_environment(tmp_path: Path) -> None:
    program = only(tmp_path, SPRING)
    assert program.start is not None
    assert program.start.text.startswith("SERVER_ADDRESS=127.0.0.1 SERVER_PORT=$PORT java -jar ")
    wired = {name: said.text for name, said in program.environment.items()}
    assert wired["SPRING_DATASOURCE_URL"] == (
        "jdbc:postgresql://${data.relational.host}:${data.relational.port}/${data.relational.name}"
        "?sslmode=verify-full&sslrootcert=${data.relational.authority}"
    )
    assert program.health is not None
    assert program.health.text == "/actuator/health"


def test_a_database_that_a_sample_has_commented_out_is_wired_where_there_is_no_other(tmp_path: Path) -> None:
    files = {**RUST, "src/main.rs": "fn main() {}\n", ".env.template": "## Database\n# DATABASE_URL=data/db.sqlite3\n"}
    assert only(tmp_path, files).environment["DATABASE_URL"].where == ".env.template:2"


def test_dotnet_connection_strings_are_spelled_for_the_environment(tmp_path: Path) -> None:
    program = only(tmp_path, DOTNET)
    assert program.source == str(tmp_path)
    assert program.environment["ConnectionStrings__Default"].text.startswith("Host=${data.relational.host};")
    assert program.environment["ConnectionStrings__Default"].text.endswith(
        ";SSL Mode=VerifyFull;Root Certificate=${data.relational.authority}"
    )
    assert program.environment["ConnectionStrings__Default"].where == "src/Shop/appsettings.json:3"
    assert program.install[0].text.startswith("dotnet publish 'src/Shop/Shop.csproj'")
    assert any("no .NET" in line for line in program.open)


def test_the_prefix_of_a_program_does_not_hide_a_setting(tmp_path: Path) -> None:
    assert only(tmp_path, GO).environment["FEEDS_DATABASE_URL"].text == "${data.relational.url}"


def test_phoenix_migrates_with_its_release(tmp_path: Path) -> None:
    program = only(tmp_path, PHOENIX)
    assert [said.text for said in program.release] == ["_build/prod/rel/shop/bin/shop eval 'Shop.Release.migrate()'"]


def test_a_monorepo_has_several_and_its_libraries_are_none(tmp_path: Path) -> None:
    files = {
        "package.json": '{"private": true, "workspaces": ["apps/*", "packages/*"],\n'
        ' "scripts": {"start": "turbo start", "build": "turbo build"}, "dependencies": {"next": "15"}}',
        "apps/web/package.json": NEXT["package.json"],
        "apps/api/package.json": '{"scripts": {"start": "node server.js"}, "dependencies": {"express": "5"}}',
        "packages/ui/package.json": '{"name": "ui", "main": "x.js", "exports": {}, "dependencies": {"express": "5"}}',
        "examples/demo/package.json": NEXT["package.json"],
        "docs/package.json": NEXT["package.json"],
        "tests/e2e/package.json": NEXT["package.json"],
    }  # fmt: skip
    programs = find_programs({"checkout": write(tmp_path, files)})
    assert {one.name: one.start.text for one in programs if one.start} == {
        "api": "cd apps/api && npm start",
        "web": "cd apps/web && next start --hostname 127.0.0.1 --port $PORT",
    }
    assert {one.source for one in programs} == {str(tmp_path)}


@pytest.mark.parametrize(
    "files",
    [
        {"shop.gemspec": "", "Gemfile": "gemspec\n", "config.ru": "run Demo\n"},
        {"go.mod": "module example.org/lib\n", "lib.go": "package lib\n\nfunc F() { http.ListenAndServe() }\n"},
        {"go.mod": "module example.org/tool\n", "main.go": "package main\n\nfunc main() { println(1) }\n"},
        {"Cargo.toml": '[package]\nname = "lib"\n[dependencies]\naxum = "1"\n', "src/lib.rs": ""},
        {"package.json": '{"name": "lib", "exports": {}, "main": "i.js", "dependencies": {"express": "5"}}'},
        {"pyproject.toml": '[project]\nname = "lib"\n', "lib/__init__.py": "def f(): pass\n"},
        {"composer.json": '{"type": "library"}', "src/F.php": "<?php\n"},
        {"mix.exs": "def project, do: [app: :lib, package: package()]\ndefp package, do: []\n{:phoenix, \"1\"}\n"},
        {"terraform/main.tf": "", "README.md": ""},
        {"package.json": '{"main": "m.js", "dependencies": {"express": "5"}, "devDependencies": {"electron": "43"}}',
         "m.js": "express().listen(8000)"},
    ],
)  # fmt: skip
def test_a_library_and_a_tool_are_no_programs(tmp_path: Path, files: Files) -> None:
    assert find_programs({"checkout": write(tmp_path, files)}) == ()


@pytest.mark.parametrize(
    ("pinned", "manager"),
    [
        ("pnpm@9.1.0", "npx --yes pnpm@9.1.0"),
        ("pnpm@10.32.1+sha512.00", "npx --yes pnpm@10.32.1"),
        ("pnpm@11.9.0", "npm_config_manage_package_manager_versions=false npx --yes pnpm@10"),
    ],
)
def test_a_pnpm_that_debians_node_cannot_run_gives_way(tmp_path: Path, pinned: str, manager: str) -> None:
    package = {"packageManager": pinned, "scripts": {"build": "vite build"}, "devDependencies": {"vite": "7"}}
    program = only(tmp_path, {"package.json": json.dumps(package), "index.html": "<html></html>"})
    assert [said.text for said in program.install] == [f"{manager} install --frozen-lockfile", f"{manager} run build"]


def test_what_browsers_load_is_built_after_the_program_itself(tmp_path: Path) -> None:
    program = only(tmp_path, {**LARAVEL, "package.json": '{"scripts": {"build": "vite build"}}', "yarn.lock": ""})
    assert [said.text for said in program.install] == [
        "composer install --no-dev --no-interaction",
        "npx --yes yarn@1 install --frozen-lockfile --ignore-engines",
        "npx --yes yarn@1 run build",
    ]


def test_pages_of_a_php_program_are_no_programs(tmp_path: Path) -> None:
    files = {"index.php": "<?php\n", "p/index.php": "<?php\n", "lang/de/index.php": "<?php\n", "composer.json": "{}"}
    assert only(tmp_path, files).folder == ""


def test_rails_gets_its_database_where_its_settings_read_none(tmp_path: Path) -> None:
    program = only(tmp_path, {**RAILS, "config/database.yml": "production:\n  host: db\n"})
    said = program.environment["DATABASE_URL"]
    assert (said.text, said.where) == ("${data.relational.url}", "Gemfile:4")


def test_a_page_within_a_built_program_is_part_of_it(tmp_path: Path) -> None:
    files = {**GO, **{f"ui/{name}": text for name, text in VITE.items()}}
    program = only(tmp_path, files)
    assert program.stack == "Go"
    assert [said.text for said in program.install] == [
        "(cd ui && npm install)",
        "(cd ui && npm run build)",
        "go build -o build/feeds .",
    ]
    assert {"golang-go", "nodejs", "npm"} <= {said.text for said in program.packages}


FACTORY = (
    "from flask import Flask\n\nclass Board(Flask):\n    pass\n\ndef create_app():\n"
    "    app = Board(__name__)\n    return app\n"
)


@pytest.mark.parametrize(
    ("files", "served"),
    [
        ({"board/__init__.py": FACTORY}, "gunicorn --bind 127.0.0.1:$PORT 'board:create_app()'"),
        (
            {"board/__init__.py": FACTORY, "wsgi.py": "from board import create_app\n\napp = create_app()\n"},
            "gunicorn --bind 127.0.0.1:$PORT wsgi:app",
        ),
        (
            {
                "board/__init__.py": FACTORY,
                "app.py": "from board import create_app\n\nif __name__ == '__main__':\n    app = create_app()\n",
                "fill.py": "from board import create_app\n\napp = create_app()\n",
            },
            "gunicorn --bind 127.0.0.1:$PORT 'board:create_app()'",
        ),
        (
            {"board/main.py": "import fastapi\n\nclass Api(fastapi.FastAPI):\n    pass\n\napi = Api()\n"},
            "uvicorn board.main:api --host 127.0.0.1 --port $PORT --proxy-headers",
        ),
    ],
    ids=["a class of its own", "an object that a function makes", "scripts", "of another library"],
)
def test_an_object_of_a_class_of_its_own_is_served(tmp_path: Path, files: Files, served: str) -> None:
    found = only(tmp_path, {"requirements.txt": "flask\nfastapi\ngunicorn\nuvicorn\n", **files})
    assert found.start
    assert found.start.text == served


@pytest.mark.parametrize(
    ("pyproject", "install"),
    [
        ('[dependency-groups]\nmain = ["Django"]\ndev = []\ntest-unit = []\n', "pip install --group main"),
        ('[dependency-groups]\nmain = ["Django"]\nmail = []\n', "pip install --group main --group mail"),
        ('[dependency-groups]\ndev = []\n\n[project]\nname = "shop"\n', "pip install ."),
    ],
)
def test_what_is_listed_in_groups_alone_is_installed_by_groups(tmp_path: Path, pyproject: str, install: str) -> None:
    files = {name: text for name, text in DJANGO.items() if name != "requirements.txt"}
    program = only(tmp_path, {**files, "pyproject.toml": pyproject})
    assert program.install[0].text == install


_PAGE_INSIDE = {
    **GO,
    "main.go": "package main\n\n//go:embed public/*\nvar f embed.FS\n\nfunc main() { http.ListenAndServe(p, nil) }\n",
    "package.json": '{"private": true, "scripts": {"build": "vite build"}, "devDependencies": {"vite": "6"}}',
    "package-lock.json": "{}",
    "Makefile": "watch:\n\tgo build -tags dev .\n\nbuild:\n\tgo build -v -tags 'fs_embed sqlite_fts5' -o feeds .\n",
}


def test_a_page_that_go_embeds_is_built_first_and_its_tags_are_given(tmp_path: Path) -> None:
    found = only(tmp_path, _PAGE_INSIDE)
    assert [said.text for said in found.install] == [
        "npm ci",
        "npm run build",
        "go build -tags fs_embed,sqlite_fts5 -o build/feeds .",
    ]
    assert {"nodejs", "npm"} <= {said.text for said in found.packages}


def test_a_dockerfiles_tags_are_before_a_makefiles(tmp_path: Path) -> None:
    image = (
        "FROM golang:1.22 AS build\nRUN go build -tags=netgo -o /feeds .\nFROM scratch\nCOPY --from=build /feeds /\n"
    )
    found = only(tmp_path, {**_PAGE_INSIDE, "Dockerfile": image})
    assert found.install[-1].text == "go build -tags netgo -o build/feeds ."


def test_programs_that_an_image_of_alpines_calls_are_debians(tmp_path: Path) -> None:
    """Only those of the stage that runs: what builds is another matter."""
    image = (
        "FROM golang:1.22-alpine AS build\nRUN apk add --no-cache make git-lfs\nRUN go build .\n"
        "FROM alpine:3\nRUN apk update && \\\n    apk add --no-cache shadow git>2 curl \\\n    openssh\nCMD ./feeds\n"
    )
    packages = {said.text for said in only(tmp_path, {**GO, "Dockerfile": image}).packages}
    assert {"git", "openssh-client"} <= packages
    assert not {"git-lfs", "shadow", "make", "curl"} & packages


_SQLX = {
    "Cargo.toml": '[package]\nname = "board"\n\n[dependencies]\naxum = "1"\nsqlx = { features = ["postgres"] }\n',
    "Cargo.lock": '[[package]]\nname = "sqlx"\nversion = "0.7.4"\n',
    "src/main.rs": "fn main() { sqlx::query_as!(Post, \"SELECT 1\"); }\n",
    "migrations/1_posts.sql": "",
}  # fmt: skip
_BUILD = "cargo build --release --locked --package board --bin board"


def test_queries_that_are_checked_against_the_database_are_built_when_there_is_one(tmp_path: Path) -> None:
    found = only(tmp_path, _SQLX)
    options = "--version 0.7.4 --locked --no-default-features --features native-tls,postgres --root build"
    assert [said.text for said in found.install] == [f"cargo install sqlx-cli {options}"]
    assert [said.text for said in found.release] == ["build/bin/sqlx migrate run --source migrations", _BUILD]


@pytest.mark.parametrize(
    "more",
    [
        {".sqlx/query-1.json": "{}"},
        {"sqlx-data.json": "{}"},
        {"src/main.rs": 'fn main() { sqlx::query("SELECT 1"); }\n'},
    ],
)
def test_other_queries_ask_for_none(tmp_path: Path, more: Files) -> None:
    found = only(tmp_path, {**_SQLX, **more})
    assert ([said.text for said in found.install], found.release) == ([_BUILD], ())


def test_the_build_for_production_of_what_browsers_load(tmp_path: Path) -> None:
    scripts = {"build:dev": "encore dev", "build:prod": "encore production"}
    program = only(tmp_path, {**LARAVEL, "package.json": json.dumps({"scripts": scripts})})
    assert "npm run build:prod" in [said.text for said in program.install]
