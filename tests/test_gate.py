"""The gate refuses what the policy names, and with a baseline only what got worse."""

from datetime import date, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from toolkit.assess.diff import diff
from toolkit.catalog.entries import Forbid, Policy
from toolkit.gate import gate as judge
from toolkit.model import (
    SCHEMA_VERSION,
    Answer,
    Assessment,
    Audit,
    Company,
    Dependency,
    Evidence,
    Finding,
    JourneyRisk,
    Platform,
    Proofs,
    Root,
    Score,
    Survey,
    Unread,
    Verdict,
    Waiver,
)

TODAY = date(2026, 6, 1)
SEEN = tuple(Evidence("files.python", "x#pypi:x", "shop", f"app.py:{line}", "runtime") for line in range(1, 9))
STRICT = Policy(new_only=False)  # as without a baseline: all counts
BAD = Finding("dns", "amazon", "not ready", "critical", "high", "DNS goes with the host.", "edge.dns")


def audit(*findings: Finding, points: float = 50.0, **changes: Any) -> Audit:
    assessment = Assessment(Score(points, ()), findings=findings, companies=changes.pop("companies", ()))
    parts = {
        "platform": Platform(),
        "survey": Survey((Root("shop", "checkout", "shop"),), ("files",), SEEN),
        "dependencies": (),
    } | changes
    return Audit(schema_version=SCHEMA_VERSION, tool="offramp 0", catalog="", assessment=assessment, **parts)


def gate(audited: Audit, policy: Policy, baseline: Audit | None = None) -> Verdict:
    return judge(audited, policy, baseline, today=TODAY, changes=diff(baseline, audited) if baseline else None)


def policies(audited: Audit, policy: Policy, baseline: Audit | None = None) -> list[str]:
    return [violation.policy for violation in gate(audited, policy, baseline).violations]


def test_refuses_a_finding_as_severe_as_the_policy_says() -> None:
    verdict = gate(audit(BAD), Policy(fail_on="critical", new_only=False))
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
    assert policies(unknown, Policy(unknown="fail", new_only=False)) == ["fail_on"]


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


def test_a_first_run_passes_findings_and_shows_them_as_debt() -> None:
    verdict = gate(audit(BAD), Policy())
    assert verdict.passed
    assert verdict.first_run
    assert [one.fingerprint for one in verdict.debt] == [BAD.fingerprint]
    strict = gate(audit(BAD), Policy(no_baseline="fail"))
    assert (strict.passed, strict.first_run) == (False, False)


def test_a_first_run_refuses_what_somebody_wrote_into_the_policy() -> None:
    assert policies(audit(points=10), Policy(min_score=20)) == ["min_score"]


def test_what_the_baseline_had_is_debt_and_what_is_new_is_not() -> None:
    new = replace(BAD, subject="okta")
    verdict = gate(audit(BAD, new), Policy(), audit(BAD))
    assert [one.fingerprint for one in verdict.violations] == [new.fingerprint]
    assert [one.fingerprint for one in verdict.debt] == [BAD.fingerprint]


def test_what_only_a_newer_catalogue_sees_does_not_refuse() -> None:
    old, new = replace(audit(), catalog="older"), replace(audit(BAD), catalog="newer")
    verdict = gate(new, Policy(), old)
    assert verdict.passed
    assert verdict.known == (BAD.fingerprint,)
    assert [one.policy for one in verdict.debt] == ["fail_on"]
    assert policies(new, Policy(), replace(old, catalog="newer")) == ["fail_on"]


STOPS = JourneyRisk("read", "Read", stops=(Answer("microsoft", ("github/actions",)),))
MAY_STOP = JourneyRisk("read", "Read", may_stop=(Answer("microsoft", ("github/actions",)),))


def risky(*risks: JourneyRisk, **changes: Any) -> Audit:
    made = audit(dependencies=(Dependency("github", "actions", ("build.ci",), "runtime", "high", (0,)),), **changes)
    return replace(made, assessment=replace(made.assessment, journeys=risks))


@pytest.mark.parametrize("company", ["microsoft", "github", "github/actions"])
def test_a_company_is_forbidden_for_a_journey(company: str) -> None:
    policy = Policy(forbid=(Forbid(company, ("read",), why="decided in May"),))
    (one,) = gate(risky(STOPS), policy).violations
    assert (one.policy, one.subject) == ("forbid", f"{company} read")
    assert one.message.endswith("and the policy forbids it: decided in May")
    assert [str(spot) for spot in one.where] == ["app.py:1"]
    assert policies(risky(MAY_STOP), policy) == []
    assert policies(risky(STOPS), Policy(forbid=(Forbid(company, ("post",)),))) == []
    assert policies(risky(STOPS), Policy(forbid=(Forbid("aws"),))) == []


