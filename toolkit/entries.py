"""What Offramp knows: vendors, services and their signals, capabilities, rules, scenarios, the policy, blueprints.

One struct per kind of TOML file under `checks/` and `playbooks/blueprints/`, and `Catalog`, which holds them all. The
JSON Schemas in `checks/schema/` are generated from them; a field's comment here is its documentation there.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args

from msgspec import field

from toolkit.model import Export, Hours, Kept, Outcome, Phase, Role, Severity, Source, Value

SignalKind = Literal[
    # packages in manifests and lock files, by ecosystem (purl type names)
    "pypi", "npm", "gem", "golang", "composer", "maven", "nuget", "cargo", "hex", "pub", "swift",
    # modules, namespaces or packages imported in code; npm and golang imports match their package signals
    "python", "jvm", "ruby", "php", "dotnet", "rust",
    # client construction and calls in a normal form: "boto3.client(ses)", "Aws::S3::Client", "verify.v2"
    "call",
    # names in code, configuration and templates: hosts (glob), environment variables (exact or PREFIX_*), URI schemes
    "host", "env", "uri", "arn", "config", "html",
    # paths that mean something by existing (gitignore-style glob)
    "file",
    # infrastructure as code and CI
    "tf_provider", "tf_resource", "cfn", "arm", "image", "action", "k8s", "pulumi",
    # what accounts and the network answer
    "resource", "cname", "ns", "mx", "spf", "txt", "header", "cookie",
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


class Service(Value, rename={"examples": "example"}):  # [[example]]
    """`<service>.toml`: one service. A `vendor.toml` may carry the same keys for signals that name no service."""

    name: str
    capabilities: tuple[str, ...] = ()
    role: Role | None = None  # overrides the role the place of the evidence suggests ("build/ci" for a CI vendor)
    signals: dict[SignalKind, tuple[str, ...]] = field(default_factory=dict)
    weak: dict[SignalKind, tuple[str, ...]] = field(default_factory=dict)  # alone they never make a dependency
    exit: Exit = Exit()
    examples: tuple[Example, ...] = ()
    note: str = ""


class Vendor(Service, rename={"examples": "example", "notices": "notice"}):  # [[notice]]
    """`vendor.toml`: who they are."""

    parent: str | None = None  # vendor id of the owning company
    jurisdiction: str = ""  # ISO 3166-1 alpha-2 of the company's seat
    company_source: Source = ""  # of parent and jurisdiction
    homepage: str = ""
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

    @property
    def id(self) -> str:
        return f"{self.dependency}#{self.kind}:{self.value}"


# --- capabilities, rules, scenarios (checks/) -------------------------------------------------------------------------
class Capability(Value):
    title: str
    breaks: str  # what people notice when it is gone, one sentence


class Rule(Value):
    """One readiness rule: `check` names a predicate of `assess/rules.py`, `of` gives its capabilities."""

    id: str
    title: str
    rationale: str
    remediation: str
    severity: Severity
    effort_hours: Hours
    check: Literal["single-company", "same-company", "declared", "fallback", "exportable", "waiver"]
    of: tuple[str, ...] = ()  # capabilities, "auth.*" for an area
    with_: tuple[str, ...] = field(default=(), name="with")  # the other side of "same-company"
    unless: Outcome | None = None  # outcome where nothing provides `of`: unknown, not ready; default: none applies


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


class Policy(Value):
    """What `offramp gate` refuses. A user's policy file has the same keys; missing ones take the shipped values."""

    min_score: float = 0.0
    fail_on: Severity = "critical"  # a finding "not ready" of this severity or above
    unknown: Literal["pass", "fail"] = "pass"  # what an unknown outcome of that severity does
    unread: Literal["pass", "fail"] = "pass"
    new_only: bool = True  # with a baseline: only what got worse counts
    deny_vendors: tuple[str, ...] = ()


# --- blueprints (playbooks/blueprints/<slug>/) ------------------------------------------------------------------------
class HostSize(Value):
    memory_mb: int
    disk_gb: int
    cpus: int = 1


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
    """A random value made once into the generated vault, as the Ansible variable `name`."""

    name: str
    length: int = 40
    description: str = ""


class SignIn(Value):
    """The OIDC client a blueprint wants of whatever provides auth.workforce-sso; its id is the blueprint's slug."""

    redirect_uris: tuple[str, ...]  # Jinja over role variables, as the next
    secret: str  # which of the blueprint's secrets the client has
    post_logout_redirect_uris: tuple[str, ...] = ()


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


class PlanTask(Value):
    """One `[[task]]` of a blueprint's plan.toml. `needs` names tasks of the same blueprint, or a capability whose
    cut-over must come first ("data.relational")."""

    id: str
    phase: Phase
    title: str
    effort: EffortRule
    owner: str = "platform"
    needs: tuple[str, ...] = ()
    before_access_ends: bool = False
    latest_hours: Hours | None = None
    commands: tuple[str, ...] = ()
    done_when: str = ""
    rollback: str = ""


class PlanFile(Value):
    """`plan.toml`."""

    task: tuple[PlanTask, ...] = ()


class Blueprint(Value, rename={"inputs": "input", "outputs": "output", "secrets": "secret", "artefacts": "artefact"}):
    """`blueprint.toml`: one self-hosted replacement, an Ansible role that also knows how to be planned and drilled."""

    name: str
    version: str
    summary: str
    capabilities: tuple[str, ...]
    host: HostSize
    rto_minutes: float
    licence: str
    apart: bool = False  # gets a host of its own: what it is for is to be there when the others are not
    needs: tuple[str, ...] = ()  # capabilities it cannot run without: placed and started before it
    packages: tuple[str, ...] = ()  # Debian packages
    carries: tuple[
        str, ...
    ] = ()  # packages of Offramp's own ("otp") that run on the host: copied into the role's files/
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    secrets: tuple[Secret, ...] = ()
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
    policy: Policy = Policy()
    folders: tuple[str, ...] = ()  # overlay folders, for the files a blueprint carries

    def entry(self, dependency: str) -> Service | None:
        """The service, or the vendor where the id names no service (or one the catalogue does not know)."""
        return self.services.get(dependency) or self.vendors.get(dependency)

    def exit(self, dependency: str) -> Exit:
        """What is known of leaving the service, or where that is nothing, of leaving its vendor as a whole."""
        entry, vendor = self.entry(dependency), self.vendors.get(dependency.partition("/")[0])
        return next((one.exit for one in (entry, vendor) if one and one.exit != Exit()), Exit())

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

    def reach(self, vendor: str) -> frozenset[str]:
        """The vendor, its owners and all it runs on, transitively: losing any one of them loses the vendor."""
        found: set[str] = set()
        queue = [vendor]
        while queue:
            if (one := queue.pop()) not in found:
                found.add(one)
                if known := self.vendors.get(one):
                    queue += [*known.runs_on, *([known.parent] if known.parent else [])]
        return frozenset(found)

    def signals(self) -> Iterator[Signal]:
        """Every signal of every vendor and service."""
        entries: tuple[Mapping[str, Service], ...] = (self.vendors, self.services)
        for known in entries:
            for dependency, entry in known.items():
                for table, weak in ((entry.signals, False), (entry.weak, True)):
                    for kind, values in table.items():
                        for value in values:
                            yield Signal(dependency, kind, value, weak, entry.role)
