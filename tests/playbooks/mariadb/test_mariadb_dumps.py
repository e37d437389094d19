"""Dumps of every kind are imported with everything in them, or refused before anything is touched, by name."""

# ruff: noqa: S608 - these statements are the tests' own
import bz2
import gzip
import lzma
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mariadb_server import Server

HERE = Path(__file__).parent
ALL = ("--routines", "--events", "--triggers")
FORMS: dict[str, Callable[[Server], bytes]] = {
    "plain.sql": lambda server: server.dump("source", *ALL),
    "hex.sql": lambda server: server.dump("source", *ALL, "--hex-blob", "--single-transaction"),
    "one-row-each.sql": lambda server: server.dump("source", *ALL, "--skip-extended-insert", "--complete-insert"),
    "replace.sql": lambda server: server.dump("source", *ALL, "--replace", "--skip-add-drop-table"),
    "compact.sql": lambda server: server.dump("source", *ALL, "--compact", "--skip-tz-utc"),
    "databases.sql": lambda server: server.dump("source", *ALL, "--databases", "--add-drop-database"),
    "latin1.sql": lambda server: server.dump("source", *ALL, "--default-character-set=latin1", "--hex-blob"),
    "windows.sql": lambda server: b"\xef\xbb\xbf" + server.dump("source", *ALL).replace(b"\n", b"\r\n"),
    "compressed.sql.gz": lambda server: gzip.compress(server.dump("source", *ALL)),
    "compressed.sql.bz2": lambda server: bz2.compress(server.dump("source", *ALL)),
    "compressed.sql.xz": lambda server: lzma.compress(server.dump("source", *ALL)),
    "compressed.sql.zst": lambda server: (
        subprocess.run(["zstd"], input=server.dump("source", *ALL), capture_output=True, check=True).stdout
    ),
}


@pytest.fixture(scope="module")
def source(running: Server) -> Iterator[list[str]]:
    """What is in it, as mariadb-dump writes it."""
    running.sql("CREATE DATABASE source", "mysql")
    running.sql((HERE / "everything.sql").read_text(), "source")
    yield running.content("source")
    running.sql("DROP DATABASE source", "mysql")


