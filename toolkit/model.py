"""Every value that crosses a stage: frozen, JSON in and out.

Stages receive and return these structs and nothing else; no bare dict crosses a stage. The JSON Schemas published in
`checks/schema/` are generated from this module (`python -m toolkit.schema`), so a field's comment here is its
documentation there. Identifiers: a *dependency* is `vendor` or `vendor/service` ("aws/s3"), a *capability* is a dotted
name of `checks/capabilities.toml` ("otp.sms"), a *company* is the id of the vendor at the top of a chain of parents.
"""

import hashlib
from datetime import date
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, dataclass_transform

from msgspec import Meta, Struct, field

SCHEMA_VERSION = "1.0"

Role = Literal["runtime", "infra", "optional", "build/ci", "developer"]
Use = Literal["in use", "possible", "developer"]  # what the best sign shows: use, a possibility, a workstation's tool
Effect = Literal["stops", "may stop", "degrades", "later"]
Told = Literal["stops", "degrades", "nothing"]  # what yes or no to a question says of a loss
LossKind = Literal["account", "outage", "sanction"]
Confidence = Literal["low", "medium", "high"]
Outcome = Literal["ready", "not ready", "unknown", "not applicable"]
Severity = Literal["low", "medium", "high", "critical"]
RootKind = Literal["checkout", "account", "domain", "record"]
DiscardReason = Literal[
    "comment", "docs", "test", "fixture", "vendored", "generated", "example", "transitive", "prose", "ignored", "off"
]
SkipReason = Literal["own output", "own settings"]
Phase = Literal["prepare", "copy", "rehearse", "freeze", "cut over", "settle", "roll back", "retire"]

Hours = Annotated[float, Meta(ge=0, description="hours")]
MOST_HOURS = 10 * 366 * 24  # ten years: what is longer is a slip of the pen
Awaited = Annotated[float, Meta(ge=0, le=MOST_HOURS, description="hours")]
Filled = Annotated[str, Meta(pattern=r"\S", description="not empty")]
FILL_IN = "fill in"  # stands in a drafted table for a name that somebody has to write
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
    invites: str = ""  # "path:line" that invites others to run the program themselves


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


class OneOf(Value):
    """Members of a capability of which the platform's settings choose one: it fails when the chosen one does."""

    capability: str
    members: tuple[str, ...]  # dependency ids; "own" is something of the platform's own
    chosen: str | None = None  # None: nothing in what was looked at says which
    switch: str = ""  # where the choice is made: "path:line"


HostPlace = Literal["called in code", "set in settings", "loaded by a page", "named in a text", "its own"]


class NamedHost(Value):
    """A host of nobody the catalogue knows, in a URL or in the setting of a host."""

    host: str  # in ASCII and lower case; "*" stands for what is made up at run time
    domain: str  # the part that somebody registered, by the Public Suffix List
    place: HostPlace  # "its own": a setting that says where the platform itself is
    root: str
    where: str  # "path:line"


ObservationName = Literal[
    "dnssec", "registrar", "registered until", "transfer lock", "certificate of", "certificate until"
]


class Observation(Value):
    """Something seen that is nobody's sign and yet worth knowing: a certificate's end, a transfer lock."""

    source: str
    root: str
    where: str  # a DNS record, a host with its port
    name: ObservationName
    value: str  # plain text of at most a hundred characters


class Skipped(Value):
    """What was not read although it could have been: what Offramp itself has written, and its settings."""

    root: str
    where: str  # the file, or the manifest that lists the files
    reason: SkipReason
    files: int = 1


class ResourceName(Value):
    """What something is called at a vendor, by a file that has to say it: the only text of files that is kept, and only
    where it is a plain name. It stands in the commands of plans."""

    of: str  # vendor, service or runner of the catalogue: "heroku", "aws/s3", "kubernetes"
    word: str  # what commands call it: "APP"
    name: str
    root: str
    where: str  # "path:line"


