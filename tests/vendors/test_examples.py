"""Every example in every vendor file, through the real collector: the right service, in the right role, or nothing."""

from collections import defaultdict
from pathlib import Path

import pytest

from toolkit.catalog.entries import Catalog, Example, Signal
from toolkit.catalog.folders import load
from toolkit.collect.files import collect_files
from toolkit.model import Evidence, Role

CATALOG = load()
STRONGEST_FIRST: tuple[Role, ...] = ("runtime", "infra", "optional", "build/ci")
EXAMPLES = [
    pytest.param(dependency, number, example, id=f"{dependency}-{number}")
    for dependency, entry in sorted({**CATALOG.vendors, **CATALOG.services}.items())
    for number, example in enumerate(entry.examples)
]


def _root(dependency: str, number: int) -> str:
    return f"{dependency}-{number}".replace("/", "+")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return CATALOG


@pytest.fixture(scope="module")
def signals(catalog: Catalog) -> dict[str, Signal]:
    return {signal.id: signal for signal in catalog.signals()}


@pytest.fixture(scope="module")
def evidence(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Evidence]]:
    """All examples are written into folders of their own and collected in one go: root -> what was seen there."""
    base = tmp_path_factory.mktemp("examples")
    roots: dict[str, Path] = {}
    for parameter in EXAMPLES:
        dependency, number, example = parameter.values
        assert isinstance(dependency, str)
        assert isinstance(number, int)
        assert isinstance(example, Example)
        root = roots[_root(dependency, number)] = base / _root(dependency, number)
        file = root / example.path
        file.parent.mkdir(parents=True)
        file.write_text(example.text + "\n", encoding="utf-8")
    found: dict[str, list[Evidence]] = defaultdict(list)
    for one in collect_files(roots, catalog).evidence:
        found[one.root].append(one)
    return found


@pytest.mark.parametrize(("dependency", "number", "example"), EXAMPLES)
def test_example(
    dependency: str,
    number: int,
    example: Example,
    evidence: dict[str, list[Evidence]],
    signals: dict[str, Signal],
) -> None:
    seen = evidence.get(_root(dependency, number), [])
    strong = [one for one in seen if signals[one.signal].dependency == dependency and not signals[one.signal].weak]
    roles = [signals[one.signal].role or one.role for one in strong]
    if example.expect == "nothing":
        assert not roles
    else:
        assert example.expect == min(roles, key=STRONGEST_FIRST.index, default=None)


def test_every_entry_with_signals_shows_what_is_found_and_what_is_not(catalog: Catalog) -> None:
    entries = {name: one for name, one in {**catalog.vendors, **catalog.services}.items() if one.signals}
    shown = {name: {example.expect == "nothing" for example in one.examples} for name, one in entries.items()}
    assert {name: sorted(found) for name, found in shown.items() if found != {True, False}} == {}
