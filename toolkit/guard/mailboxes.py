"""Which mailboxes may register, by their domain.

In: a mailbox as somebody typed it. Out: why not ("" where it may). A rule for a domain holds for all below it.
"""

import re
from collections.abc import Set
from functools import cache
from pathlib import Path

from toolkit.guard.settings import Registration

_MAILBOX = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,253}")

_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")  # no comment, and nothing that one reader sees as a dot


def refused(rules: Registration, mailbox: str) -> str:
    """ "mailbox", "domain", "disposable", or "" for one that may."""
    if not _MAILBOX.fullmatch(mailbox):
        return "mailbox"
    domain = _plain(mailbox.rpartition("@")[2])
    if not domain:
        return "mailbox"
    above = _with_those_above(domain)
    if above & {_plain(name) for name in rules.blocked_domains}:
        return "domain"
    if rules.allowed_domains and not above & {_plain(name) for name in rules.allowed_domains}:
        return "domain"
    if rules.disposable_file and above & _listed(rules.disposable_file, Path(rules.disposable_file).stat().st_mtime_ns):
        return "disposable"
    return ""


def _plain(domain: str) -> str:
    """As DNS has it: small letters, international names in their ASCII form; "" for what is none."""
    try:
        plain = domain.strip().lower().encode("idna").decode().strip(".")
    except UnicodeError:
        return ""
    return plain if _DOMAIN.fullmatch(plain) else ""


def _with_those_above(domain: str) -> Set[str]:
    labels = domain.split(".")
    return {".".join(labels[at:]) for at in range(len(labels))}


@cache
def _listed(file: str, _changed: int) -> Set[str]:
    """The domains of a file, one a line; read again when it has changed."""
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    return frozenset(_plain(line) for line in lines if line.strip() and not line.startswith("#"))
