"""What was seen (collect): places, signs, hosts, names, and what nobody could read."""

from typing import Literal

from toolkit.model.base import DiscardReason, Role, RootKind, SkipReason, Value


class Root(Value):
    """One place that was looked at: a checkout, an account, a domain, a record file."""

    id: str  # short and unique within the survey: a folder's name, "aws:123456789012", a domain
    kind: RootKind
    location: str  # path as given by the user, profile name, domain
    invites: str = ""  # "path:line" that invites others to run the program themselves
    program: str = ""  # path of a program that runs from this checkout
    accounts: str = ""  # path of a file of it that is called after people's accounts
    commit: str = ""  # of a checkout: the commit that Git had checked out; files may have been edited since


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

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was recognised, not even what does not count: an empty folder, or the wrong one.

        Files of our own make it nothing else.
        """
        seen = (self.evidence, self.discarded, self.unread, self.observations, self.hosts)
        return not any(seen)


class LoadedFile(Value):
    """A file of somebody else's that the platform's pages load."""

    url: str
    places: tuple[str, ...]  # "root/path:line"
    integrity: tuple[str, ...] = ()  # what the pages say its content is (Subresource Integrity), each once
    spelled: tuple[str, ...] = ()  # how the address is written there, each once


class NotTold(Value):
    """Something pages load of which no file can be copied."""

    what: str  # the host, or the address as far as it is known
    place: str
    why: str
