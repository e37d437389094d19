"""What differs from the dump is found, named and kept; what was there before is never lost."""

# ruff: noqa: S608 - these statements are the tests' own
import os
import signal
import time
from pathlib import Path

import pytest
from pg_cluster import Cluster

TABLE = "CREATE TABLE t (id int PRIMARY KEY, a text, b float8);\n"
ROWS = "COPY t (id, a, b) FROM stdin;\n1\tx\t0.10000000000000001\n2\ty\t2\n3\tz\t3\n\\.\n"
BY_PG_DUMP = "-- Dumped by pg_dump version 15\n{}\n-- PostgreSQL database dump complete\n"
TRIGGER = (
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {} END $$;"
    "CREATE TRIGGER t BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();\n"
)
DIFFERENT = {
    TABLE + TRIGGER.format("IF NEW.id = 2 THEN NEW.a := 'changed'; END IF; RETURN NEW;") + ROWS: (
        "public.t (3 rows in the dump, 3 in the database): id=2 differs in a"
    ),
    TABLE + TRIGGER.format("IF NEW.id = 2 THEN RETURN NULL; END IF; RETURN NEW;") + ROWS: (
        "public.t (3 rows in the dump, 2 in the database): id=2 is missing"
    ),
    f"{TABLE}{ROWS}UPDATE t SET b = b + 1e-12 WHERE id = 3;": "id=3 differs in b",
    f"{TABLE}{ROWS}UPDATE t SET id = 9 WHERE id = 3;": "id=3 is missing; id=9 is not in the dump",
    f"{TABLE}{ROWS}CREATE TABLE u AS SELECT * FROM t;": "public.u: 3 rows that the dump does not have",
    f"{TABLE.replace('PRIMARY KEY', '')}{ROWS}DELETE FROM t WHERE id = 1;": "id=1, a=x, b=0.1 is missing",
    "CREATE SEQUENCE s; SELECT pg_catalog.setval('s', 7, true); SELECT nextval('s');": (
        "sequence public.s stands elsewhere"
    ),
    "SELECT pg_catalog.lo_create('5'); BEGIN; SELECT pg_catalog.lo_open('5', 131072);\n"
    "SELECT pg_catalog.lowrite(0, '\\x0102'); SELECT pg_catalog.lo_close(0); COMMIT; SELECT lo_put(5, 1, '\\xff');": (
        "large object 5 differs"
    ),
    "SELECT pg_catalog.lo_create('5'); SELECT lo_unlink(5);": "large object 5 is missing",
    BY_PG_DUMP.format(TABLE + "COMMENT ON TABLE t IS 'one'; COMMENT ON TABLE t IS 'two';"): (
        "not as in the dump: COMMENT ON TABLE t"
    ),
    BY_PG_DUMP.format(TABLE + TRIGGER.format("RETURN NEW;") + "DO $$ BEGIN DROP TRIGGER t ON t; END $$;"): (
        "not as in the dump: CREATE TRIGGER t BEFORE"
    ),
    BY_PG_DUMP.format(
        TRIGGER.format("RETURN NEW;").split(";CREATE")[0]
        + ";DO $$ BEGIN EXECUTE replace(pg_get_functiondef('f'::regproc),"
        " 'NEW;', 'NEW; '); END $$;"
    ): "not as in the dump: CREATE FUNCTION f",
    BY_PG_DUMP.format(
        TABLE + "CREATE STATISTICS st ON a, b FROM t; CREATE VIEW v AS SELECT 1; DO $$ BEGIN DROP VIEW v; END $$;"
    ): "not as in the dump: CREATE VIEW v",
    "CREATE TABLE m (a money);\nCOPY m (a) FROM stdin;\n1,50\n\\.\n": "public.m",
}


@pytest.mark.parametrize("text", DIFFERENT, ids=DIFFERENT.values())
def test_what_differs_is_named_kept_and_can_be_accepted(server: Cluster, text: str, tmp_path: Path) -> None:
    (tmp_path / "database.sql").write_text(text)
    server.sql("DROP TABLE IF EXISTS before_it; CREATE TABLE before_it ()")
    assert DIFFERENT[text] in server.refusal(tmp_path / "database.sql")
    assert server.databases() == ["app", "app_imported", "postgres"]
    assert server.sql("SELECT to_regclass('before_it')") == "before_it", "what was there is there again"
    kept = server.content("app_imported")

    assert DIFFERENT[text] in server.refusal(tmp_path / "database.sql"), "again: kept once"
    assert server.databases() == ["app", "app_imported", "postgres"]
    assert "was accepted" in server.import_dump(tmp_path / "database.sql", accept=True)["note"]
    assert server.databases() == ["app", "postgres"]
    assert server.content("app") == kept
    assert server.import_dump(tmp_path / "database.sql")["changed"] is False


def test_differences_may_be_accepted_beforehand(server: Cluster, tmp_path: Path) -> None:
    (tmp_path / "database.sql").write_text(f"{TABLE}{ROWS}DELETE FROM t WHERE id = 1;")
    answer = server.import_dump(tmp_path / "database.sql", accept=True)
    assert answer["differences"] == ["public.t (3 rows in the dump, 2 in the database): id=1 is missing"]


