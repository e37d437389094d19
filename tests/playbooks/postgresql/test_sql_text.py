"""Statements are told apart whatever is inside of them."""

import sys
from collections.abc import Iterator
from io import BytesIO
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pg_cluster import PROGRAMS


@pytest.fixture(scope="module")
def sql_text() -> Iterator[ModuleType]:
    """Imported as Python on the host does; psycopg2 is Debian's and only its table of encodings is wanted."""
    encodings = ModuleType("psycopg2.extensions")
    encodings.encodings = {"LATIN1": "iso8859_1", "UTF8": "utf_8"}  # type: ignore[attr-defined]
    before = set(sys.modules)
    sys.path.insert(0, str(PROGRAMS))
    sys.modules["psycopg2"], sys.modules["psycopg2.extensions"] = ModuleType("psycopg2"), encodings
    import sql_text

    yield sql_text
    sys.path.remove(str(PROGRAMS))
    for name in set(sys.modules) - before:
        del sys.modules[name]


ODD = st.text(st.sampled_from("a ;'\"$\\-/*\n(é"), max_size=12)
PIECES = st.one_of(
    ODD.map(lambda text: "'" + text.replace("'", "''") + "'"),
    ODD.map(lambda text: "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"),
    ODD.map(lambda text: '"' + text.replace('"', '""') + '"'),
    ODD.map(lambda text: f"$x${text}$x$"),
    ODD.map(lambda text: f"$${text.replace('$', '')}$$"),
    ODD.map(lambda text: "/* /* " + text.replace("*", "").replace("/", "") + " */ ; */"),
    ODD.map(lambda text: "-- " + text.replace("\n", "") + "\n"),
    st.sampled_from(["x", "1.5", "(a; b)", "$1", "||", "BEGIN", "END", "\n", "e", "N'n'", "U&'d'", "E''", "a$b"]),
)
STATEMENTS = st.lists(st.lists(PIECES, max_size=6).map(" ".join).map(lambda text: f"SELECT {text} ;\n"), max_size=5)


@given(statements=STATEMENTS)
def test_statements_end_where_they_were_put_together(sql_text: ModuleType, statements: list[str]) -> None:
    read = list(sql_text.read(BytesIO("".join(statements).encode())))
    assert [part.text.decode() for part in read] == statements
    assert all(part.words[0] == "SELECT" and part.words[-1] == ";" for part in read)


def test_rows_are_not_read_as_statements(sql_text: ModuleType) -> None:
    text = b"COPY t (a) FROM stdin;\nGRANT x;\n\\N\n\\\\.\n\\.\n\\connect x\nSELECT 1;\n"
    read = list(sql_text.read(BytesIO(text)))
    assert [type(part).__name__ for part in read] == ["Statement", *["Row"] * 4, "Command", "Statement"]
    assert b"".join(part.text for part in read) == text


def test_bodies_without_quotes_hold_semicolons(sql_text: ModuleType) -> None:
    body = b"CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END;\n"
    other = b"BEGIN;\nSELECT 1;\nEND;\n"
    read = [part.text for part in sql_text.read(BytesIO(body + other))]
    assert read == [body, b"BEGIN;\n", b"SELECT 1;\n", b"END;\n"]


def test_backslashes_count_when_the_dump_says_so(sql_text: ModuleType) -> None:
    text = b"SET standard_conforming_strings = off;\nSELECT 'it\\'s; x';\nSELECT 2;\n"
    read = list(sql_text.read(BytesIO(text)))
    assert [sql_text.literal(word) for word in read[1].words] == ["SELECT", "it's; x", ";"]
    assert len(read) == 3
