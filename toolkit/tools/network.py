"""The kernel's network: routes through `ip`, the packet filter through `nft` (one table per purpose, as a whole)."""

import ipaddress
import json
from collections.abc import Sequence

from toolkit.tools import process

_HINT = "on Debian: apt-get install iproute2 nftables"


def routed() -> list[ipaddress.IPv4Network]:
    """The IPv4 networks this machine has a route to, the default route left out."""
    answer = process.run([process.find("ip", hint=_HINT), "-json", "-4", "route", "show", "table", "all"])
    found = (row["dst"] for row in json.loads(answer))
    return [ipaddress.IPv4Network(text, strict=False) for text in found if text != "default"]


def free_subnet(blocks: Sequence[str], *, used: Sequence[ipaddress.IPv4Network]) -> ipaddress.IPv4Network | None:
    """The first /24 of the `blocks` that overlaps neither a route nor a network in `used`; None if all are taken."""
    taken = [*used, *routed()]
    for block in blocks:
        for subnet in ipaddress.IPv4Network(block).subnets(new_prefix=24):
            if not any(subnet.overlaps(other) for other in taken):
                return subnet
    return None


def replace_table(name: str, body: str) -> None:
    """Make the table `inet NAME` hold exactly the chains in `body`, in one transaction."""
    _nft(f"{_without(name)}table inet {name} {{\n{body}\n}}\n")


def packets_counted(name: str) -> int:
    """What the counters of the table's rules have seen, all together."""
    listed = process.run([process.find("nft", hint=_HINT), "--json", "list", "table", "inet", name])
    rules = (one["rule"]["expr"] for one in json.loads(listed)["nftables"] if "rule" in one)
    return sum(part["counter"]["packets"] for expr in rules for part in expr if "counter" in part)


def delete_table(name: str) -> None:
    """Remove the table `inet NAME`; nothing happens when there is none."""
    _nft(_without(name))


def _without(name: str) -> str:
    # "add" makes "delete" valid whether or not the table exists; nft applies both or none
    return f"add table inet {name}\ndelete table inet {name}\n"


def _nft(rules: str) -> None:
    process.run([process.find("nft", hint=_HINT), "-f", "-"], stdin=rules.encode())
