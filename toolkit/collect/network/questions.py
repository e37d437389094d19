"""What DNS is asked about one domain. In: the domain and the catalogue's signals. Out: questions, in a fixed order.

A zone cannot be listed from outside, so names beneath it are guessed: those that services usually get, and those whose
mere existence is a signal of the catalogue (`_vercel`, `resend._domainkey`).
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from toolkit.catalog.entries import Signal

OF_THE_DOMAIN = ("NS", "MX", "TXT", "CAA", "DS", "DNSKEY", "A", "AAAA")
# where other companies' services usually hang
HOSTS = (
    "www", "app", "api", "admin", "dashboard", "portal", "my", "account", "accounts", "auth", "login", "sso", "id",
    "cdn", "static", "assets", "media", "images", "img", "files", "uploads", "docs", "help", "support", "kb", "status",
    "blog", "news", "forum", "community", "shop", "store", "pay", "billing", "careers", "jobs", "learn", "events",
    "mail", "email", "smtp", "webmail", "autodiscover", "em", "send", "bounces", "links", "click", "track", "go",
    "meet", "git", "ci", "staging", "dev",
)  # fmt: skip
# DKIM keys by the names that senders give them; the target or the key's owner says whose they are
SELECTORS = (
    "default", "dkim", "mail", "google", "selector1", "selector2", "s1", "s2", "k1", "k2", "k3", "pm", "mandrill",
    "mte1", "zendesk1", "zendesk2", "fm1", "protonmail", "cm", "sig1", "mailjet", "hs1", "hs2",
)  # fmt: skip
TEXTS = ("_dmarc", "_amazonses", "asuid", "zendeskverification")
WILDCARD = "offramp-looks-for-a-wildcard"


class Question(NamedTuple):
    name: str
    type: str


def of_the_domain(domain: str) -> Iterator[Question]:
    """Of the domain itself. SOA is not among them: it is asked first, to see whether there is a domain at all."""
    return (Question(domain, kind) for kind in OF_THE_DOMAIN)


def beneath(domain: str, signals: Iterable[Signal]) -> Iterator[Question]:
    """Of names beneath it. A TXT question about a DKIM key also answers with the CNAME it may be."""
    yield from (Question(f"{host}.{domain}", "A") for host in HOSTS)
    owners = {f"{selector}._domainkey" for selector in SELECTORS} | set(TEXTS) | set(owner_signals(signals))
    yield from (Question(f"{owner}.{domain}", "TXT") for owner in sorted(owners))


def owner_signals(signals: Iterable[Signal]) -> Iterator[str]:
    """TXT signals that are the name of a record rather than the beginning of its text."""
    for signal in signals:
        value = signal.value
        if signal.kind == "txt" and (value.startswith("_") or "._" in value) and not value.endswith(("-", "=", ":")):
            yield value.lower()
