"""Messages that really leave: through Kannel and two carriers that speak SMPP, and through a mail server."""

import asyncio
import email
import email.policy
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from net import Net, running_net
from processes import code_in, eventually, free_port

from toolkit.otp.carriers import Outcome, Outgoing
from toolkit.otp.carriers import kannel as sms
from toolkit.otp.carriers.file import file
from toolkit.otp.carriers.smtp import mail
from toolkit.otp.settings import Carrier as Prices
from toolkit.otp.settings import Kannel, Mail


@pytest.fixture
def net(tmp_path: Path) -> Iterator[Net]:
    with running_net(tmp_path) as net:
        yield net


def test_codes_arrive_by_the_cheapest_carrier_and_deliveries_are_reported(net: Net) -> None:
    net.start("+4915112345678")
    net.start("+12025550123")
    german = eventually(lambda: net.a.text_for("+4915112345678"))
    american = eventually(lambda: net.b.text_for("+12025550123"))
    assert net.approved("+4915112345678", code_in(german))
    assert net.approved("+12025550123", code_in(american))
    client = net.gateway.twilio()
    sid = client.messages.create(to="+4915112345678", body="Grüße 👋", from_="Offramp").sid
    eventually(lambda: client.messages(sid).fetch().status == "delivered" or None)
    assert net.a.text_for("+4915112345678") == "Grüße 👋"


def test_one_carrier_dies_in_the_middle_and_nothing_is_lost(net: Net) -> None:
    numbers = [f"+4915{number:02}0000000" for number in range(40)]
    for number in numbers[:20]:
        net.start(number)
    net.a.swallow = True  # the link is still there, but nothing is acknowledged any more
    for number in numbers[20:30]:
        net.start(number)
    net.a.die()
    for number in numbers[30:]:
        net.start(number)
    arrived = eventually(lambda: _all(numbers, net), 120)
    assert all(net.approved(number, code_in(text)) for number, text in arrived.items())
    net.online("b")
    net.a.swallow = False
    net.a.rise()
    net.online("a", "b")
    net.start("+4915999999999")
    eventually(lambda: net.a.text_for("+4915999999999"))


def _all(numbers: list[str], net: Net) -> dict[str, str] | None:
    found = {number: net.a.text_for(number) or net.b.text_for(number) for number in numbers}
    texts = {number: text for number, text in found.items() if text}
    return texts if len(texts) == len(numbers) else None


def test_messages_wait_while_no_carrier_is_there(net: Net) -> None:
    net.a.die()
    net.b.die()
    net.online()
    net.start("+4915112345678")
    net.b.rise()
    text = eventually(lambda: net.b.text_for("+4915112345678"), 60)
    assert net.approved("+4915112345678", code_in(text))


def test_a_carrier_that_throttles_gets_them_slower_and_all(net: Net) -> None:
    net.a.per_second = 5
    numbers = [f"+4915{number:02}0000000" for number in range(15)]
    for number in numbers:
        net.start(number)
    arrived = eventually(lambda: _all(numbers, net), 120)
    assert len(arrived) == 15


# --- Kannel's answers -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda _: httpx.Response(202, text="0: Accepted for delivery"), "accepted"),
        (lambda _: httpx.Response(202, text="3: Queued for later delivery"), "accepted"),
        (lambda _: httpx.Response(403, text="Authorization failed for sendsms"), "later"),
        (lambda _: httpx.Response(503, text="Temporal failure, try again later."), "later"),
        (lambda _: httpx.Response(400, text="Empty receiver number not allowed, rejected"), "refused"),
        (httpx.ConnectError, "later"),
        (httpx.ReadTimeout, "unknown"),
        (httpx.ReadError, "unknown"),
        (httpx.RemoteProtocolError, "unknown"),
    ],
)
def test_what_kannels_answers_mean(answer: Callable[[object], httpx.Response], kind: str) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        made = answer(request if not isinstance(answer, type) else "it happens")
        if isinstance(made, Exception):
            raise made
        return made

    settings = Kannel(url="http://kannel/", username="u", password="p", sender="s", report_url="http://gateway/")

    async def send() -> Outcome:
        async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as client:
            carrier = sms.kannel(settings, client, report_key=b"key")
            return await carrier(Outgoing("SM1", "sms", "+4915112345678", "s", "Your code is: 123456"))

    outcome = asyncio.run(send())
    assert outcome.kind == kind
    assert "123456" not in outcome.detail


@pytest.mark.parametrize(
    ("to", "expected"), [("+4915112345678", "b"), ("+491761234567", "a"), ("+12025550123", "b"), ("+3312345678", "a")]
)
def test_the_cheapest_carrier_by_its_longest_prefix(to: str, expected: str) -> None:
    a = Prices("a", {"": 0.05, "+49": 0.07, "+1": 0.04})
    b = Prices("b", {"": 0.06, "+49": 0.08, "+49151": 0.01, "+1202": 0.03})
    assert sms.cheapest([a, b], to) == expected
    assert sms.cheapest([], to) is None
    assert sms.cheapest([Prices("c", {"+44": 0.1})], to) is None


@pytest.mark.parametrize(
    ("text", "count"),
    [("a" * 160, 1), ("a" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("ж" * 70, 1), ("ж" * 71, 2), ("👋" * 35, 1)],
)
def test_segments(text: str, count: int) -> None:
    assert sms.segments(text) == count


# --- mail -------------------------------------------------------------------------------------------------------------
class _Mailbox:
    """Answers each message with the next reply, or takes it."""

    def __init__(self, *replies: str) -> None:
        self.replies = list(replies)
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        return self.replies.pop(0) if self.replies else "250 OK"


def _mailed(mailbox: _Mailbox, outgoing: Outgoing) -> Outcome:
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        return asyncio.run(mail(Mail(sender="Codes <codes@example.org>", port=controller.port))(outgoing))
    finally:
        controller.stop()


OUTGOING = Outgoing("SM1", "email", "ada@example.org", "", "Grüße: 123456", "123456 is your code")


def test_a_mail_arrives() -> None:
    mailbox = _Mailbox()
    assert _mailed(mailbox, OUTGOING) == Outcome("accepted")
    (envelope,) = mailbox.envelopes
    message = email.message_from_bytes(envelope.original_content or b"", policy=email.policy.default)
    assert envelope.rcpt_tos == ["ada@example.org"]
    assert message["Subject"] == "123456 is your code"
    assert message.get_content().strip() == "Grüße: 123456"
    assert message["Message-ID"] == "<SM1@example.org>"


@pytest.mark.parametrize(("reply", "kind"), [("451 later", "later"), ("554 no", "refused"), ("421 bye", "later")])
def test_what_mail_servers_answer(reply: str, kind: str) -> None:
    assert _mailed(_Mailbox(reply), OUTGOING).kind == kind


def test_a_mail_server_that_is_not_there() -> None:
    assert asyncio.run(mail(Mail(sender="x@example.org", port=free_port()))(OUTGOING)).kind == "later"


def test_a_mail_server_that_vanishes_after_the_text_leaves_it_unknown() -> None:
    class Vanishing(_Mailbox):
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
            assert server.transport is not None
            server.transport.abort()
            return await super().handle_DATA(server, session, envelope)

    assert _mailed(Vanishing(), OUTGOING).kind == "unknown"


def test_a_disk_that_is_full() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    assert asyncio.run(file(full)(OUTGOING)).kind == "later"
