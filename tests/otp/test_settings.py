import re
import tomllib
from pathlib import Path

import msgspec
import pytest
from worlds import settings

from toolkit.errors import BadInput
from toolkit.otp.destinations import mailbox, masked, phone
from toolkit.otp.settings import Budget, Conversion, Limits, read_settings
from toolkit.serving.listening import host_and_port

PAGE = (Path(__file__).parents[2] / "docs/otp.md").read_text()
MINIMAL = f"""
database = "sqlite://"
account_sid = "AC{"a" * 32}"
auth_token = "{"t" * 32}"
service_sid = "VA{"b" * 32}"
secret = "{"s" * 32}"
"""
SMS = "[sms]\nurl = 'u'\nusername = 'u'\npassword = 'p'\nsender = 's'\nreport_url = 'r'\n"


def _documented() -> str:
    """The reference of all keys, with values where it has none."""
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    for key, value in {"account_sid": "AC" + "a" * 32, "service_sid": "VA" + "b" * 32}.items():
        block = re.sub(rf'^{key} = "[^"]*"', f'{key} = "{value}"', block, flags=re.MULTILINE)
    block = block.replace('"…"', f'"{"x" * 32}"')
    return block.replace("countries = []", 'countries = ["DE"]')


def test_the_documented_reference_has_every_key_and_its_default(tmp_path: Path) -> None:
    file = tmp_path / "otp.toml"
    file.write_text(_documented())
    read = read_settings(file)
    assert read.limits == Limits()
    defaults = msgspec.to_builtins(settings("x"))
    documented = tomllib.loads(_documented())
    assert set(documented) == set(defaults) - {"outbox_file"}
    assert read.budget == Budget()
    assert read.conversion == Conversion()
    assert read.callback_networks == ()
    for table in ("limits", "code", "mail", "budget", "conversion"):
        assert set(documented[table]) == set(defaults[table])
    for key in (
        "listen",
        "base_url",
        "certificate",
        "service",
        "keep_days",
        "metrics_token",
        "code",
        "texts",
    ):
        assert documented[key] == defaults[key]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("listen = 'localhost:1'", "'localhost' does not appear to be"),
        ("unheard_of = 1", "unheard_of"),
        ("code = { length = 3 }", "code.length"),
        ("limits = { number = { count = 0, seconds = 1 } }", "limits.number.count"),
        ("countries = ['Germany']", "countries"),
        ("callback_networks = ['10.0.0.1/8']", "has host bits set"),
        ("budget = { account = -1 }", "budget.account"),
        ("conversion = { least = 2 }", "conversion.least"),
        (
            f"countries = ['DE']\n{SMS}services = {{ MGx = 'a' }}",
            "sms.services",
        ),
        ("texts = { de = '{code}' }", "texts.en is missing"),
        ("texts = { en = 'no code' }", "texts.en has no {code}"),
        ("= broken", "no valid TOML"),
        (
            "sms = { url = 'u', username = 'u', password = 'secret', sender = 's', report_url = 'r' }",
            "countries is empty",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, change: str, said: str) -> None:
    file = tmp_path / "otp.toml"
    file.write_text(MINIMAL + change)
    with pytest.raises(BadInput) as caught:
        read_settings(file)
    assert str(file) in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize("line", ["auth_token", "secret"])
def test_secrets_are_not_repeated_in_errors_or_tracebacks(tmp_path: Path, line: str) -> None:
    file = tmp_path / "otp.toml"
    file.write_text(re.sub(rf"^{line} = .*$", f'{line} = "short-one"', MINIMAL, flags=re.MULTILINE))
    with pytest.raises(BadInput) as caught:
        read_settings(file)
    assert line in str(caught.value)
    assert "short-one" not in str(caught.value)
    assert "t" * 32 not in repr(settings("x"))


def test_addresses() -> None:
    assert host_and_port("[::1]:80") == ("::1", 80)
    with pytest.raises(ValueError, match="no ADDRESS:PORT"):
        host_and_port("127.0.0.1:http")


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("+49 151 1234-5678", "+4915112345678"),
        ("+1 (202) 555-0123", "+12025550123"),
        ("+999123456789", None),
        ("0151", None),
    ],
)
def test_phone_numbers(text: str, normal: str | None) -> None:
    found = phone(text)
    assert (found.to if found else None) == normal


def test_mailboxes_keep_their_local_part_as_it_is() -> None:
    found = mailbox("Ada.Lovelace@Example.ORG")
    assert found is not None
    assert (found.to, found.group) == ("Ada.Lovelace@example.org", "example.org")


def test_masks() -> None:
    assert masked("+4915112345678") == "+49•••78"
    assert masked("ada@example.org") == "a•••@example.org"
