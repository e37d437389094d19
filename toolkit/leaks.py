"""Secrets that stand where settings belong: in offramp.toml, whose content audits and projects show.

In: the platform. Out: key paths. A secret is known by its form (a private key, a password in a URL, the keys of
vendors that have a form of their own) wherever it stands, and by its name in settings, commands and addresses. What
only names one is none: `${…}`, `$NAME`, an empty value, a path.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from toolkit.model import Platform

_FORM = re.compile(
    r"://[^\s/@:]*:[^\s/@$]+@|-----BEGIN [A-Z ]*PRIVATE KEY|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\b[rs]k_(?:live|test)_\w{10}|\bgh[oprsu]_\w{30}|\bgithub_pat_\w{30}"
    r"|\bglpat-[\w-]{18}|\bxox[abeprs]-[\w-]{10}|\bSG\.[\w-]{16,}\.[\w-]{16}|\bAIza[\w-]{35}|\bsk-[\w-]{20}"
    r"|\bnpm_[A-Za-z0-9]{30}|\bdop_v1_[0-9a-f]{40}|(?i:\bbearer\s+[\w.~+/-]{16})"
)
_NAME = re.compile(
    r"(?i)(?:.*[_.-])?(?:secret|token|password|passwd|passphrase|pass|pwd|credentials?|(?:api|access|private|secret"
    r"|signing|encryption|master|auth|account|service|storage)[_.-]?key|secret[_.-]?key[_.-]?base|salt|pepper)"
)
# in a command: NAME=value, --password value, --token=value; in an address: ?token=value
_ASSIGNED = re.compile(r"(?:^|[\s;&?'\"])-{0,2}([A-Za-z][\w.-]{0,80})=([^\s;&'\"]{1,400})")
_OPTION = re.compile(r"(?:^|\s)-{1,2}([A-Za-z][\w-]{0,80})\s+(?!-)([^\s;&]{1,400})")
_NO_VALUE = re.compile(r"(?i)[\"']?(?:\$.*|\{\{.*|<.*|[./~].*|true|false|none|null|\d{1,6}|https?://[^@]*)?[\"']?")


def secrets(platform: Platform) -> Iterator[str]:
    """The key path of each secret, in the words of offramp.toml: `application[0].environment.API_TOKEN`."""
    for number, application in enumerate(platform.applications):
        for name, value in application.environment.items():
            if _is_secret(name, value):
                yield f"application[{number}].environment.{_shown(name)}"
        for name, value in application.container.arguments.items():
            if _is_secret(name, value):
                yield f"application[{number}].container.arguments.{_shown(name)}"
    for path, text in _texts(msgspec.to_builtins(platform), ""):
        if _FORM.search(text) or _said(text):
            yield path


def has_its_form(text: str) -> bool:
    """Whether a secret stands in the text, known by its form alone."""
    return _FORM.search(text) is not None


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text of the document, and its key path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{path}.{_shown(key)}" if path else key)
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{number}]")


def _said(text: str) -> bool:
    """Whether a command or an address gives something of a secret's name a value."""
    given = (*_ASSIGNED.finditer(text), *_OPTION.finditer(text))
    return any(_is_secret(found[1], found[2]) for found in given)


def _is_secret(name: str, value: str) -> bool:
    return _NAME.fullmatch(name) is not None and _NO_VALUE.fullmatch(value) is None


def _shown(key: str) -> str:
    """A key as it may be shown: one that is no ordinary name, or has many digits, could be a misplaced secret."""
    return key if re.fullmatch(r"(?!(?:\D*\d){4})[\w.-]{1,60}", key) else "(not shown)"
