"""Whatever is in a file, a parser yields well-formed mentions or says that it is unparsed; it never fails otherwise."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from toolkit.catalog.entries import KINDS
from toolkit.collect.files.mention import Place, Unparsed
from toolkit.collect.files.parsers import Parser, discover

_CORPUS = Path(__file__).parent / "corpus"
_FRAGMENTS = [
    "[", "]", "{", "}", "(", ")", "<", ">", "\"", "'", "`", ":", "=", "#", "//", "/*", "*/", "<!--", "-->", "\n",
    "\t", "  ", "- ", "&a", "*a", "<<: *a", "<%=", "%>", "{{", "}}", "${", "https://api.twilio.com/x",
    "s3.${r}.amazonaws.com", "arn:aws:s3:::b", "AWS_KEY", "export AWS_KEY=", "import twilio", "require('twilio')",
    "resource \"aws_s3_bucket\" \"b\" {", "gem 'x'", "FROM x", "image: x", "uses: a/b@v1", "dependencies:",
    "\"dependencies\": {", "[dependencies]", "require (", "{:x, ", "do", "end", "<dependency>", "</dependency>",
    "<string>", "apiVersion: x/v1", "\u0000", "\ufeff", "\u2028", "\u00e9", "\U0001f600", "\r\n", "\r",
]  # fmt: skip
_TEXT = st.lists(st.one_of(st.sampled_from(_FRAGMENTS), st.text(max_size=12)), max_size=60).map("".join)
_PARSERS = [parser for parser in discover() if parser.claims]


def _name(claim: str) -> str:
    """A path that the claim matches."""
    return claim.strip("/").replace("**", "x").replace("?*", "x").replace("*", "x").replace("?", "x")


def _check(parser: Parser, path: str, text: str, *near: list[Place]) -> None:
    lines = text.count("\n") + 1
    try:
        for mention in parser.parse(path, text, *near):
            assert mention.kind in KINDS
            assert mention.kind in parser.kinds, f"{parser.name} does not declare {mention.kind}"
            assert isinstance(mention.value, str)
            assert 1 <= mention.line <= lines
    except Unparsed as err:
        if not err.reason or not 0 <= err.line <= lines + 1:
            pytest.fail(f"{parser.name}: {err!r} in {lines} lines")


@pytest.mark.parametrize("parser", _PARSERS, ids=lambda parser: parser.name)
@settings(max_examples=60)
@example(text="")
@example(text="\r\r")
@example(text="{" * 3000)
@example(text="[[" * 2000 + "\n")
@example(text="a = " + "[" * 3000)
@example(text="x = " + "-" * 5000 + "1")
@example(text="a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a, *a, *a]\n" for n in range(40)))
@example(text="\n".join(["{a: "] * 900))
@example(text="(" * 1500 + ")" * 1500)
@given(text=_TEXT)
def test_any_text(parser: Parser, text: str) -> None:
    for claim in parser.claims[:3]:
        _check(parser, _name(claim), text)


@pytest.mark.parametrize("parser", _PARSERS, ids=lambda parser: parser.name)
@settings(max_examples=40)
@given(data=st.data())
def test_damaged_real_files(parser: Parser, data: st.DataObject) -> None:
    seeds = sorted(path for path in _CORPUS.iterdir() if path.is_file())
    text = data.draw(st.sampled_from(seeds)).read_text(encoding="utf-8")
    cut = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 40))
    damaged = text[:cut] + data.draw(st.sampled_from(_FRAGMENTS)) + text[cut + length :]
    for claim in parser.claims[:2]:
        _check(parser, _name(claim), damaged)


@st.composite
def _text_and_places(draw: st.DrawFn) -> tuple[str, list[Place]]:
    """A text, and where in its bytes the prefilter may have met something."""
    text = draw(_TEXT)
    size = len(text.encode("utf-8", "replace"))
    kinds = st.frozensets(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3)
    spans = draw(st.lists(st.tuples(st.integers(0, size), st.integers(1, 20), kinds), max_size=6))
    return text, [
        Place(start, min(start + length, size), of) for start, length, of in sorted(spans, key=lambda x: x[:2])
    ]


@pytest.mark.parametrize("parser", [parser for parser in discover() if parser.near], ids=lambda parser: parser.name)
@settings(max_examples=60)
@given(given_=_text_and_places())
def test_any_places(parser: Parser, given_: tuple[str, list[Place]]) -> None:
    text, near = given_
    for claim in parser.claims[:2] or ("README",):
        _check(parser, _name(claim), text, near)
