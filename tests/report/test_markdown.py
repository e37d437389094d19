"""Markdown: parsed by a real parser, hostile strings are text, long lists are cut."""

from collections.abc import Callable

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.model import Audit, Export, Kept, Plan, Verdict, WayOut
from toolkit.report import markdown

JOB_SUMMARY_LIMIT = 1024 * 1024  # bytes, GitHub
GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])

OUR_HTML = {"<details><summary>More</summary>", "</details>"}  # of the gate's comment, each a block by itself


def _parse(text: str) -> list[Token]:
    return [inner for token in GITHUB.parse(text) for inner in (token, *(token.children or []))]


def _text(text: str) -> str:
    spoken = [token.content for token in _parse(text) if token.type in ("text", "text_special", "code_inline")]
    return "".join(spoken).replace("\u200b", "")


@pytest.fixture(params=["audit", "plan", "verdict"])
def page(request: pytest.FixtureRequest, hostile: Audit, plan: Plan, verdict: Verdict, catalog: Catalog) -> str:
    pages: dict[str, Callable[[], str]] = {
        "audit": lambda: markdown.render(hostile, catalog),
        "plan": lambda: markdown.render_plan(plan, catalog),
        "verdict": lambda: markdown.render_verdict(verdict, hostile, catalog),
    }
    return pages[request.param]()


def test_no_html_no_links_no_images(page: str) -> None:
    tokens = [token for token in _parse(page) if token.content.strip() not in OUR_HTML]
    types = {token.type for token in tokens}
    assert not types & {"html_block", "html_inline", "link_open", "image"}
    assert "table_open" in types


def test_hostile_strings_are_text(hostile: Audit, catalog: Catalog) -> None:
    page = markdown.render(hostile, catalog)
    assert "\\e[31m\\u{202e}gnp.exe\\n| `x` | @octocat #1 {{ 7*7 }} http://evil.example/ &amp;" in _text(page)
    prose = "".join(token.content for token in _parse(page) if token.type in ("text", "text_special"))
    assert "@\u200boctocat" in prose
    assert "@octocat" not in prose


def test_tables_keep_their_columns(page: str) -> None:
    columns = 0
    for token in GITHUB.parse(page):
        if token.type == "tr_open":
            cells = 0
        elif token.type in ("td_open", "th_open"):
            cells += 1
        elif token.type == "thead_close":
            columns = cells
        elif token.type == "tr_close" and columns:
            assert cells == columns or token.level == 2
        elif token.type == "table_close":
            columns = 0


def test_it_says_what_matters(audit: Audit, catalog: Catalog) -> None:
    text = _text(markdown.render(audit, catalog))
    for words in (
        "harbour: score 34 of 100",
        "Amazon Web Services with Stripe",
        "What to do: Run a second provider",
        "harbour/pictures.py:14",
        "access denied",
    ):
        assert words in text


def test_it_fits_a_job_summary(make_audit: Callable[..., Audit], catalog: Catalog) -> None:
    page = markdown.render(make_audit(5000), catalog)
    assert "… and 4994 more." in page
    assert len(page.encode()) < JOB_SUMMARY_LIMIT


def test_the_plan_marks_what_is_late(plan: Plan, catalog: Catalog) -> None:
    assert markdown.render_plan(plan, catalog).count("**late**") == 1


def test_the_plan_says_where_an_exit_fact_was_read_or_that_nothing_is_known(plan: Plan, catalog: Catalog) -> None:
    posts = Export("Posts", "GET /posts", source="https://harbour.example/docs")
    way = WayOut("harbour", 8, exports=(posts,), keeps=(Kept("Keys", "never shown"),))
    shown = _text(markdown.render_plan(replace(plan, ways_out=(way,)), catalog))
    assert "Posts: GET /posts (https://harbour.example/docs)" in shown
    assert "Keys: never shown (no source)" in shown