class Survey(Value):
    """All that was seen, and all that could not be."""

    roots: tuple[Root, ...] = ()
    sources: tuple[str, ...] = ()  # sources that ran, also those that found nothing
    evidence: tuple[Evidence, ...] = ()
    discarded: tuple[Discarded, ...] = ()
    unread: tuple[Unread, ...] = ()
    choices: tuple[OneOf, ...] = ()  # switches in code and settings that choose one of several providers
    observations: tuple[Observation, ...] = ()
    hosts: tuple[NamedHost, ...] = ()  # hosts in code and settings that no vendor of the catalogue has
    skipped: tuple[Skipped, ...] = ()
    names: tuple[ResourceName, ...] = ()


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
    corrected: bool = False  # changed by [[correct]] in offramp.toml
    use: Use = "in use"  # the strongest among its signs: at work, only possible, or on workstations alone

    @property
    def firm(self) -> bool:
        """Whether it is surely in use: declared, or seen in use by more than a guess."""
        return self.declared or (self.use == "in use" and self.confidence != "low")

    @property
    def id(self) -> str:
        return f"{self.vendor}/{self.service}" if self.service else self.vendor


class Need(Value):
    """An engine that the platform's own code and infrastructure need, whoever provides it."""

    engine: str  # id in checks/engines.toml: "postgresql"
    capability: str  # what it is needed as: "data.relational"
    role: Role  # the strongest of its signs
    confidence: Confidence
    evidence: tuple[int, ...]  # positions in Survey.evidence, those of the strongest role first


class Undescribed(Value):
    """A registered domain outside that the platform's code or settings name and nobody has described."""

    domain: str
    place: HostPlace  # the most telling one: called in code, then settings, pages, texts
    hosts: tuple[str, ...]  # names under it, at most five
    seen: tuple[int, ...]  # positions in Survey.hosts, those of the most telling place first


# --- what the user says (offramp.toml) --------------------------------------------------------------------------------
class Job(Value):
    """A command that an application runs by the clock."""

    when: Filled  # five fields of cron, "@daily" and its like, or systemd's OnCalendar; the host's time, which is UTC
    run: Filled


class Container(Value):
    """The image that an application with `run = "container"` runs in."""

    dockerfile: str = ""  # in the source; empty = its Containerfile or Dockerfile
    target: str = ""  # the stage that is run; empty = the last
    arguments: dict[str, str] = field(default_factory=dict)  # of the build (ARG): plain settings, no secrets
    image: str = ""  # the name of one that an archive brings: run as it is, nothing is built
    archives: tuple[str, ...] = ()  # files of `podman save`, relative to offramp.toml: base images, or `image`
    read_only: bool = True  # whether only `writable`, /tmp and /run can be written


class Application(Value):
    """One program of the platform, or one site of files, that is run from source on replacement hosts."""

    name: Filled
    source: str  # folder, relative to offramp.toml
    run: Literal["source", "container"] = "source"  # under systemd as a program of the host, or in its own image
    container: Container = Container()
    runtime: Literal["python", "node", "ruby", "php", "binary"] = "python"  # of one that runs from source
    packages: tuple[str, ...] = ()  # Debian packages it needs to build and run
    install: tuple[str, ...] = ()  # commands run in the source folder; empty = the runtime's usual way
    release: tuple[str, ...] = ()  # commands run once per release, after install (database migrations)
    fill: tuple[str, ...] = ()  # commands run as `release` is, by drills alone: data to lose and bring back
    start: str = ""  # the web process; must listen on 127.0.0.1:$PORT; none where `serve` has "/"
    port: Annotated[int, Meta(ge=0, le=65535)] = 0  # 0 = one that is free, given by the generator
    serve: dict[str, str] = field(default_factory=dict)  # path -> folder in the source that nginx serves itself
    fallback: str = ""  # path served where `serve` has no such file ("/index.html" of a single-page application)
    workers: dict[str, str] = field(default_factory=dict)  # name -> command
    jobs: dict[str, Job] = field(default_factory=dict)  # name -> what is run when
    writable: tuple[str, ...] = ()  # folders and database files it writes, in the source or absolute; kept, backed up
    domains: tuple[str, ...] = ()  # host names it answers to; empty = all of the platform's
    paths: tuple[str, ...] = ("/",)  # where on its domains; passed on as they are asked for
    health: str = "/"  # path that answers 200 when the application and its database work
    upload_mb: Annotated[int, Meta(ge=0)] = 0  # largest body of a request; 0 = the hosting blueprint's own limit
    memory_mb: Annotated[int, Meta(ge=0)] = 0  # most that each process may take; 0 = three quarters of the host
    environment: dict[str, str] = field(default_factory=dict)  # "${data.relational.url}" names a replacement's output
    secrets: tuple[str, ...] = ()  # environment names whose values are generated or supplied in the vault

    @property
    def listens(self) -> bool:
        """Whether it has a process that answers: the one it starts, or its image's own."""
        return self.run == "container" or bool(self.start.strip())


