"""Words that vendors share: kinds of signals, families of names, hosts, switches, engines (`checks/*.toml`)."""

from typing import Literal, get_args

from msgspec import field

from toolkit.model import Value

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


class Switches(Value):
    """`checks/switches.toml`: the words by which settings choose one of several providers. In lower case, no signs."""

    own: tuple[str, ...] = ()  # something of the platform's own: "local", "smtp"
    words: dict[str, str] = field(default_factory=dict)  # word → vendor or service, where it is not its own name
    about: dict[str, tuple[str, ...]] = field(default_factory=dict)  # word of a setting's name → capabilities


ENGINE = "engine:"  # no vendor's id has a colon


class Engine(Value):
    """What programs speak, whoever provides it: a database, a queue, a protocol. Signals say that it is needed."""

    name: str
    capabilities: tuple[str, ...]  # what it is used as; the first is what a need of it counts as
    signals: dict[SignalKind, tuple[str, ...]] = field(default_factory=dict)
    by_hand: str = ""  # what to do where no blueprint speaks it


def engine_of(signal: str) -> str | None:
    """The engine of a signal's id, "engine:mysql#npm:mysql2" → "mysql"; None for a vendor's."""
    owner = signal.partition("#")[0]
    return owner.removeprefix(ENGINE) if owner.startswith(ENGINE) else None
