"""A new database follows an old one row by row until writers stop: the blueprint's program, on a real PostgreSQL."""

import json
import subprocess
import time
from typing import Any

import pytest
from pg_cluster import Cluster

TABLES = """
CREATE TABLE people (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
CREATE SCHEMA "Odd; name";
CREATE TABLE "Odd; name"."it's" (id integer PRIMARY KEY);
"""
OLD, NEW = "app_old", "app_new"


@pytest.fixture
def pair(server: Cluster) -> Cluster:
    """Databases "app_old" and "app_new" of one server that writes what a subscription needs."""
    for name in (OLD, NEW):
        server.sql(f"CREATE DATABASE {name}", "postgres")
        server.sql(TABLES, name)
    return server


def follow(pair: Cluster, step: str, old: str = "", **changes: Any) -> tuple[int, str, str]:
    # publisher and subscriber are one server here, so the slot is made first (CREATE SUBSCRIPTION's own note)
    basic = {"step": step, "port": pair.port, "database": NEW, "create_slot": False}
    address = old or f"dbname={OLD} port={pair.port} host=/var/run/postgresql"
    command = pair.program("follow.py")
    wanted = json.dumps(basic | {"old": address} | changes)
    done = subprocess.run(command, input=wanted, capture_output=True, text=True, check=False, cwd="/")
    return done.returncode, done.stdout, done.stderr


def begin(pair: Cluster) -> None:
    pair.sql("SELECT pg_create_logical_replication_slot('offramp', 'pgoutput')", OLD)
    code, said, error = follow(pair, "begin")
    assert code == 0, error
    assert json.loads(said)["changed"]
    deadline = time.monotonic() + 60
    while json.loads(follow(pair, "look")[1])["copying"] and time.monotonic() < deadline:
        time.sleep(0.5)


def stop(pair: Cluster) -> None:
    pair.sql("ALTER SUBSCRIPTION offramp DISABLE", NEW)
    pair.sql("DROP SUBSCRIPTION offramp", NEW)


def test_every_row_and_sequence_comes_over_and_nothing_is_left_behind(pair: Cluster) -> None:
    pair.sql("INSERT INTO people (name) SELECT 'one' FROM generate_series(1, 500)", OLD)
    pair.sql("INSERT INTO people (name) VALUES ('from the dump')", NEW)  # the rehearsal's rows go
    begin(pair)
    pair.sql("INSERT INTO people (name) VALUES ('while it follows')", OLD)
    pair.sql('INSERT INTO "Odd; name"."it\'s" VALUES (7)', OLD)
    code, said, error = follow(pair, "end")
    assert code == 0, error
    told = json.loads(said)
    assert told["rows"] == {"public.people": 501, '"Odd; name"."it\'s"': 1}
    assert told["sequences"] == 1
    assert pair.sql("INSERT INTO people (name) VALUES ('after') RETURNING id", NEW) == "502"
    assert pair.sql("SELECT count(*) FROM pg_replication_slots", OLD) == "0"
    assert pair.sql("SELECT count(*) FROM pg_publication", OLD) == "0"


def test_what_can_no_longer_be_updated_when_published_is_named_and_not_published(pair: Cluster) -> None:
    pair.sql("CREATE TABLE log (line text)", OLD)
    code, _, said = follow(pair, "begin")
    assert code == 1
    assert "public.log" in said
    assert "REPLICA IDENTITY FULL" in said
    pair.sql("INSERT INTO log VALUES ('x')", OLD)
    pair.sql("UPDATE log SET line = 'people notice nothing'", OLD)
    assert pair.sql("SELECT count(*) FROM pg_publication", OLD) == "0"


def test_a_row_that_somebody_wrote_on_the_new_side_is_found_before_the_old_one_is_left(pair: Cluster) -> None:
    pair.sql("INSERT INTO people (name) SELECT 'one' FROM generate_series(1, 5)", OLD)
    begin(pair)
    pair.sql("INSERT INTO people OVERRIDING SYSTEM VALUE VALUES (900, 'by an application not stopped')", NEW)
    code, _, said = follow(pair, "end")
    assert code == 1
    assert "public.people: 5 rows in the old database, 6 in the new" in said
    assert pair.sql("SELECT count(*) FROM pg_subscription WHERE subname = 'offramp'", NEW) == "1"
    stop(pair)


def test_ending_what_never_began_and_an_address_that_is_none_are_refused_without_the_password(pair: Cluster) -> None:
    code, _, said = follow(pair, "end")
    assert code == 1
    assert "follows nobody" in said
    code, _, said = follow(pair, "begin", "a secret that is no address")
    assert code == 1
    assert "secret" not in said
    code, _, said = follow(pair, "begin", f"postgresql://nobody:sesame@127.0.0.1:{pair.port}/app_old")
    assert code == 1
    assert "sesame" not in said
    assert "Traceback" not in said
