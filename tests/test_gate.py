"""The gate refuses what the policy names, and with a baseline only what got worse."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from toolkit.catalog import Policy
from toolkit.gate import gate
from toolkit.model import (
    SCHEMA_VERSION,
    Assessment,
    Audit,
    Company,
    Dependency,
    Finding,
    Platform,
    Score,
    Survey,
    Unread,
)

BAD = Finding("dns", "amazon", "not ready", "critical", "high", "DNS goes with the host.", "edge.dns")


def audit(*findings: Finding, points: float = 50.0, **changes: Any) -> Audit:
    assessment = Assessment(Score(points, ()), findings=findings, companies=changes.pop("companies", ()))
    parts = {"platform": Platform(), "survey": Survey(), "dependencies": ()} | changes
    return Audit(schema_version=SCHEMA_VERSION, tool="offramp 0", catalog="", assessment=assessment, **parts)


def policies(audited: Audit, policy: Policy, baseline: Audit | None = None) -> list[str]:
    return [violation.policy for violation in gate(audited, policy, baseline).violations]


def test_refuses_a_finding_as_severe_as_the_policy_says() -> None:
    verdict = gate(audit(BAD), Policy(fail_on="critical"))
    assert not verdict.passed
    assert [violation.fingerprint for violation in verdict.violations] == [BAD.fingerprint]


@pytest.mark.parametrize(
    "finding",
    [replace(BAD, severity="high"), replace(BAD, outcome="ready"), replace(BAD, outcome="not applicable")],
    ids=["less severe", "ready", "not applicable"],
)
def test_passes_what_the_policy_does_not_name(finding: Finding) -> None:
    assert gate(audit(finding), Policy(fail_on="critical")).passed


def test_unknown_fails_only_where_the_policy_says_so() -> None:
    unknown = audit(replace(BAD, outcome="unknown"))
    assert gate(unknown, Policy(unknown="pass")).passed
    assert policies(unknown, Policy(unknown="fail")) == ["fail_on"]


def test_a_waived_finding_is_listed_and_does_not_refuse() -> None:
    verdict = gate(audit(replace(BAD, waived_until=date(2030, 1, 1))), Policy())
    assert verdict.passed
    assert verdict.waived == (BAD.fingerprint,)


def test_what_the_baseline_had_is_known() -> None:
    moved = replace(BAD, message="said differently", evidence=(7,))
    verdict = gate(audit(moved), Policy(), audit(BAD))
    assert verdict.passed
    assert verdict.known == (BAD.fingerprint,)
    assert gate(audit(moved), Policy(new_only=False), audit(BAD)).passed is False


@pytest.mark.parametrize("was", [replace(BAD, outcome="unknown"), replace(BAD, severity="high")])
def test_what_got_worse_than_in_the_baseline_refuses(was: Finding) -> None:
    assert policies(audit(BAD), Policy(), audit(was)) == ["fail_on"]


def test_what_is_gone_since_the_baseline_is_fixed_and_what_became_unknown_is_not() -> None:
    assert gate(audit(), Policy(), audit(BAD)).fixed == (BAD.fingerprint,)
    assert gate(audit(replace(BAD, outcome="ready")), Policy(), audit(BAD)).fixed == (BAD.fingerprint,)
    assert gate(audit(replace(BAD, outcome="unknown")), Policy(), audit(BAD)).fixed == ()


def test_a_low_score_refuses_unless_it_was_no_better_before() -> None:
    assert policies(audit(points=40), Policy(min_score=60)) == ["min_score"]
    assert policies(audit(points=60), Policy(min_score=60)) == []
    assert policies(audit(points=40), Policy(min_score=60), audit(points=40)) == []
    assert policies(audit(points=40), Policy(min_score=60), audit(points=41)) == ["min_score"]


@pytest.mark.parametrize("denied", ["twilio", "sendgrid", "sendgrid/mail"])
def test_a_denied_vendor_refuses_by_service_vendor_or_company(denied: str) -> None:
    dependency = Dependency("sendgrid", "mail", ("mail.outgoing",), "runtime", "high")
    company = Company("twilio", "Twilio", ("sendgrid",), ("sendgrid/mail",))
    using = audit(dependencies=(dependency,), companies=(company,))
    assert policies(using, Policy(deny_vendors=(denied,))) == ["deny_vendors"]
    assert policies(using, Policy(deny_vendors=(denied,)), using) == []
    assert policies(using, Policy(deny_vendors=("zendesk",))) == []


def test_unread_places_refuse_only_where_the_policy_says_so() -> None:
    blind = audit(survey=Survey(unread=(Unread("accounts.aws", "aws:1", "eu-west-1 kms", "denied"),)))
    assert policies(blind, Policy()) == []
    assert policies(blind, Policy(unread="fail")) == ["unread"]
    assert policies(blind, Policy(unread="fail"), blind) == []
