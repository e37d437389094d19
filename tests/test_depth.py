"""How deep the catalogue is: counted, not claimed."""

import re

from toolkit import shipped
from toolkit.catalog import Catalog, load
from toolkit.depth import Depth, depth, summary
from toolkit.entries import Exit, Notice, Service, Vendor
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
    assert found.vendors == (Depth("harbour", 1, 1, 1, 1, 1, sourced=3),)
    assert (found.deep, found.deep_sourced, found.facts, found.sourced) == (1, 0, 5, 3)
    assert summary(found).startswith("1 vendors in depth, 0 of them with a source for every fact; 5 facts")


def test_without_something_that_stays_behind_it_is_not_in_depth() -> None:
    assert depth(_catalog(DEEP, Service("Mail"))).deep == 0


def test_the_readme_says_what_is_counted() -> None:
    text = re.sub(r"\s+", " ", (shipped.CHECKOUT / "README.md").read_text(encoding="utf-8"))
    assert summary(depth(load())) in text, "copy the first line of `offramp catalog list --depth`"


def test_no_notice_is_written_down_without_the_page_it_stands_on() -> None:
    assert [id_ for id_, vendor in load().vendors.items() for one in vendor.notices if not one.source] == []
