"""Internet addresses: what a user's address counts by, and where callbacks may go.

An IPv4 address can be written inside an IPv6 one in five ways; each means the IPv4 address.
"""

import re
import unicodedata
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from toolkit.otp.destinations import destination

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
_WITH_PORT = re.compile(r"\[([^\]]+)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}")  # as some proxies write them
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052
_COMPATIBLE = ip_network("::/96")  # RFC 4291, deprecated; :: and ::1 are no IPv4 addresses
_HOUSEHOLD = 64  # one household, or one attacker, has all of a /64


def network(text: str) -> str | None:
    """What is counted for an address: IPv4 by the address, IPv6 by its /64. None for what is no address."""
    address = _address(text)
    if address is None:
        return None
    address = plain(address)
    return str(ip_network((address, _HOUSEHOLD), strict=False)) if address.version == 6 else str(address)


def plain(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one (mapped, compatible, NAT64, 6to4, Teredo); else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if inner := address.ipv4_mapped or address.sixtofour:
        return inner
    if address.teredo:
        return address.teredo[1]
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 0xFFFF):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def subject(text: str) -> str:
    """What is counted for a value that an application names in RateLimits: an address, a number or a mailbox for what
    it means, anything else without case, surrounding space or forms of one letter."""
    if found := network(text):
        return found
    if person := destination(text):
        return person.meaning
    return unicodedata.normalize("NFKC", text).strip().casefold()


def may_be_called(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether callbacks may go there: a public address, or one within a network the operator allows."""
    if any(address in net or plain(address) in net for net in allowed):
        return True
    inner = plain(address)
    return address.is_global and inner.is_global and not (inner.is_multicast or address.is_multicast)


def _address(text: str) -> Address | None:
    text = text.strip()
    if found := _WITH_PORT.fullmatch(text):
        text = found[1] or found[2]
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None
