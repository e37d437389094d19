"""Dumps of every kind are imported with everything in them, or refused before anything is touched, by name."""

import bz2
import gzip
import lzma
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pg_cluster import Cluster

HERE = Path(__file__).parent
CASES = HERE / "cases"
STATEMENTS = {"extensions": ["pg_stat_statements"]}
PLATFORM = {
    "extensions": ["pg_stat_statements", "postgres_fdw"],
    "roles": ["authenticated", "anon"],
    "without_extensions": ["pg_graphql"],
}
# file, what is wanted besides, what is left out
IMPORTED: list[tuple[str, dict[str, Any], dict[str, int]]] = [
    ("01-default-privileges--database.dump", {}, {"rights": 2}),
    ("01-default-privileges--database.sql", {}, {"rights": 2}),
    ("02-transaction-timeout--database.sql", {}, {"settings this server lacks": 1}),
    ("03-create-schema-public--database.dump", {}, {"there already": 1}),
    ("03-create-schema-public--database.sql", {}, {"there already": 1}),
    ("04-load-via-partition-root--all-via-root.sql", {}, {}),
    ("04-load-via-partition-root--database.dump", {}, {}),
    ("04-load-via-partition-root--database.sql", {}, {}),
    ("05-floats-of-old-server--database.sql", {}, {}),
    ("07-force-rls--database.dump", {}, {}),
    ("07-force-rls--database.sql", {}, {}),
    ("08-function-body-grant--database.dump", {}, {}),
    ("08-function-body-grant--database.sql", {}, {}),
    (
        "09-vendor-extension--database.sql",
        {"without_extensions": ["aws_commons", "aws_s3"]},
        {"extension aws_commons": 1, "extension aws_s3": 1, "comments on extensions": 1},
    ),
    # the archive's owners are statements of their own
    ("10-event-trigger-text--database.dump", {}, {"publications": 3, "event triggers": 2}),
    ("10-event-trigger-text--database.sql", {}, {"publications": 2, "event triggers": 1}),
    ("12-large-objects--database.dump", {}, {}),
    ("12-large-objects--database.sql", {}, {}),
    ("13-create-connect--clean.sql", {}, {"drops of --clean": 2}),
    ("13-create-connect--database.sql", {}, {"the old database": 1}),
    ("16-stat-statements--database.dump", STATEMENTS, {"comments on extensions": 2}),
    ("16-stat-statements--database.sql", STATEMENTS, {"comments on extensions": 2}),
    ("old-server.sql", {}, {"settings this server lacks": 1, "comments on extensions": 1, "rights": 3}),
    (
        "managed-platform.sql",
        PLATFORM,
        {"extension pg_graphql": 1, "rights": 1, "publications": 1, "user mappings": 1, "event triggers": 1},
    ),
]
REFUSED = {
    "09-vendor-extension--database.sql": r"does not have: aws_commons, aws_s3; .*postgresql_import_without_extensions",
    "14-missing-collation--database.sql": r"en_US\.utf8; add en_US\.UTF-8 to postgresql_locales",
    "15-newer-archive--database.dump": r"version 1\.16, .* since PostgreSQL 17.*--format=plain",
    "16-stat-statements--database.sql": r"pg_stat_statements: add them to postgresql_extensions",
    "16-stat-statements--database.dump": r"pg_stat_statements: add them to postgresql_extensions",
    "managed-platform.sql": r"pg_graphql.*pg_stat_statements, postgres_fdw.*anon, authenticated; .*postgresql_roles",
}


def server_version(server: Cluster) -> int:
    return int(server.sql("SHOW server_version_num", "postgres")) // 10000


@pytest.mark.parametrize(("file", "changes", "left_out"), IMPORTED, ids=[file for file, *_ in IMPORTED])
def test_a_dump_of_the_bug_reports_is_imported(
    server: Cluster, file: str, changes: dict[str, Any], left_out: dict[str, int]
) -> None:
    if "02-" in file and server_version(server) >= 17:
        left_out = {}
    answer = server.import_dump(CASES / file, **changes)
    assert answer["left_out"].items() >= left_out.items()
    assert answer["left_out"].keys() <= left_out.keys() | {"rights"}
    assert answer["differences"] == []
    assert server.databases() == ["app", "postgres"]
    assert server.import_dump(CASES / file, **changes)["changed"] is False, "the same dump again"