class Journey(Value):
    """Something a person does with the platform; it works when all it needs works."""

    id: Filled  # "sign-up", "sign-in", "read", "post", "pay", "get-help", "reach-staff"
    title: str = ""
    needs: tuple[str, ...] = ()  # capabilities ("otp.sms") or dependencies ("aws/s3")
    check: str = ""  # a shell command of the platform's own that goes the way on a running platform; see docs/drill.md


class Drill(Value):
    """How the platform is drilled: see docs/drill.md."""

    outside: str = ""  # a shell command that plays what lies outside the platform: carriers, mail servers of others


class Declare(Value):
    """Something no scan can see: the registrar, the staff's Okta applications."""

    vendor: Filled
    service: Filled | None = None
    capabilities: tuple[str, ...] = ()  # only for vendors the catalogue does not know
    role: Role = "runtime"
    quantity: Annotated[int, Meta(ge=1)] = 1
    size_bytes: Annotated[int, Meta(ge=0)] | None = None
    note: str = ""


class Correction(Value):
    """What the user knows better than the scan about one dependency; it replaces what the scan thought."""

    dependency: str  # "vendor" or "vendor/service"
    capabilities: tuple[str, ...] | None = None  # what it gives the platform, these and no others
    role: Role | None = None
    effect: Effect | Literal["nothing"] | None = None  # the most that its loss does, to `journeys`
    journeys: tuple[str, ...] = ()  # empty = all
    chosen_for: str = ""  # the capability of which it is the chosen member
    note: str = ""


class Ignore(Value):
    """A dependency or path the user takes out of the audit, with the reason."""

    reason: Filled
    dependency: str | None = None  # "vendor", "vendor/service", or a domain nobody has described
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

    rule: Filled
    subject: Filled
    owner: Filled
    reason: Filled
    expires: date


PublicKey = Annotated[
    str,
    Meta(
        pattern=r"^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)"
        r" [A-Za-z0-9+/]+=*( [^\r\n]*)?$",
        description="a line of an SSH public key's file",
    ),
]


class Person(Value):
    """Somebody who can work on a move: what they can do, and for how long a day."""

    name: Filled
    # globs of capabilities ("data.*") and of roles in [owners] ("platform"): only such tasks are theirs
    skills: tuple[Filled, ...] = ("*",)
    hours_a_day: Annotated[float, Meta(gt=0, le=16)] = 10.0

    def can(self, capability: str, owner: str) -> bool:
        """Whether a task of this capability and role is within their skills."""
        return any(fnmatchcase(capability, glob) or fnmatchcase(owner, glob) for glob in self.skills)


class Objectives(Value):
    rto_hours: Awaited = 24.0
    rpo_hours: Awaited = 24.0


