"""Twilio's own SDK for Python, as published, against the gateway as a program."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from processes import Served, eventually
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.verify.v2.service import ServiceContext

NUMBER = "+4915112345678"
ASKED = b"To=%2B4915112345678&Channel=sms&RateLimits="
ENTITY = "/v2/Services/{service}/Entities/ff483d1ff591898a9942916050d2ca3f"


@pytest.fixture
def service(dev: Served, client: Client) -> ServiceContext:
    return client.verify.v2.services(dev.service_sid)


def error(call: Callable[[], Any]) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as caught:
        call()
    assert caught.value.uri.startswith("/")
    return caught.value.status, caught.value.code


def test_a_number_is_verified(dev: Served, service: ServiceContext) -> None:
    verification = service.verifications.create(to=NUMBER, channel="sms", locale="de")
    assert (verification.status, verification.to, verification.channel) == ("pending", NUMBER, "sms")
    assert [attempt["channel"] for attempt in verification.send_code_attempts] == ["SMS"]
    assert service.verifications(verification.sid).fetch().date_created == verification.date_created
    code = dev.code_for(NUMBER)
    other = "000000" if code != "000000" else "111111"
    assert service.verification_checks.create(to=NUMBER, code=other).status == "pending"
    check = service.verification_checks.create(to=NUMBER, code=code)
    assert (check.sid, check.status, check.valid) == (verification.sid, "approved", True)
    assert error(lambda: service.verification_checks.create(to=NUMBER, code=code)) == (404, 20404)


def test_a_mailbox_is_verified(dev: Served, service: ServiceContext) -> None:
    sid = service.verifications.create(to="ada@Example.org", channel="email").sid
    code = dev.code_for("ada@example.org")
    assert service.verification_checks.create(verification_sid=sid, code=code).status == "approved"


def test_a_verification_is_canceled_or_approved(service: ServiceContext) -> None:
    first = service.verifications.create(to="+4915112345601", channel="sms")
    assert service.verifications(first.sid).update(status="canceled").status == "canceled"
    second = service.verifications.create(to="+4915112345601", channel="sms")
    assert second.sid != first.sid
    assert service.verifications(second.sid).update(status="approved").valid


def test_errors_are_twilios(dev: Served, client: Client, service: ServiceContext) -> None:
    stranger = dev.twilio("wrong").verify.v2.services(dev.service_sid)
    assert error(lambda: stranger.verifications.create(to=NUMBER, channel="sms")) == (401, 20003)
    elsewhere = client.verify.v2.services("VA" + "0" * 32)
    assert error(lambda: elsewhere.verifications.create(to=NUMBER, channel="sms")) == (404, 20404)
    assert error(lambda: service.verifications.create(to="12", channel="sms")) == (400, 60200)
    assert error(lambda: service.verifications.create(to=NUMBER, channel="pigeon")) == (400, 60200)
    assert error(lambda: service.verification_checks.create(to=NUMBER, code="12ab")) == (400, 60200)
    assert error(lambda: service.verifications.create(to=NUMBER, channel="sms", custom_code="123456")) == (403, 60204)
    assert error(lambda: service.verifications("VE" + "0" * 32).fetch()) == (404, 20404)
    assert error(lambda: client.messages("SM" + "0" * 32).fetch()) == (404, 20404)
    assert error(lambda: client.messages.create(to="12", body="x", from_="x")) == (400, 21211)
    assert error(lambda: client.messages.create(to=NUMBER, body="x" * 1601, from_="x")) == (400, 21617)
    assert error(lambda: client.messages.create(to=NUMBER, from_="x")) == (400, 21602)
    assert error(lambda: client.calls.create(to=NUMBER, from_="x", url="http://x")) == (404, 20404)


def test_attempts_run_out(dev: Served, service: ServiceContext) -> None:
    number = "+4915112345602"
    for _ in range(5):
        service.verifications.create(to=number, channel="sms")
    assert error(lambda: service.verifications.create(to=number, channel="sms")) == (429, 60203)
    sent = {dev.code_for(number, 5), *(message["body"][-6:] for message in dev.sent() if message["to"] == number)}
    wrong = next(code for code in map("{:06}".format, range(10)) if code not in sent)
    for _ in range(5):
        assert not service.verification_checks.create(to=number, code=wrong).valid
    assert error(lambda: service.verification_checks.create(to=number, code=sent.pop())) == (429, 60202)


def test_messages_are_sent_found_and_listed_page_by_page(dev: Served, client: Client) -> None:
    to, texts = "+4915112345603", [f"Grüße № {index} 👋" for index in range(5)]
    sids = [client.messages.create(to=to, from_="+4930123456", body=text).sid for text in texts]
    assert [message["body"] for message in eventually(lambda: _five(dev, to))] == texts
    sent = eventually(lambda: m if (m := client.messages(sids[0]).fetch()).status == "sent" else None)
    assert (sent.body, sent.to, sent.from_, sent.error_code) == (texts[0], to, "+4930123456", None)
    assert sent.date_sent >= sent.date_created
    assert [message.sid for message in client.messages.list(to=to, page_size=2)] == sids[::-1]
    assert len(client.messages.list(to=to, limit=3)) == 3


def _five(dev: Served, to: str) -> list[dict[str, str]] | None:
    found = [message for message in dev.sent() if message["to"] == to]
    return sorted(found, key=lambda message: message["body"]) if len(found) == 5 else None


def test_callbacks_are_signed_as_the_sdk_expects_and_repeated_until_heard(dev: Served, client: Client) -> None:
    heard: list[tuple[str, dict[str, str]]] = []

    class Application(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            heard.append((self.headers["X-Twilio-Signature"], dict(parse_qsl(body))))
            self.send_response(204 if len(heard) > 1 else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Application) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/told?of=ä&x=1"
        sid = client.messages.create(to=NUMBER, from_="x", body="hello", status_callback=url).sid
        eventually(lambda: len(heard) >= 2)
        server.shutdown()
    validator = RequestValidator(dev.environment["TWILIO_AUTH_TOKEN"])
    for signature, parameters in heard:
        assert (parameters["MessageSid"], parameters["MessageStatus"]) == (sid, "sent")
        assert parameters["AccountSid"] == dev.environment["TWILIO_ACCOUNT_SID"]
        assert validator.validate(url, parameters, signature)
        assert not validator.validate(url, {**parameters, "MessageStatus": "failed"}, signature)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/", b"", 404),
        ("DELETE", "/v2/Services/{service}/Verifications", b"", 405),
        ("POST", "/v2/Services/{service}/Verifications", b"\xff\xfe=", 400),
        ("POST", "/v2/Services/{service}/Verifications", b"To=%ff%fe&Channel=sms", 400),
        ("POST", "/v2/Services/{service}/Verifications", b"x" * 70_000, 413),
        ("POST", "/v2/Services/{service}/Verifications", b"&".join(b"a=1" for _ in range(200)), 400),
        ("POST", "/v2/Services/{service}/Verifications", b"To=%2B4915112345678&Channel=sms&RateLimits=[1", 400),
        ("POST", "/v2/Services/{service}/Verifications", b"To=%2B4915112345678%00&Channel=sms", 400),
        ("POST", "/v2/Services/{service}/VerificationCheck", b"To=%2B4915112345678&Code=%D9%A1%D9%A2%D9%A3%D9%A4", 400),
        ("POST", "/v2/Services/{service}/Verifications", ASKED + b"[" * 60_000, 400),
        ("POST", "/v2/Services/{service}/Verifications", ASKED + b'{"a":"%5Cud800"}', 400),
        ("POST", "/v2/Services/{service}/Verifications?To=%ff", b"", 400),
        ("POST", "/v2/Services/{service}/Verifications", b'{"To": "+4915112345678", "Channel": "sms"}', 400),
        ("POST", ENTITY + "/Factors", b"FactorType=totp&FriendlyName=x&Metadata=" + b"[" * 60_000, 400),
        ("POST", ENTITY + "/Factors", b"FactorType=totp&FriendlyName=x&Metadata=NaN", 400),
        ("POST", ENTITY + "/Factors", b'FactorType=totp&FriendlyName=x&Metadata="%5Cud800"', 400),
        ("POST", ENTITY + "/Factors", b'FactorType=totp&FriendlyName=x&Metadata="%5Cu0000"', 400),
        ("POST", ENTITY + "/Factors", b"FactorType=totp&FriendlyName=x&Config.TimeStep=" + b"9" * 5_000, 400),
        ("GET", "/2010-04-01/Accounts/{account}/Messages.json?PageSize=" + "9" * 5_000, b"", 400),
        ("GET", "/v2/Services/{service}/Verifications/%00", b"", 404),
        ("GET", "/2010-04-01/Accounts/{account}/Messages.json?PageToken=x", b"", 404),
        ("GET", "/2010-04-01/Accounts/{account}/Messages.json?Page=x", b"", 400),
        ("POST", "/2010-04-01/Accounts/{account}/Messages.json", b"To=%2B491511234567&Body=x&StatusCallback=x:", 400),
        ("GET", "/metrics", b"", 404),
        ("GET", "/kannel/report?sid=SM0&kind=1&key=x", b"", 401),
    ],
)  # fmt: skip
def test_bad_requests_get_a_clear_answer(dev: Served, method: str, path: str, body: bytes, status: int) -> None:
    account = dev.environment["TWILIO_ACCOUNT_SID"]
    url = dev.base + path.format(service=dev.service_sid, account=account)
    answer = httpx.request(method, url, content=body, auth=(account, dev.environment["TWILIO_AUTH_TOKEN"]))
    assert answer.status_code == status
    assert answer.json()["status"] == status
    assert answer.json()["code"] in (20003, 20004, 20404, 21609, 60200, 60306)


@pytest.mark.parametrize("header", [{}, {"Authorization": "Basic ???"}, {"Authorization": "Bearer x"}])
def test_nobody_else_is_let_in(dev: Served, header: dict[str, str]) -> None:
    answer = httpx.post(f"{dev.base}/v2/Services/{dev.service_sid}/Verifications", headers=header)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    assert "Basic" in answer.headers["WWW-Authenticate"]
