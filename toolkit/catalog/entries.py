"""What Offramp knows: vendors, services and their signals, capabilities, rules, scenarios, the policy, blueprints.

One struct per kind of TOML file under `checks/` and `playbooks/blueprints/`, and `Catalog`, which holds them all. The
JSON Schemas in `checks/schema/` are generated from them; a field's comment here is its documentation there.
"""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, field

from toolkit.model import (
    Effect,
    Export,
    Hours,
    Kept,
    LossKind,
    Outcome,
    Phase,
    Role,
    Severity,
    Source,
    Told,
    Value,
    Wait,
)

SignalKind = Literal[
    # packages in manifests and lock files, by ecosystem (purl type names)
    "pypi", "npm", "gem", "golang", "composer", "maven", "nuget", "cargo", "hex", "pub", "swift",
    # modules, namespaces or packages imported in code; npm and golang imports match their package signals
    "python", "jvm", "ruby", "php", "dotnet", "rust",
    # client construction and calls in a normal form: "boto3.client(ses)", "Aws::S3::Client", "verify.v2"
    "call",
    # names in code, configuration and templates: hosts (glob), environment variables (exact or PREFIX_*), URI schemes
    "host", "env", "uri", "arn", "config", "html",
    # a variable's name in any other spelling: "MAILGUN_*" for mailgunApiKey, mailgun.api-key
    "setting",
    # paths that mean something by existing (gitignore-style glob)
    "file",
    # infrastructure as code and CI
    "tf_provider", "tf_resource", "cfn", "arm", "image", "action", "k8s", "pulumi",
    # what accounts and the network answer
    "resource", "cname", "ns", "mx", "spf", "txt", "header", "cookie", "caa", "issuer", "registrar",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(SignalKind)


# --- vendors (checks/vendors/<vendor>/) -------------------------------------------------------------------------------
class Notice(Value):
    """What the vendor's own terms promise: before it suspends, before the contract ends, for the data after that."""

    case: Literal["suspension", "end", "data"]
    text: str
    hours: Hours | None = None  # the least it promises in this case; None: no time is named
    source: Source = ""


class Example(Value):
    """A test inside the data: a file by this name with this text gives (or must not give) this service."""

    path: str
    text: str
    expect: Role | Literal["nothing"] = "runtime"


class Exit(Value):
    exports: tuple[Export, ...] = ()
    keeps: tuple[Kept, ...] = ()

    def concerning(self, capabilities: Iterable[str]) -> "Exit":
        """What of it concerns whoever uses the vendor for these: the followers of an account are nothing to those whose
        users only sign in with it."""
        used = tuple(capabilities)
        exports = tuple(one for one in self.exports if concerns(one, used))
        return Exit(exports, tuple(one for one in self.keeps if concerns(one, used)))


def concerns(fact: Export | Kept, used: Iterable[str]) -> bool:
    """Whether a fact about leaving is about any of these capabilities; one that does not say is about all."""
    return not fact.about or any(fnmatchcase(one, pattern) for one in used for pattern in fact.about)


class WayIn(Value):
    """How a service is reached that answers inside its vendor's network alone."""

    commands: tuple[str, ...] = ()
    note: str = ""
    source: Source = ""


class Naming(Value):
    """A place in files that says what something is called at a vendor: an application, a process, a bucket. The value
    at `key`, or what stands behind the text `after`; without either the file's own name, less its ending."""

    word: str  # what commands call it, in capitals: "APP"
    files: tuple[str, ...]  # gitignore-style globs
    # parts parted by "/", from the top: "services/[]/name". "*" is any part, "{}" the part that is the name itself
    key: str = ""
    after: str = ""
    line: str = ""  # with `after`: a text that the line has as well
    when: str = ""  # key of another value of the same document, or of the same item of a list …
    has: tuple[str, ...] = ()  # … and globs of which that has to meet one
    only: tuple[str, ...] = ()  # globs of which the name has to meet one
    never: tuple[str, ...] = ()  # and none of these
    otherwise: str = ""  # what it is called where no file names a program at all
    single: bool = False  # used only where all files say the same: a region
    programs: bool = False  # of the platform's own programs, of which there may be none of a kind


class Stop(Value):
    """How what writes is stopped where the platform runs, and started again."""

    writers: tuple[str, ...] = ()  # what answers people
    workers: tuple[str, ...] = ()  # what works beside
    back: tuple[str, ...] = ()
    note: str = ""  # what the commands do not stop
    source: Source = ""


class Runner(Value):
    """`checks/runners.toml`: what runs programs wherever they are hosted: Kubernetes, compose, systemd."""

    title: str
    named: tuple[Naming, ...]
    stop: Stop
    settings: tuple[str, ...] = ()  # commands that print what the programs are given


class Service(Value, rename={"examples": "example"}):  # [[example]]
    """`<service>.toml`: one service. A `vendor.toml` may carry the same keys for signals that name no service."""

    name: str
    capabilities: tuple[str, ...] = ()
    speaks: tuple[str, ...] = ()  # engines of checks/engines.toml it can be used with; none: nobody wrote it down
    role: Role | None = None  # overrides the role the place of the evidence suggests ("build/ci" for a CI vendor)
    signals: dict[SignalKind, tuple[str, ...]] = field(default_factory=dict)
    weak: dict[SignalKind, tuple[str, ...]] = field(default_factory=dict)  # alone they never make a dependency
    # which capabilities a signal is about: by itself ("host:api.x.com"), a glob over that ("*sms*"), its kind ("env"),
    # or "*" for the rest; the nearest one counts. Where nothing is said and there are several, it is about none
    about: dict[str, tuple[str, ...]] = field(default_factory=dict)
    exit: Exit = Exit()
    stop: Stop = Stop()
    way_in: WayIn = WayIn()
    named: tuple[Naming, ...] = ()
    examples: tuple[Example, ...] = ()
    note: str = ""

    def capabilities_of(self, kind: str, value: str) -> tuple[str, ...]:
        """The capabilities that this signal of the entry is about."""
        if not self.about:
            return self.capabilities if len(self.capabilities) == 1 else ()
        signal = f"{kind}:{value}"
        globs = [key for key in self.about if "*" in key and key != "*" and fnmatchcase(signal, key)]
        nearest = max(globs, key=len, default="")
        for key in (signal, nearest, kind, "*"):
            if key in self.about:
                return self.about[key]
        return self.capabilities if len(self.capabilities) == 1 else ()


class Vendor(Service, rename={"examples": "example", "notices": "notice"}):  # [[notice]]
    """`vendor.toml`: who they are."""

    parent: str | None = None  # vendor id of the owning company
    jurisdiction: str = ""  # ISO 3166-1 alpha-2 of the company's seat
    company_source: Source = ""  # of parent and jurisdiction
    homepage: str = ""
    pages: tuple[str, ...] = ()  # its own hosts and accounts of a code host that do not carry its name
    runs_on: tuple[str, ...] = ()  # vendor ids it cannot work without
    runs_on_source: Source = ""  # with an empty `runs_on`: it says that it runs on machines of its own
    notices: tuple[Notice, ...] = ()

    @property
    def notice_hours(self) -> Hours | None:
        """The least notice the terms promise. None where nobody knows how fast it may suspend: that is the least."""
        if not any(one.case == "suspension" for one in self.notices):
            return None
        known = [one.hours for one in self.notices if one.case != "data" and one.hours is not None]
        return min(known, default=None)


class Signal(Value):
    """One compiled signal. Its id, "aws/s3#pypi:boto3", is what evidence refers to."""

    dependency: str
    kind: SignalKind
    value: str
    weak: bool = False
    role: Role | None = None
    about: tuple[str, ...] = ()  # capabilities

    @property
    def id(self) -> str:
        return f"{self.dependency}#{self.kind}:{self.value}"

    @property
    def engine(self) -> str | None:
        """The engine it is a sign of; None where it is a vendor's."""
        return engine_of(self.dependency)


# --- families (checks/families.toml) ----------------------------------------------------------------------------------
class Family(Value):
    """Names of one shape that every vendor for the same thing has: "omniauth-{snake}"."""

    of: tuple[str, ...] = ()  # capabilities, "auth.*" for an area; empty = every vendor
    signals: dict[SignalKind, tuple[str, ...]] = field(default_factory=dict)  # {kebab} {snake} {flat} {upper} {pascal}
    weak: bool = False
    telling: bool = False  # the shape says enough: also for vendors whose names are words of any program


class Families(Value, rename={"families": "family"}):
    """`checks/families.toml`."""

    generic: tuple[str, ...] = ()  # vendors' names that are words of any program: nothing follows from them
    families: tuple[Family, ...] = ()


class Hosts(Value):
    """`checks/hosts.toml`: hosts that programs name and never depend on. A name stands for all below it."""

    vocabularies: tuple[str, ...] = ()  # XML namespaces, schemas, document types
    licences: tuple[str, ...] = ()
    reading: tuple[str, ...] = ()  # what people read: documentation, forums, pages of people
    invented: tuple[str, ...] = ()  # labels that stand for the reader's own domain: "yourdomain"


# --- switches (checks/switches.toml) ----------------------------------------------------------------------------------
class Switches(Value):
    """`checks/switches.toml`: the words by which settings choose one of several providers. In lower case, no signs."""

    own: tuple[str, ...] = ()  # something of the platform's own: "local", "smtp"
    words: dict[str, str] = field(default_factory=dict)  # word → vendor or service, where it is not its own name
    about: dict[str, tuple[str, ...]] = field(default_factory=dict)  # word of a setting's name → capabilities


# --- engines (checks/engines.toml) ------------------------------------------------------------------------------------
_ENGINE = "engine:"  # no vendor's id has a colon


class Engine(Value):
    """What programs speak, whoever provides it: a database, a queue, a protocol. Signals say that it is needed."""

    name: str
    capabilities: tuple[str, ...]  # what it is used as; the first is what a need of it counts as
    signals: dict[SignalKind, tuple[str, ...]] = field(default_factory=dict)
    by_hand: str = ""  # what to do where no blueprint speaks it


def engine_of(signal: str) -> str | None:
    """The engine of a signal's id, "engine:mysql#npm:mysql2" → "mysql"; None for a vendor's."""
    owner = signal.partition("#")[0]
    return owner.removeprefix(_ENGINE) if owner.startswith(_ENGINE) else None


# --- capabilities, rules, scenarios (checks/) -------------------------------------------------------------------------
class Capability(Value):
    title: str
    breaks: str  # what people notice when it is gone, one sentence
    first_hour: str = ""  # what to do, or not to do, at once when whoever provides it goes
    while_access: str = ""  # the same, where it takes an account that still answers


class JourneyEntry(Value):
    """Something people do with every platform, or where one of `shown_by` is provided."""

    id: str
    title: str
    shown_by: tuple[str, ...] = ()  # capabilities ("collab.*"); empty = always
    # capabilities of which a program has one where its people do this, unless it has accounts; empty = always
    seen_with: tuple[str, ...] = ()
    only_reads: bool = False  # goes on while nobody can write


class Need(Value):
    """What the loss of a capability does to journeys. The first that names both journey and capability holds."""

    of: tuple[str, ...]  # capabilities, "hosting.*" for an area
    journeys: tuple[str, ...]
    effect: Effect
    how: str  # what people notice, one sentence
    question: str = ""  # yes or no; settles whether it stops the journey where that is not to be seen
    yes: Told | None = None  # the effect that a yes to the question says
    no: Told | None = None
    when: str = ""  # what must happen first; empty = at once
    after_hours: Hours | None = None  # when that is at the latest
    roles: tuple[Role, ...] = ()  # of dependencies that it holds for; empty = all that run
    # capabilities ("auth.social-login") that no other dependency provides and no engine is for
    alone: tuple[str, ...] = ()
    listed_with: tuple[str, ...] = ()  # capabilities that another vendor's, named in the same file, provides
    # capabilities that another dependency, which a program calls, provides, while this one is only embedded in pages
    embedded_beside: tuple[str, ...] = ()
    # of a host: capabilities that the platform's own programs call somebody for, and no page embeds
    through: tuple[str, ...] = ()
    seen_at: tuple[str, ...] = ()  # words of which one is in the path of a sign ("regist"); empty = anywhere
    signs: tuple[SignalKind, ...] = ()  # kinds of signs of which one shows it; empty = any
    seen_by: tuple[str, ...] = ()  # sources ("files.dockerfile") or their kinds ("files", "declared"); empty = any
    source: Source = ""


class NeedsFile(Value, rename={"journeys": "journey", "needs": "need"}):
    """`checks/needs.toml`."""

    journeys: tuple[JourneyEntry, ...] = ()
    needs: tuple[Need, ...] = ()


class Rule(Value):
    """One readiness rule: `check` names a predicate of `assess/rules.py`, `of` gives its capabilities."""

    id: str
    title: str  # states the problem, as an alert does: "DNS is lost together with the host"
    rationale: str
    remediation: str
    severity: Severity
    effort_hours: Hours
    check: Literal["single-company", "same-company", "declared", "fallback", "exportable", "waiver"]
    of: tuple[str, ...] = ()  # capabilities, "auth.*" for an area
    with_: tuple[str, ...] = field(default=(), name="with")  # the other side of "same-company"
    unless: Outcome | None = None  # outcome where nothing provides `of`: unknown, not ready; default: none applies
    otherwise: Severity | None = None  # severity where its subject stops no journey; default: one step lower


class RuleFile(Value):
    """`checks/readiness/<area>.toml`."""

    rule: tuple[Rule, ...] = ()


class Lost(Value):
    vendor: str
    notice_hours: Hours = 0.0


class Scenario(Value):
    """A real case: who was lost, with which notice, and when the platform was back."""

    id: str
    title: str
    date: str
    actor: Literal["vendor", "sanctions", "disaster", "licence", "bug", "attacker"]
    lost: tuple[Lost, ...]
    access_after_cut: Literal["none", "read-only", "console"] = "none"
    recovery_hours: Hours | None = None
    lesson: str = ""
    sources: tuple[str, ...] = ()


class Forbid(Value):
    """A company, vendor or service that may not be able to do this much to these journeys."""

    company: str  # an id: a company with all it owns, a vendor, or a service ("aws/s3")
    journeys: tuple[str, ...] = ()  # empty = all
    effect: Effect = "stops"  # this much or more; the order is degrades, later, may stop, stops
    why: str = ""  # said when it refuses


# What a [[waiver]] of offramp.toml may name as its rule beside the readiness rules
WAIVABLE = (
    "deny_vendors",
    "new_vendors",
    "worse_journeys",
    "forbid",
    "max_backup_age_hours",
    "max_restore_age_days",
    "max_bag_age_days",
    "max_drill_age_days",
    "max_drill_days",
    "max_plan_days",
    "min_score",
)


class Policy(Value):
    """What `offramp gate` refuses. A user's policy file has the same keys; missing ones take the shipped values."""

    min_score: float = 0.0
    fail_on: Severity = "critical"  # a finding "not ready" of this severity or above
    unknown: Literal["pass", "fail"] = "pass"  # what an unknown outcome of that severity does
    unread: Literal["pass", "fail"] = "pass"
    new_only: bool = True  # with a baseline: only what got worse counts
    no_baseline: Literal["pass", "fail"] = "pass"  # of `new_only` without a baseline: pass with the debt shown, or fail
    deny_vendors: tuple[str, ...] = ()  # companies, vendors or services
    new_vendors: Literal["pass", "fail"] = "pass"  # what a vendor that the baseline did not have does
    allow_vendors: tuple[str, ...] = ()  # may be new in spite of `new_vendors`
    worse_journeys: Literal["pass", "fail"] = "pass"  # what a journey does that one more company can stop alone
    forbid: tuple[Forbid, ...] = ()  # companies that may not stop certain journeys
    max_backup_age_hours: Annotated[float, Meta(gt=0)] | None = None  # of the newest copy of each source
    max_restore_age_days: Annotated[int, Meta(ge=1)] | None = None  # since a drill put copies of backups back
    max_bag_age_days: Annotated[int, Meta(ge=1)] | None = None  # of the go-bag's newest file
    max_drill_age_days: Annotated[int, Meta(ge=1)] | None = None  # since the last drill that restored the platform
    max_drill_days: Annotated[int, Meta(ge=1)] | None = None  # the same, by its earlier name
    max_plan_days: Annotated[int, Meta(ge=1)] | None = None  # since `plan_reviewed` of offramp.toml, or a tabletop


# --- blueprints (playbooks/blueprints/<slug>/) ------------------------------------------------------------------------
class HostSize(Value):
    memory_mb: int
    disk_gb: int
    cpus: int = 1
    number: str = ""  # the input that says how many hosts an `apart` blueprint gets; empty: one


class Input(Value):
    """A value the plan fills in; it becomes the role variable `<slug>_<name>`."""

    name: str
    description: str
    type: Literal["string", "integer", "boolean", "list", "table"] = "string"
    default: Any = None
    required: bool = False


class Output(Value):
    """What others need to use it: an application's `${data.relational.url}`. `value` is Jinja over role variables."""

    name: str
    value: str
    description: str = ""
    capability: str | None = None  # only for this one of the blueprint's capabilities; None = all


class Secret(Value):
    """A value made once into the generated vault, as the Ansible variable `name`: random characters, or what a signer
    needs, PEM of an RSA key and of the certificate it is known by."""

    name: str
    kind: Literal["random", "signing-key"] = "random"
    length: int = 40  # of a random one
    description: str = ""


class Listen(Value):
    """A port that something of the blueprint listens on, and who may reach it: everybody; the platform's hosts; those
    that use what it offers, or provide what it needs, the host itself aside; nobody but the host.

    The firewall of its host opens it to them and to nobody else.
    """

    port: int | str  # a number, or the name of the input that has it
    who: Literal["public", "platform", "consumers", "providers", "host"]
    what: str  # what it is for, a word or two
    protocol: Literal["tcp", "udp"] = "tcp"
    of: tuple[str, ...] = ()  # consumers or providers of these capabilities; empty = of all it offers, or needs
    on: Literal["all", "first", "others"] = "all"  # of several hosts of the blueprint, those that listen
    fronted: bool = False  # "public": where the plan has an edge, only that may come


class SignIn(Value):
    """The OIDC client a blueprint wants of whatever provides auth.workforce-sso; its id is the blueprint's slug."""

    redirect_uris: tuple[str, ...]  # Jinja over role variables, as the next
    secret: str  # which of the blueprint's secrets the client has
    post_logout_redirect_uris: tuple[str, ...] = ()


class PackageSet(Value):
    """Debian packages that a blueprint needs in one case: on a release, or for applications of a runtime."""

    packages: tuple[str, ...]
    debian: int | None = None  # the release, 13; None = any
    runtime: str = ""  # of one of the applications it runs; empty = whatever runs


class Artefact(Value):
    """A package URL, and how to know it is the right one."""

    purl: str
    sha256: str = ""  # empty only where apt's signed index vouches for it (pkg:deb)
    origins: tuple[str, ...] = ()


class EffortRule(Value):
    """hours = (fixed_minutes + minutes_each x quantity(per)) / 60."""

    fixed_minutes: float
    minutes_each: float = 0.0
    per: Literal["", "gb", "item"] = ""
    basis: str = ""
    up_to_minutes: float = 0.0  # of the fixed minutes, the most where nobody can say it nearer: that is what is planned
    run_minutes: float = 0.0  # of the fixed minutes, those of its commands, which a drill measures


class PlanTask(Value):
    """One `[[task]]` of a blueprint's plan.toml. `needs` names tasks of the same blueprint, or a capability: whoever
    provides it must be cut over ("data.relational") or have finished a phase ("data.relational:prepare")."""

    id: str
    phase: Phase
    title: str
    effort: EffortRule
    owner: str = "platform"
    needs: tuple[str, ...] = ()
    before_access_ends: bool = False
    works_on_copy: bool = False  # not done where what it works on starts empty
    empty: str = ""  # title of what is done instead where the copy it needs cannot be had; empty: the rest of the task
    latest_hours: Hours | None = None
    commands: tuple[str, ...] = ()
    done_when: str = ""
    rollback: str = ""
    wait: Wait | None = None  # after the work: contracts, TTLs, reviews
    general: tuple[str, ...] = ()  # commands that fetch, where the lost vendor's own file gives none
    fetches: tuple[str, ...] = ()  # datasets ("dns.zone"): the lost vendor's own file says how they are had from it
    if_offered: str = ""  # a dataset: done only where every lost source's own file says how it is had, and in time
    unless_offered: str = ""  # a dataset: done only where not
    unless: str = ""  # not done where another replacement can provide this ("hosting.*"): it comes with that
    beside: str = ""  # done only where another can ("edge.cdn")
    stops: Literal["", "writers", "workers"] = ""  # commands: how these are stopped where the platform runs
    # "edge.dns" → commands that come first where another replacement takes that over
    commands_beside: dict[str, tuple[str, ...]] = field(default_factory=dict)
    beside_workers: bool = False  # of the freeze window: done while workers finish what is queued
    # "rents": orders hosts; "needs": wants the address of one, though no command of it names one
    hosts: Literal["", "rents", "needs"] = ""


class CommonTask(PlanTask):
    """One `[[task]]` of checks/tasks.toml: what is to be done whatever replaces a capability. Its `needs` are others of
    that file."""

    of: tuple[str, ...] = ()  # planned where one of these capabilities is lost ("edge.*"); empty: see `builds`, `opens`
    only_loaded: bool = False  # … and of that only what pages load files from, whoever's they are
    builds: bool = False  # planned wherever machines are set up
    opens: Phase | None = None  # planned where this phase has a task: it comes first of them, after all they wait for
    provides: tuple[str, ...] = ()  # capabilities that are there again when it is done
    access: tuple[str, ...] = ()  # of `of`, those whose vendor must still answer; empty = all
    before: tuple[str, ...] = ()  # what waits for it: "mail.*:prepare"
    after: tuple[str, ...] = ()  # what it waits for: "hosting.*:rehearse"
    before_commands: str = ""  # and whatever has a command that begins so
    makes_hosts: bool = False  # what rents hosts comes before it, whatever works on one or needs its address after it
    where_needed: bool = False  # planned wherever something waits for it
    instead_of: str = ""  # planned only where this task cannot be done, for access has ended
    loses: str = ""  # what is lost when it is done instead
    theirs: tuple[str, ...] = ()  # vendors with whom nobody else can put anything: nothing is lost there
    reaches: bool = False  # planned where what is fetched lies inside a vendor's network (`[way_in]` of its service)
    certificates: Literal["", "provided", "acme"] = ""  # commands: where public services have theirs from
    # once it is done and waited out, what waits for it at `before` waits no longer than this after its own work
    shortens_to_hours: Hours | None = None


class TasksFile(Value, rename={"tasks": "task"}):
    """`checks/tasks.toml`."""

    tasks: tuple[CommonTask, ...] = ()


class PlanFile(Value):
    """`plan.toml`."""

    task: tuple[PlanTask, ...] = ()


_NAMES = {
    "inputs": "input",
    "outputs": "output",
    "secrets": "secret",
    "artefacts": "artefact",
    "listens": "listen",
    "package_sets": "package_set",
}


class Blueprint(Value, rename=_NAMES):
    """`blueprint.toml`: one self-hosted replacement, an Ansible role that also knows how to be planned and drilled."""

    name: str
    version: str
    summary: str
    capabilities: tuple[str, ...]
    host: HostSize
    rto_minutes: float
    licence: str
    apart: bool = False  # gets a host of its own: what it is for is to be there when the others are not
    fronts: bool = False  # an edge: it stands before those that are `fronted_as` something
    fronted_as: str = ""  # Jinja: the names people ask an edge for, and it asks this one
    speaks: tuple[str, ...] = ()  # engines of checks/engines.toml it can stand in for: what is replaced must match
    needs: tuple[str, ...] = ()  # capabilities it cannot run without: placed and started before it
    uses: tuple[str, ...] = ()  # capabilities it connects to where something offers them, and can do without
    needs_speak: tuple[str, ...] = ()  # what they must speak, where that matters: "postgresql"
    packages: tuple[str, ...] = ()  # Debian packages its role installs in any case
    package_sets: tuple[PackageSet, ...] = ()  # and in some; applications' own packages go without saying
    carries: tuple[
        str, ...
    ] = ()  # packages of Offramp's own ("otp", "serving") that run on the host: copied into the role's files/
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    secrets: tuple[Secret, ...] = ()
    listens: tuple[Listen, ...] = ()  # every port another host could reach, and who may
    sign_in: SignIn | None = None  # where auth.workforce-sso is provided, its staff signs in with it
    artefacts: tuple[Artefact, ...] = ()
    datasets: tuple[str, ...] = ()  # dataset schemas `tasks/import.yml` takes
    limits: tuple[str, ...] = ()  # what the replaced service did that this does not
    tasks: tuple[PlanTask, ...] = ()  # from plan.toml


class Catalog(Value):
    """Everything, by id. `hash` changes when any file does."""

    hash: str
    capabilities: dict[str, Capability]
    vendors: dict[str, Vendor]
    services: dict[str, Service]  # "vendor/service"
    rules: dict[str, Rule]
    scenarios: dict[str, Scenario]
    blueprints: dict[str, Blueprint]
    judgement: NeedsFile = NeedsFile()
    engines: dict[str, Engine] = field(default_factory=dict)
    tasks: tuple[CommonTask, ...] = ()  # of checks/tasks.toml
    runners: dict[str, Runner] = field(default_factory=dict)
    families: Families = Families()
    hosts: Hosts = Hosts()  # of checks/hosts.toml
    switches: Switches = Switches()  # of checks/switches.toml
    derived: tuple[Signal, ...] = ()  # what follows from the families: `toolkit/catalog/families.py`
    policy: Policy = Policy()
    folders: tuple[str, ...] = ()  # overlay folders, for the files a blueprint carries

    def entry(self, dependency: str) -> Service | None:
        """The service, or the vendor where the id names no service (or one the catalogue does not know)."""
        return self.services.get(dependency) or self.vendors.get(dependency)

    def exit(self, dependency: str) -> Exit:
        """What is known of leaving the service, or where that is nothing, of leaving its vendor as a whole."""
        entry, vendor = self.entry(dependency), self.vendors.get(dependency.partition("/")[0])
        return next((one.exit for one in (entry, vendor) if one and one.exit != Exit()), Exit())

    def named(self, ident: str) -> tuple[Naming, ...]:
        """The places that name something at this vendor, service or runner."""
        entry = self.entry(ident) or self.runners.get(ident)
        return entry.named if entry else ()

    def namings(self) -> Iterator[tuple[str, Naming]]:
        """Every place that names something, with the vendor, service or runner that it is a name at."""
        tables: tuple[Mapping[str, Service | Runner], ...] = (self.vendors, self.services, self.runners)
        yield from ((ident, one) for table in tables for ident, entry in table.items() for one in entry.named)

    def find(self, ident: str) -> Value | None:
        """Whatever is called so: a service, vendor, capability, rule, scenario or blueprint."""
        known: tuple[Mapping[str, Value], ...]
        known = (self.services, self.vendors, self.capabilities, self.rules, self.scenarios, self.blueprints)
        return next((table[ident] for table in known if ident in table), None)

    def company(self, vendor: str) -> str:
        """The id at the top of the vendor's chain of parents."""
        seen = {vendor}
        while (known := self.vendors.get(vendor)) and known.parent and known.parent not in seen:
            vendor = known.parent
            seen.add(vendor)
        return vendor

    def reach(self, vendor: str, kind: LossKind = "sanction") -> frozenset[str]:
        """The vendors whose loss of this kind loses the vendor, itself among them, transitively.

        An account goes with those who own the vendor; in an outage it falls with what it runs on; a sanction reaches
        it through both.
        """
        found: set[str] = set()
        queue = [vendor]
        while queue:
            if (name := queue.pop()) not in found:
                found.add(name)
                if known := self.vendors.get(name):
                    queue += known.runs_on if kind != "account" else ()
                    queue += [known.parent] if known.parent and kind != "outage" else []
        return frozenset(found)

    def signals(self) -> Iterator[Signal]:
        """Every signal of every vendor and service, what follows from them, and those of engines."""
        entries: tuple[Mapping[str, Service], ...] = (self.vendors, self.services)
        for known in entries:
            for dependency, entry in known.items():
                for table, weak in ((entry.signals, False), (entry.weak, True)):
                    for kind, values in table.items():
                        for value in values:
                            about = entry.capabilities_of(kind, value)
                            yield Signal(dependency, kind, value, weak, entry.role, about)
        yield from self.derived
        for name, engine in self.engines.items():
            for kind, values in engine.signals.items():
                for value in values:
                    yield Signal(_ENGINE + name, kind, value)

    def protocols(self, speaks: Iterable[str], capability: str) -> frozenset[str]:
        """Of what something speaks, what serves this capability."""
        known = self.engines
        return frozenset(one for one in speaks if one in known and capability in known[one].capabilities)
