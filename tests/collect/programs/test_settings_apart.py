"""Settings that look alike and are not: caches and queues, own secrets and halves of others' keys, second databases."""

from pathlib import Path

import pytest

from toolkit.collect.programs import find_programs
from toolkit.program import Program

CACHE, QUEUE = "${data.cache.url}", "${data.queue.url}"


def program(root: Path, *names: str) -> Program:
    (root / "package.json").write_text(
        '{"scripts": {"start": "node server.js"}, "dependencies": {"express": "5", "pg": "8", "redis": "4"}}'
    )
    (root / "server.js").write_text("\n".join(f"use(process.env.{name})" for name in names))
    (root / ".env.example").write_text("".join(f"{name}=\n" for name in names))
    [found] = find_programs({"checkout": root})
    return found


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (("REDIS_URL", "REDIS_CACHE_URL"), (QUEUE, CACHE)),
        (("SIDEKIQ_REDIS_URL", "CACHE_REDIS_URL"), (QUEUE, CACHE)),
        (("REDIS_URL",), (CACHE,)),
        (("CACHE_URL",), (CACHE,)),
        (("REDIS_URL", "SESSION_REDIS_URL"), (CACHE, CACHE)),
    ],
)
def test_a_cache_that_is_emptied_takes_no_jobs_along(
    tmp_path: Path, names: tuple[str, ...], values: tuple[str, ...]
) -> None:
    environment = program(tmp_path, *names).environment
    assert tuple(environment[name].text for name in names) == values


@pytest.mark.parametrize(
    "pair", ["FXA_CLIENT_ID FXA_SECRET_KEY", "ACME_APP_ID ACME_APP_SECRET", "PAD_SITE_KEY PAD_SECRET_KEY"]
)
def test_the_secret_half_of_anothers_keys_is_not_made_up(tmp_path: Path, pair: str) -> None:
    public, secret = pair.split()
    assert secret not in program(tmp_path, "SECRET_KEY", public, secret).secrets


def test_a_secret_of_its_own_is_made(tmp_path: Path) -> None:
    assert {"SECRET_KEY", "SHOP_SECRET_KEY"} <= set(program(tmp_path, "SECRET_KEY", "SHOP_SECRET_KEY").secrets)


def test_a_second_connection_for_reports_is_left_alone(tmp_path: Path) -> None:
    environment = program(tmp_path, "DATABASE_URL", "BLAZER_DATABASE_URL").environment
    assert [name for name in environment if "DATABASE" in name] == ["DATABASE_URL"]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("dj_database_url.config(default='sqlite:///db', conn_max_age=500)", "DATABASE_URL"),
        ("env.db()", "DATABASE_URL"),
        ("env.dj_db_url(default='sqlite://')", "DATABASE_URL"),
        ("env.cache_url()", "CACHE_URL"),
        ("django_heroku.settings(locals())", "DATABASE_URL"),
        ("dj_database_url.config(env='BOARD_DB_URL')", ""),
        ("env.db('BOARD_DB_URL')", ""),
    ],
)
def test_a_call_that_names_no_variable_reads_its_librarys(tmp_path: Path, call: str, name: str) -> None:
    (tmp_path / "manage.py").write_text('os.environ.setdefault("DJANGO_SETTINGS_MODULE", "board.settings")\n')
    (tmp_path / "requirements.txt").write_text("django\npsycopg\nredis\n")
    (tmp_path / "board").mkdir()
    (tmp_path / "board/wsgi.py").write_text("application = get_wsgi_application()\n")
    (tmp_path / "board/settings.py").write_text(f"VALUE = {call}\n")
    [found] = find_programs({"checkout": tmp_path})
    assert {"DATABASE_URL", "CACHE_URL"} & set(found.environment) == ({name} if name else set())
