"""What a program writes, which database it chooses, what prepares it, and which paths of a domain are its own."""

from pathlib import Path

import pytest

from toolkit.collect.programs import find_programs
from toolkit.program import Program

Files = dict[str, str]
NODE = {"package.json": '{"scripts": {"start": "node server.js"}, "dependencies": {"express": "5"}}', "server.js": ""}
FLASK = {"requirements.txt": "flask\ngunicorn\n", "app.py": "from flask import Flask\n\napp = Flask(__name__)\n"}
DJANGO = {
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
    "requirements.txt": "django\ngunicorn\n",
    "shop/wsgi.py": "application = None\n",
}
COMPOSE = "services:\n  web:\n    build: .\n    volumes: ['./data:/kept', '.:/src', 'm:/go/pkg/mod']\n"
STATIC = "STATIC_URL = '/assets/'\nSTATIC_ROOT = os.path.join(BASE_DIR, 'gathered')\n"


def _programs(root: Path, files: Files) -> dict[str, Program]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return {one.name: one for one in find_programs({"checkout": root})}


def _only(root: Path, files: Files) -> Program:
    [program] = _programs(root, files).values()
    return program


@pytest.mark.parametrize(
    ("files", "places"),
    [
        ({"data/.gitkeep": ""}, ["data"]),
        ({"storage/app/.gitignore": "*\n!.gitignore\n", "storage/logs/.gitignore": "*\n!.gitignore\n"}, ["storage"]),
        ({"data/.gitkeep": "", "data/seed.py": ""}, []),
        ({"data/.gitignore": "config.php\n", "data/terms.html": "", "data/users/.gitignore": "*\n"}, ["data"]),
        ({"data/.gitignore": "*.sqlite\n", "data/migrations/1.sql": ""}, []),
        ({".gitignore": "node_modules\n/public/uploads/*\n*.log\ncache/\n"}, ["public/uploads"]),
        ({"src/data/.gitkeep": ""}, ["src/data"]),
        ({"config.toml": '[server]\nupload_path = "./kept"\n'}, ["kept"]),
        ({"config.toml": 'upload_path = "/etc/passwd"\nmedia_dir = "../../x"\n'}, []),
        ({"config.js": "module.exports = { file: './data/shop.db' }\n"}, ["data"]),
        ({"config.js": "module.exports = { file: path.join(dataDir, 'shop.db') }\n"}, []),
        ({"config.js": "module.exports = { file: path.join(__dirname, 'shop.db') }\n"}, ["shop.db"]),
        ({"Dockerfile": "FROM node:20\nWORKDIR /srv/app\nVOLUME /srv/app/files /var/opt/shop\n"},
         ["files", "/var/opt/shop"]),
        ({"Dockerfile": "FROM node:20\nVOLUME /root/.npm /etc /home/node/x $NOWHERE\n"}, []),
        ({"Dockerfile": "FROM node:20\nENV KEPT=/kept\nVOLUME ${KEPT}\n"}, ["/kept"]),
        ({"compose.yaml": COMPOSE},
         ["/kept"]),
    ],
)  # fmt: skip
def test_places_that_are_written(tmp_path: Path, files: Files, places: list[str]) -> None:
    assert [said.text for said in _only(tmp_path, {**NODE, **files}).writable] == places


def test_a_setting_of_the_image_leads_to_such_a_place(tmp_path: Path) -> None:
    dockerfile = "FROM node:20\nENV SHOP_DIR=/kept/shop PATH=/usr/bin TITLE=Shop\nVOLUME /kept\n"
    program = _only(tmp_path, {**NODE, "Dockerfile": dockerfile})
    assert {name: said.text for name, said in program.environment.items()} == {
        "NODE_ENV": "production",
        "SHOP_DIR": "/kept/shop",
    }


