"""Menus: which literal tables of a program offer vendors, and which lines are uses."""

from pathlib import Path

import pytest

from toolkit.catalog.folders import load
from toolkit.collect.files import collect_files
from toolkit.collect.files.menus import Offered, menus
from toolkit.identify.dependencies import identify
from toolkit.model import Dependency, Platform

CATALOG = load()
MAIL = ("mail.outgoing",)
PRESETS = """const presets = {
  gmail: { host: "smtp.gmail.com", port: 465 },
  sendgrid: {
    host: "smtp.sendgrid.net", port: 465,
  },
};
"""


def offered(*lines: int, about: tuple[str, ...] = MAIL) -> list[Offered]:
    return [Offered(line, f"vendor-{line}", about) for line in lines]


@pytest.mark.parametrize(
    "text",
    [
        PRESETS,
        'PRESETS = [\n  ("a", "smtp.a.com"),\n  # another\n  ("b", "smtp.b.com"),\n]\n',
        'const OIDC = {\n a: "https://login.a.com",\n  b_: "x",\n b: "https://login.b.com",\n};',
    ],
)
def test_a_table_of_vendors_for_one_thing_is_a_menu(text: str) -> None:
    assert menus(text, offered(2, 4)) == {2, 4}


@pytest.mark.parametrize(
    "text",
    [
        'function send() {\n  post("https://a.com");\n\n  post("https://b.com");\n}\n',
        'const a = [\n  "https://a.com",\n];\nconst b = ["https://b.com"];\n',
        'const clients = {\n  a: () => new Client("https://a.com"),\n\n  b: () => new Client("https://b.com"),\n};\n',
    ],
)
def test_what_a_program_does_is_no_menu(text: str) -> None:
    assert menus(text, offered(2, 4)) == frozenset()


def test_vendors_that_work_side_by_side_or_for_different_things_are_no_menu() -> None:
    assert menus(PRESETS, offered(2, 4, about=("observe.errors",))) == frozenset()
    different = [Offered(2, "a", MAIL), Offered(4, "b", ("payments.processing",))]
    assert menus(PRESETS, different) == frozenset()
    assert menus(PRESETS, [Offered(2, "a", MAIL), Offered(4, "a", MAIL)]) == frozenset()


def test_a_hostile_file_costs_little() -> None:
    text = "{" * 50_000 + '\n"smtp.a.com"\n"smtp.b.com"\n' + "}" * 50_000
    assert menus(text, offered(2, 3)) in (frozenset(), {2, 3})


def _found(folder: Path, name: str, text: str) -> dict[str, Dependency]:
    (folder / name).write_text(text)
    survey = collect_files({"app": folder}, CATALOG)
    return {one.id: one for one in identify(survey, Platform(), CATALOG)}


def test_what_a_form_offers_is_an_option(tmp_path: Path) -> None:
    found = _found(tmp_path, "Smtp.vue", f"<script>\n{PRESETS}</script>\n")
    assert {one.role for one in found.values()} == {"optional"}
    assert found["sendgrid"].use == "possible"


@pytest.mark.parametrize(
    "url",
    [
        "https://login.microsoftonline.com/.../metadata",
        "https://login.microsoftonline.com/{TENANT_HERE}/v2.0",
        "smtp://email-smtp.YOUR-REGION.amazonaws.com",
    ],
)
def test_a_url_that_somebody_has_to_fill_in_is_no_use(tmp_path: Path, url: str) -> None:
    assert not _found(tmp_path, "app.js", f"const url = '{url}';\nfetch(url);\n")


def test_a_url_that_the_program_fills_in_is_used(tmp_path: Path) -> None:
    assert _found(tmp_path, "app.js", "fetch(`https://login.microsoftonline.com/${tenant}/v2.0/hereby`);\n")