class Platform(
    Value,
    rename={  # tables of a TOML file are named in the singular: [[journey]]
        "applications": "application",
        "journeys": "journey",
        "fallbacks": "fallback",
        "choices": "choice",
        "waivers": "waiver",
        "corrections": "correct",
        "persons": "person",
    },
):
    """`offramp.toml`: what the user knows and a scan cannot."""

    name: Filled = "platform"
    domains: tuple[Filled, ...] = ()
    repositories: tuple[str, ...] = ()  # folders, relative to offramp.toml
    catalog: tuple[str, ...] = ()  # overlay folders of the user's own vendors, rules, blueprints
    people: Annotated[int, Meta(ge=1, le=500)] = 3  # who can work on a move; with [[person]] as many as these
    persons: tuple[Person, ...] = ()
    plan_reviewed: date | None = None  # when people last went through the plan together; the gate may ask for it
    signers: tuple[PublicKey, ...] = ()  # who may sign records of drills and tabletops: docs/proof.md
    objectives: Objectives = Objectives()
    owners: dict[str, str] = field(default_factory=dict)  # capability or area ("auth") -> role or person
    applications: tuple[Application, ...] = ()
    journeys: tuple[Journey, ...] = ()
    drill: Drill = Drill()
    declare: tuple[Declare, ...] = ()
    corrections: tuple[Correction, ...] = ()
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
    """A company with everything of the platform that hangs on it."""

    id: str  # the topmost parent's vendor id
    name: str
    vendors: tuple[str, ...]  # vendors in use that it is or owns
    dependencies: tuple[str, ...]
    stops: tuple[str, ...] = ()  # journeys that the loss of the accounts there stops
    foundation_of: tuple[str, ...] = ()  # vendors of others in use that run on it: they fail in its outages


class Answer(Value):
    """What the loss of one company does to one journey, through which dependencies."""

    company: str
    dependencies: tuple[str, ...]
    how: str = ""  # what people notice, one sentence
    when: str = ""  # empty = at once
    after_hours: Hours | None = None  # until then nothing is noticed; None with `when` = nobody can say
    question: str = ""  # what settles whether it stops the journey; only of "may stop"


class JourneyRisk(Value):
    """What the loss of each company does to one journey, by the strongest effect, and the smallest sets that stop it.

    `stops`, `may_stop`, `degrades` and `later` are of the loss of an account, as `cut_sets` are.
    """

    journey: str
    title: str = ""
    stops: tuple[Answer, ...] = ()
    may_stop: tuple[Answer, ...] = ()
    degrades: tuple[Answer, ...] = ()
    later: tuple[Answer, ...] = ()
    one_of: tuple[OneOf, ...] = ()
    cut_sets: tuple[tuple[str, ...], ...] = ()  # minimal sets of company ids, smallest first
    outage_cut_sets: tuple[tuple[str, ...], ...] = ()  # the same for an outage: what runs on them fails too
    sanction_cut_sets: tuple[tuple[str, ...], ...] = ()  # owners and foundations both
    unknown: tuple[str, ...] = ()  # needs nothing was found for: someone unknown provides them


class Question(Value):
    """What nobody could see and what its answer would settle; the most decisive first."""

    id: str
    text: str
    journeys: tuple[str, ...] = ()  # whose judgement depends on it
    companies: tuple[str, ...] = ()
    evidence: tuple[int, ...] = ()  # positions in Survey.evidence
    answer: str = ""  # a table for offramp.toml that answers it one way, for the user to correct
    yes: Told | None = None  # the effect that a yes says; None: a name is asked for
    no: Told | None = None
    among: tuple[str, ...] = ()  # the names of which one is asked for; empty: any vendor's


class FirstStep(Value):
    """One company to replace or to stand in for, and what that gains when the steps before it are done."""

    company: str
    points: float  # of the score
    frees: tuple[str, ...]  # journeys that no company stops alone any more
    eases: tuple[str, ...]  # journeys on which it weighs no more; those of `frees` too
    capabilities: tuple[str, ...]  # what it is needed for


class ScorePart(Value):
    name: str
    points: float
    maximum: float
    why: str


class Score(Value):
    """0 (all dark) to 100; every part says why. The formula is docs/score.md."""

    points: float
    parts: tuple[ScorePart, ...]


class Proofs(Value):
    """What signed records say beside the last drill; none: no record that counts was handed over."""

    copies_restored: date | None = None  # the last drill in which copies of backups were put back, however it ended
    tabletop: date | None = None  # people went through a loss
    bag: str = ""  # the newest file of a go-bag (ISO 8601, UTC)
    copies: str = ""  # of the newest copy of each source, the oldest: when its export began (ISO 8601, UTC)
    doubts: tuple[str, ...] = ()  # records that count for nothing, and why, one sentence each