def test_an_engine_is_chosen_in_the_programs_own_words(tmp_path: Path) -> None:
    settings = "import os\nENGINE = os.getenv('SHOP_DB_ENGINE', 'sqlite')\nHOST = os.getenv('SHOP_DB_HOST')\n"
    settings += "if ENGINE == 'pgsql':\n    import psycopg\n"
    files = {**FLASK, "config.py": settings}
    own = _only(tmp_path / "own", files)
    assert own.environment == {}, "it keeps its file until somebody chooses another"
    assert any("SHOP_DB_ENGINE chooses its database" in line for line in own.open)
    files["requirements.txt"] += "psycopg\n"
    chosen = _only(tmp_path / "chosen", files).environment
    assert {name: said.text for name, said in chosen.items()} == {
        "SHOP_DB_ENGINE": "pgsql",
        "SHOP_DB_HOST": "${data.relational.host}",
    }


@pytest.mark.parametrize(
    ("start", "release", "server"),
    [
        ("flask db upgrade; gunicorn app:app", ["flask db upgrade"], "gunicorn --bind 127.0.0.1:$PORT app:app"),
        ("flask db upgrade && gunicorn -b :5000 app:app", ["flask db upgrade"], "gunicorn -b :$PORT app:app"),
        ("./serve.sh", ["flask translate compile"], "gunicorn --bind 127.0.0.1:$PORT app:app"),
        ("cd web && gunicorn app:app", [], "cd web && gunicorn app:app"),
        ("flask db upgrade || gunicorn app:app", [], "flask db upgrade || gunicorn app:app"),
        ("bash loop.sh", [], "bash loop.sh"),
    ],
)
def test_what_a_start_command_prepares_belongs_to_a_release(
    tmp_path: Path, start: str, release: list[str], server: str
) -> None:
    scripts = {
        "serve.sh": "#!/bin/bash\nset -e\n# languages\nflask translate compile\nexec gunicorn app:app\n",
        "loop.sh": "while true; do\n  flask db upgrade && break\ndone\nexec gunicorn app:app\n",
    }
    program = _only(tmp_path, {**FLASK, **scripts, "Procfile": f"web: {start}\n"})
    assert program.start is not None
    assert (program.start.text, [said.text for said in program.release]) == (server, release)


def test_django_serves_no_files_itself(tmp_path: Path) -> None:
    settings = STATIC + "MEDIA_ROOT = BASE_DIR / 'kept' / 'media'\n"
    program = _only(tmp_path / "plain", {**DJANGO, "shop/settings.py": settings})
    served = {path: said.text for path, said in program.serve.items()}
    assert served == {"/assets/": "gathered", "/media/": "kept/media"}
    assert [said.text for said in program.writable] == ["kept/media"]
    whitenoise = {**DJANGO, "requirements.txt": "django\ngunicorn\nwhitenoise\n", "shop/settings.py": STATIC}
    assert _only(tmp_path / "whitenoise", whitenoise).serve == {}


@pytest.mark.parametrize(
    ("base", "value", "place"),
    [
        ("HERE = Path(__file__).resolve().parent.parent\n", "HERE / 'media'", "shop/media"),
        ("HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))\n", "os.path.join(HERE, 'm')", "shop/m"),
        ("HERE = Path(__file__).resolve().parents[1]\nTOP = HERE.parent\n", "TOP / 'media'", "media"),
        ("", "UNKNOWN / 'media'", "media"),
    ],
)
def test_djangos_folders_begin_where_its_settings_say(tmp_path: Path, base: str, value: str, place: str) -> None:
    manage = DJANGO["manage.py"].replace("shop.settings", "shop.settings.base")
    program = _only(tmp_path, {**DJANGO, "manage.py": manage, "shop/settings/base.py": f"{base}MEDIA_ROOT = {value}\n"})
    assert [said.text for said in program.writable] == [place]
    assert program.serve["/media/"].text == place


