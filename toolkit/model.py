"""Every value that crosses a stage: frozen, JSON in and out.

Stages receive and return these structs and nothing else; no bare dict crosses a stage. The JSON Schemas published in
`checks/schema/` are generated from this module (`python -m toolkit.schema`), so a field's comment here is its
documentation there. Identifiers: a *dependency* is `vendor` or `vendor/service` ("aws/s3"), a *capability* is a dotted
name of `checks/capabilities.toml` ("otp.sms"), a *company* is the id of the vendor at the top of a chain of parents.
"""

import hashlib
from datetime import date
from typing import Annotated, Any, Literal, dataclass_transform

from msgspec import Meta, Struct, field

SCHEMA_VERSION = "1.0"

Role = Literal["runtime", "optional", "infra", "build/ci"]
Confidence = Literal["low", "medium", "high"]
Outcome = Literal["ready", "not ready", "unknown", "not applicable"]
Severity = Literal["low", "medium", "high", "critical"]
RootKind = Literal["checkout", "account", "domain", "record"]
DiscardReason = Literal[
    "comment", "docs", "test", "fixture", "vendored", "generated", "example", "transitive", "prose", "ignored"
]
Phase = Literal["prepare", "copy", "cut over", "roll back", "retire"]

Hours = Annotated[float, Meta(ge=0, description="hours")]
Source = Annotated[
    str,
    Meta(
        pattern=r"^(https://[^/\s]+/\S+)?$",
        description="page that says so; empty: no source, and every report says that",
    ),
]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))  # for mypy: children are frozen too
class Value(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all values: immutable, compared by content, unknown keys refused with their path."""


# --- what was seen (collect) ------------------------------------------------------------------------------------------
class Root(Value):
    """One place that was looked at: a checkout, an account, a domain, a record file."""

    id: str  # short and unique within the survey: a folder's name, "aws:123456789012", a domain
    kind: RootKind
    location: str  # path as given by the user, profile name, domain


class Evidence(Value):
    """One sign of one vendor. Matched text is never stored: a secret cannot leak from what is not kept."""

    source: str  # the module that saw it: "files.python", "accounts.aws"
    signal: str  # id of the catalogue signal, "aws/s3#pypi:boto3", or a bare host name the catalogue does not know
    root: str  # Root.id
    where: str  # "path:line" within the root, an ARN, a URL or a DNS record
    role: Role
    quantity: int = 1  # how many things this one sign stands for (records of a zone, users of a pool)
    size_bytes: int | None = None  # data held there, where the source knows


class Discarded(Value):
    """A sign that was recognised and does not count; kept so that `explain` can say why."""

    source: str
    signal: str
    root: str
    where: str
    reason: DiscardReason


class Unread(Value):
    """Something that could not be looked at. Shown in every report: silence is not a clean bill of health."""

    source: str
    root: str
    where: str
    reason: str


class Survey(Value):
    """All that was seen, and all that could not be."""

    roots: tuple[Root, ...] = ()
    sources: tuple[str, ...] = ()  # sources that ran, also those that found nothing
    evidence: tuple[Evidence, ...] = ()
    discarded: tuple[Discarded, ...] = ()
    unread: tuple[Unread, ...] = ()


# --- who it is (identify) ---------------------------------------------------------------------------------------------
class Dependency(Value):
    """One vendor service the platform uses."""

    vendor: str
    service: str | None
    capabilities: tuple[str, ...]
    role: Role
    confidence: Confidence
    evidence: tuple[int, ...] = ()  # positions in Survey.evidence; empty when only declared
    quantity: int = 1
    size_bytes: int | None = None
    declared: bool = False  # from [[declare]] in offramp.toml

    @property
    def id(self) -> str:
        return f"{self.vendor}/{self.service}" if self.service else self.vendor


# --- what the user says (offramp.toml) --------------------------------------------------------------------------------
class Application(Value):
    """One program of the platform that is run from source on replacement hosts."""

    name: str
    source: str  # folder, relative to offramp.toml
    runtime: Literal["python", "node", "ruby", "php", "binary"] = "python"
    packages: tuple[str, ...] = ()  # Debian packages it needs to build and run
    install: tuple[str, ...] = ()  # commands run in the source folder; empty = the runtime's usual way
    release: tuple[str, ...] = ()  # commands run once per release, after install (database migrations)
    fill: tuple[str, ...] = ()  # commands run as `release` is, by drills alone: data to lose and bring back
    start: str = ""  # the web process; must listen on 127.0.0.1:port
    port: int = 8000
    workers: dict[str, str] = field(default_factory=dict)  # name -> command
    domains: tuple[str, ...] = ()  # host names it answers to; empty = all of the platform's
    health: str = "/"  # path that answers 200 when the application and its database work
    environment: dict[str, str] = field(default_factory=dict)  # "${data.relational.url}" names a replacement's output
    secrets: tuple[str, ...] = ()  # environment names whose values are generated or supplied in the vault


class Journey(Value):
    """Something a person does with the platform; it works when all it needs works."""

    id: str  # "sign-up", "sign-in", "read", "post", "pay", "get-help", "reach-staff"
    title: str = ""
    needs: tuple[str, ...] = ()  # capabilities ("otp.sms") or dependencies ("aws/s3")
    check: str = ""  # a shell command of the platform's own that goes the way on a running platform; see docs/drill.md


class Drill(Value):
    """How the platform is drilled: see docs/drill.md."""

    outside: str = ""  # a shell command that plays what lies outside the platform: carriers, mail servers of others


class Declare(Value):
    """Something no scan can see: the registrar, the staff's Okta applications."""

    vendor: str
    service: str | None = None
    capabilities: tuple[str, ...] = ()  # only for vendors the catalogue does not know
    role: Role = "runtime"
    quantity: int = 1
    size_bytes: int | None = None
    note: str = ""


class Ignore(Value):
    """A dependency or path the user takes out of the audit, with the reason."""

    reason: str
    dependency: str | None = None  # "vendor" or "vendor/service"
    path: str | None = None  # gitignore-style pattern


class Fallback(Value):
    """Something that already takes over when a dependency or a capability's vendor is lost."""

    of: str  # dependency or capability
    by: str  # dependency id, or free text for something of one's own ("own Postfix")
    note: str = ""


class Choice(Value):
    """Which blueprint replaces a capability, and its inputs."""

    capability: str
    blueprint: str
    inputs: dict[str, Any] = field(default_factory=dict)


class Waiver(Value):
    """A finding accepted for a time, by a person."""

    rule: str
    subject: str
    owner: str
    reason: str
    expires: date


class Objectives(Value):
    rto_hours: Hours = 24.0
    rpo_hours: Hours = 24.0


class Platform(
    Value,
    rename={  # tables of a TOML file are named in the singular: [[journey]]
        "applications": "application",
        "journeys": "journey",
        "fallbacks": "fallback",
        "choices": "choice",
        "waivers": "waiver",
    },
):
    """`offramp.toml`: what the user knows and a scan cannot."""

    name: str = "platform"
    domains: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()  # folders, relative to offramp.toml
    catalog: tuple[str, ...] = ()  # overlay folders of the user's own vendors, rules, blueprints
    people: int = 3
    objectives: Objectives = Objectives()
    owners: dict[str, str] = field(default_factory=dict)  # capability or area ("auth") -> role or person
    applications: tuple[Application, ...] = ()
    journeys: tuple[Journey, ...] = ()
    drill: Drill = Drill()
    declare: tuple[Declare, ...] = ()
    ignore: tuple[Ignore, ...] = ()
    fallbacks: tuple[Fallback, ...] = ()
    choices: tuple[Choice, ...] = ()
    waivers: tuple[Waiver, ...] = ()


# --- what follows (assess) --------------------------------------------------------------------------------------------
class Finding(Value):
    """The outcome of one rule on one subject. Missing evidence is never "ready"."""

    rule: str  # id of a table in checks/readiness/, the anchor of its documentation
    subject: str  # a company, a dependency, a journey
    outcome: Outcome
    severity: Severity
    confidence: Confidence
    message: str  # one sentence, plain text
    capability: str | None = None
    journeys: tuple[str, ...] = ()  # Journey.id, the journeys it stops
    evidence: tuple[int, ...] = ()  # positions in Survey.evidence
    waived_until: date | None = None

    @property
    def fingerprint(self) -> str:
        """Stable over moved lines: rule, subject and capability, nothing else."""
        key = "\0".join((self.rule, self.subject, self.capability or ""))
        return hashlib.sha256(key.encode()).hexdigest()[:32]


class Company(Value):
    """A company with everything of the platform that hangs on it, through parents and `runs_on`."""

    id: str  # the topmost parent's vendor id
    name: str
    vendors: tuple[str, ...]  # vendors in use that are lost with it
    dependencies: tuple[str, ...]
    stops: tuple[str, ...] = ()  # journeys that it can stop alone


class JourneyRisk(Value):
    """The smallest sets of companies whose loss stops one journey."""

    journey: str
    cut_sets: tuple[tuple[str, ...], ...] = ()  # minimal sets of company ids, smallest first
    unknown: tuple[str, ...] = ()  # needs nothing was found for: someone unknown provides them


class ScorePart(Value):
    name: str
    points: float
    maximum: float
    why: str


class Score(Value):
    """0 (all dark) to 100; every part says why. The formula is docs/score.md."""

    points: float
    parts: tuple[ScorePart, ...]


class Assessment(Value):
    score: Score
    companies: tuple[Company, ...] = ()
    journeys: tuple[JourneyRisk, ...] = ()
    findings: tuple[Finding, ...] = ()


class Audit(Value):
    """The result of `offramp audit`: one JSON document, a function of what was looked at (no clock in it)."""

    schema_version: str
    tool: str  # "offramp 0.1.0"
    catalog: str  # hash of the catalogue that was used
    platform: Platform
    survey: Survey
    dependencies: tuple[Dependency, ...]
    assessment: Assessment


# --- what to do (plan) ------------------------------------------------------------------------------------------------
class Loss(Value):
    """A vendor that goes away, and the notice it gives."""

    vendor: str
    notice_hours: Hours


class HostNeed(Value):
    """One machine of the replacement platform."""

    name: str
    memory_mb: int
    cpus: int
    disk_gb: int
    groups: tuple[str, ...]  # blueprints placed on it


class Replacement(Value):
    """One blueprint that takes over for some dependencies."""

    blueprint: str
    version: str
    capabilities: tuple[str, ...]
    dependencies: tuple[str, ...]  # ids it replaces; empty for what other replacements need
    hosts: tuple[str, ...]  # HostNeed.name
    inputs: dict[str, Any] = field(default_factory=dict)
    datasets: tuple[str, ...] = ()  # dataset schemas it imports


class Effort(Value):
    hours: Hours
    basis: str  # how the figure was made: "20 min + 0.5 min per GB x 42 GB"


class Window(Value):
    """When a task must happen. `latest_hours` counts from the moment notice is given; None = no limit."""

    before_access_ends: bool = False
    latest_hours: Hours | None = None


class Task(Value):
    id: str
    title: str
    capability: str
    phase: Phase
    effort: Effort
    owner: str
    needs: tuple[str, ...] = ()  # Task.id
    window: Window = Window()
    commands: tuple[str, ...] = ()
    done_when: str = ""
    rollback: str = ""
    start_hours: Hours = 0.0  # scheduled, with the people there are
    finish_hours: Hours = 0.0
    late: bool = False  # cannot be finished within its window


class Schedule(Value):
    people: int
    makespan_hours: Hours
    lower_bound_hours: Hours  # max(critical path, total effort / people): no plan can be shorter


class Export(Value):
    """Something that can be taken out of a vendor."""

    what: str
    how: str
    limit: str = ""
    source: Source = ""


class Kept(Value):
    """Something that cannot be taken out of a vendor."""

    what: str
    why: str
    source: Source = ""


class WayOut(Value):
    """What is known of leaving one lost dependency."""

    dependency: str
    at_hours: Hours  # access ends, after notice is given
    capabilities: tuple[str, ...] = ()
    exports: tuple[Export, ...] = ()
    keeps: tuple[Kept, ...] = ()


class Unplanned(Value):
    """A dependency no blueprint replaces, and what that means."""

    dependency: str
    capability: str
    reason: str


class Plan(Value):
    schema_version: str
    tool: str
    catalog: str
    platform: Platform
    losses: tuple[Loss, ...]
    hosts: tuple[HostNeed, ...]
    replacements: tuple[Replacement, ...]
    tasks: tuple[Task, ...]  # topologically ordered
    schedule: Schedule
    unplanned: tuple[Unplanned, ...] = ()
    ways_out: tuple[WayOut, ...] = ()  # of every lost dependency of which something is known


# --- what is written, decided, done (generate, gate, drill) -----------------------------------------------------------
class GeneratedFile(Value):
    """One file of the generated project, relative to its folder."""

    path: str
    content: str
    executable: bool = False


class Manifest(Value):
    """`offramp-manifest.json` of a generated project: what it was made from, and what each file was when generated."""

    schema_version: str
    tool: str  # of the plan, "offramp 0.1.0"
    catalog: str  # hash of the catalogue the plan was made with
    platform: str
    target: str  # "hosts", "incus"
    sources: str = ""  # the folder applications and journeys' checks are relative to, as seen from the project
    hosts: tuple[HostNeed, ...] = ()
    journeys: tuple[Journey, ...] = ()
    drill: Drill = Drill()
    files: dict[str, str] = field(default_factory=dict)  # path -> SHA-256 of the generated content


class Violation(Value):
    """One reason why the gate refuses."""

    policy: str  # key of the policy that is broken, "min_score"
    message: str
    fingerprint: str = ""  # Finding.fingerprint, where one finding is the reason


class Verdict(Value):
    passed: bool
    violations: tuple[Violation, ...] = ()
    known: tuple[str, ...] = ()  # fingerprints that the baseline accepts
    fixed: tuple[str, ...] = ()  # fingerprints of the baseline that are gone
    waived: tuple[str, ...] = ()


class Step(Value):
    """One step of a drill that was really taken."""

    id: str
    title: str
    phase: Literal["prepare", "steady", "break", "rebuild", "verify", "clean up"]
    started: str  # ISO 8601, UTC
    seconds: float
    outcome: Literal["passed", "failed", "skipped"]
    verified: str = ""  # what was compared: "2,000 rows, checksum equal"


class Journal(Value):
    schema_version: str
    tool: str
    catalog: str
    platform: str
    infra: str  # hash of the generated project's manifest
    steps: tuple[Step, ...]
    restored: bool


# --- what if, and why (simulate, explain) -----------------------------------------------------------------------------
class Dark(Value):
    """A journey that stops working."""

    journey: str
    title: str
    at_hours: Hours  # after notice is given
    because: tuple[str, ...]  # dependencies whose loss stops it


class LostDependency(Value):
    """A dependency that goes, and what goes with it."""

    dependency: str
    vendor: str  # whose loss takes it along: itself, an owner, a foundation
    at_hours: Hours
    role: Role
    breaks: tuple[str, ...] = ()  # what people notice, one sentence per capability
    hostage: tuple[Kept, ...] = ()  # data that cannot be taken out at all
    exportable: tuple[Export, ...] = ()  # data that can be taken out while there is access
    covered_by: tuple[str, ...] = ()  # fallbacks that are still there
    unchecked: bool = False  # nobody has written down what can be taken out
    size_bytes: int | None = None


class Simulation(Value):
    """What happens when vendors go: a function of the audit, the catalogue and the losses."""

    losses: tuple[Loss, ...]
    dark: tuple[Dark, ...] = ()  # earliest first
    survives: tuple[str, ...] = ()  # journeys that go on
    unjudged: tuple[str, ...] = ()  # journeys that go on as far as is known: some need was not found
    lost: tuple[LostDependency, ...] = ()
    time_to_export_hours: Hours = 0.0  # from notice to the first cut


class Explanation(Value):
    """Why a dependency was reported or not."""

    dependency: str
    reported: bool
    reason: str
    role: Role | None = None
    confidence: Confidence | None = None
    steps: tuple[str, ...] = ()  # how confidence and role came about, one sentence each
    evidence: tuple[int, ...] = ()  # positions in Survey.evidence that count
    weak: tuple[int, ...] = ()  # positions that only corroborate
    discarded: tuple[int, ...] = ()  # positions in Survey.discarded
