"""Hostile strings: each format gets every character that could act in it."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from toolkit.report.escape import block, code, json_document, markdown, prose, visible

GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, 100 % of it", "plain text, 100 % of it"),
        ("Zürich 東京 🛟", "Zürich 東京 🛟"),
        ("\x1b]0;owned\x07", "\\e]0;owned\\u{0007}"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\u202egnp.exe", "\\u{202e}gnp.exe"),
        ("zero\u200bwidth\ufeff", "zero\\u{200b}width\\u{feff}"),
        ("\u2028next", "\\u{2028}next"),
        ("\udcff.py", "\\u{dcff}.py"),
        ("\x9b31m", "\\u{009b}31m"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_nothing_invisible_is_left(text: str) -> None:
    assert not [char for char in visible(text) if unicodedata.category(char)[0] == "C" or char in "\u2028\u2029"]
    visible(text).encode()


@given(st.text(alphabet=st.sampled_from("a1 \\`*_[]()<>|~$&#@!:/.{}-+=\n\"'"), max_size=40))
def test_markdown_says_what_the_text_says(text: str) -> None:
    paragraph, inline, end = GITHUB.parse(f"x{markdown(text)}x")
    assert (paragraph.type, end.type) == ("paragraph_open", "paragraph_close")
    assert {child.type for child in inline.children or []} <= {"text", "text_special"}
    said = "".join(child.content for child in inline.children or [])
    assert said.replace("\u200b", "") == f"x{visible(text)}x"


@given(st.text(alphabet=st.sampled_from("a `\\|<\n"), min_size=1, max_size=20))
def test_code_says_what_the_text_says(text: str) -> None:
    tokens = GITHUB.parse(f"| x | y |\n| --- | --- |\n| {code(text)} | end |")
    cells = [token for token in tokens if token.type == "inline"]
    (span,) = [child for child in cells[2].children or [] if child.type == "code_inline"]
    assert span.content.strip() == visible(text).strip()
    assert cells[3].content == "end"


@pytest.mark.parametrize("text", ["see http://evil.example/", "www.evil.example", "@octocat and #12"])
def test_nothing_turns_into_a_link_or_a_mention(text: str) -> None:
    escaped = markdown(text)
    assert "://" not in escaped
    assert "www." not in escaped
    assert "@o" not in escaped
    assert "#1" not in escaped


def test_a_block_cannot_be_left() -> None:
    (token,) = GITHUB.parse(block("echo 1\n````\n# heading\x1b[2J\n\tindented", "sh"))
    assert token.type == "fence"
    assert token.content == "echo 1\n````\n# heading\\e[2J\n    indented\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("rehearse with `offramp drill`.", "rehearse with `offramp drill`."),
        ("`a|b` and *c*", "`a\\|b` and \\*c\\*"),
        ("an odd ` one", "an odd \\` one"),
        ("", ""),
    ],
)
def test_prose_keeps_commands_as_code(text: str, written: str) -> None:
    assert prose(text) == written


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]))))
def test_a_json_document_means_the_same(texts: list[str]) -> None:
    plain = json.dumps(texts, ensure_ascii=False)
    assert json.loads(json_document(plain)) == texts


def test_a_json_document_does_not_act() -> None:
    assert json_document('["\u202egnp.exe \x9b31m \U000e0041 Zürich"]') == (
        '["\\u202egnp.exe \\u009b31m \\udb40\\udc41 Zürich"]'
    )


def test_names_are_read_as_they_stand() -> None:
    """A runbook is read in its source as well: an underscore within a word begins nothing."""
    assert markdown("set DATABASE_URL in app_1") == "set DATABASE_URL in app_1"
    assert markdown("_x_ and __init__ and a _b_") == r"\_x\_ and \_\_init\_\_ and a \_b\_"
