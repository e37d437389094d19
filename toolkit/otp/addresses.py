"""What is counted for what an application names, and where callbacks may go."""

import unicodedata
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network

from toolkit.otp.destinations import destination
from toolkit.serving.networks import Address, is_public, network, plain

Network = IPv4Network | IPv6Network


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
    return any(address in net or plain(address) in net for net in allowed) or is_public(address)
