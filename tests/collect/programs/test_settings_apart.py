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
