import asyncio
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from worlds import MakeWorld, World

from toolkit.otp import messages, outbox, verify
from toolkit.otp.app import make_app
from toolkit.otp.refusals import Refusal
from toolkit.otp.settings import Code, Limit, Limits
from toolkit.otp.store import messages as outgoing
from toolkit.otp.store import verifications

NUMBER, MAILBOX = "+4915112345678", "ada@example.org"


def codes(world: World) -> list[str]:
    """The codes that wait in the outbox, oldest first."""
    with world.gateway.engine.begin() as connection:
        rows = connection.execute(select(outgoing).order_by(outgoing.c.created)).all()
        bodies = [messages.text(world.gateway, row) for row in rows if row.body]
    return [body[-6:] for body in bodies]


def wrong(*right: str) -> str:
    return next(code for number in range(100) if (code := f"{number:06}") not in right)


def refused(call: Callable[[], Any]) -> int:
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value.code


def test_a_code_is_good_once(world: World) -> None:
    started = verify.start(world.gateway, NUMBER, "sms")
    (code,) = codes(world)
    row, right = verify.check(world.gateway, wrong(code), to=NUMBER)
    assert (row.sid, row.status, right) == (started.sid, "pending", False)
    row, right = verify.check(world.gateway, code, to=NUMBER)
    assert (row.sid, row.status, right) == (started.sid, "approved", True)
    assert refused(lambda: verify.check(world.gateway, code, to=NUMBER)) == 20404
    assert refused(lambda: verify.check(world.gateway, code, sid=started.sid)) == 20404


def test_of_two_checks_at_once_one_approves(world: World) -> None:
    verify.start(world.gateway, NUMBER, "sms")
    (code,) = codes(world)
    results: list[object] = []

    def attempt() -> None:
        try:
            results.append(verify.check(world.gateway, code, to=NUMBER)[1])
        except Refusal as refusal:
            results.append(refusal.code)

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results, key=str) == [20404] * 7 + [True]


def test_a_code_expires(world: World) -> None:
    verify.start(world.gateway, NUMBER, "sms")
    (code,) = codes(world)
    world.later(599)
    assert not verify.check(world.gateway, wrong(code), to=NUMBER)[1]
    world.later(1)
    assert refused(lambda: verify.check(world.gateway, code, to=NUMBER)) == 20404


def test_five_guesses(world: World) -> None:
    verify.start(world.gateway, NUMBER, "sms")
    (code,) = codes(world)
    for _ in range(5):
        assert not verify.check(world.gateway, wrong(code), to=NUMBER)[1]
    assert refused(lambda: verify.check(world.gateway, code, to=NUMBER)) == 60202


def test_five_sends_are_of_one_code(world: World) -> None:
    started = [verify.start(world.gateway, NUMBER, "sms") for _ in range(5)]
    assert len({row.sid for row in started}) == 1
    assert refused(lambda: verify.start(world.gateway, NUMBER, "sms")) == 60203
    sent = codes(world)
    assert len(sent) == 5
    assert len(set(sent)) == 1
    assert verify.check(world.gateway, sent[0], to=NUMBER)[1]


def test_codes_of_verifications_have_nothing_in_common(world: World) -> None:
    for number in range(200):
        verify.start(world.gateway, f"+49151{number:05}000", "sms")
    sent = codes(world)
    assert len(set(sent)) > 190
    assert len({code[0] for code in sent}) == 10


def test_a_new_verification_begins_when_the_last_is_over(world: World) -> None:
    first = verify.start(world.gateway, NUMBER, "sms")
    old = codes(world)[-1]
    world.later(600)
    second = verify.start(world.gateway, NUMBER, "sms")
    assert second.sid != first.sid
    new = codes(world)[-1]
    if old != new:
        assert not verify.check(world.gateway, old, to=NUMBER)[1]
    assert verify.check(world.gateway, new, to=NUMBER)[1]


def test_a_code_counts_for_its_own_verification_only(world: World) -> None:
    verify.start(world.gateway, NUMBER, "sms")
    world.later(1)
    verify.start(world.gateway, MAILBOX, "email")
    first, second = codes(world)
    if first != second:
        assert not verify.check(world.gateway, first, to=MAILBOX)[1]
    assert verify.check(world.gateway, second, to=MAILBOX)[1]


@pytest.mark.parametrize("status", ["approved", "canceled"])
def test_an_application_can_end_it(world: World, status: str) -> None:
    started = verify.start(world.gateway, NUMBER, "sms")
    assert verify.fetch(world.gateway, started.sid).status == "pending"
    assert verify.fetch(world.gateway, NUMBER).sid == started.sid
    assert verify.finish(world.gateway, started.sid, status).status == status
    assert refused(lambda: verify.check(world.gateway, codes(world)[0], to=NUMBER)) == 20404
    assert refused(lambda: verify.fetch(world.gateway, started.sid)) == 20404
    assert refused(lambda: verify.finish(world.gateway, started.sid, "approved")) == 20404


def test_checking_numbers_nobody_asked_for_is_limited_too(make_world: MakeWorld) -> None:
    world = make_world(limits=Limits(number_checks=Limit(3, 60)))
    answers = [refused(lambda: verify.check(world.gateway, "123456", to="+4915199999999")) for _ in range(4)]
    assert answers == [20404, 20404, 20404, 60202]