@pytest.mark.parametrize(
    "read", ["env.str('SHOP_MEDIA', '/home/shop/kept')", "os.environ.get('SHOP_MEDIA', '/m/kept/')"]
)
def test_a_folder_elsewhere_that_a_setting_moves_comes_into_the_release(tmp_path: Path, read: str) -> None:
    program = _only(tmp_path, {**DJANGO, "shop/settings.py": f"MEDIA_ROOT = {read}\n"})
    assert [said.text for said in program.writable] == ["kept"]
    assert (program.serve["/media/"].text, program.environment["SHOP_MEDIA"].text) == ("kept", "kept")


def test_django_whose_settings_nothing_names(tmp_path: Path) -> None:
    files = {
        "manage.py": "from django.core.management import execute_from_command_line\n",
        "requirements.txt": "django\ngunicorn\n",
        "shop/wsgi.py": "",
        "shop/settings/base.py": "",
        "shop/settings/development.py": "",
    }
    program = _only(tmp_path, files)
    assert program.stack == "Django"
    assert program.environment["DJANGO_SETTINGS_MODULE"].text == "shop.settings.base"


def test_supervisors_programs_are_workers(tmp_path: Path) -> None:
    conf = "[supervisord]\ncommand=none\n[program:web]\ncommand=uwsgi --http :80\n"
    conf += "[program:jobs]\ncommand=/usr/bin/node jobs.js -f\n[program:x]\ncommand=/opt/x/run %(here)s\n"
    program = _only(tmp_path, {**NODE, "docker/supervisord.conf": conf})
    assert {name: (said.text, said.where) for name, said in program.workers.items()} == {
        "jobs": ("node jobs.js -f", "docker/supervisord.conf:6")
    }


@pytest.mark.parametrize(
    "config",
    [
        {"page/vite.config.ts": "export default { server: { proxy: { '/api': 'x', '^/ws/.*': { ws: true } } } }\n"},
        {"page/vite.config.ts": "", "page/proxy.conf.json": '{"/api/*": {"target": "x"}, "/ws": {"ws": true}}'},
    ],
)
def test_a_page_says_which_paths_its_server_answers(tmp_path: Path, config: Files) -> None:
    page = '{"scripts": {"build": "vite build"}, "devDependencies": {"vite": "6"}}'
    files = {"page/package.json": page, "page/index.html": "", **{f"api/{name}": text for name, text in FLASK.items()}}
    programs = _programs(tmp_path, {**files, **config})
    assert [said.text for said in programs["api"].paths] == ["/api", "/ws"]
    assert programs["page"].paths == ()
    assert programs["page"].together


def test_go_gets_the_version_that_its_module_wants(tmp_path: Path) -> None:
    main = "package main\n\nfunc main() {\n  http.ListenAndServe(x, nil)\n}\n"
    new = _only(tmp_path / "new", {"go.mod": "module x/feeds\n\ngo 1.99\n", "main.go": main})
    old = _only(tmp_path / "old", {"go.mod": "module x/feeds\n\ngo 1.21\n", "main.go": main})
    assert [said.text for said in new.install] == ["GOTOOLCHAIN=auto go build -o build/feeds ."]
    assert [said.text for said in old.install] == ["go build -o build/feeds ."]


SCHEDULE = """
set :output, 'log/cron.log'
every 1.day, at: '4:30 am' do
  rake 'cleanup' # nightly
  runner "Report.send"
end
every :monday, at: '12pm' do
  command "echo 'hi'"
end
every 15.minutes do
  rake "tick"
end
every '0 3 1 * *' do
  rake 'monthly'
end
every 1.fortnight do
  rake 'seldom'
end
"""


