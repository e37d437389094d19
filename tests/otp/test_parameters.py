"""Twilio's parameters through its own SDK: honoured or refused with Twilio's code, never left out silently."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from processes import Served, eventually
from test_twilio_sdk import error
from twilio.rest import Client
from worlds import SMS, MakeWorld

from toolkit.otp import messages, parameters, verify
from toolkit.otp.parameters import Asked
from toolkit.otp.refusals import Refusal
from toolkit.otp.settings import Carrier, Kannel

NUMBER, SERVICE = "+4915112345678", "MG" + "0" * 32
TOMORROW = datetime.now(UTC) + timedelta(days=1)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"send_at": TOMORROW, "schedule_type": "fixed", "messaging_service_sid": SERVICE}, (400, 35114)),
        ({"schedule_type": "fixed"}, (400, 35114)),
        ({"media_url": ["https://example.org/x.png"]}, (400, 21620)),
        ({"send_as_mms": True}, (400, 21620)),
        ({"content_sid": "HX" + "0" * 32}, (400, 21655)),
        ({"content_variables": '{"1": "x"}'}, (400, 21655)),
        ({"application_sid": "AP" + "0" * 32}, (400, 20422)),
        ({"persistent_action": ["geo:1,2"]}, (400, 20422)),
        ({"fallback_from": "+4930123456"}, (400, 20422)),
        ({"shorten_urls": True}, (400, 20422)),
        ({"content_retention": "discard"}, (400, 20422)),
        ({"address_retention": "obfuscate"}, (400, 20422)),
        ({"risk_check": "disable"}, (400, 20422)),
        ({"validity_period": 0}, (400, 21624)),
        ({"validity_period": 36_001}, (400, 21624)),
        ({"max_price": "cheap"}, (400, 21627)),
        ({"max_price": "nan"}, (400, 21627)),
        ({"max_price": "0"}, (400, 21627)),
        ({"messaging_service_sid": "VA" + "0" * 32}, (400, 21705)),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else str(value[1]),
)
def test_what_a_message_cannot_be_asked(
    dev: Served, client: Client, asked: dict[str, Any], refusal: tuple[int, int]
) -> None:
    before = len(dev.sent())
    assert error(lambda: client.messages.create(to=NUMBER, body="hello", **asked)) == refusal
    assert len(dev.sent()) == before


@pytest.mark.parametrize(
    "asked",
    [
        {"send_as_mms": False, "shorten_urls": False, "smart_encoded": False, "risk_check": "enable"},
        {"content_retention": "retain", "address_retention": "retain"},
        {"attempt": 1, "force_delivery": True, "provide_feedback": True, "traffic_type": "free"},
        {"validity_period": 60, "max_price": "0.5", "messaging_service_sid": SERVICE},
    ],
    ids=lambda value: ",".join(value),
)
def test_what_asks_for_what_happens_anyway(client: Client, asked: dict[str, Any]) -> None:
    sid = client.messages.create(to=NUMBER, body="hello", **asked).sid
    sent = eventually(lambda: m if (m := client.messages(sid).fetch()).status == "sent" else None)
    assert sent.messaging_service_sid == asked.get("messaging_service_sid")


@pytest.mark.parametrize(
    "sender", ["Board", "A-b_c&d+e f", "1Board", "12345", "123456", "+4930123456", "4930123456", "-_& +a"]
)
def test_senders(client: Client, sender: str) -> None:
    assert client.messages.create(to=NUMBER, body="hello", from_=sender).from_ == sender


@pytest.mark.parametrize(
    "sender", ["TwelveLetters", "12", "-_& +", "whatsapp:+4930123456", "Bürger", "a\nb", "+1234567890123456", "a;b"]
)
def test_what_is_no_sender(client: Client, sender: str) -> None:
    assert error(lambda: client.messages.create(to=NUMBER, body="hello", from_=sender)) == (400, 21212)


def test_an_old_mexican_number(dev: Served, client: Client) -> None:
    assert client.messages.create(to="+5215512345678", body="hola", from_="x").to == "+525512345678"
    assert len(client.messages.list(to="+52 1 55 1234 5678")) == 1
    service = client.verify.v2.services(dev.service_sid)
    service.verifications.create(to="+5215512345678", channel="sms")
    code = dev.code_for("+525512345678", 2)
    assert service.verification_checks.create(to="+5215512345678", code=code).valid


def test_smart_encoding_keeps_a_text_in_gsms_alphabet(dev: Served, client: Client) -> None:
    text = "“Don’t” – she said…\u00a0‘no’"
    plain = client.messages.create(to=NUMBER, body=text, from_="x")
    smart = client.messages.create(to=NUMBER, body=text, from_="x", smart_encoded=True)
    assert (plain.body, smart.body) == (text, "\"Don't\" - she said... 'no'")
    assert dev.sent()[-1]["body"] == smart.body


def test_messages_are_listed_by_when_they_were_sent(client: Client) -> None:
    to = "+4915112345999"
    sid = client.messages.create(to=to, body="hello", from_="x").sid
    eventually(lambda: client.messages(sid).fetch().status == "sent" or None)
    now, hour = datetime.now(UTC), timedelta(hours=1)
    assert len(client.messages.list(to=to, date_sent_after=now - hour)) == 1
    assert len(client.messages.list(to=to, date_sent_before=now + hour)) == 1
    assert client.messages.list(to=to, date_sent_after=now + hour) == []
    assert client.messages.list(to=to, date_sent_before=now - hour) == []
    assert client.messages.list(to=to, date_sent=now - timedelta(days=2)) == []


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026-01-01T99:00:00Z", "9999-12-31", "2026-01-01 "])
def test_dates_that_are_none(text: str) -> None:
    if text == "9999-12-31":
        assert parameters.sent_between({"DateSent": text})
        return
    with pytest.raises(Refusal):
        parameters.sent_between({"DateSent": text})


# --- with a carrier's prices and a clock ------------------------------------------------------------------------------
def test_a_message_that_costs_more_than_it_may_is_not_sent(make_world: MakeWorld) -> None:
    sms = Kannel(**{**_fields(SMS), "carriers": (Carrier("a", {"": 0.1}),)})
    world = make_world(sms=sms)
    dear = messages.send(world.gateway, NUMBER, "x" * 200, asked=Asked(most=0.1))
    assert (dear.state, dear.error) == ("failed", 30010)
    assert messages.send(world.gateway, NUMBER, "x" * 160, asked=Asked(most=0.1)).state == "queued"


def test_a_message_is_good_for_as_long_as_was_asked(make_world: MakeWorld) -> None:
    world = make_world()
    row = messages.send(world.gateway, NUMBER, "x", asked=Asked(valid_seconds=60))
    assert row.expires == row.created + 60


def test_a_messaging_service_is_a_sender(make_world: MakeWorld) -> None:
    world = make_world(sms=Kannel(**{**_fields(SMS), "services": {SERVICE: "Desk"}}))

    def sender(service: str, given: str = "") -> str:
        return str(messages.send(world.gateway, NUMBER, "x", sender=given, asked=Asked(service=service)).sender)

    assert sender(SERVICE) == "Desk"
    assert sender("MG" + "1" * 32) == "Offramp"
    assert sender(SERVICE, "12345") == "12345"


def _fields(settings: Kannel) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.__struct_fields__}


# --- verifications ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "asked",
    [
        {"custom_code": "123456"},
        {"custom_message": "x"},
        {"amount": "1", "payee": "Ada"},
        {"template_sid": "HJ" + "0" * 32},
        {"template_custom_substitutions": "{}"},
        {"channel_configuration": {"substitutions": {"a": "b"}}},
        {"enable_sna_client_token": True},
        {"risk_check": "disable"},
    ],
    ids=lambda value: ",".join(value),
)
def test_what_a_verification_cannot_be_asked(dev: Served, client: Client, asked: dict[str, Any]) -> None:
    service, before = client.verify.v2.services(dev.service_sid), len(dev.sent())
    assert error(lambda: service.verifications.create(to=NUMBER, channel="sms", **asked)) == (403, 60204)
    assert len(dev.sent()) == before


def test_what_a_check_cannot_be_asked(dev: Served, client: Client) -> None:
    checks = client.verify.v2.services(dev.service_sid).verification_checks
    for asked in ({"amount": "1"}, {"payee": "Ada"}, {"sna_client_token": "x"}):
        call: Callable[[], Any] = lambda asked=asked: checks.create(to=NUMBER, code="123456", **asked)  # noqa: E731
        assert error(call) == (403, 60204)


def test_whom_a_text_is_from_and_for_which_app(dev: Served, client: Client) -> None:
    service = client.verify.v2.services(dev.service_sid)
    service.verifications.create(
        to="+4915112345777", channel="sms", custom_friendly_name="Ada's Boats", app_hash="A1b2C3d4/+="
    )
    code = dev.code_for("+4915112345777")
    assert dev.sent()[-1]["body"] == f"Your Ada's Boats verification code is: {code}\n\nA1b2C3d4/+="
    for asked in ({"app_hash": "short"}, {"custom_friendly_name": "a\nb"}):
        refused = error(lambda asked=asked: service.verifications.create(to=NUMBER, channel="sms", **asked))
        assert refused == (400, 60200)


def test_a_verification_sid_of_another_number(dev: Served, client: Client) -> None:
    service = client.verify.v2.services(dev.service_sid)
    victim = service.verifications.create(to="+4915112345701", channel="sms")
    attacker = service.verifications.create(to="+4915112345702", channel="sms")
    code = dev.code_for("+4915112345702")
    checks = service.verification_checks
    for mixed in ((victim.to, attacker.sid), (attacker.to, victim.sid)):
        call: Callable[[], Any] = lambda m=mixed: checks.create(to=m[0], verification_sid=m[1], code=code)  # noqa: E731
        assert error(call) == (404, 20404)
    assert checks.create(to=attacker.to, verification_sid=attacker.sid, code=code).valid


def test_the_code_of_a_resend_is_the_same(dev: Served, client: Client) -> None:
    service = client.verify.v2.services(dev.service_sid)
    for _ in range(3):
        service.verifications.create(to="+4915112345703", channel="sms")
    assert len({message["body"] for message in dev.sent() if message["to"] == "+4915112345703"}) == 1


def test_a_check_says_where_it_comes_from(dev: Served) -> None:
    """As docs/otp.md shows it; the SDK has no parameter for it."""

    def service(address: str) -> Any:
        client = dev.twilio()
        client.http_client.session.params = {"DeviceIp": address}  # type: ignore[attr-defined]
        return client.verify.v2.services(dev.service_sid)

    to, home, elsewhere = "+4915112345704", service("203.0.113.7"), service("::ffff:198.51.100.9")
    home.verifications.create(to=to, channel="sms", device_ip="203.0.113.7")
    code = dev.code_for(to)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        assert not elsewhere.verification_checks.create(to=to, code=wrong).valid
    assert error(lambda: elsewhere.verification_checks.create(to=to, code=code)) == (429, 60202)
    assert home.verification_checks.create(to=to, code=code).valid


def test_an_address_that_is_none(dev: Served, client: Client) -> None:
    service = client.verify.v2.services(dev.service_sid)
    for asked in ({"device_ip": "unknown"}, {"rate_limits": {"end_user_ip_address": "1.2.3.4, 10.0.0.1"}}):
        refused = error(lambda asked=asked: service.verifications.create(to=NUMBER, channel="sms", **asked))
        assert refused == (400, 60200)


def test_wording_left_alone_is_the_services(make_world: MakeWorld) -> None:
    world = make_world(service="Board")
    assert verify.start(world.gateway, NUMBER, "sms", wording=verify.Wording()).status == "pending"
