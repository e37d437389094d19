"""Limits count what a value means, however it is spelt."""

from ipaddress import ip_address

import pytest
from test_verify import NUMBER, refused
from worlds import MakeWorld

from toolkit.otp import verify
from toolkit.otp.addresses import subject
from toolkit.otp.destinations import mailbox, phone
from toolkit.otp.settings import Limit, Limits
from toolkit.serving.networks import network, plain

SPELLINGS = [
    "203.0.113.7",
    " 203.0.113.7 ",
    "203.0.113.7:50000",
    "::ffff:203.0.113.7",
    "::FFFF:cb00:7107",
    "0:0:0:0:0:ffff:203.0.113.7",
    "[::ffff:203.0.113.7]:443",
    "::ffff:203.0.113.7%eth0",
    "::203.0.113.7",
    "64:ff9b::203.0.113.7",
    "2002:cb00:7107::1",
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_spellings_of_one_ipv4_address(text: str) -> None:
    assert network(text) == "203.0.113.7"


def test_ipv4_addresses_written_as_ipv6_do_not_share_a_bucket() -> None:
    """All of ::ffff:0:0/96 lies in one /64: ten codes an hour for everybody."""
    assert network("::ffff:203.0.113.7") != network("::ffff:203.0.113.8")
    assert network("64:ff9b::203.0.113.7") != network("64:ff9b::203.0.113.8")


@pytest.mark.parametrize(
    "text", ["2001:db8::1", "2001:DB8:0:0:ffff::", "2001:0db8::%eth1", "[2001:db8::9]", "[2001:db8::9]:1"]
)
def test_ipv6_counts_by_its_64(text: str) -> None:
    assert network(text) == "2001:db8::/64"


@pytest.mark.parametrize(
    "text", ["", "x", "203.0.113", "203.0.113.007", "0xcb.0.113.7", "203.0.113.7, 10.0.0.1", "1.2.3.4.5", "٢.0.0.1"]
)
def test_what_is_no_address(text: str) -> None:
    assert network(text) is None


def test_the_loopback_address_is_no_ipv4_address() -> None:
    assert plain(ip_address("::1")) == ip_address("::1")


@pytest.mark.parametrize(
    ("spellings", "meaning"),
    [
        (["+4915112345678", "+49 151 1234-5678", "+49 (0)151 12345678", "+49.151.12345678"], "+4915112345678"),
        (["+5215512345678", "+52 1 55 1234 5678", "+52 (1) 55-1234-5678", "+525512345678"], "+525512345678"),
        (["+5491123456789", "+54 11 2345-6789"], "+541123456789"),
    ],
)
def test_numbers(spellings: list[str], meaning: str) -> None:
    assert {found.meaning for text in spellings if (found := phone(text))} == {meaning}
    assert all(phone(text) for text in spellings)


def test_an_old_mexican_number_is_sent_to_as_it_is_dialled_today() -> None:
    found = phone("+5215512345678")
    assert found is not None
    assert (found.to, found.country) == ("+525512345678", "MX")


@pytest.mark.parametrize(
    ("spellings", "meaning"),
    [
        (["Ada@Example.org", "ada+1@example.org", "ADA+x+y@EXAMPLE.ORG"], "ada@example.org"),
        (["a.d.a@gmail.com", "ada@googlemail.com", "Ada+1@Gmail.com"], "ada@gmail.com"),
        (["a.da@example.org"], "a.da@example.org"),
        (["+@example.org"], "+@example.org"),
    ],
)
def test_mailboxes(spellings: list[str], meaning: str) -> None:
    assert {found.meaning for text in spellings if (found := mailbox(text))} == {meaning}


def test_values_of_other_rate_limits() -> None:
    assert subject("::ffff:203.0.113.7") == "203.0.113.7"
    assert subject("+49 151 1234-5678") == "+4915112345678"
    assert subject("Ada+1@Example.org") == "ada@example.org"
    assert subject(" Ｓession-A ") == "session-a"


def test_spellings_of_an_address_are_counted_together(make_world: MakeWorld) -> None:
    world = make_world(limits=Limits(rate_limits={"end_user_ip_address": Limit(3, 60)}))

    def start(number: int, text: str) -> int:
        named = {"end_user_ip_address": text}
        verify.start(world.gateway, f"+49151{number:08}", "sms", rate_limits=named)
        return number

    for number, text in enumerate(SPELLINGS[:3]):
        start(number, text)
    assert {refused(lambda text=text: start(99, text)) for text in SPELLINGS} == {60207}
    assert refused(lambda: start(99, "no address")) == 60200
    start(100, "::ffff:203.0.113.8")


def test_spellings_of_a_mailbox_are_counted_together(make_world: MakeWorld) -> None:
    world = make_world(limits=Limits(number=Limit(2, 60)))
    verify.start(world.gateway, "ada@example.org", "email")
    verify.start(world.gateway, "Ada+1@example.org", "email")
    assert refused(lambda: verify.start(world.gateway, "ADA+2@example.org", "email")) == 60203


def test_an_old_mexican_number_is_checked_as_it_was_started(make_world: MakeWorld) -> None:
    world = make_world(countries=("MX",))
    row = verify.start(world.gateway, "+5215512345678", "sms")
    assert verify.fetch(world.gateway, "+5215512345678").sid == row.sid
    assert verify.check(world.gateway, "0000", to="+525512345678")[0].sid == row.sid
    assert refused(lambda: verify.start(world.gateway, NUMBER, "sms")) == 60605