def test_what_runs_by_the_clock(tmp_path: Path) -> None:
    rails = {"Gemfile": "gem 'rails'\n", "config/application.rb": "", "config/schedule.rb": SCHEDULE}
    assert [(when, said.text) for when, said in _only(tmp_path / "rails", rails).cron] == [
        ("30 4 * * *", "bundle exec rake cleanup"),
        ("30 4 * * *", "bundle exec rails runner Report.send"),
        ("0 12 * * 1", "echo 'hi'"),
        ("*/15 * * * *", "bundle exec rake tick"),
        ("0 3 1 * *", "bundle exec rake monthly"),
        ("every 1.fortnight", "bundle exec rake seldom"),
    ]
    vercel = '{"crons": [{"path": "/api/tick", "schedule": "0 5 * * *"}, {"path": "/$(x)", "schedule": "* * * * *"}]}'
    [(when, said)] = _only(tmp_path / "vercel", {**NODE, "vercel.json": vercel}).cron
    assert when == "0 5 * * *"
    assert said.text.endswith('"http://127.0.0.1:$PORT/api/tick"')
    dokku = '{"cron": [{"command": "node clean.js", "schedule": "@daily"}]}'
    [(when, said)] = _only(tmp_path / "dokku", {**NODE, "app.json": dokku}).cron
    assert (when, said.text) == ("@daily", "node clean.js")


def test_a_page_that_is_built_into_its_server_is_no_program(tmp_path: Path) -> None:
    page = '{"scripts": {"build": "vite build"}, "devDependencies": {"vite": "6"}}'
    files = {f"src/{name}": text for name, text in NODE.items()}
    files |= {"package.json": '{"private": true, "workspaces": ["src", "admin"]}', "admin/package.json": page}
    files |= {"admin/index.html": "", "admin/vite.config.ts": "build: { outDir: '../src/static/admin' }\n"}
    program = _only(tmp_path, files)
    assert program.stack == "Express"
    assert "(cd admin && npm run build)" in [said.text for said in program.install]
    assert program.serve == {}


def test_what_developers_start_and_fields_of_structures_are_left_out(tmp_path: Path) -> None:
    compose = (
        "services:\n  app:\n    build: ..\n    command: node a.js\n  jobs:\n    build: ..\n    command: make jobs\n"
    )
    program = _only(tmp_path, {**NODE, "dev/compose.yaml": compose, "config.js": 'x = `json:"upkeep.db"`\n'})
    assert program.workers == {}
    assert program.writable == ()


def test_settings_for_production_within_a_package(tmp_path: Path) -> None:
    settings = {f"shop/settings/{name}.py": "" for name in ("__init__", "base", "dev", "prod")}
    program = _only(tmp_path, {**DJANGO, **settings})
    assert program.environment["DJANGO_SETTINGS_MODULE"].text == "shop.settings.prod"


def test_a_configuration_around_the_program_counts(tmp_path: Path) -> None:
    files = {f"src/{name}": text for name, text in NODE.items()}
    files |= {"package.json": '{"private": true, "workspaces": ["src"]}'}
    files |= {"settings.json.template": '{"dbSettings": {"filename": "var/dirty.db"}}'}
    assert [said.text for said in _only(tmp_path, files).writable] == ["var"]


def test_a_folder_whose_folders_are_left_out_is_kept_with_what_it_brings(tmp_path: Path) -> None:
    files = {
        "index.php": "<?php\n",
        ".gitignore": "/data/pages/*\n/data/cache/*\n!/data/pages/start/\n",
        "data/pages/start/welcome.txt": "hello",
        "data/cache/_dummy": "",
    }
    assert [said.text for said in _only(tmp_path, files).writable] == ["data"]


def test_a_folder_for_settings_that_is_added_to_is_asked_about(tmp_path: Path) -> None:
    """What a release brings there would not be renewed, so that it is not kept by itself."""
    ignored = "/conf/*\n!/conf/defaults.php\n_test/data\n/config/*\n"
    files = {"index.php": "<?php\n", "conf/defaults.php": "<?php\n", ".gitignore": ignored}
    program = _only(tmp_path, files)
    assert program.writable == ()
    assert [line for line in program.open if "added to" in line] == [
        "Git leaves out what is added to conf: where the program writes there, name it in `writable` (.gitignore:1)"
    ]
