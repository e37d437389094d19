"""A new database follows an old one row by row until writers stop: the programs' own SQL, on a real PostgreSQL."""

import subprocess
import time

import pytest
from pg_cluster import PROGRAMS, Cluster

TABLES = """
CREATE TABLE people (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
CREATE SCHEMA "Odd; name";
CREATE TABLE "Odd; name"."it's" (id integer PRIMARY KEY);
"""


def run(old: Cluster, file: str, database: str) -> str:
    return old.sql((PROGRAMS / file).read_text(), database)


@pytest.fixture
def pair(server: Cluster) -> Cluster:
    """Databases "app_old" and "app_new" of one server that writes what a subscription needs."""
    for name in ("app_old", "app_new"):
        server.sql(f"CREATE DATABASE {name}", "postgres")
        server.sql(TABLES, name)
    return server


def test_every_row_and_sequence_comes_over_and_nothing_is_left_behind(pair: Cluster) -> None:
    old, new = "app_old", "app_new"
    pair.sql("INSERT INTO people (name) SELECT 'one' FROM generate_series(1, 500)", old)
    pair.sql("INSERT INTO people (name) VALUES ('from the dump')", new)  # the rehearsal's rows go
    pair.sql("CREATE PUBLICATION offramp FOR ALL TABLES", old)
    # publisher and subscriber are one server here, so the slot is made first (CREATE SUBSCRIPTION's own note)
    pair.sql("SELECT pg_create_logical_replication_slot('offramp', 'pgoutput')", old)
    follow = (PROGRAMS / "follow.sql").read_text()
    same_server = follow.replace("PUBLICATION offramp;", "PUBLICATION offramp WITH (create_slot = false);")
    pair.sql(f"\\set old 'dbname={old} port={pair.port} host=/var/run/postgresql'\n{same_server}", new)
    deadline = time.monotonic() + 60
    while (left := run(pair, "following.sql", new)) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert left == ""
    pair.sql("INSERT INTO people (name) VALUES ('while it follows')", old)
    pair.sql('INSERT INTO "Odd; name"."it\'s" VALUES (7)', old)
    run(pair, "caught_up.sql", old)
    pair.sql(run(pair, "sequences.sql", old), new)
    assert run(pair, "counts.sql", new) == run(pair, "counts.sql", old)
    assert "|501" in run(pair, "counts.sql", new)
    assert pair.sql("INSERT INTO people (name) VALUES ('after') RETURNING id", new) == "502"
    pair.sql("DROP SUBSCRIPTION offramp", new)
    assert pair.sql("SELECT count(*) FROM pg_replication_slots", old) == "0"


def test_the_commands_of_the_plan_name_these_files_and_a_shell_reads_them() -> None:
    text = (PROGRAMS.parent / "plan.toml").read_text()
    for name in ("follow.sql", "following.sql", "caught_up.sql", "sequences.sql", "counts.sql"):
        assert f"roles/postgresql/files/{name}" in text
    said = subprocess.run(
        ["bash", "-c", r"""printf "\\set old '%s'\n" "$OLD" """],
        env={"OLD": "dbname=x"},
        capture_output=True,
        check=True,
    )
    assert said.stdout == b"\\set old 'dbname=x'\n"