class Assessment(Value):
    score: Score
    companies: tuple[Company, ...] = ()
    journeys: tuple[JourneyRisk, ...] = ()
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()
    first: tuple[FirstStep, ...] = ()  # what to do first, the most useful step first
    restored: date | None = None  # of the last drill, among the journals handed over, that restored the platform
    proofs: Proofs = Proofs()


class Measured(Value):
    """A step that a drill of this platform really took."""

    step: str  # "site", "verify", "restore": the playbook that ran
    seconds: float  # the longest time of those that passed
    day: date


class Audit(Value):
    """The result of `offramp audit`: one JSON document, a function of what was looked at (no clock in it)."""

    schema_version: str
    tool: str  # "offramp 0.1.0"
    catalog: str  # hash of the catalogue that was used
    platform: Platform
    survey: Survey
    dependencies: tuple[Dependency, ...]
    assessment: Assessment
    needs: tuple[Need, ...] = ()  # engines the code needs: a loss of whoever provides them stops it
    undescribed: tuple[Undescribed, ...] = ()  # outside hosts of nobody known, the most telling place first
    signals: str = ""  # what the catalogue could know, by toolkit/known_signals.py: `offramp diff` asks it
    measured: tuple[Measured, ...] = ()  # what drills took, of the newest journal that has the step
    source_url: str = ""  # with a path and "#L12" after it: a line of what was looked at, at the forge


# --- what changed (diff) ----------------------------------------------------------------------------------------------
Cause = Literal["code", "settings", "sight", "catalogue", "tool", "unsure"]


class Spot(Value):
    """Where a cause lies: of the new audit, or of the old one where something is gone."""

    place: str  # "app/otp.py", an ARN, a URL or a DNS record; the root in front where there are several checkouts
    line: int = 0  # 0: no line of a file

    def __str__(self) -> str:
        return f"{self.place}:{self.line}" if self.line else self.place


class VendorChange(Value):
    """A service that is used now and was not, no longer, or otherwise than before."""

    dependency: str
    company: str  # name of the company it belongs to
    before: str  # "in use, runtime"; empty: it was not there
    after: str
    first: bool  # new: nothing of this vendor was used before; gone: nothing of it is left
    cause: Cause
    why: str  # one sentence
    where: tuple[Spot, ...] = ()


class JourneyChange(Value):
    """What the loss of one company does to one journey, before and now."""

    journey: str
    title: str
    company: str  # its id; or a capability that the journey needs and for which nobody was found
    name: str
    before: Effect | Literal["together", "unknown", ""]  # together: only along with others; empty: nothing
    after: Effect | Literal["together", "unknown", ""]
    through: tuple[str, ...]  # dependencies
    cause: Cause
    why: str
    where: tuple[Spot, ...] = ()


class FindingChange(Value):
    """A finding that is new, worse, better or gone; lines that only moved are no change."""

    fingerprint: str
    rule: str
    subject: str
    message: str
    before: Outcome | Literal[""]  # empty: there was none
    after: Outcome | Literal[""]
    severity: Severity
    cause: Cause
    why: str
    where: tuple[Spot, ...] = ()


class ScoreChange(Value):
    name: str
    before: float
    after: float
    why: str  # of the new audit


class Diff(Value):
    """What `offramp diff OLD NEW` says: a function of the two audits."""

    schema_version: str
    tool: str  # of NEW, as are catalog and platform
    catalog: str
    platform: str
    old_tool: str
    old_catalog: str
    before: float  # the score
    after: float
    score: tuple[ScoreChange, ...] = ()  # parts that changed
    new: tuple[VendorChange, ...] = ()
    gone: tuple[VendorChange, ...] = ()
    changed: tuple[VendorChange, ...] = ()  # there before and now, but used otherwise
    worse: tuple[JourneyChange, ...] = ()
    better: tuple[JourneyChange, ...] = ()
    findings_worse: tuple[FindingChange, ...] = ()
    findings_better: tuple[FindingChange, ...] = ()
    unread: tuple[str, ...] = ()  # places that could not be looked at and could before
    source_url: str = ""  # with a path and "#L12" after it: a line of NEW at the forge

    @property
    def nothing(self) -> bool:
        """Whether it makes no difference which of the two audits one reads."""
        lists = (self.score, self.new, self.gone, self.changed, self.worse, self.better)
        return not any((*lists, self.findings_worse, self.findings_better, self.unread))