@pytest.mark.parametrize(
    ("limits", "numbers", "code"),
    [
        (Limits(number=Limit(2, 60)), [NUMBER] * 3, 60212),
        (Limits(prefix=Limit(2, 60)), ["+4915112345001", "+4915112345002", "+4915112345003"], 60410),
        (Limits(account=Limit(2, 60)), [NUMBER, "+4915212345678", "+12025550123"], 20429),
    ],
    ids=["number", "block of numbers", "account"],
)
def test_sends_are_limited(make_world: MakeWorld, limits: Limits, numbers: list[str], code: int) -> None:
    world = make_world(limits=limits)
    *fitting, one_too_many = numbers
    for number in fitting:
        verify.start(world.gateway, number, "sms")
    with pytest.raises(Refusal) as caught:
        verify.start(world.gateway, one_too_many, "sms")
    assert caught.value.code == code
    assert caught.value.headers() == {"Retry-After": "60"}
    assert len(codes(world)) == 2
    world.later(60.001)
    verify.start(world.gateway, one_too_many, "sms")


def test_a_mailbox_is_limited_like_a_number(make_world: MakeWorld) -> None:
    world = make_world(limits=Limits(number=Limit(2, 60)))
    for _ in range(2):
        verify.start(world.gateway, MAILBOX, "email")
    assert refused(lambda: verify.start(world.gateway, MAILBOX, "email")) == 60203


def test_an_address_is_limited_and_ipv6_counts_by_network(make_world: MakeWorld) -> None:
    world = make_world(limits=Limits(rate_limits={"end_user_ip_address": Limit(2, 60)}))

    def start(number: int, address: str) -> None:
        named = {"end_user_ip_address": address}
        verify.start(world.gateway, f"+49151{number:08}", "sms", rate_limits=named)

    start(1, "2001:db8::1")
    start(2, "2001:db8::2")
    assert refused(lambda: start(3, "2001:db8:0:0:ffff::3")) == 60207
    start(4, "2001:db8:0:1::1")
    start(5, "192.0.2.1")
    assert refused(lambda: verify.start(world.gateway, NUMBER, "sms", rate_limits={"unheard of": "x"})) == 60200


def test_the_users_address_is_limited_by_either_parameter(make_world: MakeWorld) -> None:
    world = make_world(limits=Limits(rate_limits={"end_user_ip_address": Limit(2, 60)}))
    path = f"/v2/Services/{world.gateway.settings.service_sid}/Verifications"
    login = (world.gateway.settings.account_sid, world.gateway.settings.auth_token)

    async def start(number: int, **named: str) -> tuple[int, int]:
        form = {"To": f"+49151{number:08}", "Channel": "sms", **named}
        transport = httpx.ASGITransport(make_app(world.gateway))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway", auth=login) as client:
            answer = await client.post(path, data=form)
        return answer.status_code, answer.json().get("code", 0)

    assert asyncio.run(start(1, DeviceIp="192.0.2.7")) == (201, 0)
    assert asyncio.run(start(2, RateLimits='{"end_user_ip_address": "192.0.2.7"}')) == (201, 0)
    assert asyncio.run(start(3, DeviceIp="192.0.2.7")) == (429, 60207)
    assert asyncio.run(start(3, DeviceIp="192.0.2.8")) == (201, 0)


@pytest.mark.parametrize(
    ("to", "channel", "code"),
    [
        ("", "sms", 60200),
        ("015112345678", "sms", 60200),
        ("+49", "sms", 60200),
        ("+4915112345678\n+4915112345679", "sms", 60200),
        ("+33612345678", "sms", 60605),
        ("+499001234567", "sms", 60410),
        (NUMBER, "call", 60200),
        (NUMBER, "email", 60200),
        ("ada@example.org, eve@example.org", "email", 60200),
        ("ada@example.org\r\nBcc: eve@example.org", "email", 60200),
        ("ada@[127.0.0.1]", "email", 60200),
    ],
)
def test_where_nothing_can_go(world: World, to: str, channel: str, code: int) -> None:
    assert refused(lambda: verify.start(world.gateway, to, channel)) == code
    assert codes(world) == []


def test_channels_that_are_not_set_up_are_refused(make_world: MakeWorld) -> None:
    assert refused(lambda: verify.start(make_world(mail=None).gateway, MAILBOX, "email")) == 60204
    assert refused(lambda: verify.start(make_world(sms=None).gateway, NUMBER, "sms")) == 60204


def test_languages_and_lengths(make_world: MakeWorld) -> None:
    texts = {"en": "{service}: {code}", "de": "{service}, dein Code: {code}"}
    world = make_world(texts=texts, service="{code} Ltd", code=Code(length=8))
    verify.start(world.gateway, NUMBER, "sms", wording=verify.Wording("de-AT"))
    with world.gateway.engine.begin() as connection:
        (message,) = outbox.claim(connection, world.gateway.keys, world.now[0], 10)
    assert message.body.startswith("{code} Ltd, dein Code: ") or "Ltd, dein Code: " in message.body
    assert len(message.body.rpartition(" ")[2]) == 8


def test_no_code_and_no_whole_number_is_logged_or_stored_readably(world: World) -> None:
    verify.start(world.gateway, NUMBER, "sms")
    (code,) = codes(world)
    verify.check(world.gateway, wrong(code), to=NUMBER)
    verify.check(world.gateway, code, to=NUMBER)
    log = "\n".join(world.log)
    assert [event["event"] for event in world.events()] == ["verification.start", *["verification.check"] * 2]
    assert code not in log
    assert NUMBER not in log
    assert NUMBER[4:] not in log
    with world.gateway.engine.begin() as connection:
        stored = [str(row) for table in (outgoing, verifications) for row in connection.execute(select(table))]
    assert not any(code in row.replace(NUMBER, "") for row in stored)


def test_the_hash_of_a_code_depends_on_the_secret(make_world: MakeWorld) -> None:
    world = make_world()
    verify.start(world.gateway, NUMBER, "sms")
    (code,) = codes(world)
    other = make_world(secret="another secret, as long as it has to be")
    assert not verify.check(other.gateway, code, to=NUMBER)[1]
    assert verify.check(world.gateway, code, to=NUMBER)[1]