@pytest.mark.parametrize("file", REFUSED)
def test_what_is_missing_is_named_before_anything_is_touched(server: Cluster, file: str) -> None:
    if "newer" in file and server_version(server) >= 17:
        pytest.skip("this PostgreSQL reads it")
    server.sql("DROP TABLE IF EXISTS kept; CREATE TABLE kept (); ALTER TABLE kept OWNER TO app")
    there = set(server.sql("SELECT rolname FROM pg_roles").split())
    for role in {"anon", "authenticated"} & there:  # that another import was told to make
        server.sql(f"DROP OWNED BY {role}; DROP ROLE {role}")
    assert re.search(REFUSED[file], server.refusal(CASES / file))
    assert server.sql("SELECT to_regclass('kept')") == "kept"
    assert server.databases() == ["app", "postgres"]


@pytest.mark.parametrize("form", ["dump", "sql"])
def test_a_functions_body_stays_byte_for_byte(server: Cluster, form: str) -> None:
    server.import_dump(CASES / f"08-function-body-grant--database.{form}")
    text = (CASES / "08-function-body-grant--database.sql").read_text()
    assert server.sql("SELECT prosrc FROM pg_proc WHERE proname = 'add_reader'") == text.split("$$")[1].strip("\n")


# --- one database with everything in it, in every form ----------------------------------------------------------------
FORMS: dict[str, Callable[[Cluster, Path], None]] = {}


def form(name: str) -> Callable[[Callable[[Cluster, Path], None]], Callable[[Cluster, Path], None]]:
    def note(make: Callable[[Cluster, Path], None]) -> Callable[[Cluster, Path], None]:
        FORMS[name] = make
        return make

    return note


def written(name: str, *options: str, **environment: str) -> None:
    @form(name)
    def make(server: Cluster, file: Path) -> None:
        file.write_bytes(server.dump("source", *options, **environment))


written("plain.sql")
written("inserts.sql", "--inserts")
written("column-inserts.sql", "--column-inserts", "--rows-per-insert=100")
written("custom.dump", "--format=custom")
written("tar.tar", "--format=tar")
written("latin1.sql", "--encoding=LATIN1")
written("latin1.dump", "--encoding=LATIN1", "--format=custom")
written("kolkata.sql", PGTZ="Asia/Kolkata")
written("kolkata.dump", "--format=custom", PGTZ="Asia/Kolkata")
written("clean.sql", "--clean")
written("clean-create.sql", "--clean", "--if-exists", "--create")
written("quoted.sql", "--quote-all-identifiers", "--use-set-session-authorization")


@form("directory")
def directory(server: Cluster, file: Path) -> None:
    server.dump("source", "--format=directory", f"--file={server.folder}/data/directory")
    shutil.move(server.folder / "data/directory", file)


@form("windows.sql")
def windows(server: Cluster, file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + server.dump("source").replace(b"\n", b"\r\n"))


@form("compressed.sql.gz")
def gzipped(server: Cluster, file: Path) -> None:
    file.write_bytes(gzip.compress(server.dump("source")))


@form("compressed.sql.bz2")
def bzipped(server: Cluster, file: Path) -> None:
    file.write_bytes(bz2.compress(server.dump("source")))


@form("compressed.sql.xz")
def xzipped(server: Cluster, file: Path) -> None:
    file.write_bytes(lzma.compress(server.dump("source")))


@form("compressed.sql.zst")
def zstandard(server: Cluster, file: Path) -> None:
    file.write_bytes(subprocess.run(["zstd"], input=server.dump("source"), capture_output=True, check=True).stdout)