# --- what to do (plan) ------------------------------------------------------------------------------------------------
class Loss(Value):
    """A vendor that goes away, the notice it gives, and the kind of its loss: your account there, an outage that takes
    along what runs on it, or a sanction that reaches its owners' other companies too."""

    vendor: str
    notice_hours: Hours
    kind: LossKind = "account"


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
    speaks: tuple[str, ...] = ()  # engines it stands in for
    assumed: tuple[str, ...] = ()  # what nobody could see and the plan took for granted, one sentence each


class Effort(Value):
    hours: Hours
    basis: str  # how the figure was made: "20 min + 0.5 min per GB x 42 GB"
    measured_hours: Hours = 0.0  # of these, what a drill of this platform really took; the rest is a guess


class Wait(Value):
    """Time that passes after the work of a task while nobody works: a contract, a TTL, a copy that runs."""

    low_hours: Hours
    high_hours: Hours
    basis: str
    source: Source = ""


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
    notes: tuple[str, ...] = ()  # what the commands leave to be done, or what to write down before them
    look_up: tuple[str, ...] = ()  # words of the commands that are to be filled in, and the lines that say them
    done_when: str = ""
    rollback: str = ""
    undo: tuple[str, ...] = ()  # the commands of it
    wait: Wait | None = None  # after the work, before whatever needs it
    start_hours: Hours = 0.0  # scheduled, with the people there are
    finish_hours: Hours = 0.0  # end of the work
    done_hours: Hours = 0.0  # the same with the longest wait: what needs it can start
    who: int = 0  # which of the people does it, from 1; 0 = nobody, outside the clock
    late: bool = False  # cannot be finished within its window


class Schedule(Value):
    people: int
    makespan_hours: Hours
    lower_bound_hours: Hours  # max(critical path, work / people): these tasks cannot all be done and waited out sooner
    freeze_start_hours: Hours | None = None  # when writers are stopped; None: there is no freeze window
    freeze_hours: Hours = 0.0  # how long nobody can write where there was notice


class Export(Value):
    """Something that can be taken out of a vendor."""

    what: str
    how: str
    limit: str = ""
    source: Source = ""
    dataset: str = ""  # what it gives ("data.relational-dump"): tasks that fetch this take its commands
    commands: tuple[str, ...] = ()  # to run in the project's folder; words in capitals are to fill in
    speaks: tuple[str, ...] = ()  # engines of checks/engines.toml that it is about; none: whatever is used
    held: bool = False  # it lies with the platform in any case: nothing to fetch, nothing lost


class Kept(Value):
    """Something that cannot be taken out of a vendor."""

    what: str
    why: str
    source: Source = ""
    speaks: tuple[str, ...] = ()  # engines that it is about; none: whatever is used


class WayOut(Value):
    """What is known of leaving one lost dependency."""

    dependency: str
    at_hours: Hours  # access ends, after notice is given
    capabilities: tuple[str, ...] = ()
    exports: tuple[Export, ...] = ()
    keeps: tuple[Kept, ...] = ()


class Return(Value):
    """When one journey that the losses stop is back."""

    journey: str
    title: str
    dark_hours: Hours  # it stops, after notice is given
    back_hours: Hours | None  # with the shortest waits; None: this plan does not bring it back
    latest_hours: Hours | None  # with the longest waits, as scheduled
    outage_hours: Hours | None = None  # from dark to back, as scheduled
    path: tuple[str, ...] = ()  # Task.id, what its return hangs on: each waits for the one before
    missing: tuple[str, ...] = ()  # why it is not brought back, one sentence each


class Change(Value):
    """A line of the platform's own code or settings that names what is replaced."""

    root: str  # Root.id
    where: str  # "path:line" within it
    dependency: str
    blueprint: str  # what takes over


