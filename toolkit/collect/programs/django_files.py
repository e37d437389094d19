"""Django's files for browsers: what `collectstatic` gathers, and what users upload.

Django serves neither in production. In: the settings files, and what is installed. Out: facts "release", "serve" and
"writable". WhiteNoise serves the first kind by itself.
"""

import re
from collections.abc import Iterator, Sequence

from toolkit.collect.programs.facts import Fact
from toolkit.collect.programs.tree import Tree, at, line_of, text

_LITERAL = re.compile(r"""['"]([\w./-]+)['"]""")


def served(tree: Tree, folder: str, settings: Sequence[str], wanted: str) -> Iterator[Fact]:
    """Of the first settings file that says where they lie."""
    by_itself = re.search(r"(?i)whitenoise|dj[_-]static", wanted + "".join(text(tree, path) for path in settings))
    if found := _assigned(tree, settings, "STATIC_ROOT"):
        place, where = found
        yield Fact(folder, "release", "python manage.py collectstatic --noinput", where)
        if place and not by_itself:
            yield Fact(folder, "serve", place, where, _address(tree, settings, "STATIC_URL", "/static/"))
    if found := _assigned(tree, settings, "MEDIA_ROOT"):
        place, where = found
        if place:
            yield Fact(folder, "writable", place, where)
            yield Fact(folder, "serve", place, where, _address(tree, settings, "MEDIA_URL", "/media/"))


def _assigned(tree: Tree, settings: Sequence[str], name: str) -> tuple[str, str] | None:
    """The folder a setting names, from the project's, "" where it is put together otherwise; and where it stands."""
    for path in settings:
        content = text(tree, path)
        if match := re.search(rf"(?m)^\s*{name}\s*=\s*(.{{1,160}})", content):
            parts = [part.strip("/") for part in _LITERAL.findall(re.sub(r"environ\S*|getenv\S*|env\S*", "", match[1]))]
            plain = "/".join(part for part in parts if part not in (".", ".."))
            return plain, at(path, line_of(content, match[0].strip()))
    return None


def _address(tree: Tree, settings: Sequence[str], name: str, usual: str) -> str:
    """The path of a URL setting, with a slash at both ends; the usual one where it is no plain text."""
    for path in settings:
        if match := re.search(rf"""(?m)^\s*{name}\s*=\s*['"]/?([\w/-]*)['"]""", text(tree, path)):
            return f"/{match[1].strip('/')}/" if match[1].strip("/") else usual
    return usual
