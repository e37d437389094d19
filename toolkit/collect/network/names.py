"""Names and addresses of the outside: which are host names, which lie beneath others, which addresses are public.

In: text from the command line, from DNS answers and from web pages, all of it hostile. Out: plain lower-case names, or
None where it is none. Everything goes label by label, in one pass.
"""

import ipaddress
import re
from collections.abc import Collection
from typing import NamedTuple

from toolkit.errors import BadInput

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_LONGEST = 253


class Server(NamedTuple):
    """Where to ask: an address, not a name, so that asking it asks nobody else first."""

    address: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return host if self.port == 53 else f"{host}:{self.port}"


def host_name(text: str) -> str | None:
    """The name in lower case without its last dot; None for what is no host name of two labels or more."""
    name = text[: _LONGEST + 2].removesuffix(".").lower()
    if len(name) > _LONGEST or "." not in name:
        return None
    labels = name.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels):
        return None
    return None if labels[-1].isdigit() else name


def domain_name(text: str) -> str:
    """What `--domain` names, in the form DNS has it. A URL, an address or anything else is refused."""
    import idna  # 10 ms, and only where a domain is asked about

    try:
        encoded = text if text.isascii() else idna.encode(text[:_LONGEST], uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        encoded = ""
    name = host_name(encoded)
    if name is None:
        hint = "a name such as example.org, without a scheme, a port or a path"
        raise BadInput(f"{text[:40]!a} is no domain name", where="--domain", hint=hint)
    return name


def server(text: str) -> Server:
    """HOST[:PORT] of `--resolver`: an IP address, IPv6 in brackets where a port follows."""
    host, port = text, "53"
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        port = rest.removeprefix(":") if rest else "53"
        host = host if closed and rest[:1] in ("", ":") else ""
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0
    if address(host) is None or not 0 < number < 65536:
        hint = "an address and perhaps a port: 192.0.2.1, 192.0.2.1:5353, [2001:db8::1]:53"
        raise BadInput(f"{text[:40]!a} is no resolver", where="--resolver", hint=hint)
    return Server(host, number)


def address(text: str) -> Address | None:
    """An IP address as written in a URL, without brackets."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def is_beneath(name: str, domains: Collection[str]) -> bool:
    """Whether the name is one of the domains or lies beneath one, by whole labels."""
    while name:
        if name in domains:
            return True
        name = name.partition(".")[2]
    return False


def plain(text: str, most: int = 100) -> str:
    """Text of strangers as it may stand in a report: no control characters, nothing that turns it around."""
    shown = "".join(character if character.isprintable() else "\ufffd" for character in text[:most])
    return shown.strip() + ("…" if len(text) > most else "")
