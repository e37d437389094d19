"""Minimal cut sets: which smallest sets of companies make something fail. Exact; no BDD needed at this size.

In: a fault tree of `AnyOf`, `AllOf` and leaves. A leaf is a set of ids, and it fails when any one of them is lost. Out:
the minimal sets. The tree is monotone (losing more never repairs anything), so these are its prime implicants, found
top-down with absorption as in MOCUS (Fussell and Vesely, 1972), on bit masks. What makes it fast: a company that is a
cut of a subtree all by itself takes part in no other minimal cut of it, so such companies are found first (a bitwise
and/or over the tree) and leave the expansion, which is left with the few alternatives that real platforms have.
"""

from collections.abc import Collection, Iterator
from functools import reduce
from operator import and_, or_

from toolkit.model import Value


class AnyOf(Value):
    """Fails when any part fails; never, when it has none."""

    parts: tuple["Fault", ...]


class AllOf(Value):
    """Fails only when all parts fail: something with its fallbacks. It has at least one part."""

    parts: tuple["Fault", ...]


Fault = AnyOf | AllOf | frozenset[str]


def fails(fault: Fault, lost: Collection[str]) -> bool:
    """Whether it fails when these ids are lost."""
    match fault:
        case AnyOf(parts):
            return any(fails(part, lost) for part in parts)
        case AllOf(parts):
            return all(fails(part, lost) for part in parts)
        case _:
            return not fault.isdisjoint(lost)


def alone(fault: Fault, companies: Collection[str]) -> frozenset[str]:
    """The ids out of `companies` whose loss alone brings it about."""
    match fault:
        case AnyOf(parts):
            return frozenset().union(*(alone(part, companies) for part in parts))
        case AllOf(parts):
            first, *others = (alone(part, companies) for part in parts)
            return first.intersection(*others)
        case _:
            return fault & frozenset(companies)


def minimal_cut_sets(
    fault: Fault, companies: Collection[str], *, largest: int | None = None
) -> tuple[tuple[str, ...], ...]:
    """All minimal sets out of `companies`, smallest first, then by name; with `largest`, all up to that size."""
    names = sorted(companies)
    tree = _masked(fault, {name: 1 << position for position, name in enumerate(names)})
    masks = _expand(tree, 0, largest if largest is not None else len(names))
    sets = [tuple(name for position, name in enumerate(names) if mask >> position & 1) for mask in masks]
    return tuple(sorted(sets, key=lambda one: (len(one), one)))


# The same tree on bit masks, each node with the companies that stop it alone: ("any" | "all" | "leaf", alone, parts)
class _Node(Value):
    joint: type[AnyOf] | type[AllOf] | None
    alone: int
    parts: tuple["_Node", ...] = ()


def _masked(fault: Fault, bits: dict[str, int]) -> _Node:
    if isinstance(fault, frozenset):
        return _Node(None, reduce(or_, (bits[name] for name in fault if name in bits), 0))
    parts = tuple(_masked(part, bits) for part in fault.parts)
    alone = [part.alone for part in parts]
    if isinstance(fault, AnyOf):
        return _Node(AnyOf, reduce(or_, alone, 0), parts)
    return _Node(AllOf, reduce(and_, alone), parts)


def _expand(node: _Node, settled: int, largest: int) -> list[int]:
    """Minimal cuts of the node that avoid all `settled` companies, which are known to be cuts by themselves."""
    if largest < 1:
        return []
    alone = node.alone & ~settled
    singles = [1 << position for position in _positions(alone)]
    inner = settled | alone
    if node.joint is AnyOf:
        return singles + _absorb(cut for part in node.parts for cut in _expand(part, inner, largest))
    if node.joint is AllOf:
        return singles + _product([_expand(part, inner, largest) for part in node.parts], largest)
    return singles


def _product(factors: list[list[int]], largest: int) -> list[int]:
    """One cut of each factor, joined in all ways; small factors first keep the intermediate results small."""
    cuts = [0]
    for factor in sorted(factors, key=len):
        joined = (one | other for one in cuts for other in factor)
        cuts = _absorb(cut for cut in joined if cut.bit_count() <= largest)
    return cuts


def _absorb(cuts: Iterator[int]) -> list[int]:
    """Drop every set that contains another one. Kept sets are filed under their lowest company: a set can only contain
    those filed under one of its own."""
    filed: dict[int, list[int]] = {}
    kept = []
    for cut in sorted(set(cuts), key=int.bit_count):
        if not any(cut & small == small for bit in _positions(cut) for small in filed.get(bit, ())):
            kept.append(cut)
            filed.setdefault((cut & -cut).bit_length() - 1, []).append(cut)
    return kept


def _positions(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