class DataLost(Value):
    """Something that nobody can have back under these losses."""

    dependency: str
    what: str  # what is done without it, or what it was
    why: str


class Unplanned(Value):
    """A dependency no blueprint replaces, and what that means."""

    dependency: str
    capability: str
    reason: str
    speaks: tuple[str, ...] = ()  # what it is used with, where nothing here speaks that


class Obstacle(Value):
    """Why what is generated would not run yet."""

    subject: str  # an application, a dependency, an engine
    reason: str  # completes "not runnable yet, because …"
    hint: str = ""  # what to do about it


class Taken(Value):
    """What goes with one loss, by the names that people know: Salesforce takes Heroku along."""

    loss: str  # vendor
    names: tuple[str, ...]  # of the vendors in use that go, but the lost one


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
    obstacles: tuple[Obstacle, ...] = ()  # empty: what is generated from it can run
    journeys: tuple[Return, ...] = ()  # that the losses stop, the first back first
    data_lost: tuple[DataLost, ...] = ()  # what stays behind because access ends too early
    changes: tuple[Change, ...] = ()  # lines to change, by file
    untouched: tuple[str, ...] = ()  # vendors that are lost and on which nothing that was found hangs
    prepared: bool = False  # copies and contracts are held already: `offramp plan --prepared`
    assumed: tuple[str, ...] = ()  # what was taken for granted of the platform itself, one sentence each
    taken: tuple[Taken, ...] = ()  # what goes with each loss
    called: str = ""  # by its checkouts, where offramp.toml names it not


class Compared(Value):
    """One loss among others: what its plan says."""

    losses: tuple[Loss, ...]
    journeys: tuple[Return, ...]
    data_lost: tuple[DataLost, ...]
    work_hours: Hours  # of all tasks inside the clock
    waiting_hours: Hours  # the longest wait among them
    worst_outage_hours: Hours | None = None  # of its journeys; None: one is not brought back


class Comparison(Value):
    """The plans of several losses side by side, the worst first."""

    schema_version: str
    tool: str
    catalog: str
    platform: str
    people: int
    rows: tuple[Compared, ...]


class Preparation(Value):
    """A copy or a contract to have before anything happens, and what it is worth under a loss."""

    task: str  # Task.id
    title: str
    owner: str
    work_hours: Hours
    wait_hours: Hours  # the longest wait
    saves_hours: Hours  # of outage, all journeys together
    brings_back: tuple[str, ...] = ()  # titles of journeys that do not come back without it
    keeps: tuple[DataLost, ...] = ()  # what is lost without it
    commands: tuple[str, ...] = ()


class Today(Value):
    """What to do before anything happens, what saves most outage for an hour of work first."""

    schema_version: str
    tool: str
    catalog: str
    platform: str
    people: int
    losses: tuple[Loss, ...]  # feared
    rows: tuple[Preparation, ...]


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


# --- what a rebuild needs (pack) --------------------------------------------------------------------------------------
class Gap(Value):
    """Something a rebuild needs that could not be had, or that nothing packs yet."""

    what: str
    why: str
    breaks: str  # what does not work without it


class BagFile(Value):
    """One file of a go-bag."""

    path: str
    size: int
    sha256: str
    kind: str  # "debian", "application", "artefact", "infra", "source", "offramp"
    as_of: str  # how old it is: when its content was made by whoever served it, else when it was packed (UTC)


class BagPart(Value):
    """A folder of a go-bag that is made as a whole, and what it was made of."""

    folder: str
    kind: str
    made_of: str = ""  # a hash of all that decides what is in it; empty: it is looked at again every time
    gaps: tuple[Gap, ...] = ()


class Bag(Value):
    """`manifest.json` of a go-bag: what is in it, for which hosts, and what is not."""

    schema_version: str
    tool: str
    platform: str
    project: str  # SHA-256 of the packed project's manifest
    debian: int
    architecture: str
    parts: tuple[BagPart, ...] = ()
    files: tuple[BagFile, ...] = ()

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """All that is missing."""
        return tuple(gap for part in self.parts for gap in part.gaps)


