"""The HTML report as a document: one file, nothing loaded, nothing hostile, small."""

import base64
import hashlib
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.model import Audit, Plan
from toolkit.report import html


class _Document(HTMLParser):
    """What a browser would see: elements with attributes, text, and the content of style and script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.inline: dict[str, list[str]] = {"style": [], "script": []}
        self._open = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        self.inline.get(self._open, self.words).append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


@pytest.fixture(params=["audit", "hostile", "plan"])
def page(request: pytest.FixtureRequest, audit: Audit, hostile: Audit, plan: Plan, catalog: Catalog) -> str:
    if request.param == "plan":
        return html.render_plan(plan, catalog)
    return html.render({"audit": audit, "hostile": hostile}[request.param], catalog)


def test_nothing_is_loaded_and_only_its_own_script_runs(page: str) -> None:
    document = _Document(page)
    assert not {tag for tag, _ in document.elements} & {"link", "img", "iframe", "object", "base", "embed"}
    assert not [tag for tag, attributes in document.elements if {"src", "srcset", "style"} & attributes.keys()]
    assert not [name for _, attributes in document.elements for name in attributes if name.startswith("on")]
    assert "url(" not in "".join(document.inline["style"])
    (policy,) = (a["content"] for t, a in document.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == directives["base-uri"] == directives["form-action"] == "'none'"
    for kind in ("style", "script"):
        hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in document.inline[kind]]
        assert directives[f"{kind}-src"] == (" ".join(f"'sha256-{value}'" for value in hashes) or "'none'")


def test_links_lead_to_sections_that_exist_or_to_web_pages(page: str) -> None:
    elements = _Document(page).elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in elements:
        if tag == "a":
            target = attributes["href"] or ""
            assert target[1:] in ids if target.startswith("#") else target.startswith("https://")


def test_tables_have_captions_and_scopes(page: str) -> None:
    tags = [tag for tag, _ in _Document(page).elements]
    assert tags.count("caption") == tags.count("table")
    assert all("scope" in attributes for tag, attributes in _Document(page).elements if tag == "th")


def test_hostile_strings_are_text(hostile: Audit, catalog: Catalog) -> None:
    page = html.render(hostile, catalog)
    document = _Document(page)
    assert len(document.inline["script"]) == 1
    assert "alert(1)" not in document.inline["script"][0]
    assert not set("\x1b\u202e") & set(page)
    assert "<script>alert(1)</script>\\e[31m\\u{202e}gnp.exe\\n| `x` | @octocat #1 {{ 7*7 }}" in document.text


def test_says_what_the_audit_says(audit: Audit, catalog: Catalog) -> None:
    text = _Document(html.render(audit, catalog)).text
    for words in (
        "4 companies can stop harbour alone",
        "Amazon Web Services stops 4 of 7 journeys",
        "and takes along Auth0",
        "1 of 7 journeys survives the loss of any one company",
        "Okta alone; unknown: nobody found for collab.chat",
        "Amazon Web Services with Stripe",
        "What to do: Run a second provider, or rehearse with offramp drill.",
        "waived until 2027-03-01",
        "harbour/pictures.py:14",
        "objects: aws s3 sync; egress is charged (own documentation)",
        "TOTP seeds: returned only at factor creation (own documentation)",
        "not checked",
        "42.0 GB held there",
        "Before the contract ends: 30 days; 30 days, or at once for cause (own terms)",
        "Before a suspension: 0 hours; at once (no source)",
        "Seat: US (own terms).",
        "Notice in their terms: not checked.",
        "2 places could not be looked at. What lies there is unknown.",
        "8 signs were recognised and not counted: 7 in documentation, 1 in tests.",
    ):
        assert words in text, words


def test_a_link_of_an_overlay_can_only_be_a_web_page(audit: Audit, catalog: Catalog) -> None:
    from msgspec.structs import replace

    s3 = catalog.services["aws/s3"]
    planted = replace(s3, exit=replace(s3.exit, exports=(replace(s3.exit.exports[0], source="javascript:alert(1)"),)))
    page = html.render(audit, replace(catalog, services=catalog.services | {"aws/s3": planted}))
    assert 'href="javascript' not in page
    assert "javascript:alert(1)" in _Document(page).text


def test_five_thousand_findings_stay_under_two_megabytes(make_audit: Callable[..., Audit], catalog: Catalog) -> None:
    page = html.render(make_audit(5000), catalog)
    assert len(re.findall("<tr data-o", page)) > 5000
    assert len(page.encode()) < 2_000_000


def test_the_same_audit_gives_the_same_page(make_audit: Callable[..., Audit], catalog: Catalog) -> None:
    assert html.render(make_audit(), catalog) == html.render(make_audit(), catalog)


def test_places_are_links_where_the_forge_is_known(audit: Audit, catalog: Catalog) -> None:
    page = html.render(replace(audit, source_url="https://forge.example/o/r/blob/c0ffee/"), catalog)
    assert '<a href="https://forge.example/o/r/blob/c0ffee/harbour/pictures.py#L14" rel="noreferrer">' in page
    forged = html.render(replace(audit, source_url="javascript:alert(1)//"), catalog)
    assert 'href="javascript' not in forged
    assert "<code>harbour/pictures.py:14</code>" in forged
