"""What the user says: `offramp.toml`."""

from datetime import date
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from msgspec import Meta, field

from toolkit.model.base import Awaited, Effect, Filled, Role, Value


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
