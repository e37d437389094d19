"""What an operator may set, read from a TOML file. docs/otp.md describes every key.

In: a file. Out: `Settings`, frozen and checked. Errors: BadInput with the key's path.
"""

import ipaddress
import tomllib
from pathlib import Path
from typing import Annotated, dataclass_transform

import msgspec

from toolkit.errors import BadInput

Positive = Annotated[int, msgspec.Meta(ge=1)]
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


class Limits(_Section):
    """Each limit holds on its own: the first that is reached refuses."""

    sends: Positive = 5  # of one verification, Twilio's figure
    checks: Positive = 5  # of one verification, Twilio's figure
    number: Limit = Limit(10, 86_400)  # codes to one number or mailbox
    number_checks: Limit = Limit(25, 86_400)  # guesses at one number or mailbox, over all its verifications
    prefix: Limit = Limit(30, 3_600)  # codes to one block of 1,000 numbers: how pumping looks
    domain: Limit = Limit(1_000, 3_600)  # codes to the mailboxes of one domain
    account: Limit = Limit(600, 60)  # codes and messages in all
    account_checks: Limit = Limit(3_000, 60)
    factor_checks: Limit = Limit(10, 300)  # codes of one authenticator app
    rate_limits: dict[str, Limit] = msgspec.field(  # by the names applications use in the parameter RateLimits
        default_factory=lambda: {"end_user_ip_address": Limit(10, 3_600)}
    )


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
    countries: tuple[Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")], ...] = ()  # empty: none may be texted
    code: Code = Code()
    limits: Limits = Limits()
    texts: dict[str, str] = msgspec.field(  # by language
        default_factory=lambda: {"en": "Your {service} verification code is: {code}"}
    )
    keep_days: Positive = 30  # how long messages and finished verifications stay
    metrics_token: str = ""  # empty: no /metrics
    sms: Kannel | None = None
    mail: Mail | None = None
    outbox_file: str = ""  # development: messages are written there instead of being sent


def read_settings(path: Path) -> Settings:
    """The settings in a TOML file; BadInput says which key is wrong, never its value."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as err:
        raise BadInput(f"cannot be read: {err}", where=path, hint="see docs/otp.md") from err
    except tomllib.TOMLDecodeError as err:
        raise BadInput(f"is no valid TOML: {err}", where=path) from None
    try:
        settings = msgspec.convert(raw, Settings)
        host_and_port(settings.listen)
        _check(settings)
    except (msgspec.ValidationError, ValueError) as err:
        raise BadInput(str(err), where=path, hint="see docs/otp.md") from None
    return settings


def host_and_port(listen: str) -> tuple[str, int]:
    """("127.0.0.1", 8085) from "127.0.0.1:8085"; an IPv6 address stands in brackets."""
    host, _, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not port.isdigit() or not 0 <= int(port) < 65_536:
        raise ValueError(f"{listen!r} is no ADDRESS:PORT")
    return str(ipaddress.ip_address(host)), int(port)


def _check(settings: Settings) -> None:
    if settings.sms is not None and not settings.countries:
        raise ValueError("countries is empty: no number could be texted")
    for language, text in settings.texts.items():
        if "{code}" not in text:
            raise ValueError(f"texts.{language} has no {{code}}")
    if "en" not in settings.texts:
        raise ValueError("texts.en is missing: it is used where a language has no text of its own")
