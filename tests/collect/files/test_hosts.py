"""Hosts of nobody the catalogue knows: what calls them, what only points at them, and what is nobody outside."""

import time
from pathlib import Path

import pytest

from tests.collect.files.fake_catalog import catalog
from toolkit.catalog.entries import Catalog, Hosts
from toolkit.collect.files import collect_files
from toolkit.identify.undescribed import undescribed
from toolkit.model import Platform, Survey

KNOWN = catalog({"twilio": {"host": ("api.twilio.com",)}})
KNOWN = Catalog(**{
    **{name: getattr(KNOWN, name) for name in KNOWN.__struct_fields__},
    "hosts": Hosts(("w3.org",), ("apache.org",), ("wikipedia.org",), ("acme",)),
})  # fmt: skip


def _seen(folder: Path, files: dict[str, str | bytes]) -> Survey:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return collect_files({"shop": folder}, KNOWN)


def _found(folder: Path, files: dict[str, str | bytes]) -> dict[str, str]:
    """Domain → place."""
    survey = _seen(folder, files)
    return {row.domain: row.place for row in undescribed(survey, Platform())}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("app/pay.rb", 'PAY_ENDPOINT = "https://pay.bank-of.io"\n'),
        ("app/pay.py", "answer = requests.post('https://bank-of.io/charge', json=order)\n"),
        ("src/pay.ts", "const host = mode ? `https://b2b.bank-of.io` : `https://sandbox-b2b.bank-of.io`;\n"),
        ("src/pay.go", 'const apiURL = "https://api.bank-of.io/v2"\n'),
        ("Pay.java", 'private static final String LIVE_ENDPOINT = "https://www.bank-of.io/api";\n'),
        ("pay.php", "'endpoint' => 'wss://live.bank-of.io',\n"),
        ("Pay.cs", 'client.BaseAddress = new Uri("https://api.bank-of.io/");\n'),
    ],
)
def test_code_calls_them(tmp_path: Path, name: str, text: str) -> None:
    assert _found(tmp_path, {name: text})["bank-of.io"] == "called in code"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env.production", "SMS_GATEWAY_URL=https://sms.bank-of.io/send\n"),
        ("config/mail.yml", "smtp_host: mail.bank-of.io\n"),
        ("settings.toml", '[broker]\nurl = "amqps://user:pw@mq.bank-of.io/vhost"\n'),
        ("main.tf", 'resource "x" "y" {\n  endpoint = "https://ingest.bank-of.io"\n}\n'),
    ],
)
def test_settings_name_them(tmp_path: Path, name: str, text: str) -> None:
    assert _found(tmp_path, {name: text}) == {"bank-of.io": "set in settings"}


def test_pages_load_them_and_link_to_others(tmp_path: Path) -> None:
    page = '<script src="//cdn.bank-of.io/a.js"></script>\n<a href="https://bank-of.net/about">us</a>\n'
    assert _found(tmp_path, {"index.html": page}) == {
        "bank-of.io": "loaded by a page",
        "bank-of.net": "named in a text",
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", "# url = 'https://api.bank-of.io/v1'\n"),
        ("a.js", "/*\n * fetch('https://api.bank-of.io/v1')\n */\n"),
        ("a.go", "call() // see https://api.bank-of.io/v1\n"),
        ("a.html", "<!--\n<script src='https://api.bank-of.io/x.js'></script>\n-->\n"),
        ("a.py", "fetch('https://api.twilio.com/v1')\nfetch('https://lookups.twilio.com/v1')\n"),
        ("a.py", "fetch('https://api.example.com/v1')\nfetch('https://api.shop.test/v1')\n"),
        ("a.py", "fetch('http://localhost:80/v1')\nfetch('http://10.0.0.1/v1')\nfetch('http://db.internal/v1')\n"),
        ("a.py", "fetch('https://your-shop.bank-of.io/api')\nfetch('https://api.acme.com/v1')\n"),
        ("a.py", "NS = 'http://www.w3.org/2000/svg'\nhost = 'https://api.{}.{}/v1'.format(a, b)\n"),
        ("tests/a.py", "fetch('https://api.bank-of.io/v1')\n"),
        ("docs/a.py", "fetch('https://api.bank-of.io/v1')\n"),
        ("package.json", '{"homepage": "https://api.bank-of.io/v1"}\n'),
        ("package-lock.json", '{"resolved": "https://api.bank-of.io/v1"}\n'),
    ],
)
def test_nobody_outside_is_called_here(tmp_path: Path, name: str, text: str) -> None:
    assert not _found(tmp_path, {name: text})


@pytest.mark.parametrize(
    "line",
    [
        "docs_url = 'https://bank-of.io/docs/api'",
        "raise Error('please read more at https://bank-of.io/api')",
        "link_to 'Us', 'https://bank-of.io/'",
        "if url == 'https://api.bank-of.io/v1':",
    ],
)
def test_what_is_only_pointed_at_is_a_text(tmp_path: Path, line: str) -> None:
    assert set(_found(tmp_path, {"a.py": line + "\n"}).values()) <= {"named in a text"}


def test_the_platforms_own_are_no_strangers(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        ".env": "APP_URL=https://bank-of.io\n",
        "a.py": "fetch('https://api.bank-of.io/v1')\nfetch('https://api.sayso.io/v1')\n",
    }
    survey = _seen(tmp_path, files)
    assert [row.domain for row in undescribed(survey, Platform())] == ["sayso.io"]
    assert not undescribed(survey, Platform(name="say-so"))
    assert not undescribed(survey, Platform(domains=("sayso.io",)))


def test_one_row_for_a_domain_with_its_lines(tmp_path: Path) -> None:
    line = "post('https://{}.bank-of.co.uk/api/v1')\n"
    survey = _seen(tmp_path, {"b.py": "\n" + line.format("eu"), "a.py": line.format("us"), "c.yml": "x: 1\n"})
    (row,) = undescribed(survey, Platform())
    assert row.domain == "bank-of.co.uk"
    assert row.hosts == ("us.bank-of.co.uk", "eu.bank-of.co.uk")
    assert [survey.hosts[position].where for position in row.seen] == ["a.py:1", "b.py:2"]


def test_a_list_of_the_web_is_data(tmp_path: Path) -> None:
    hosts = "".join(f"post('https://api.bank{number}.io/v1')\n" for number in range(20))
    assert set(_found(tmp_path, {"a.py": hosts}).values()) == {"named in a text"}


def test_hostile_hosts_do_no_harm(tmp_path: Path) -> None:
    hostile = [
        b"post('https://api.b\xc3\xbccher.de/v1')",
        b"post('https://\xff\xfe\x1b[31m.bank-of.io/api')",
        b"post('https://api.<script>.io/api')",
        b"post('https://%2e%2e.bank-of.io/api')",
        b"post('https://" + b"a" * 65_536 + b".bank-of.io/api')",
        b"post('https://" + b"a." * 32_768 + b"bank-of.io/api')",
        b"post('https://api.xn--\xe2\x80\xae.io/v1')",
        b"https://" * 10_000,
        b"key = " * 10_000 + b"'https://api.sayso.io/v1'",
    ]
    started = time.process_time()
    survey = _seen(tmp_path, {f"{number}.py": line + b"\n" for number, line in enumerate(hostile)})
    assert time.process_time() - started < 5
    assert {item.host for item in survey.hosts} == {"api.xn--bcher-kva.de", "api.sayso.io"}
    assert not survey.unread
