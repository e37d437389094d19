"""What differs from the dump is found, named and kept; what was there before is never lost, however a run ends."""

# ruff: noqa: S608 - these statements are the tests' own
import os
import signal
import time
from pathlib import Path

import pytest
from mariadb_server import Server

TABLE = "CREATE TABLE t (id int PRIMARY KEY, a varchar(5), b double, c tinyint, d datetime) ENGINE=InnoDB;\n"
ROWS = "INSERT INTO t VALUES (1,'x',0.1,1,'2024-01-01 00:00:00'),(2,'y',2,2,NULL),(3,'z',3,3,NULL);\n"
COUNTED = "t: 3 rows in the dump, {} in the database; not there as in the dump: id {}"
FIRST = "not there as in the dump: id 1"
TRIGGER = "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 'new';\n"
DIFFERENT = {
    TABLE + ROWS + "UPDATE t SET b = b + 1e-12 WHERE id = 3;": COUNTED.format(3, 3),
    TABLE + ROWS + "DELETE FROM t WHERE id = 1;": COUNTED.format(2, 1),
    TABLE + ROWS + "CREATE TABLE u AS SELECT * FROM t;": "u: 0 rows in the dump, 3 in the database",
    TABLE + "INSERT INTO t VALUES (1,'too long',0,0,NULL);": FIRST,
    TABLE + "INSERT INTO t VALUES (1,'',0,300,NULL);": FIRST,
    TABLE + "INSERT INTO t VALUES (1,'',0,0,'2024-13-01 00:00:00');": FIRST,
    TABLE + "INSERT IGNORE INTO t (id) VALUES (1),(1);": "t: 2 rows in the dump, ",
    TABLE + TRIGGER + ROWS: FIRST,
    TABLE + "CREATE VIEW v AS SELECT 1 AS a;\nALTER TABLE t RENAME TO w;": "the table t is missing",
}


@pytest.mark.parametrize("text", DIFFERENT, ids=lambda text: text[-60:])
def test_what_differs_is_named_kept_and_can_be_accepted(server: Server, text: str, tmp_path: Path) -> None:
    (tmp_path / "database.sql").write_text(text)
    server.sql("CREATE TABLE before_it (a int); INSERT INTO before_it VALUES (1)")
    said = server.refusal(tmp_path / "database.sql", replace=True)
    assert DIFFERENT[text] in said
    assert "DROP DATABASE `app_imported`; DROP USER `app_imported`@`localhost`" in said
    assert server.sql("SELECT a FROM before_it") == "1"
    assert server.databases() == {"app", "app_imported"}
    assert DIFFERENT[text] in server.refusal(tmp_path / "database.sql", replace=True), (
        "looked at again, not loaded again"
    )
    assert server.databases() == {"app", "app_imported"}
    assert server.import_dump(tmp_path / "database.sql", replace=True, accept=True)["differences"]
    assert server.databases() == {"app", "app_before_import"}
    assert server.sql("SELECT a FROM before_it", "app_before_import") == "1"
    assert server.accounts() == {"app"}
    assert server.import_dump(tmp_path / "database.sql")["changed"] is False


def test_rows_that_only_running_the_dump_tells_are_refused(server: Server, tmp_path: Path) -> None:
    (tmp_path / "database.sql").write_text(TABLE + "INSERT INTO t (id, d) VALUES (1, NOW());")
    assert "a value that is computed" in server.refusal(tmp_path / "database.sql")
    assert server.databases() == {"app"}


def test_a_database_that_holds_something_is_not_overwritten_unasked(server: Server, tmp_path: Path) -> None:
    (tmp_path / "database.sql").write_text(TABLE + ROWS)
    server.sql("CREATE TABLE kept (a int)")
    assert "-e mariadb_import_replace=true" in server.refusal(tmp_path / "database.sql")
    for number in (1, 2):
        (tmp_path / "database.sql").write_text(TABLE + ROWS + f"-- rehearsal {number}\n")
        server.import_dump(tmp_path / "database.sql", replace=True)
    assert server.databases() == {"app", "app_before_import", "app_before_import_2"}
    assert server.sql("SHOW TABLES", "app_before_import") == "kept"


