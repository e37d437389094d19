"""An audit that can be shown to others: Audit → Audit, with what identifies the platform replaced by pseudonyms.

Replaced, wherever they occur: account ids, the names inside ARNs, e-mail and IP addresses, the platform's domains and
every host beneath them, hosts the catalogue does not know, all hosts in what accounts, DNS and records said, the names
of the roots, the platform and the owners. Removed: the roots' places, free text (reasons, notes), applications.
Kept: vendors, services, journeys, regions, counts, outcomes, and paths within a checkout: look through them.

A pseudonym is a keyed hash (HMAC-SHA256, cut to 50 bits). Account ids have only twelve digits, so a plain hash could be
undone by trying them all; the key makes that impossible for whoever does not have it. Without a key a random one is
made and forgotten: pseudonyms agree within the audit and with nothing else. With the same key they agree between
audits, and whoever has the key can test guesses: keep it like a password.
"""

import base64
import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from toolkit.errors import BadInput
from toolkit.model import (
    Audit,
    Discarded,
    Evidence,
    NamedHost,
    Observation,
    Platform,
    ResourceName,
    Root,
    Skipped,
    Survey,
    Unread,
)

MIN_KEY_BYTES = 16
REMOVED = "[removed]"
_ARN = re.compile(
    r"arn:(?P<partition>aws[\w-]*):(?P<service>[\w-]*):(?P<region>[\w-]*):(?P<account>\d*):(?P<name>[^\s\"'<>]+)"
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ACCOUNT = re.compile(r"(?<![0-9A-Za-z])[0-9]{12}(?![0-9A-Za-z])")
_ADDRESS = re.compile(r"(?<![\w.:])[0-9a-fA-F.:]*[0-9a-fA-F](?![\w.:])")
_HOST = re.compile(r"(?<![\w.-])(?:[A-Za-z0-9_*-]+\.)+[A-Za-z][A-Za-z0-9-]+(?![\w-])")

Alias = Callable[[str, str], str]  # (kind, value) → pseudonym, "host-3kq7x2mzpa"
Scrub = Callable[[str], str]
Seen = TypeVar("Seen", Evidence, Discarded, Unread, Skipped, Observation, NamedHost, ResourceName)


def redact(audit: Audit, key: bytes | None = None) -> Audit:
    """The same audit under pseudonyms. `key`: at least 16 secret bytes; None = random, used once.

    Positions of evidence stay what they are. Fingerprints of findings change only where a subject was replaced.
    """
    if key is not None and len(key) < MIN_KEY_BYTES:
        hint = "make one with `openssl rand -hex 32`"
        raise BadInput(f"the key for pseudonyms is shorter than {MIN_KEY_BYTES} bytes", hint=hint)
    alias = _aliases(key or secrets.token_bytes(32))
    scrub = _scrubber(_own_hosts(audit), alias)
    names = _names(audit, alias, scrub)
    findings = [replace(item, message=_renamed(item.message, names)) for item in audit.assessment.findings]
    hidden = replace(
        audit,
        platform=_platform(audit.platform, names, alias),
        survey=_survey(audit.survey, names, alias),
        assessment=replace(audit.assessment, findings=tuple(findings)),
    )
    return msgspec.convert(_walk(msgspec.to_builtins(hidden), scrub), Audit)


def _aliases(key: bytes) -> Alias:
    """The same value has the same pseudonym, whatever its case."""

    def alias(kind: str, value: str) -> str:
        text = f"{kind}\0{value.lower()}".encode(errors="surrogatepass")
        digest = hmac.new(key, text, hashlib.sha256).digest()
        return f"{kind}-{base64.b32encode(digest).decode()[:10].lower()}"

    return alias


# --- text -------------------------------------------------------------------------------------------------------------
def _scrubber(own_hosts: Iterable[str], alias: Alias) -> Scrub:
    """A function that replaces ARNs, e-mail addresses, the platform's hosts, account ids and IP addresses in a text."""
    listed = "|".join(re.escape(host) for host in sorted(own_hosts, key=lambda host: (-len(host), host)))
    own = re.compile(rf"(?<![\w.-])(?:[\w*-]+\.)*(?:{listed})(?![\w-])", re.IGNORECASE) if listed else None

    def scrub(text: str) -> str:
        text = _ARN.sub(lambda match: _arn(match, alias), text)
        text = _EMAIL.sub(lambda match: alias("email", match[0]), text)
        if own:
            text = own.sub(lambda match: _host(match[0], alias), text)
        text = _ACCOUNT.sub(lambda match: alias("account", match[0]), text)
        return _ADDRESS.sub(lambda match: alias("address", match[0]) if _is_address(match[0]) else match[0], text)

    return scrub


def _arn(match: re.Match[str], alias: Alias) -> str:
    """Partition, service, region and the kind of resource stay; account and name do not."""
    account = alias("account", match["account"]) if match["account"] else ""
    kind = re.match(r"[A-Za-z-]+[:/]", match["name"])
    name = alias("resource", match["name"])
    return f"arn:{match['partition']}:{match['service']}:{match['region']}:{account}:{kind[0] if kind else ''}{name}"


def _host(name: str, alias: Alias) -> str:
    return f"{alias('host', name)}.invalid"


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _hosts(text: str, alias: Alias) -> str:
    """Every host name in it, whoever's: in DNS and records a vendor's host carries the tenant ("acme.okta.com")."""
    return _HOST.sub(lambda match: _host(match[0], alias), text)


def _walk(value: Any, scrub: Scrub) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return {scrub(key): _walk(inner, scrub) for key, inner in value.items()}
    return [_walk(inner, scrub) for inner in value] if isinstance(value, list | tuple) else value


# --- values -----------------------------------------------------------------------------------------------------------
def _own_hosts(audit: Audit) -> set[str]:
    """The platform's domains, the domains looked at, and the hosts no catalogue knows."""
    signals = {item.signal for item in audit.survey.evidence} | {item.signal for item in audit.survey.discarded}
    named = {signal for signal in signals if "#" not in signal and "." in signal}
    named |= {name.removeprefix("*.") for item in audit.survey.hosts for name in (item.host, item.domain)}
    looked_at = {root.id for root in audit.survey.roots if root.kind == "domain"}
    served = {domain for application in audit.platform.applications for domain in application.domains}
    return {*audit.platform.domains, *named, *looked_at, *served} - {""}


def _names(audit: Audit, alias: Alias, scrub: Scrub) -> dict[str, str]:
    """What the roots and the platform are called → their pseudonyms."""
    names = {root.id: _root_id(root, alias, scrub) for root in audit.survey.roots}
    return names | {audit.platform.name: alias("platform", audit.platform.name)}


def _root_id(root: Root, alias: Alias, scrub: Scrub) -> str:
    hidden = scrub(root.id)
    return hidden if hidden != root.id else alias(root.kind, root.id)


def _platform(platform: Platform, names: dict[str, str], alias: Alias) -> Platform:
    """Names become pseudonyms; free text, and what applications are run and configured with, is removed."""
    return replace(
        platform,
        name=alias("platform", platform.name),
        signers=(),
        repositories=tuple(alias("checkout", name) for name in platform.repositories),
        catalog=(),
        owners={area: alias("owner", owner) for area, owner in platform.owners.items()},
        applications=(),
        persons=(),
        journeys=tuple(replace(item, title=_renamed(item.title, names)) for item in platform.journeys),
        declare=tuple(replace(item, note="") for item in platform.declare),
        ignore=tuple(replace(item, reason=REMOVED) for item in platform.ignore),
        fallbacks=tuple(replace(item, note="") for item in platform.fallbacks),
        choices=tuple(replace(item, inputs={}) for item in platform.choices),
        waivers=tuple(replace(item, owner=alias("owner", item.owner), reason=REMOVED) for item in platform.waivers),
    )


def _survey(survey: Survey, names: dict[str, str], alias: Alias) -> Survey:
    """Roots lose their place; what accounts, domains and records said loses every host name."""
    outside = {root.id for root in survey.roots if root.kind != "checkout"}

    def moved(item: Seen) -> Seen:
        named = item.root in outside and not item.where.startswith("arn:")
        return replace(
            item, root=names.get(item.root, REMOVED), where=_hosts(item.where, alias) if named else item.where
        )

    return replace(
        survey,
        roots=tuple(replace(root, id=names[root.id], location=REMOVED, commit="") for root in survey.roots),
        evidence=tuple(moved(item) for item in survey.evidence),
        discarded=tuple(moved(item) for item in survey.discarded),
        unread=tuple(replace(moved(item), reason=_hosts(item.reason, alias)) for item in survey.unread),
        observations=tuple(moved(item) for item in survey.observations),
        skipped=tuple(moved(item) for item in survey.skipped),
        hosts=tuple(moved(item) for item in survey.hosts),
        names=tuple(replace(moved(item), name=alias("resource", item.name)) for item in survey.names),
    )


def _renamed(text: str, names: dict[str, str]) -> str:
    listed = "|".join(re.escape(name) for name in sorted(filter(None, names), key=len, reverse=True))
    return re.sub(rf"(?<![\w/-])(?:{listed})(?![\w/-])", lambda match: names[match[0]], text)
