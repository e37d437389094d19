"""How deep the catalogue is: counted, not claimed."""

import re

import pytest

from toolkit import shipped
from toolkit.catalog.depth import Depth, depth, summary
from toolkit.catalog.entries import Catalog, Exit, Notice, Service, Vendor
from toolkit.catalog.folders import load
from toolkit.catalog.sources import SourceKind, kind_of
from toolkit.model import Export, Kept

PAGE = "https://harbour.example/terms"
DEEP = Vendor(
    "Harbour",
    jurisdiction="NL",
    company_source=PAGE,
    runs_on=("quay",),
    notices=(Notice("suspension", "at once", 0, PAGE),),
    exit=Exit((Export("Posts", "GET /posts", source=PAGE),)),
)


def _catalog(vendor: Vendor, service: Service) -> Catalog:
    vendors = {"harbour": vendor, "quay": Vendor("Quay", jurisdiction="DE"), "pier": Vendor("Pier")}
    return Catalog("", {}, vendors, {"harbour/mail": service}, {}, {}, {})


def test_facts_of_a_vendor_and_its_services_are_counted_with_their_sources() -> None:
    found = depth(_catalog(DEEP, Service("Mail", exit=Exit(keeps=(Kept("Keys", "never"),)))))
    terms: tuple[SourceKind, ...] = ("own terms",) * 3
    assert found.vendors == (Depth("harbour", 1, 1, 1, 1, 1, terms),)
    assert (found.deep, found.deep_sourced, found.facts, found.sourced) == (1, 0, 5, 3)
    assert found.kinds == (("own terms", 3),)
    assert summary(found) == (
        "1 vendors in depth, 0 of them with a source for every fact; 5 facts in all, 3 with a source: 3 own terms. "
        "Another 0 stand on somebody else's page, which does not count as a source."
    )


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("https://www.harbour.example/legal/aup", "own terms"),
        ("https://docs.harbour.example/export", "own documentation"),
        ("https://docs.harbour.co.uk/export", "own documentation"),
        ("https://github.com/harbour-labs/docs/blob/main/export.md", "own documentation"),
        ("https://github.com/hbr/docs/blob/main/export.md", "own documentation"),  # of its `pages`
        ("https://www.moorings.example/legal", "own terms"),
        ("https://github.com/hbrs/export", "somebody else's page"),
        ("https://pier.example/export", "own documentation"),  # of its owner
        ("https://github.com/OpenTermsArchive/contrib-versions/blob/1/Harbour/Terms.md", "archive of terms"),
        ("https://www.sec.gov/Archives/edgar/data/1/ex21.htm", "law"),
        ("https://www.lemagit.fr/actualites/harbour", "press"),
        ("https://harbour.wiki.example/export", "somebody else's page"),
        ("https://www.alpha-harbour.example/export", "somebody else's page"),
        ("https://github.com/ada/harbour-export", "somebody else's page"),
        ("https://gist.github.com/harbour/1", "somebody else's page"),
        ("", ""),
    ],
)
def test_whose_page_a_source_is(source: str, kind: str) -> None:
    pages = ("github.com/hbr", "moorings.example")
    vendors = {
        "harbour": Vendor("Harbour", parent="pier", pages=pages),
        "pier": Vendor("Pier", homepage="https://www.pier.example"),
    }
    assert kind_of(source, "harbour", Catalog("", {}, vendors, {}, {}, {}, {})) == kind


def test_without_something_that_stays_behind_it_is_not_in_depth() -> None:
    assert depth(_catalog(DEEP, Service("Mail"))).deep == 0


def test_the_readme_says_what_is_counted() -> None:
    text = re.sub(r"\s+", " ", (shipped.CHECKOUT / "README.md").read_text(encoding="utf-8"))
    assert summary(depth(load())) in text, "copy the first line of `offramp catalog list --depth`"


def test_no_notice_is_written_down_without_the_page_it_stands_on() -> None:
    assert [id_ for id_, vendor in load().vendors.items() for one in vendor.notices if not one.source] == []
