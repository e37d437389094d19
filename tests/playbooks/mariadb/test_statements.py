"""Where statements end, what is rewritten in them, and which values their rows have: without a server."""

# ruff: noqa: S608 - these statements are the tests' own
import importlib
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mariadb_server import PROGRAMS


@pytest.fixture(scope="module", autouse=True)
def programs() -> Iterator[None]:
    """Imported as Python on the host does; other blueprints' programs have modules of the same names."""
    before = set(sys.modules)
    sys.path.insert(0, str(PROGRAMS))
    yield
    sys.path.remove(str(PROGRAMS))
    for name in set(sys.modules) - before:
        del sys.modules[name]


def program(name: str) -> ModuleType:
    return importlib.import_module(name)


def cut(text: str) -> list[str]:
    lines = text.encode().splitlines(keepends=True)
    return [one.text[one.start :].decode() for one in program("statements").read(lines)]


CUT = {
    "a; b;c;\n": ["a", "b", "c"],
    "a ';' ; b \";\" ; c `;`;": ["a ';' ", 'b ";" ', "c `;`"],
    "a 'it''s;' '\\';' ';\n;';": ["a 'it''s;' '\\';' ';\n;'"],
    "-- c;\na; # d;\n/* e; */ b /* ; */ c;": ["a", "b /* ; */ c"],
    "a-- b;\n--\nc -1;": ["a-- b;\n--\nc -1"],
    "/*!40101 SET a = 1 */;/*!80000 x; */ b;": ["/*!40101 SET a = 1 */", "b"],
    "/*M!999999\\- enable the sandbox mode */ \na;": ["a"],
    "DELIMITER ;;\na;b;;\nDELIMITER $$\nc;; $ d$$\nDELIMITER ;\ne;": ["a;b", "c;; $ d", "e"],
    "DELIMITER //\nBEGIN a / b; /* // */ END//\ndelimiter ;\ne;": ["BEGIN a / b; /* // */ END", "e"],
    "SET sql_mode='NO_BACKSLASH_ESCAPES';a '\\';b;SET sql_mode='';c '\\';';": [
        "SET sql_mode='NO_BACKSLASH_ESCAPES'", "a '\\'", "b", "SET sql_mode=''", "c '\\';'",
    ],
    ";;\n;": [],
}  # fmt: skip


@pytest.mark.parametrize("text", CUT)
def test_statements_end_where_the_server_thinks_so(text: str) -> None:
    assert cut(text) == CUT[text]


@pytest.mark.parametrize("text", ["a", "a 'b;", "a /* b;", "DELIMITER ;;\na;", "a `;"])
def test_what_does_not_end_is_cut_off(text: str) -> None:
    with pytest.raises(program("statements").CutOff):
        cut(text)


PIECES = st.sampled_from(
    ["a", " ", "'", '"', "`", "\\", ";", "\n", "--", "-- ", "#", "/*", "*/", "/*!50001 ", "''", "x"]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_text_is_read_twice_or_lost_or_takes_for_ever(text: str) -> None:
    statements = program("statements")
    found = []
    lines = text.encode().splitlines(keepends=True)
    try:
        found += [one.text.decode() for one in statements.read(lines)]
    except statements.CutOff:
        return
    position = 0
    for one in found:
        position = text.index(one, position) + len(one)
        assert text[position] == ";"


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30) | st.none(), min_size=1, max_size=5))
def test_a_value_comes_out_as_it_was_written(values: list[str | None]) -> None:
    rows, survey, statements = program("rows"), program("survey"), program("statements")
    escaped = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\0": "\\0", "\x1a": "\\Z"}
    table = str.maketrans(escaped)
    written = ["NULL" if value is None else f"'{value.translate(table)}'" for value in values]
    text = f"INSERT INTO `t` VALUES ({','.join(written)}),\n ({', '.join(written)});\n".encode()
    columns = [rows.Column(f"c{number}", "text", False) for number in range(len(values))]
    (one,) = statements.read(text.splitlines(keepends=True))
    found = list(rows.inserted(one.text, survey.insert_head(one), columns, "utf-8"))
    expected = [None if value is None else value.encode() for value in values]
    assert [list(row.values()) for row in found] == [expected, expected]


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("int", "007", b"7"), ("int", "'7'", b"7"), ("bit", "b'101'", b"\x05"), ("bit", "5", b"\x05"),
        ("bit", "0x0005", b"\x05"), ("bit", "b'0'", b""), ("decimal", "1.50", b"1.5"), ("decimal", "-0.00", b"0"),
        ("decimal", "12345678901234567890.12", b"12345678901234567890.12"), ("double", "1e2", b"100.0"),
        ("datetime", "'2024-01-01 00:00:00.500000'", b"2024-01-01 00:00:00.5"), ("char", "'a '", b"a"),
        ("varchar", "'a '", b"a "), ("blob", "_binary 'a\\0'", b"a\0"), ("blob", "x'00ff'", b"\0\xff"),
        ("blob", "''", b""), ("text", "'\\%\\_\\q'", b"\\%\\_q"), ("text", '"it\'s \\"x\\""', b"it's \"x\""),
        ("tinyint", "TRUE", b"1"), ("int", "NULL", None),
    ],
)  # fmt: skip
def test_a_value_has_one_form_by_its_columns_type(kind: str, written: str, value: bytes | None) -> None:
    rows, survey, statements = program("rows"), program("survey"), program("statements")
    (one,) = statements.read([f"INSERT INTO t (c) VALUES ({written});\n".encode()])
    column = rows.Column("c", kind, False)
    assert list(rows.inserted(one.text, survey.insert_head(one), [column], "utf-8")) == [{"c": value}]


@pytest.mark.parametrize(
    ("name", "here"),
    [
        ("utf8mb4_0900_ai_ci", "utf8mb4_uca1400_nopad_ai_ci"), ("utf8mb4_0900_as_cs", "utf8mb4_uca1400_nopad_as_cs"),
        ("utf8mb4_0900_bin", "utf8mb4_nopad_bin"),
        ("utf8mb4_es_trad_0900_as_cs", "utf8mb4_uca1400_spanish2_nopad_as_cs"),
        ("utf8mb4_ja_0900_as_cs_ks", "utf8mb4_uca1400_nopad_as_cs"), ("utf8mb4_unicode_ci", "utf8mb4_unicode_ci"),
    ],
)  # fmt: skip
def test_a_collation_of_mysql_8_has_its_like_here(name: str, here: str) -> None:
    assert program("translate").collation(name) == here
