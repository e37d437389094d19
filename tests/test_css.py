"""Addresses in style sheets, as a browser would load them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit import css

SHEET = """@charset "utf-8";
@import "base.css";
@import url("print.css") print;
@import url(//cdn.example/x.css?a=1&b=2) layer(base);
@namespace svg url(http://www.w3.org/2000/svg);
/* url(comment.png) */
a::before { content: "url(text.png)"; background: URL( 'a b.png' ) }
@font-face { src: url(f.woff2) format("woff2"), url(f.eot?#iefix) }
@media print { b { background: image-set("one.png" 1x, url(two.png) 2x) } }
i { background: url(data:image/png;base64,AA==); mask: url(#part); cursor: url("\\74 hree.cur") }
"""


def test_what_a_sheet_loads_and_nothing_that_only_looks_so() -> None:
    assert [(one.url, one.line, one.is_sheet) for one in css.links(SHEET)] == [
        ("base.css", 2, True),
        ("print.css", 3, True),
        ("//cdn.example/x.css?a=1&b=2", 4, True),
        ("a b.png", 7, False),
        ("f.woff2", 8, False),
        ("f.eot?#iefix", 8, False),
        ("one.png", 9, False),
        ("two.png", 9, False),
        ("three.cur", 10, False),
    ]


def test_addresses_move_and_all_else_stays() -> None:
    places = {"base.css": "../b.css", "print.css": 'odd"\\name', "f.woff2": "g.woff2", "one.png": "1.png"}
    text = css.moved(SHEET, places.get)
    assert [one.url for one in css.links(text)] == [places.get(one.url, one.url) for one in css.links(SHEET)]
    assert 'content: "url(text.png)"' in text
    assert "/* url(comment.png) */" in text
    assert css.moved(text, lambda _: None) == text


@given(st.text(alphabet="url()\"'@import;{}/*\\#a:, \n", max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    list(css.links(text))
    css.moved(text, lambda url: f"x{url}")


@pytest.mark.parametrize("text", ["a" * (css.LARGEST + 1), "(" * 1000, "f(" * 1000, "a{" * 1000])
def test_what_nobody_wrote_is_refused(text: str) -> None:
    with pytest.raises(css.UnreadableSheet):
        list(css.links(text))
