"""No regular expression that meets a checkout's text can be made to take cubic or exponential time."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from regexploit.ast.sre import SreOpParser
from regexploit.redos import find

import toolkit.collect


def _patterns(value: object) -> Iterator[re.Pattern[str] | re.Pattern[bytes]]:
    """The compiled patterns in a module's variable, also within containers."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from _patterns(tuple(value.values()))
    elif isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from _patterns(one)


def _all() -> dict[str, re.Pattern[str] | re.Pattern[bytes]]:
    found = {}
    for module in pkgutil.walk_packages(toolkit.collect.__path__, "toolkit.collect."):
        for name, value in vars(importlib.import_module(module.name)).items():
            for number, pattern in enumerate(_patterns(value)):
                found[f"{module.name.removeprefix('toolkit.collect.')}.{name}.{number}"] = pattern
    return found


def _attacks(text: str, flags: int = 0) -> list[object]:
    return list(find(SreOpParser().parse_sre(text, flags & ~re.DEBUG)))


_PATTERNS = _all()


@pytest.mark.parametrize("name", _PATTERNS)
def test_no_text_makes_it_slow(name: str) -> None:
    pattern = _PATTERNS[name]
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    assert _attacks(text, pattern.flags) == []


@pytest.mark.parametrize("text", [r"(a+)+b", r"(?:\w+\s*)+:", r"a*a*a*b"])
def test_slow_ones_are_known_as_such(text: str) -> None:
    assert _attacks(text)
