"""Django's files for browsers: what `collectstatic` gathers, and what users upload.

Django serves neither in production. In: the settings files, and what is installed. Out: facts "release", "serve" and
"writable". WhiteNoise serves the first kind by itself.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from toolkit.collect.programs.facts import Fact
from toolkit.collect.programs.tree import Tree, at, line_of, text

_LITERAL = re.compile(r"""['"]([\w./-]+)['"]""")
# env.str("MEDIA_ROOT", "/srv/media"), os.environ.get("MEDIA_ROOT", "/srv/media")
_MOVED = re.compile(
    r"""[\w.]*(?:env|environ|getenv|config)[\w.]*\(\s*['"](?P<variable>[A-Z][A-Z0-9_]*)['"],\s*(?:default=)?"""
    r"""['"](?P<place>/[\w./-]+)['"].*"""
)
_NAME = re.compile(r"(?:.*?[(\s])?(?!__file__)([A-Z_]{3,})\b")
_MOST_NAMES = 5


def served(tree: Tree, folder: str, settings: Sequence[str], wanted: str) -> Iterator[Fact]:
    """Of the first settings file that says where they lie."""
    by_itself = re.search(r"(?i)whitenoise|dj[_-]static", wanted + "".join(text(tree, path) for path in settings))
    if found := _assigned(tree, folder, settings, "STATIC_ROOT"):
        yield Fact(folder, "release", "python manage.py collectstatic --noinput", found.where)
        if found.place and not by_itself:
            yield Fact(folder, "serve", found.place, found.where, _address(tree, settings, "STATIC_URL", "/static/"))
            yield from _setting(folder, found)
    if (found := _assigned(tree, folder, settings, "MEDIA_ROOT")) and found.place:
        yield Fact(folder, "writable", found.place, found.where)
        yield Fact(folder, "serve", found.place, found.where, _address(tree, settings, "MEDIA_URL", "/media/"))
        yield from _setting(folder, found)


class _Root(NamedTuple):
    """A folder that a setting names: from the project's, "" where it is put together otherwise."""

    place: str
    where: str
    variable: str = ""  # of the environment, that has to name it


def _setting(folder: str, root: _Root) -> Iterator[Fact]:
    if root.variable:
        yield Fact(folder, "folder", root.place, root.where, root.variable)


def _assigned(tree: Tree, folder: str, settings: Sequence[str], name: str) -> _Root | None:
    """What a setting of this name is given. A folder outside of the project, which a variable of the environment may
    move, comes into it under its last name."""
    for path in settings:
        content = text(tree, path)
        if match := re.search(rf"(?m)^\s*{name}\s*=\s*(.{{1,160}})", content):
            where = at(path, line_of(content, match[0].strip()))
            if moved := _MOVED.fullmatch(match[1].strip()):
                return _Root(moved["place"].rstrip("/").rpartition("/")[2], where, moved["variable"])
            parts = [part.strip("/") for part in _LITERAL.findall(re.sub(r"environ\S*|getenv\S*|env\S*", "", match[1]))]
            plain = "/".join(part for part in parts if part not in (".", ".."))
            return _Root(f"{_base(content, path[len(folder) :], match[1])}{plain}" if plain else "", where)
    return None


def _base(content: str, path: str, value: str) -> str:
    """The folder that a value begins from, within the project: `PROJECT_DIR`, as many steps above the file as its
    definition goes up."""
    steps, name = 0, _NAME.match(value)
    for _ in range(_MOST_NAMES):
        if name is None or not (found := re.search(rf"(?m)^{name[1]}\s*=\s*(.+)$", content)):
            return ""
        steps += len(re.findall(r"\bdirname\(|\.parent\b", found[1]))
        steps += sum(int(number) + 1 for number in re.findall(r"\.parents\[(\d)\]", found[1]))
        if "__file__" in found[1]:
            folders = path.split("/")
            return "".join(f"{one}/" for one in folders[: len(folders) - steps]) if steps else ""
        name = _NAME.search(found[1])
    return ""


def _address(tree: Tree, settings: Sequence[str], name: str, usual: str) -> str:
    """The path of a URL setting, with a slash at both ends; the usual one where it is no plain text."""
    for path in settings:
        if match := re.search(rf"""(?m)^\s*{name}\s*=\s*['"]/?([\w/-]*)['"]""", text(tree, path)):
            return f"/{match[1].strip('/')}/" if match[1].strip("/") else usual
    return usual
