"""A synthetic platform with many vendors, as audit, plan, verdict and catalogue: the subject of the report tests."""

from collections.abc import Callable
from datetime import date

import pytest

from toolkit.catalog.entries import Capability, Catalog, Exit, Notice, Rule, Service, Vendor
from toolkit.model import (
    SCHEMA_VERSION,
    Answer,
    Application,
    Assessment,
    Audit,
    Company,
    Declare,
    Dependency,
    Discarded,
    Effort,
    Evidence,
    Export,
    Finding,
    HostNeed,
    Journey,
    JourneyRisk,
    Kept,
    Loss,
    Plan,
    Platform,
    Replacement,
    Root,
    Schedule,
    Score,
    ScorePart,
    Survey,
    Task,
    Unplanned,
    Unread,
    Verdict,
    Violation,
    Waiver,
    WayOut,
    Window,
)

HOSTILE = "<script>alert(1)</script>\x1b[31m\u202egnp.exe\n| `x` | @octocat #1 {{ 7*7 }} http://evil.example/ &amp;"
TODAY = date(2026, 11, 22)
_FOUND = (  # vendor, service, capability, role, file
    ("aws", "s3", "data.object-storage", "runtime", "harbour/pictures.py:14"),
    ("aws", "rds", "data.relational", "runtime", "terraform/database.tf:3"),
    ("aws", "sqs", "data.queue", "runtime", "harbour/queue.py:9"),
    ("aws", "elasticache", "data.cache", "runtime", "terraform/cache.tf:1"),
    ("aws", "ses", "mail.outgoing", "runtime", "harbour/mail.py:22"),
    ("aws", "cloudfront", "edge.cdn", "runtime", "terraform/edge.tf:8"),
    ("aws", "route53", "edge.dns", "infra", "terraform/dns.tf:5"),
    ("okta", None, "auth.workforce-sso", "runtime", "harbour/views/staff.py:31"),
    ("auth0", None, "auth.customer-identity", "optional", "harbour/config.py:40"),
    ("twilio", "verify", "otp.sms", "runtime", "harbour/phone.py:17"),
    ("sendgrid", None, "mail.marketing", "runtime", "harbour/tasks.py:51"),
    ("zendesk", "support", "support.helpdesk", "runtime", "harbour/desk.py:12"),
    ("sentry", None, "observe.errors", "optional", "harbour/reporting.py:6"),
    ("github", "actions", "build.ci", "build/ci", ".github/workflows/ci.yml:1"),
    ("stripe", None, "payments.processing", "runtime", "harbour/pay.py:8"),
)
_PARENTS = {"auth0": "okta", "sendgrid": "twilio", "github": "microsoft"}
_NAMES = {
    "aws": "Amazon Web Services",
    "okta": "Okta",
    "auth0": "Auth0",
    "twilio": "Twilio",
    "sendgrid": "SendGrid",
    "zendesk": "Zendesk",
    "sentry": "Sentry",
    "github": "GitHub",
    "microsoft": "Microsoft",
    "stripe": "Stripe",
}
_JOURNEYS = (
    ("sign-up", "Sign up by phone", ("otp.sms", "data.relational", "edge.dns"), (("aws",), ("twilio",))),
    ("sign-in", "Sign in", ("data.relational", "edge.dns"), (("aws",),)),
    ("read", "Read the board", ("data.relational", "data.object-storage"), (("aws",),)),
    ("post", "Post a message", ("data.relational", "data.queue"), (("aws",),)),
    ("pay", "Pay for a berth", ("payments.processing",), (("aws", "stripe"),)),
    ("get-help", "Get help", ("support.helpdesk",), (("zendesk",),)),
    ("reach-staff", "Reach the staff", ("auth.workforce-sso", "collab.chat"), (("okta",),)),
)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """Vendors of the synthetic platform, with exit facts known, known to be bad, and not checked."""
    vendors = {
        id: Vendor(name=name, parent=_PARENTS.get(id), jurisdiction="US", homepage=f"https://{id}.example")
        for id, name in _NAMES.items()
    }
    vendors["aws"] = Vendor(
        name="Amazon Web Services",
        jurisdiction="US",
        company_source="https://aws.example/agreement",
        notices=(
            Notice("end", "30 days, or at once for cause", 720.0, "https://aws.example/agreement"),
            Notice("suspension", "at once", 0.0),
        ),
    )
    services = {f"{v}/{s}": Service(name=str(s).upper(), capabilities=(c,)) for v, s, c, _, _ in _FOUND if s}
    services["aws/s3"] = Service(
        name="S3",
        capabilities=("data.object-storage",),
        exit=Exit(exports=(Export("objects", "aws s3 sync", "egress is charged", "https://aws.example/s3"),)),
    )
    services["twilio/verify"] = Service(
        name="Verify",
        capabilities=("otp.sms",),
        exit=Exit(keeps=(Kept("TOTP seeds", "returned only at factor creation", "https://twilio.example/factor"),)),
    )
    rules = {
        "single-company": Rule(
            "single-company", "One company can stop a journey", "What one company can take away it will, one weekend.",
            "Run a second provider, or rehearse with `offramp drill`.", "critical", 16.0, "single-company", ("*",),
        ),
        "dns-with-host": Rule(
            "dns-with-host", "DNS lies at the host that can be lost", "Without DNS you cannot even say where you went.",
            "Move the zone to another company.", "high", 4.0, "same-company", ("edge.dns",), ("hosting.*",),
        ),
        "registrar-declared": Rule(
            "registrar-declared", "The registrar is known", "Who holds the name decides where it points.",
            "Declare the registrar in offramp.toml.", "medium", 0.5, "declared", ("edge.registrar",),
        ),
    }  # fmt: skip
    capabilities = {
        c: Capability(c.split(".")[1].replace("-", " ").capitalize(), "It stops.") for _, _, c, _, _ in _FOUND
    }
    return Catalog("c0ffee" * 10, capabilities, vendors, services, rules, {}, {})


