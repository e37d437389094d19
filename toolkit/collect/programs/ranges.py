"""Ranges of versions as manifests write them (`>=18 <23`, `^3.10`, `20.x || 22.x`): whether Debian's lies in one.

In: the text of a range, a language. Out: a truth value; False for a text that cannot be read.
"""

import re

Version = tuple[int, ...]

# what Debian 13 has, in full
_DEBIAN: dict[str, Version] = {
    "node": (20, 19, 2),
    "python": (3, 13, 5),
    "php": (8, 4, 11),
}
_COMPARATOR = re.compile(r"(>=|<=|==|~=|!=|>|<|\^|~|=)?\s*v?(\d+(?:\.(?:\d+|[x*]))*)(?:[-+][\w.]+)?")


def admits(text: str, language: str) -> bool:
    """Whether one of the alternatives holds for Debian's version."""
    debian = _DEBIAN.get(language)
    return debian is not None and any(_all_hold(one, debian) for one in re.split(r"\|\|?", text))


def _all_hold(alternative: str, debian: Version) -> bool:
    found = _COMPARATOR.findall(alternative)
    unread = _COMPARATOR.sub("", alternative).strip(" ,")
    return bool(found) and not unread and all(_holds(sign, _numbers(number), debian) for sign, number in found)


def _numbers(text: str) -> Version:
    """Those before the first x."""
    return tuple(map(int, re.split(r"\.[x*]", text)[0].split(".")))


def _holds(sign: str, wanted: Version, debian: Version) -> bool:
    part = debian[: len(wanted)]
    match sign:
        case ">=":
            return part >= wanted
        case "<=":
            return part <= wanted
        case ">":
            return part > wanted
        case "<":
            return part < wanted
        case "!=":
            return part != wanted
        case "^":
            return part >= wanted and debian[0] == wanted[0]
        case "~" | "~=":
            fixed = max(1, len(wanted) - 1)
            return part >= wanted and debian[:fixed] == wanted[:fixed]
        case _:
            return part == wanted
