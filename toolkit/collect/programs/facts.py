"""What the readers of this folder yield, and the document formats they read it from."""

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from toolkit.collect.files.mention import Unparsed
from toolkit.collect.files.parsers._documents import json_document, toml_document
from toolkit.collect.files.yamltree import Leaf, leaves
from toolkit.program import Runtime

Kind = Literal[
    "start", "guess", "worker", "cron", "release", "install", "port", "health", "writable", "package", "env", "listen",
    "option", "secret", "version", "open", "engine", "serve", "fallback", "workdir",
    "proxy", "image", "base", "folder", "atmost", "copied", "context", "required", "range",
]  # fmt: skip


class Fact(NamedTuple):
    """One thing that is said of the program in a folder."""

    folder: str  # "" or "a/b/"
    kind: Kind
    text: str
    where: str  # "Procfile:2"
    key: str = ""  # a worker's or a variable's name, when a cron job runs, the path a folder is served at
    program: str = ""  # of several programs in the folder, this one; "" is each


class Standing(NamedTuple):
    """A program that stands in a folder, as its stack's convention knows it."""

    folder: str
    stack: str
    runtime: Runtime
    facts: tuple[Fact, ...] = ()
    program: str = ""  # its name, where the folder holds several
    within: str | None = None  # the folder that is installed, where that is one above
    page: bool = False  # files for browsers: nothing of it reads an environment while it is served


_LONGEST = 1000  # of a command
_MOST_LEAVES = 20_000
_WRAPPERS = re.compile(r"^(?:(?:exec|tini|dumb-init|\S*/tini|\S*/dumb-init)\s+(?:-[gsv]+\s+)*(?:--\s+)?)+")


def line(command: str) -> str:
    """A command as one printable line; "" for one that cannot be written down."""
    joined = " ".join(command.replace("\\\n", " ").split())
    return joined if joined.isprintable() and len(joined) <= _LONGEST else ""


def argv(command: str) -> str:
    """The command of `CMD` or `command:`, in its list or its shell form, without `sh -c` and what only passes signals
    on."""
    words = _listed(command)
    if words and len(words) >= 3 and words[0].rpartition("/")[2] in ("sh", "bash", "ash") and words[1] in ("-c", "-lc"):
        plain = words[2]
    else:
        plain = command if words is None else " ".join(map(_quoted, words))
    return unwrapped(line(plain))


def unwrapped(command: str) -> str:
    """A command without what only passes signals on."""
    return _WRAPPERS.sub("", f"{command} ").strip()


def _listed(command: str) -> list[str] | None:
    if not command.lstrip().startswith("["):
        return None
    try:
        words = json.loads(command)
    except (ValueError, RecursionError):
        return None
    return [word for word in words if isinstance(word, str)] if isinstance(words, list) else None


def _quoted(word: str) -> str:
    """A word for bash: variables stay variables."""
    return f'"{word}"' if re.search(r"\$\{?\w", word) and " " in word else word if "$" in word else shlex.quote(word)


def yaml_leaves(content: str) -> list[Leaf]:
    """Every scalar of a YAML or JSON text, up to where it breaks."""
    found: list[Leaf] = []
    try:
        for leaf in leaves(content):
            found.append(leaf)
            if len(found) >= _MOST_LEAVES:
                break
    except (Unparsed, RecursionError):
        pass
    return found


def toml(content: str) -> dict[str, Any]:
    """The tables of a TOML text; none where it is broken."""
    try:
        return toml_document(content)
    except Unparsed:
        return {}


def json_object(content: str) -> dict[str, Any]:
    """The object of a JSON text; an empty one where it is none."""
    try:
        found = json_document(content)
    except Unparsed:
        return {}
    return found if isinstance(found, dict) else {}


def inner(value: Any, *keys: str) -> Any:
    """What hangs at the end of the keys; None where one is missing or leads through no table."""
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def table(value: Any, *keys: str) -> dict[str, Any]:
    """The table at the end of the keys, or an empty one."""
    found = inner(value, *keys)
    return found if isinstance(found, dict) else {}


def words(value: Any, *keys: str) -> str:
    """The text at the end of the keys, or ""."""
    found = inner(value, *keys)
    return line(found) if isinstance(found, str) else ""


def items(value: Any) -> Iterator[dict[str, Any]]:
    """The tables of a list."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def strings(value: Any) -> list[str]:
    """The texts of a list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


# the language of a stack whose runtime does not say it
LANGUAGES = {
    "Go": "go",
    "Spring Boot": "java",
    "Quarkus": "java",
    "Micronaut": "java",
    "Ktor": "java",
    "ASP.NET": "dotnet",
    ".NET worker": "dotnet",
    "Phoenix": "elixir",
    "Plug": "elixir",
}