class Violation(Value):
    """One reason why the gate refuses."""

    policy: str  # key of the policy that is broken, "min_score"
    message: str
    fingerprint: str = ""  # Finding.fingerprint, where one finding is the reason
    subject: str = ""  # a dependency, a journey, what a waiver of it names
    where: tuple[Spot, ...] = ()


class Verdict(Value):
    passed: bool
    violations: tuple[Violation, ...] = ()
    known: tuple[str, ...] = ()  # fingerprints that the baseline accepts
    fixed: tuple[str, ...] = ()  # fingerprints of the baseline that are gone
    waived: tuple[str, ...] = ()
    debt: tuple[Violation, ...] = ()  # what the policy would refuse were it not there already
    excused: tuple[Violation, ...] = ()  # of no one finding, and waived in offramp.toml
    first_run: bool = False  # there was no baseline, and the policy lets that pass
    changes: Diff | None = None  # since the baseline
    source_url: str = ""  # as of a diff


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
    previous: str = ""  # SHA-256 of the signed record before this one; empty: the first, or not signed


# --- what people rehearse (tabletop) ----------------------------------------------------------------------------------
class TabletopEntry(Value):
    """One entry of a tabletop's script: what happens in the story, or what is to be decided then and was answered."""

    id: str
    kind: Literal["event", "decision"]
    at_hours: Hours  # in the story, after notice is given
    text: str  # what happened, or the question
    about: tuple[str, ...] = ()  # what the plan says of it, a sentence each
    asked: str = ""  # "decision": the role that answers
    due_hours: Hours | None = None  # "decision": afterwards it is too late
    pages: tuple[str, ...] = ()  # files of `offramp plan --runbooks` to open
    minutes: float = 0.0  # "decision": how long the people at the table have for it
    outcome: Literal["open", "answered", "gap"] = "open"  # "gap": nobody knew
    answer: str = ""
    answered: str = ""  # ISO 8601, UTC
    seconds: float = 0.0  # how long they took


class Tabletop(Value):
    """A loss gone through at a table: the script, what was answered, and what the plan itself leaves open."""

    schema_version: str
    tool: str
    catalog: str
    platform: str
    plan: str  # SHA-256 of the plan it was made from
    title: str  # of the scenario, or who is lost
    losses: tuple[Loss, ...]
    entries: tuple[TabletopEntry, ...]
    known: tuple[str, ...] = ()  # gaps of the plan, whatever is answered
    scenario: str = ""
    begun: str = ""  # ISO 8601, UTC; empty: only the script
    ended: str = ""  # likewise; empty: there is something left to ask
    previous: str = ""  # SHA-256 of the signed record before this one; empty: the first, or not signed

    @property
    def decisions(self) -> tuple[TabletopEntry, ...]:
        """What is asked."""
        return tuple(entry for entry in self.entries if entry.kind == "decision")

    @property
    def gaps(self) -> tuple[TabletopEntry, ...]:
        """What nobody knew an answer to."""
        return tuple(entry for entry in self.decisions if entry.outcome == "gap")


# --- what if, and why (simulate, explain) -----------------------------------------------------------------------------
class Dark(Value):
    """A journey that stops working."""

    journey: str
    title: str
    at_hours: Hours  # after notice is given
    because: tuple[str, ...]  # dependencies whose loss stops it


class Strained(Value):
    """A journey that the losses do not stop as far as was seen, and what they do to it instead."""

    journey: str
    title: str
    effect: Effect  # "may stop", "later", "degrades"
    at_hours: Hours  # when the loss comes, after notice is given
    because: tuple[str, ...]  # dependencies
    how: str = ""  # what people notice
    when: str = ""  # "later": at the next start, when a certificate ends
    after_hours: Hours | None = None  # "later": hours after the loss, where that is known
    question: str = ""  # "may stop": what settles it


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
    strained: tuple[Strained, ...] = ()  # by journey, the strongest effect first
    first_hour: tuple[str, ...] = ()  # what to do, and not to do, at once
    scenario: str = ""  # id of the scenario whose losses these are


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
