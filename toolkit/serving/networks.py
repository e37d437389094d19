"""What an Internet address counts by.

An IPv4 address can be written inside an IPv6 one in five ways; each means the IPv4 address.
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address
_WITH_PORT = re.compile(r"\[([^\]]+)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}")  # as some proxies write them
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052
_LOCAL_NAT64 = ip_network("64:ff9b:1::/48")  # RFC 8215; Python calls it private since 3.11.10
_COMPATIBLE = ip_network("::/96")  # RFC 4291, deprecated; :: and ::1 are no IPv4 addresses
_HOUSEHOLD = 64  # one household, or one attacker, has all of a /64
_NEIGHBOURS = {4: 24, 6: 48}  # what one customer of a hosting company has at most, as a rule


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


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet, also when it is wrapped into another."""
    both = {address, plain(address)}
    return address not in _LOCAL_NAT64 and all(one.is_global and not one.is_multicast for one in both)


def neighbourhood(text: str) -> str | None:
    """The network around an address: IPv4 by the /24, IPv6 by the /48. None for what is no address."""
    address = _address(text)
    if address is None:
        return None
    address = plain(address)
    return str(ip_network((address, _NEIGHBOURS[address.version]), strict=False))


def _address(text: str) -> Address | None:
    text = text.strip()
    if found := _WITH_PORT.fullmatch(text):
        text = found[1] or found[2]
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None
