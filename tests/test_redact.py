"""Redaction: what identifies the platform is nowhere in the result, pseudonyms are stable, nothing can be guessed."""

import hashlib
import re
from datetime import date

import msgspec
import pytest

from toolkit.errors import BadInput
from toolkit.model import (
    Application,
    Assessment,
    Audit,
    Dependency,
    Discarded,
    Evidence,
    Finding,
    Journey,
    Platform,
    Root,
    Score,
    Survey,
    Unread,
    Waiver,
)
from toolkit.redact import redact

KEY = b"a key of the user's own, 32 byte"
ACCOUNT = "123456789012"
S3, RDS = "arn:aws:s3:::", f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:"
CNAME = "login.harbour.example CNAME acme.okta.com"
REASON = f"user ada@harbour.example of {ACCOUNT} from 10.1.2.3 and 2001:db8::7"
IDENTIFYING = (
    ACCOUNT,
    "harbour",
    "ada@",
    "10.1.2.3",
    "2001:db8::7",
    "/home/ada",
    "acme.okta",
    "s3cr3t",
    "ada lovelace",
    "contract",
    "ledger.internal",
)


@pytest.fixture(scope="module")
def audit() -> Audit:
    account = f"aws:{ACCOUNT}"
    return Audit(
        "1.0",
        "offramp 0.1.0",
        "c0ffee",
        Platform(
            name="harbour",
            domains=("harbour.example",),
            owners={"auth": "Ada Lovelace"},
            applications=(Application("harbour-web", "web", environment={"TOKEN": "s3cr3t"}),),
            journeys=(Journey("read", "Read the harbour board", ("data.relational",)),),
            waivers=(Waiver("single-company", "okta", "Ada Lovelace", "contract until May", date(2027, 5, 1)),),
        ),
        Survey(
            (
                Root("harbour", "checkout", "/home/ada/harbour"),
                Root(account, "account", "harbour-prod"),
                Root("harbour.example", "domain", "harbour.example"),
            ),
            ("files.python", "accounts.aws", "network.dns"),
            (
                Evidence("files.python", "aws/s3#pypi:boto3", "harbour", "app/pictures.py:14", "runtime"),
                Evidence("files.python", "ledger.internal.corp", "harbour", "app/ledger.py:3", "runtime"),
                Evidence("accounts.aws", "aws/s3#resource:bucket", account, f"{S3}harbour-pictures", "infra"),
                Evidence("accounts.aws", "aws/rds#resource:db", account, f"{RDS}harbour", "infra"),
                Evidence("network.dns", "okta#cname:*.okta.com", "harbour.example", CNAME, "runtime"),
            ),
            (Discarded("files.generic", "stripe#host:x", "harbour", "docs/pay.md:1", "docs"),),
            (Unread("accounts.aws", account, "kms:ListKeys", REASON),),
        ),
        (Dependency("aws", "s3", ("data.object-storage",), "runtime", "high", (0, 2)),),
        Assessment(
            Score(10.0, ()),
            findings=(
                Finding("single-company", "aws", "not ready", "critical", "high", "harbour stops: api.harbour.example"),
            ),
        ),
    )  # fmt: skip


def test_nothing_identifying_is_left(audit: Audit) -> None:
    before, after = (msgspec.json.encode(value).decode().lower() for value in (audit, redact(audit)))
    assert [word for word in IDENTIFYING if word not in before] == []
    assert [word for word in IDENTIFYING if word in after] == []


def test_what_the_audit_says_stays(audit: Audit) -> None:
    hidden = redact(audit)
    assert hidden.dependencies == audit.dependencies
    assert hidden.assessment.score == audit.assessment.score
    assert hidden.survey.evidence[0].where == "app/pictures.py:14"
    assert [item.signal for item in hidden.survey.evidence if "#" in item.signal] == [
        item.signal for item in audit.survey.evidence if "#" in item.signal
    ]
    assert [f.fingerprint for f in hidden.assessment.findings] == [f.fingerprint for f in audit.assessment.findings]
    assert re.fullmatch(
        r"arn:aws:rds:eu-west-1:account-[a-z2-7]{10}:db:resource-[a-z2-7]{10}", hidden.survey.evidence[3].where
    )
    assert {item.root for item in hidden.survey.evidence} == {root.id for root in hidden.survey.roots}


def test_pseudonyms_agree_within_an_audit(audit: Audit) -> None:
    hidden = redact(audit)
    domain = hidden.platform.domains[0]
    assert hidden.survey.roots[2].id == domain
    account = hidden.survey.roots[1].id.removeprefix("aws:")
    assert account.startswith("account-")
    assert account in hidden.survey.evidence[3].where
    assert account in hidden.survey.unread[0].reason


def test_without_a_key_two_runs_have_nothing_in_common(audit: Audit) -> None:
    assert redact(audit).survey.roots[1].id != redact(audit).survey.roots[1].id


def test_with_a_key_two_runs_agree(audit: Audit) -> None:
    assert redact(audit, KEY) == redact(audit, KEY)
    assert redact(audit, KEY).survey.roots[1].id != redact(audit, KEY[::-1]).survey.roots[1].id


def test_redacting_twice_leaves_nothing_either(audit: Audit) -> None:
    twice = msgspec.json.encode(redact(redact(audit))).decode().lower()
    assert [word for word in IDENTIFYING if word in twice] == []


def test_a_pseudonym_is_no_plain_hash(audit: Audit) -> None:
    import base64

    hidden = redact(audit).survey.roots[1].id
    for text in (ACCOUNT, f"account\0{ACCOUNT}"):
        plain = base64.b32encode(hashlib.sha256(text.encode()).digest()).decode()[:10].lower()
        assert plain not in hidden


def test_a_short_key_is_refused(audit: Audit) -> None:
    with pytest.raises(BadInput, match="shorter than 16 bytes"):
        redact(audit, b"password")
