"""The gateway's answers, held against Twilio's own OpenAPI documents."""

import base64
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from documents import Check, checked_by
from processes import Served
from published import published
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

NUMBER = "+4915112345681"


@pytest.fixture
def cache(request: pytest.FixtureRequest) -> Path:
    kept: Path = request.config.cache.mkdir("openapi")
    return kept


class Asking:
    """Asks the gateway, and notes what the document says against it."""

    def __init__(self, dev: Served, check: Check) -> None:
        self.dev, self.check = dev, check
        self.objections: list[str] = []

    def __call__(self, method: str, path: str, **form: str) -> Any:
        account = self.dev.environment["TWILIO_ACCOUNT_SID"]
        path = path.format(service=self.dev.service_sid, account=account)
        login = (account, self.dev.environment["TWILIO_AUTH_TOKEN"])
        query, data = (form, None) if method == "GET" else (None, form)
        answer = httpx.request(method, self.dev.base + path, params=query, data=data, auth=login)
        request = Request(EnvironBuilder(path, method=method, query_string=query or {}).get_environ())
        response = Response(answer.content, answer.status_code, mimetype=answer.headers["Content-Type"])
        self.objections += self.check(request, response)
        return answer.json()


def test_verify(dev: Served, cache: Path) -> None:
    ask = Asking(dev, checked_by(published("twilio_verify_v2", cache)))
    resource = "/v2/Services/{service}/Verifications"
    made = ask("POST", resource, To=NUMBER, Channel="sms")
    ask("GET", f"{resource}/{made['sid']}")
    code = dev.code_for(NUMBER)
    ask("POST", "/v2/Services/{service}/VerificationCheck", To=NUMBER, Code="0000")
    ask("POST", "/v2/Services/{service}/VerificationCheck", VerificationSid=made["sid"], Code=code)
    other = ask("POST", resource, To="ada@example.org", Channel="email")
    ask("POST", f"{resource}/{other['sid']}", Status="canceled")
    assert not ask.objections


def test_factors(dev: Served, cache: Path) -> None:
    ask = Asking(dev, checked_by(published("twilio_verify_v2", cache)))
    resource = "/v2/Services/{service}/Entities/ff483d1ff591898a9942916050d2ca3f"
    made = ask("POST", f"{resource}/Factors", FriendlyName="phone", FactorType="totp", Metadata='{"os": "Android"}')
    seed = base64.b32decode(made["binding"]["secret"])
    totp = TOTP(seed, 6, SHA1(), 30, enforce_key_length=False).generate(int(time.time()))  # noqa: S303
    ask("POST", f"{resource}/Factors/{made['sid']}", AuthPayload=totp.decode())
    ask("GET", f"{resource}/Factors/{made['sid']}")
    ask("GET", f"{resource}/Factors")
    challenge = ask("POST", f"{resource}/Challenges", FactorSid=made["sid"], AuthPayload="000000")
    ask("GET", f"{resource}/Challenges/{challenge['sid']}")
    assert not ask.objections


def test_messages(dev: Served, cache: Path) -> None:
    # the document has paths with ".json", which the check leaves out
    document = published("twilio_api_v2010", cache)
    document["paths"] = {path.removesuffix(".json"): item for path, item in document["paths"].items()}
    ask = Asking(dev, checked_by(document, deviations="uri: '/.* is not a 'uri'"))  # its own examples have such paths
    resource = "/2010-04-01/Accounts/{account}/Messages"
    for text in ("Grüße 👋", "hello"):
        made = ask("POST", f"{resource}.json", To=NUMBER, Body=text, From="Offramp")
    ask("GET", f"{resource}/{made['sid']}.json")
    ask("GET", f"{resource}.json", To=NUMBER, PageSize="1")
    assert not ask.objections
