"""Machines: blueprints are packed onto as few hosts as hold their memory, largest first (first-fit decreasing). Those
that must outlive the others get a host each, or as many as an input of theirs says.

A host has about 4 GB: the size every provider rents out and old hardware has. A blueprint that needs more gets a host
of its own size. Memory is rounded up to whole gigabytes; the disk also holds the data that comes over, twice, for there
is a backup of it; processors are what the most demanding blueprint on it asks for, and at least one per 2 GB.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.errors import BadInput
from toolkit.model import HostNeed, Replacement
from toolkit.plan.losses import Gone

HOST_MEMORY_MB = 4096
MOST_HOSTS = 20  # of one blueprint
_GB = 1024


def place(
    replacements: Sequence[Replacement], lost: Sequence[Gone], catalog: Catalog
) -> tuple[tuple[HostNeed, ...], tuple[Replacement, ...]]:
    """The hosts ("app-1", …, and "apart-1", …) and the replacements with their host."""
    apart = [one for one in replacements if catalog.blueprints[one.blueprint].apart]
    bins: list[list[Replacement]] = []
    for one in sorted(
        (one for one in replacements if one not in apart),
        key=lambda one: (-_memory([one], catalog), one.blueprint),
    ):
        fitting = (other for other in bins if _memory([*other, one], catalog) <= HOST_MEMORY_MB)
        room = next(fitting, None)
        if room is None:
            bins.append([one])
        else:
            room.append(one)
    named = {f"app-{number}": placed for number, placed in enumerate(bins, 1)}
    named |= {f"apart-{number}": [one] for number, one in enumerate(apart, 1)}
    # further hosts come last, and are called after the first: one more moves none that exists
    for number, one in enumerate(apart, 1):
        named |= {f"apart-{number}-{more}": [one] for more in range(2, _number(one, catalog) + 1)}
    hosts = tuple(_host(name, placed, lost, catalog) for name, placed in named.items())
    return hosts, tuple(replace(one, hosts=_lies_on(one, hosts)) for one in replacements)


def _number(one: Replacement, catalog: Catalog) -> int:
    """How many hosts a blueprint that is apart gets. Raises BadInput for what is no number of hosts."""
    blueprint = catalog.blueprints[one.blueprint]
    if not blueprint.host.number:
        return 1
    [known] = [known for known in blueprint.inputs if known.name == blueprint.host.number]
    number = one.inputs.get(known.name, known.default)
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= MOST_HOSTS:
        raise BadInput(
            f"the input {known.name} of {one.blueprint} is {number!r}",
            where="offramp.toml: choice",
            hint=f"a number of hosts from 1 to {MOST_HOSTS}",
        )
    return number


def _lies_on(one: Replacement, hosts: Sequence[HostNeed]) -> tuple[str, ...]:
    return tuple(host.name for host in hosts if one.blueprint in host.groups)


def _host(name: str, placed: Sequence[Replacement], lost: Sequence[Gone], catalog: Catalog) -> HostNeed:
    memory = -(-_memory(placed, catalog) // _GB) * _GB
    sizes = [catalog.blueprints[one.blueprint].host for one in placed]
    ids = {dependency for one in placed for dependency in one.dependencies}
    data = sum(gone.dependency.size_bytes or 0 for gone in lost if gone.dependency.id in ids)
    return HostNeed(
        name,
        memory_mb=memory,
        cpus=max(*(size.cpus for size in sizes), memory // (2 * _GB), 1),
        disk_gb=sum(size.disk_gb for size in sizes) + -(-2 * data // 10**9),
        groups=tuple(sorted(one.blueprint for one in placed)),
    )


def _memory(placed: Sequence[Replacement], catalog: Catalog) -> int:
    return sum(catalog.blueprints[one.blueprint].host.memory_mb for one in placed)
