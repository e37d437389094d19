"""Replacements and their tasks (`playbooks/blueprints/<slug>/`, `checks/tasks.toml`)."""

from typing import Any, Literal

from msgspec import field

from toolkit.model import Hours, Phase, Value, Wait


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
