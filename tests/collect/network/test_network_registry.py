"""What the registry says, by RDAP from a real web server."""

import json

import pytest
from authority import LOOPBACK, Serve, free_port
from web_server import Sites

from toolkit.catalog.entries import Catalog
from toolkit.collect.network.outside import Outside, collect_network
from toolkit.model import Survey

ANSWER = {
    "objectClassName": "domain",
    "ldhName": "acme.example",
    "status": ["client transfer prohibited", "active"],
    "events": [
        {"eventAction": "registration", "eventDate": "1999-01-01T00:00:00Z"},
        {"eventAction": "expiration", "eventDate": "2027-03-04T05:06:07Z"},
    ],
    "entities": [
        {"roles": ["registrant"], "vcardArray": ["vcard", [["fn", {}, "text", "Jane Private"]]]},
        {
            "roles": ["registrar"],
            "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "GANDI SAS"]]],
        },
    ],
}


def look(serve: Serve, sites: Sites, catalog: Catalog, nginx: str) -> Survey:
    site = sites({"localhost": nginx})
    where = serve({"acme.example": "app A 127.0.0.1\n"})
    base = f"http://{LOOPBACK}:{site.http}/rdap"
    outside = Outside(("app.acme.example",), (where,), 20.0, 120.0, base, free_port(), free_port())
    return collect_network(outside, catalog)


def missed(survey: Survey) -> list[str]:
    return [item.reason for item in survey.unread if item.source == "network.rdap"]


def test_who_the_registrar_is_and_until_when(serve: Serve, sites: Sites, catalog: Catalog) -> None:
    survey = look(
        serve, sites, catalog, f"location = /rdap/domain/acme.example {{ return 200 '{json.dumps(ANSWER)}'; }}"
    )
    assert [item.signal for item in survey.evidence if item.source == "network.rdap"] == ["gandi#registrar:Gandi"]
    assert {item.name: item.value for item in survey.observations if item.source == "network.rdap"} == {
        "registrar": "GANDI SAS",
        "registered until": "2027-03-04",
        "transfer lock": "client transfer prohibited",
    }
    assert missed(survey) == []
    assert "Jane" not in repr(survey)


@pytest.mark.parametrize(
    ("nginx", "why"),
    [
        ("location / { return 404; }", "does not know it"),
        ("location / { return 429; }", "answers 429"),
        ("location / { return 200 '<html>'; }", "cannot be read"),
        ("location / { return 200 '{\"entities\": 5}'; }", "cannot be read"),
        ("location / { return 302 http://127.0.0.2/; }", "no address that may be visited"),
        ("location / { return 302 $request_uri; }", "again and again"),
        ("location / { return 302 'http://['; }", "nowhere"),
        ("location / { return 302 file:///etc/passwd; }", "registry"),
    ],
)
def test_what_is_no_answer(serve: Serve, sites: Sites, catalog: Catalog, nginx: str, why: str) -> None:
    (reason,) = missed(look(serve, sites, catalog, nginx))
    assert why in reason


def test_a_name_that_turns_the_terminal_around(serve: Serve, sites: Sites, catalog: Catalog) -> None:
    card = ["vcard", [["fn", {}, "text", "\x1b[2J\u202eevil" + "x" * 1000]]]
    answer = json.dumps({"entities": [{"roles": ["registrar"], "vcardArray": card}]})
    survey = look(serve, sites, catalog, f"location / {{ return 200 '{answer}'; }}")
    (seen,) = [item.value for item in survey.observations if item.name == "registrar"]
    assert seen.isprintable()
    assert len(seen) < 110


def test_nested_as_deep_as_it_gets(serve: Serve, sites: Sites, catalog: Catalog) -> None:
    deep = '{"entities": [{"roles": ["registrar"], "vcardArray": ' + "[" * 1500 + "]" * 1500 + "}]}"
    survey = look(serve, sites, catalog, f"location / {{ return 200 '{deep}'; }}")
    assert len(missed(survey)) <= 1