def test_a_forbidden_effect_is_this_much_or_more_and_known_when_it_was_no_less() -> None:
    policy = Policy(forbid=(Forbid("github", effect="may stop"),))
    assert policies(risky(MAY_STOP), policy) == policies(risky(STOPS), policy) == ["forbid"]
    assert policies(risky(STOPS), policy, risky(MAY_STOP)) == ["forbid"]
    assert policies(risky(MAY_STOP), policy, risky(STOPS)) == []
    assert policies(risky(STOPS), policy, risky(STOPS)) == []


def test_a_new_vendor_refuses_where_the_policy_says_so_unless_it_is_allowed() -> None:
    none = replace(risky(), dependencies=())
    assert policies(risky(), Policy(), none) == []
    assert policies(risky(), Policy(new_vendors="fail"), none) == ["new_vendors"]
    assert policies(risky(), Policy(new_vendors="fail", allow_vendors=("github",)), none) == []
    assert policies(risky(), Policy(new_vendors="fail"), risky()) == []


def test_a_journey_that_one_more_company_stops_refuses_where_the_policy_says_so() -> None:
    assert policies(risky(STOPS), Policy(worse_journeys="fail"), risky(MAY_STOP)) == ["worse_journeys"]
    assert policies(risky(MAY_STOP), Policy(worse_journeys="fail"), risky()) == []
    assert policies(risky(STOPS), Policy(worse_journeys="fail"), risky(STOPS)) == []


def test_drill_and_plan_grow_old() -> None:
    policy = Policy(max_drill_days=90, max_plan_days=30)
    assert policies(audit(), policy) == ["max_drill_days", "max_plan_days"]
    fresh = audit(platform=Platform(plan_reviewed=date(2026, 5, 2)))
    fresh = replace(fresh, assessment=replace(fresh.assessment, restored=date(2026, 3, 3)))
    assert policies(fresh, policy) == []
    assert policies(fresh, policy, fresh) == []
    old = replace(fresh, assessment=replace(fresh.assessment, restored=date(2026, 3, 2)))
    assert policies(old, policy, old) == ["max_drill_days"]
    early = audit(platform=Platform(plan_reviewed=date(2026, 6, 2)))
    assert policies(early, Policy(max_plan_days=30)) == ["max_plan_days"]


def test_copies_and_the_bag_grow_old_by_the_hour() -> None:
    policy = Policy(max_backup_age_hours=26, max_bag_age_days=31, max_restore_age_days=30, max_drill_age_days=90)
    keys = ["max_drill_age_days", "max_restore_age_days", "max_backup_age_hours", "max_bag_age_days"]
    assert policies(audit(), policy) == keys
    proofs = Proofs(date(2026, 5, 2), None, "2026-05-20T00:00:00Z", "2026-05-31T23:00:00+00:00")
    fresh = replace(audit(), assessment=replace(audit().assessment, restored=date(2026, 5, 2), proofs=proofs))
    assert policies(fresh, policy) == []

    def at(text: str) -> list[str]:
        moment = datetime.fromisoformat(text)
        return [one.policy for one in judge(fresh, policy, today=TODAY, moment=moment).violations]

    assert at("2026-06-02T00:59:00+00:00") == []
    assert at("2026-06-02T01:01:00+00:00") == ["max_backup_age_hours"]
    assert at("2026-06-20T00:01:00+00:00") == ["max_backup_age_hours", "max_bag_age_days"]
    assert at("2026-05-31T22:50:00+00:00") == [], "two machines' clocks differ"
    assert at("2026-05-31T20:00:00+00:00") == ["max_backup_age_hours"], "a copy of the future"


def test_a_violation_is_waived_by_key_and_subject_until_its_day() -> None:
    def waived(expires: date) -> Verdict:
        waiver = Waiver("forbid", "github read", "ada", "moving", expires)
        return gate(risky(STOPS, platform=Platform(waivers=(waiver,))), Policy(forbid=(Forbid("github"),)))

    assert waived(TODAY).passed
    assert [one.policy for one in waived(TODAY).excused] == ["forbid"]
    assert not waived(date(2026, 5, 31)).passed