@pytest.fixture(scope="session")
def make_audit() -> Callable[..., Audit]:
    """A builder: the number of extra findings, and a string planted wherever a scanned tree can put one."""
    return _audit


@pytest.fixture(scope="session")
def audit() -> Audit:
    return _audit()


@pytest.fixture(scope="session")
def hostile() -> Audit:
    """The audit with a hostile string in every place a scanned tree or an account can put one."""
    return _audit(planted=HOSTILE)


def _audit(extra: int = 0, planted: str = "") -> Audit:
    dependencies = [
        Dependency(v, s, (c,), role, "high", (n,), 2, 42_000_000_000 if s == "s3" else None)
        for n, (v, s, c, role, _) in enumerate(_FOUND)
    ]
    declared = Dependency("gandi", None, ("edge.registrar",), "infra", "medium", declared=True)
    return Audit(
        SCHEMA_VERSION,
        "offramp 0.1.0",
        "c0ffee" * 10,
        _platform(planted),
        _survey(planted),
        (*dependencies, declared),
        _assessment(extra, planted),
    )


def _survey(planted: str) -> Survey:
    account, bucket = "aws:123456789012", "arn:aws:s3:::harbour-pictures"
    return Survey(
        roots=(Root("harbour", "checkout", "/home/ada/harbour"), Root(account, "account", "harbour-prod")),
        sources=("accounts.aws", "files.python", "files.terraform"),
        evidence=(
            *(
                Evidence("files.python", f"{v}/{s}#x" if s else f"{v}#x", "harbour", planted + where, role, 2)
                for v, s, _, role, where in _FOUND
            ),
            Evidence("accounts.aws", "aws/s3#resource:bucket", account, bucket, "infra", 1, 9),
        ),
        discarded=(
            *(Discarded("files.generic", "mailgun#host:x", "harbour", f"docs/{n}.md:1", "docs") for n in range(7)),
            Discarded("files.python", "stripe#pypi:stripe", "harbour", "tests/test_pay.py:3", "test"),
        ),
        unread=(
            Unread("accounts.aws", account, "kms:ListKeys eu-west-1", "access denied" + planted),
            Unread("files.yaml", "harbour", f"deploy/{planted}values.yaml:40", "not YAML: tabs indent"),
        ),
    )


def _platform(planted: str) -> Platform:
    return Platform(
        name="harbour" + planted,
        domains=("harbour.example", "board.harbour.example"),
        owners={"auth": "ada@harbour.example"},
        applications=(Application("board", ".", environment={"URL": "https://board.harbour.example/x"}),),
        journeys=tuple(Journey(id, title + planted, needs) for id, title, needs, _ in _JOURNEYS),
        declare=(Declare("gandi", capabilities=("edge.registrar",), note="contract 4711"),),
        waivers=(Waiver("single-company", "zendesk", "grace", "moving in spring", date(2027, 3, 1)),),
    )


def _assessment(extra: int, planted: str) -> Assessment:
    stops = {c: tuple(id for id, _, _, cuts in _JOURNEYS if (c,) in cuts) for c in _NAMES}
    vendors: dict[str, list[str]] = {}
    for vendor in dict.fromkeys(v for v, *_ in _FOUND):
        vendors.setdefault(_PARENTS.get(vendor, vendor), []).append(vendor)
    companies = tuple(
        Company(
            id,
            _NAMES[id] + planted,
            tuple(held),
            tuple(f"{v}/{s}" if s else v for v, s, *_ in _FOUND if v in held),
            stops[id],
        )
        for id, held in vendors.items()
    )
    risks = tuple(
        JourneyRisk(
            id,
            title + planted,
            stops=tuple(
                Answer(cut[0], (f"{cut[0]}/x{planted}",), f"It stops.{planted}") for cut in cuts if len(cut) == 1
            ),
            may_stop=(Answer("sendgrid", ("sendgrid",), question=f"Must one confirm?{planted}"),)
            if id == "sign-up"
            else (),
            cut_sets=cuts,
            unknown=("collab.chat",) if id == "reach-staff" else (),
        )
        for id, title, _, cuts in _JOURNEYS
    )
    score = Score(
        34.0,
        (
            ScorePart("journeys", 4.0, 40.0, "1 of 7 journeys survives the loss of any one company" + planted),
            ScorePart("exit", 12.0, 30.0, "data of 5 of 9 services can be exported"),
            ScorePart("readiness", 18.0, 30.0, "11 of 20 rules are ready"),
        ),
    )
    return Assessment(score, companies, risks, (*_findings(planted), *_more(extra)))


