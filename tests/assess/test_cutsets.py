"""Minimal cut sets, against every subset tried one by one."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from toolkit.assess.cutsets import AllOf, AnyOf, Fault, fails, minimal_cut_sets

COMPANIES = "abcdefgh"


def leaves() -> st.SearchStrategy[Fault]:
    return st.frozensets(st.sampled_from(COMPANIES), max_size=3)


def faults() -> st.SearchStrategy[Fault]:
    def joined(parts: st.SearchStrategy[Fault]) -> st.SearchStrategy[Fault]:
        return st.one_of(
            st.lists(parts, max_size=4).map(lambda found: AnyOf(tuple(found))),
            st.lists(parts, min_size=1, max_size=3).map(lambda found: AllOf(tuple(found))),
        )

    return st.recursive(leaves(), joined, max_leaves=14)


def brute_force(fault: Fault) -> tuple[tuple[str, ...], ...]:
    """Sets by growing size; a set counts when it fails the tree and contains none that counted before."""
    found: list[tuple[str, ...]] = []
    for size in range(len(COMPANIES) + 1):
        for some in combinations(COMPANIES, size):
            if fails(fault, some) and not any(set(other) <= set(some) for other in found):
                found.append(some)
    return tuple(found)


@given(faults())
def test_equals_brute_force(fault: Fault) -> None:
    assert minimal_cut_sets(fault, COMPANIES) == brute_force(fault)


@given(faults(), st.integers(0, 4))
def test_a_limit_only_leaves_out_larger_sets(fault: Fault, largest: int) -> None:
    expected = tuple(one for one in brute_force(fault) if len(one) <= largest)
    assert minimal_cut_sets(fault, COMPANIES, largest=largest) == expected


@given(faults())
def test_order_of_companies_does_not_matter(fault: Fault) -> None:
    assert minimal_cut_sets(fault, COMPANIES[::-1]) == minimal_cut_sets(fault, COMPANIES)


def test_ids_that_are_no_companies_are_left_out() -> None:
    assert minimal_cut_sets(frozenset({"heroku", "salesforce", "amazon"}), {"salesforce", "amazon"}) == (
        ("amazon",),
        ("salesforce",),
    )


def test_what_has_a_fallback_of_its_own_cannot_be_cut() -> None:
    assert minimal_cut_sets(AllOf((frozenset({"a"}), frozenset())), "a") == ()
