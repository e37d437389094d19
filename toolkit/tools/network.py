"""The kernel's network: routes through `ip`, the packet filter through `nft` (one table per purpose, as a whole)."""

import ipaddress
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from toolkit.tools import process

_HINT = "on Debian: apt-get install iproute2 nftables"
_HEADED = "headed"
# a table that has it notes with `NOTE` where packets of TCP and UDP were headed; at most so many ways
NOTING = f"""set {_HEADED} {{
type ipv4_addr . ipv4_addr . inet_proto . inet_service; flags dynamic; size 4096; counter;
}}"""
NOTE = f"meta l4proto {{ tcp, udp }} add @{_HEADED} {{ ip saddr . ip daddr . meta l4proto . th dport }}"


class Headed(NamedTuple):
    """Packets from one address to one port of another."""

    source: str
    target: str
    protocol: str
    port: int
    packets: int


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
    rules = (one["rule"]["expr"] for one in _listed(name) if "rule" in one)
    return sum(part["counter"]["packets"] for expr in rules for part in expr if "counter" in part)


def packets_headed(name: str) -> list[Headed]:
    """Where the packets went that the table noted (`NOTING`, `NOTE`), most first."""
    noted = [one["set"].get("elem", []) for one in _listed(name) if one.get("set", {}).get("name") == _HEADED]
    elements = [one["elem"] for elems in noted for one in elems]
    found = (Headed._make([*elem["val"]["concat"], elem["counter"]["packets"]]) for elem in elements)
    return sorted(found, key=lambda one: (-one.packets, one))


def _listed(name: str) -> list[dict[str, Any]]:
    answer = process.run([process.find("nft", hint=_HINT), "--json", "--numeric", "list", "table", "inet", name])
    listed: list[dict[str, Any]] = json.loads(answer)["nftables"]
    return listed


def delete_table(name: str) -> None:
    """Remove the table `inet NAME`; nothing happens when there is none."""
    _nft(_without(name))


def _without(name: str) -> str:
    # "add" makes "delete" valid whether or not the table exists; nft applies both or none
    return f"add table inet {name}\ndelete table inet {name}\n"


def _nft(rules: str) -> None:
    process.run([process.find("nft", hint=_HINT), "-f", "-"], stdin=rules.encode())