def test_values_are_not_shown_besides_the_key(server: Cluster, tmp_path: Path) -> None:
    (tmp_path / "database.sql").write_text(f"{TABLE}{ROWS.replace('x', 'private')}UPDATE t SET a = 'other';")
    assert "private" not in server.refusal(tmp_path / "database.sql")


def test_a_few_of_many_rows_are_found(server: Cluster, tmp_path: Path) -> None:
    rows = "".join(f"{number}\ttext {number}\t{number}.5\n" for number in range(20000))
    change = "UPDATE t SET a = 'other' WHERE id IN (7, 19999); DELETE FROM t WHERE id = 12000;"
    (tmp_path / "database.sql").write_text(f"{TABLE}COPY t (id, a, b) FROM stdin;\n{rows}\\.\n{change}")
    said = server.refusal(tmp_path / "database.sql")
    assert "20000 rows in the dump, 19999 in the database" in said
    assert "id=12000 is missing; id=19999 differs in a; id=7 differs in a" in said


@pytest.mark.parametrize(
    "values",
    [
        ("float8[]", "{0.10000000000000001,NULL,NaN}"),
        ("point", "(0.10000000000000001,-0)"),
        ("box", "(1.1000000000000001,2),(0,0)"),
        ("polygon", "((0.10000000000000001,1),(2,3))"),
        ("timestamptz", "2020-01-01 09:00:00+09"),
        ("tstzrange", '["2020-01-01 09:00:00+09",)'),
        ("interval", "P1Y2M"),
        ("jsonb", '{"b":1,  "a":2}'),
        ("bytea", "\\\\336\\\\255"),
        ("numeric(10,2)", "1.5"),
        ("bool", "true"),
    ],
    ids=lambda values: values[0],
)
def test_the_same_value_written_otherwise_is_equal(server: Cluster, values: tuple[str, str], tmp_path: Path) -> None:
    kind, text = values
    # the owner sees no row of it
    table = f"CREATE TABLE v (id int, v {kind}); ALTER TABLE v FORCE ROW LEVEL SECURITY;\n"
    rows = f"COPY v (id, v) FROM stdin;\n1\t{text}\n2\t\\N\n\\.\n"
    after = "ALTER TABLE v ENABLE ROW LEVEL SECURITY;\n"
    (tmp_path / "database.sql").write_text(table + rows + after)
    assert server.import_dump(tmp_path / "database.sql")["differences"] == []


def test_the_database_before_comes_back_when_the_import_fails(server: Cluster, tmp_path: Path) -> None:
    server.sql("DROP TABLE IF EXISTS before_it; CREATE TABLE before_it AS SELECT 1 AS a")
    for text in ("CREATE TABLE x (a int);\nSELECT 1/0;\n", "COPY pg_class TO PROGRAM 'touch /tmp/planted';\n"):
        (tmp_path / "database.sql").write_text(text)
        server.refusal(tmp_path / "database.sql")
        assert server.sql("SELECT a FROM before_it") == "1"
        assert server.databases() == ["app", "postgres"]
    assert not Path("/tmp/planted").exists()
    assert "postgresql_import_replace=true" in server.refusal(tmp_path / "database.sql", replace=False)


def test_a_killed_import_is_cleared_up_by_the_next(server: Cluster, tmp_path: Path) -> None:
    server.sql("DROP TABLE IF EXISTS before_it; CREATE TABLE before_it AS SELECT 1 AS a")
    (tmp_path / "database.sql").write_text("CREATE TABLE x (a int);\nSELECT pg_sleep(60);\n")
    process = server.start_import(tmp_path / "database.sql")
    deadline = time.monotonic() + 30
    while "app_before_import" not in server.databases() and time.monotonic() < deadline:
        time.sleep(0.2)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    (tmp_path / "database.sql").write_text("SELECT 1/0;\n")
    assert "division by zero" in server.refusal(tmp_path / "database.sql")
    assert server.sql("SELECT a FROM before_it") == "1"
    assert server.databases() == ["app", "postgres"]


def test_a_superuser_reads_nothing_that_runs_the_dumps_code(server: Cluster, tmp_path: Path) -> None:
    """A view that COPY writes into would be read with a superuser's rights, and its function would run with them."""
    hostile = """
        CREATE TABLE seen (who text);
        CREATE FUNCTION who() RETURNS text LANGUAGE plpgsql VOLATILE AS
            $$ BEGIN EXECUTE 'CREATE ROLE planted SUPERUSER'; RETURN 'x'; END $$;
        CREATE VIEW v AS SELECT ''::text AS a WHERE false UNION ALL SELECT who();
        CREATE FUNCTION take() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
        CREATE TRIGGER t INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION take();
        COPY v (a) FROM stdin;
        x
        \\.
    """
    text = "\n".join(line.strip() for line in hostile.splitlines())
    (tmp_path / "database.sql").write_text(text)
    server.refusal(tmp_path / "database.sql")
    assert server.sql("SELECT count(*) FROM pg_roles WHERE rolname = 'planted'") == "0"
