"""What an operator may set, read from a TOML file. docs/otp.md describes every key.

In: a file. Out: `Settings`, frozen and checked. Errors: BadInput with the key's path.
"""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, dataclass_transform

import msgspec

from toolkit.serving import settings as files
from toolkit.serving.listening import host_and_port

Positive = Annotated[int, msgspec.Meta(ge=1)]
Amount = Annotated[float, msgspec.Meta(ge=0)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Country = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]
Sid = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}[0-9a-f]{32}$")]


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))  # for mypy: children are frozen too
class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table of the file."""


class _Secretive(_Section):
    """A table that holds secrets: what prints it, such as a traceback, shows none."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class Limit(_Section):
    """At most `count` in any `seconds`."""

    count: Positive
    seconds: Positive


Windows = Limit | tuple[Limit, ...]  # of several each holds on its own


def windows(limit: Windows) -> tuple[Limit, ...]:
    """Its windows, also where it is one."""
    return (limit,) if isinstance(limit, Limit) else limit


class Limits(_Section):
    """Each limit holds on its own: the first that is reached refuses."""

    sends: Positive = 5  # of one verification, Twilio's figure
    checks: Positive = 5  # wrong guesses of one source at one verification, Twilio's figure
    number: Windows = Limit(10, 86_400)  # codes to one number or mailbox that nobody typed in
    number_all: Windows = Limit(50, 86_400)  # the same, with those that were
    number_checks: Windows = Limit(25, 86_400)  # wrong guesses of one source at one number, over all verifications
    prefix: Windows = (Limit(30, 3_600), Limit(100, 86_400))  # codes to strangers in one block of 1,000 numbers
    domain: Windows = (Limit(1_000, 3_600), Limit(5_000, 86_400))  # codes to strangers' mailboxes of one domain
    account: Windows = (Limit(600, 60), Limit(6_000, 3_600), Limit(30_000, 86_400))  # to strangers; members; messages
    account_checks: Windows = Limit(3_000, 60)  # wrong guesses
    factor_checks: Windows = Limit(10, 300)  # codes of one authenticator app
    rate_limits: dict[str, Windows] = msgspec.field(  # by the names applications use in the parameter RateLimits
        default_factory=lambda: {"end_user_ip_address": (Limit(10, 3_600), Limit(30, 86_400))}
    )

    def every(self) -> tuple[Limit, ...]:
        """All windows there are."""
        named = [getattr(self, name) for name in self.__struct_fields__ if name not in ("sends", "checks")]
        several = [limit for value in named for limit in (value.values() if isinstance(value, dict) else [value])]
        return tuple(window for limit in several for window in windows(limit))


class Budget(_Section):
    """Money for SMS in any 24 hours, in the currency of the carriers' prices. 0: no bound."""

    account: Amount = 0.0
    country: Amount = 0.0  # for each that is not named below
    countries: dict[Country, Amount] = msgspec.field(default_factory=dict)
    members: Share = 0.5  # of each, kept for numbers that were verified before


class Conversion(_Section):
    """Of the codes sent to strangers, how many have to come back. `least` = 0 switches the watch off."""

    least: Share = 0.1
    prefix: Positive = 20  # codes before a block of 1,000 numbers is judged
    country: Positive = 100
    seconds: Positive = 86_400


class Code(_Section):
    length: Annotated[int, msgspec.Meta(ge=4, le=10)] = 6
    seconds: Annotated[int, msgspec.Meta(ge=60, le=86_400)] = 600


class Carrier(_Section):
    """A carrier as Kannel knows it (smsc-id), and what a message costs by prefix ("" is the rest of the world)."""

    id: str
    prices: dict[Annotated[str, msgspec.Meta(pattern=r"^(\+[0-9]{1,14})?$")], float] = msgspec.field(
        default_factory=lambda: {"": 0.0}
    )


class Kannel(_Secretive):
    """Kannel's HTTP interface. `report_url` is where Kannel reaches this service."""

    url: str
    username: str
    password: str
    sender: str
    report_url: str
    carriers: tuple[Carrier, ...] = ()
    services: dict[str, str] = msgspec.field(default_factory=dict)  # MessagingServiceSid → sender; others: `sender`


class Mail(_Secretive):
    """A mail server that takes messages from here."""

    sender: str
    host: str = "127.0.0.1"
    port: int = 25
    starttls: bool = False
    username: str = ""
    password: str = ""
    subject: str = "{code} is your {service} code"


class Settings(_Secretive):
    database: str  # SQLAlchemy URL
    account_sid: Sid
    auth_token: Annotated[str, msgspec.Meta(min_length=16)]
    service_sid: Sid
    secret: Annotated[str, msgspec.Meta(min_length=32)]  # keys for hashes and for messages at rest derive from it
    service: str = "Offramp"  # whom a text says it is from
    listen: str = "127.0.0.1:8085"
    base_url: str = ""  # as applications reach it; only shown in answers
    certificate: str = ""
    certificate_key: str = ""
    countries: tuple[Country, ...] = ()  # empty: none may be texted
    code: Code = Code()
    limits: Limits = Limits()
    budget: Budget = Budget()
    conversion: Conversion = Conversion()
    texts: dict[str, str] = msgspec.field(  # by language
        default_factory=lambda: {"en": "Your {service} verification code is: {code}"}
    )
    keep_days: Positive = 30  # how long messages and finished verifications stay
    metrics_token: str = ""  # empty: no /metrics
    callback_networks: tuple[str, ...] = ()  # that are not public and may be called back: "10.0.0.0/8"
    sms: Kannel | None = None
    mail: Mail | None = None
    outbox_file: str = ""  # development: messages are written there instead of being sent


def read_settings(path: Path) -> Settings:
    """The settings in a TOML file; BadInput says which key is wrong, never its value."""
    return files.read(path, Settings, _check, manual="docs/otp.md")


def _check(settings: Settings) -> None:
    host_and_port(settings.listen)
    for network in settings.callback_networks:
        ipaddress.ip_network(network)
    for sid in settings.sms.services if settings.sms else ():
        if not re.fullmatch("MG[0-9a-f]{32}", sid):
            raise ValueError("sms.services: a key is no MessagingServiceSid (MG and 32 hexadecimal digits)")
    if settings.sms is not None and not settings.countries:
        raise ValueError("countries is empty: no number could be texted")
    for language, text in settings.texts.items():
        if "{code}" not in text:
            raise ValueError(f"texts.{language} has no {{code}}")
    if "en" not in settings.texts:
        raise ValueError("texts.en is missing: it is used where a language has no text of its own")
