"""Vendors and services (`checks/vendors/<vendor>/`): who they are, by what they are recognised, how one leaves them."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Literal

from msgspec import field

from toolkit.catalog.entries.vocabulary import SignalKind, engine_of
from toolkit.model import Export, Hours, Kept, Role, Source, Value


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
