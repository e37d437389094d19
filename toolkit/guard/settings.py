"""What an operator may set, read from a TOML file. docs/guard.md describes every key.

In: a file. Out: `Settings`, frozen and checked. Errors: BadInput with the key's path.
"""

import re
from pathlib import Path
from typing import Annotated, Literal, dataclass_transform

import msgspec

from toolkit.serving import settings as files
from toolkit.serving.listening import host_and_port

Positive = Annotated[int, msgspec.Meta(ge=1)]
Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Outage = Literal["closed", "open"]


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))  # for mypy: children are frozen too
class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table of the file."""


class Work(_Section):
    """What a visitor's browser computes: PBKDF2 of `cost` iterations, `rounds` times on average and 2 × at most."""

    cost: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 2_000
    rounds: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 300
    most_doublings: Annotated[int, msgspec.Meta(ge=0, le=12)] = 6
    seconds: Annotated[int, msgspec.Meta(ge=30, le=3_600)] = 300  # to compute it in
    answer_seconds: Annotated[int, msgspec.Meta(ge=30, le=3_600)] = 300  # to hand the answer to the application in


class Toll(_Section):
    """Answers in `seconds` that cost the usual; each further `free` of them doubles the work."""

    free: Positive
    seconds: Annotated[int, msgspec.Meta(ge=60, le=86_400)] = 3_600


class Tolls(_Section):
    address: Toll = Toll(5)  # IPv6: the /64
    network: Toll = Toll(50)  # IPv4: the /24, IPv6: the /48
    site: Toll = Toll(2_000)


class Site(_Section):
    """A journey that is guarded: its key stands in the page, its secret is the application's."""

    key: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{10,64}$")]
    secret_sha256: Hash
    hostnames: tuple[str, ...]
    outage: Outage = "closed"  # what the guard says while its own database is out
    same_network: bool = False  # the application's `remoteip` must be of the network the answer was computed in


class Registration(_Section):
    """Who may register, beyond the captcha."""

    invitation_only: bool = False
    invitations_each: Annotated[int, msgspec.Meta(ge=0)] = 3  # an account may give out
    invitation_days: Positive = 14
    new_days: Annotated[int, msgspec.Meta(ge=0)] = 3  # for which an account counts as new, and may invite nobody
    blocked_domains: tuple[str, ...] = ()  # of mailboxes; with all below them
    allowed_domains: tuple[str, ...] = ()  # empty: all that are not blocked
    disposable_file: str = ""  # one domain a line
    address: Toll = Toll(3, 86_400)  # registrations; here `free` is a limit
    network: Toll = Toll(30, 86_400)
    form_seconds: Annotated[int, msgspec.Meta(ge=0)] = 3  # nobody fills in a form faster
    admit_per_minute: Positive = 10  # of those who waited
    verification_url: str = ""  # looked at every 30 s: while it does not answer 2xx, registrations wait
    door_seconds: Annotated[int, msgspec.Meta(ge=60, le=86_400)] = 1_800


class Settings(_Section):
    database: str  # SQLAlchemy URL
    secret: Annotated[str, msgspec.Meta(min_length=32)]  # keys for signatures and keyed hashes derive from it
    site: tuple[Site, ...]
    service: str = "Offramp"  # whom the door page speaks for
    listen: str = "127.0.0.1:8087"
    base_url: str = ""  # as browsers reach it, for the door page; empty: there is none
    work: Work = Work()
    tolls: Tolls = Tolls()
    registration: Registration = Registration()
    metrics_token: str = ""  # empty: no /metrics

    def __repr__(self) -> str:
        return "Settings(…)"  # what prints it, such as a traceback, shows no secret


def read_settings(path: Path) -> Settings:
    """The settings in a TOML file; BadInput says which key is wrong, never its value."""
    return files.read(path, Settings, _check, manual="docs/guard.md")


def _check(settings: Settings) -> None:
    host_and_port(settings.listen)
    if settings.base_url and not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]{1,260}", settings.base_url):
        raise ValueError("base_url: scheme and host are needed, without a path")
    if not settings.site:
        raise ValueError("site: at least one is needed")
    keys = [site.key for site in settings.site]
    if len(set(keys)) < len(keys):
        raise ValueError("site: two have one key")
    hashes = [site.secret_sha256 for site in settings.site]
    if len(set(hashes)) < len(hashes):
        raise ValueError("site: two have one secret")  # siteverify tells them apart by it
    for site in settings.site:
        if not site.hostnames:
            raise ValueError("site.hostnames is empty: no page could use it")
        for name in site.hostnames:
            if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:]+\]", name):
                raise ValueError("site.hostnames: a name in small letters is needed, without scheme and port")
