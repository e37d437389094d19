"""Addresses in modules of JavaScript, as a browser would load them."""

from hypothesis import given
from hypothesis import strategies as st

from toolkit import scripts

MODULE = b"""/* import "/comment.js" */
import a, { b as c } from "/npm/a@1/+esm";import"./side.js";
import * as d from 'https://esm.sh/d';
import React from "react";
export * from '../e.mjs'; export { f } from "/f.js";
export const text = 'import "/text.js"';
const later = () => import("/later.js");
import data from "./data.json" with { type: "json" };
"""


def test_what_a_module_imports_and_nothing_that_only_looks_so() -> None:
    assert [one.url for one in scripts.imports(MODULE)] == [
        "/npm/a@1/+esm",
        "./side.js",
        "https://esm.sh/d",
        "../e.mjs",
        "/f.js",
        "./data.json",
    ]


def test_addresses_move_and_all_else_stays() -> None:
    places = {"/npm/a@1/+esm": "../a/+esm", "https://esm.sh/d": "../esm.sh/d"}
    text = scripts.moved(MODULE, places.get)
    assert text == MODULE.replace(b'"/npm/a@1/+esm"', b'"../a/+esm"').replace(b"https://esm.sh/d", b"../esm.sh/d")
    assert scripts.moved(MODULE, lambda _: None) == MODULE


def test_what_is_too_large_is_not_read() -> None:
    assert not list(scripts.imports(b'import "/a.js";' + b" " * scripts.LARGEST))


@given(st.text(alphabet="import exportfrom*{}\"'`/.;()a, \n", max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    scripts.moved(text.encode(), lambda url: f"x{url}")