def _findings(planted: str) -> tuple[Finding, ...]:
    waived = {"zendesk": date(2027, 3, 1)}
    stops = {company: [id for id, _, _, cuts in _JOURNEYS if (company,) in cuts] for company in _NAMES}
    single = tuple(
        Finding("single-company", company, "not ready", "critical", "high",
                f"{_NAMES[company]} alone stops {', '.join(held)}{planted}",
                None, tuple(held), (0, 15), waived.get(company))
        for company, held in stops.items() if held
    )  # fmt: skip
    return (
        *single,
        Finding(
            "dns-with-host",
            "aws/route53",
            "not ready",
            "high",
            "high",
            "DNS is lost with AWS",
            "edge.dns",
            ("read",),
            (6,),
        ),
        Finding(
            "registrar-declared",
            "edge.registrar",
            "unknown",
            "medium",
            "low",
            "No scan sees a registrar",
            "edge.registrar",
        ),
        Finding("gone-rule", "sentry", "ready", "low", "high", "Errors can be missed for a day", "observe.errors"),
    )


def _more(count: int) -> tuple[Finding, ...]:
    return tuple(
        Finding("single-company", f"aws/service-{n}", "not ready", "medium", "medium",
                f"Service {n} has no replacement that was ever rehearsed", "data.queue", ("post",), (n % 15,))
        for n in range(count)
    )  # fmt: skip


@pytest.fixture(scope="session")
def plan(audit: Audit) -> Plan:
    return _plan(audit)


def _plan(audit: Audit) -> Plan:
    tasks = []
    steps = (
        ("prepare", "Order two machines and check that they boot", 2.0, False),
        ("copy", "Copy the data out while there is still access", 6.0, True),
        ("cut over", "Point the applications at the new service", 1.0, False),
        ("retire", "Close the old account", 0.5, False),
    )
    for capability, blueprint, start in (("data.relational", "postgresql", 0.0), ("otp.sms", "otp-gateway", 3.0)):
        clock, before = start, ()
        for phase, title, hours, urgent in steps:
            id = f"{blueprint}-{phase.replace(' ', '-')}"
            tasks.append(
                Task(
                    id, title, capability, phase, Effort(hours, "20 min + 0.5 min per GB x 42 GB"), "platform",
                    needs=before, window=Window(urgent, 30.0 if urgent else None),
                    commands=("pg_dump --format=custom harbour > harbour.dump", "sha256sum harbour.dump"),
                    done_when="the checksums are equal", rollback="switch the connection string back",
                    start_hours=clock, finish_hours=clock + hours, late=blueprint == "otp-gateway" and urgent,
                )
            )  # fmt: skip
            clock, before = clock + hours, (id,)
    return Plan(
        SCHEMA_VERSION, "offramp 0.1.0", "c0ffee" * 10, audit.platform, (Loss("aws", 30.0), Loss("okta", 0.0)),
        (HostNeed("one", 4096, 2, 80, ("postgresql", "otp-gateway")),),
        (Replacement("postgresql", "1", ("data.relational",), ("aws/rds",), ("one",)),
         Replacement("otp-gateway", "1", ("otp.sms",), ("twilio/verify",), ("one",))),
        tuple(tasks), Schedule(3, 12.5, 11.0),
        (Unplanned("zendesk/support", "support.helpdesk", "no blueprint has this capability"),),
        (
            WayOut(
                "twilio/verify", 0.0, ("otp.sms",),
                (Export("Message logs", "`GET /Messages.json`", "bodies are kept for a time", "https://twilio.example/log"),),
                (Kept("TOTP seeds", "returned only at factor creation"),),
            ),
        ),
    )  # fmt: skip


@pytest.fixture(scope="session")
def verdict(audit: Audit) -> Verdict:
    worst = [
        finding for finding in audit.assessment.findings if finding.severity == "critical" and not finding.waived_until
    ]
    violations = tuple(Violation("fail_on", finding.message, finding.fingerprint) for finding in worst)
    waived = tuple(finding.fingerprint for finding in audit.assessment.findings if finding.waived_until)
    return Verdict(
        False, (Violation("min_score", "the score 34 is below 50"), *violations), ("k" * 32,), ("f" * 32,), waived
    )