@pytest.mark.parametrize("name", FORMS)
def test_everything_arrives_in_every_form(server: Server, source: list[str], name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(FORMS[name](server))
    answer = server.import_dump(tmp_path / name)
    assert answer["differences"] == []
    assert answer["tables"]["texts"]["rows"] == 3
    content = server.content("app")
    if name == "windows.sql":  # lines in bodies end as the file's do
        content = "\n".join(content).replace("\r", "").split("\n")
    if name == "latin1.sql":  # what cannot be written in it is lost when the dump is made
        content, source = ([re.sub("🚀|\\?", "?", line) for line in lines] for lines in (content, source))
    assert content == source
    assert server.databases() == {"app", "source"}
    assert server.import_dump(tmp_path / name)["changed"] is False, "the same dump again"


def test_what_arrived_belongs_to_the_owner_alone(server: Server, source: list[str], tmp_path: Path) -> None:
    assert source
    (tmp_path / "database.sql").write_bytes(server.dump("source", *ALL))
    server.import_dump(tmp_path / "database.sql")
    assert server.sql("SELECT t FROM a_view LIMIT 1", user="app") == "x;y"
    server.sql("INSERT INTO child VALUES (7, 2)", user="app")
    assert server.sql("SELECT what FROM log ORDER BY id DESC LIMIT 1", user="app") == "child 7;;"
    for kind in ("VIEWS", "TRIGGERS", "ROUTINES", "EVENTS"):
        where = {"VIEWS": "TABLE_SCHEMA", "TRIGGERS": "TRIGGER_SCHEMA", "ROUTINES": "ROUTINE_SCHEMA"}
        asked = (
            f"SELECT DISTINCT DEFINER FROM information_schema.{kind} WHERE {where.get(kind, 'EVENT_SCHEMA')} = 'app'"
        )
        assert server.sql(asked) == "app@%", kind
    states = server.sql(
        "SELECT EVENT_NAME, STATUS FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'app' ORDER BY 1"
    )
    assert states == "asleep\tDISABLED\ntidy\tENABLED"
    assert server.accounts() == {"app"}


def test_the_usual_collation_of_the_dump_is_the_databases(server: Server, tmp_path: Path) -> None:
    table = "CREATE TABLE `{}` (a varchar(9)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;\n"
    (tmp_path / "database.sql").write_text("".join(map(table.format, "abc")))
    answer = server.import_dump(tmp_path / "database.sql")
    assert answer["rewritten"] == {"collation utf8mb4_0900_ai_ci as utf8mb4_uca1400_nopad_ai_ci": 3}
    schema = "SELECT DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'app'"
    assert server.sql(schema) == "utf8mb4_uca1400_nopad_ai_ci"


# --- of MySQL 8 -------------------------------------------------------------------------------------------------------
def test_a_dump_of_mysql_8(server: Server) -> None:
    answer = server.import_dump(HERE / "cases/mysql-8.sql")
    assert answer["left_out"] == {"the old database": 5, "replication": 5, "locks": 6}
    assert answer["rewritten"]["definers"] == 5
    assert {name: one["rows"] for name, one in answer["tables"].items()} == {"orders": 2, "people": 3, "words": 2}
    assert server.sql("SELECT total, JSON_VALUE(doc, '$.k') FROM orders ORDER BY id") == "7.00\tv\n0.50\tNULL"
    collations = server.sql(
        "SELECT DISTINCT COLLATION_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'app' "
        "AND COLLATION_NAME LIKE '%uca1400%' ORDER BY 1"
    )
    assert collations.split() == ["utf8mb4_uca1400_german2_nopad_as_cs", "utf8mb4_uca1400_nopad_ai_ci"]
    assert server.sql("SELECT COUNT(*) FROM words WHERE w IN ('utf8mb4_0900_ai_ci', 'x ')") == "2", "values stay"
    assert server.sql("SELECT people_of('CH')", user="app") == "2"


def test_a_folder_of_mydumper_and_pscale(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "database"
    folder.mkdir()
    (folder / "metadata").write_text("Started dump\n")
    (folder / "shop.orders.00001.sql").write_text('INSERT INTO `orders`(`id`,`a`) VALUES\n(1,"x\\"y")\n,(2,NULL);\n')
    (folder / "shop.orders-schema.sql").write_text("CREATE TABLE `orders` (`id` int PRIMARY KEY, `a` text);\n")
    (folder / "shop-schema-create.sql").write_text("CREATE DATABASE `shop`;\n")
    view = "DROP TABLE IF EXISTS `v`;\nCREATE VIEW `v` AS SELECT `id` FROM `orders`;\n"
    (folder / "shop.v-schema-view.sql.gz").write_bytes(gzip.compress(view.encode()))
    (folder / "shop.v-schema.sql").write_text("CREATE TABLE `v` (`id` int);\n")
    answer = server.import_dump(folder)
    assert answer["tables"]["orders"]["rows"] == 2
    assert server.sql("SELECT COUNT(*) FROM v") == "2"


# --- what is refused --------------------------------------------------------------------------------------------------
BROKEN: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut off in rows": (lambda text: text[: text.index(b"INSERT INTO `texts`") + 60], "cut off"),
    "cut off between statements": (lambda text: text[: text.index(b"-- Dumping data for table `texts`")], "cut off"),
    "cut off in a body": (lambda text: text[: text.index(b"RETURN CASE")], "cut off"),
    "cut off when compressed": (lambda text: gzip.compress(text)[:2000], "Compressed file ended"),
    "by PowerShell": (lambda text: text.decode("latin-1").encode("utf-16"), "UTF-16, as PowerShell"),
    "something else": (lambda _: b"\x7fELF\0\0\0", "no SQL text"),
    "nothing": (lambda _: b"", "no table"),
    "PostgreSQL's text": (
        lambda _: b"--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\n",
        "dump of PostgreSQL, and this server is MariaDB: the blueprint postgresql imports it",
    ),
    "PostgreSQL's rows": (lambda _: b"CREATE TABLE t (a int);\nCOPY t (a) FROM stdin;\n1\n\\.\n", "dump of PostgreSQL"),
    "PostgreSQL's archive": (lambda _: b"PGDMP\x01\x0f\x00rest", "dump of PostgreSQL"),
    "PostgreSQL's, compressed": (lambda _: gzip.compress(b"\\restrict x\n--\n"), "dump of PostgreSQL"),
    "SQLite": (lambda _: b"PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n", "dump of SQLite"),
    "in Japanese": (lambda _: b"/*!40101 SET NAMES sjis */;\n", "--default-character-set=utf8mb4"),
    "several databases": (
        lambda _: b"USE `shop`;\nCREATE TABLE a (b int);\nUSE `blog`;\nCREATE TABLE a (b int);\n",
        r"several databases \(shop, blog\)",
    ),
    "a functional index": (
        lambda _: b"CREATE TABLE t (a varchar(9), KEY k ((lower(a))));\n",
        r"CREATE TABLE T \( A VARCHAR …: .*syntax",
    ),
    "another database": (lambda _: b"CREATE TABLE t (a int);\nDROP TABLE app.kept;\n", "denied"),
    "a file": (lambda _: b"CREATE TABLE t (a text);\nLOAD DATA INFILE '/etc/passwd' INTO TABLE t;\n", "denied"),
    "a local file": (
        lambda _: b"CREATE TABLE t (a text);\nLOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t;\n",
        "not|disabled",
    ),
    "a hidden definer": (
        lambda _: b"CREATE TABLE t (a int);\nCREATE /* x */ DEFINER = root@localhost VIEW v AS SELECT 1;\n",
        "denied",
    ),
    "a definer of an event": (
        lambda _: (
            b"CREATE TABLE t (a int);\n"
            b"CREATE /* x */ DEFINER = root@localhost EVENT e ON SCHEDULE EVERY 1 DAY DO SET @a = 1;\n"
        ),
        "denied",
    ),
    "the client's commands": (lambda _: b"CREATE TABLE t (a int);\n\\! touch /tmp/planted\n;\n", "syntax"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_dump_for_this_server_is_refused(
    server: Server, source: list[str], name: str, tmp_path: Path
) -> None:
    assert source
    change, said = BROKEN[name]
    (tmp_path / "database.sql").write_bytes(change(server.dump("source", *ALL)))
    server.sql("CREATE TABLE kept (a int); INSERT INTO kept VALUES (1)")
    assert re.search(said, server.refusal(tmp_path / "database.sql", replace=True))
    assert server.sql("SELECT a FROM kept") == "1"
    assert {name for name in server.databases() if name.startswith("app")} in ({"app"}, {"app", "app_imported"})
    assert not Path("/tmp/planted").exists()
    assert server.accounts() == {"app"}