@pytest.fixture(scope="module")
def source(running: Cluster) -> Iterator[list[str]]:
    """What is in it, as pg_dump writes it."""
    running.sql("CREATE DATABASE source", "postgres")
    running.sql("CREATE ROLE reporting", "postgres")
    running.sql((HERE / "everything.sql").read_text(), "source")
    yield running.content("source")
    running.sql("DROP DATABASE source", "postgres")


@pytest.mark.parametrize("name", FORMS)
def test_everything_arrives_in_every_form(server: Cluster, source: list[str], name: str, tmp_path: Path) -> None:
    FORMS[name](server, tmp_path / name)
    answer = server.import_dump(tmp_path / name)
    assert answer["differences"] == []
    content = server.content("app")
    if name == "windows.sql":  # its lines in bodies and comments end as the file's do
        content = [line.removesuffix("\r") for line in "\n".join(content).split("\n")]
    expected = source
    if name in ("inserts.sql", "column-inserts.sql"):  # pg_dump writes -0 as a number there, and that is 0
        expected = [line.replace("NaN\t-0\t", "NaN\t0\t") for line in source]
    assert content == expected
    comments = "SELECT description FROM pg_description WHERE objoid = 'gen'::regclass AND objsubid = 0"
    assert server.sql(comments).replace("\r", "") == server.sql(comments, "source")
    assert server.sql("SELECT md5(lo_get(779)), length(lo_get(779))") == "{}|{}".format(
        *server.sql("SELECT md5(lo_get(779)), length(lo_get(779))", "source").split("|")
    )


# --- dumps that are not whole, or are something else ------------------------------------------------------------------
BROKEN: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut off in rows": (lambda text: text[: text.index(b"COPY public.pk2") + 2000], "cut off"),
    "cut off at a line of rows": (lambda text: text[: text.index(b"\n4000\t") + 1], "cut off"),
    "cut off between statements": (lambda text: text[: text.index(b"COPY public.unl")], "cut off"),
    "cut off in a literal": (lambda text: text[: text.index(b"BEGIN\n--") + 5], "cut off"),
    "cut off when compressed": (lambda text: gzip.compress(text)[:9000], "Compressed file ended"),
    "by PowerShell": (lambda text: text.decode().encode("utf-16"), "UTF-16, as PowerShell"),
    "something else": (lambda _: b"\x7fELF\0\0\0", "neither SQL text nor an archive"),
    "psql's commands": (lambda _: b"CREATE TABLE x (a int);\n\\! touch /tmp/planted\n", r"psql's .*: \\!"),
    "in Japanese": (lambda _: b"SET client_encoding = 'SJIS';\n", "--encoding=UTF8"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_whole_dump_is_refused(server: Cluster, source: list[str], name: str, tmp_path: Path) -> None:
    assert source
    change, said = BROKEN[name]
    (tmp_path / "database.sql").write_bytes(change(server.dump("source")))
    server.sql("DROP TABLE IF EXISTS kept; CREATE TABLE kept ()")
    assert re.search(said, server.refusal(tmp_path / "database.sql"))
    assert server.sql("SELECT to_regclass('kept')") == "kept"


def test_a_cut_off_archive_is_refused(server: Cluster, source: list[str], tmp_path: Path) -> None:
    assert source
    (tmp_path / "database.dump").write_bytes(server.dump("source", "--format=custom")[:-9000])
    server.refusal(tmp_path / "database.dump")
    assert server.databases() == ["app", "postgres", "source"]


def test_several_databases_in_one_dump_are_named(server: Cluster, tmp_path: Path) -> None:
    section = "\\connect {0}\nCREATE TABLE x (a int);\nCOPY x (a) FROM stdin;\n1\n\\.\n"
    (tmp_path / "database.sql").write_text("CREATE ROLE someone;\n" + section.format("shop") + section.format("blog"))
    assert "several databases (shop, blog)" in server.refusal(tmp_path / "database.sql")
    (tmp_path / "database.sql").write_text("CREATE ROLE someone;\n\\connect template1\n" + section.format("shop"))
    assert server.import_dump(tmp_path / "database.sql")["left_out"] == {"roles": 1}