def test_what_was_there_is_kept_with_all_that_is_no_table_and_its_events_asleep(server: Server, tmp_path: Path) -> None:
    (tmp_path / "database.sql").write_text(TABLE + ROWS)
    server.sql(
        "CREATE TABLE old (a int); CREATE VIEW old_view AS SELECT a FROM old; CREATE TABLE log (a int);"
        "CREATE TRIGGER noting AFTER INSERT ON old FOR EACH ROW INSERT INTO log VALUES (NEW.a);"
        "CREATE FUNCTION one() RETURNS int RETURN (SELECT COUNT(*) FROM old);"
        "CREATE EVENT often ON SCHEDULE EVERY 1 SECOND DO INSERT INTO log VALUES (0);",
        user="app",
    )
    server.import_dump(tmp_path / "database.sql", replace=True)
    place = "app_before_import"
    held = int(server.sql("SELECT COUNT(*) FROM log", place))
    assert server.sql("SHOW TABLES", place).split() == ["log", "old", "old_view"]
    for kind, column in (("TRIGGERS", "TRIGGER_SCHEMA"), ("ROUTINES", "ROUTINE_SCHEMA"), ("EVENTS", "EVENT_SCHEMA")):
        asked = f"SELECT DEFINER FROM information_schema.{kind} WHERE {column} = '{place}'"
        assert server.sql(asked) == "app@%"
    time.sleep(1.5)
    assert int(server.sql("SELECT COUNT(*) FROM log", place)) == held
    assert server.sql("SHOW TABLES") == "t"


def test_one_import_of_a_database_at_a_time(server: Server, tmp_path: Path) -> None:
    (tmp_path / "database.sql").write_text(TABLE + ROWS + "SELECT SLEEP(3);\n")
    first = server.start_import(tmp_path / "database.sql")
    while "app_imported" not in server.databases():
        time.sleep(0.05)
    (tmp_path / "other.sql").write_text(TABLE + ROWS)
    assert "another import into app is running" in server.refusal(tmp_path / "other.sql")
    first.communicate()
    assert first.returncode == 0


# how long a run may go on before it is killed, in parts of what a whole one takes
@pytest.mark.parametrize("part", [0.2, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95])
def test_a_run_that_is_killed_goes_on_and_loses_nothing(server: Server, part: float, tmp_path: Path) -> None:
    objects = "".join(
        f"CREATE TABLE t{n} (id int PRIMARY KEY, a text);\nINSERT INTO t{n} VALUES (1,'x'),(2,'y');\n"
        f"CREATE TRIGGER g{n} BEFORE DELETE ON t{n} FOR EACH ROW SET @a = {n};\n"
        f"CREATE VIEW v{n} AS SELECT id FROM t{n};\n"
        for n in range(30)
    )
    text = objects + "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t0;\n"
    (tmp_path / "whole.sql").write_text(text + "-- the first\n")
    (tmp_path / "database.sql").write_text(text)
    begun = time.monotonic()
    server.import_dump(tmp_path / "whole.sql")
    took = time.monotonic() - begun
    server.sql("DELETE FROM t1 WHERE id = 1")
    process = server.start_import(tmp_path / "database.sql", replace=True)
    time.sleep(took * part)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    server.import_dump(tmp_path / "database.sql", replace=True)
    assert server.databases() == {"app", "app_before_import"}
    for database, rows in (("app", "2"), ("app_before_import", "1")):
        assert server.sql("SELECT COUNT(*) FROM t1", database) == rows
        for kind, column in (("TRIGGERS", "TRIGGER_SCHEMA"), ("VIEWS", "TABLE_SCHEMA"), ("EVENTS", "EVENT_SCHEMA")):
            found = server.sql(f"SELECT COUNT(*) FROM information_schema.{kind} WHERE {column} = '{database}'")
            assert found == ("1" if kind == "EVENTS" else "30"), (database, kind)
    assert server.accounts() == {"app"}
    assert not list((server.folder / "moves").iterdir())
    assert server.import_dump(tmp_path / "database.sql")["changed"] is False
