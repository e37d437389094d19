"""pip's requirements files, also those that pip-compile and uv wrote."""

import re
from collections.abc import Iterator

from toolkit.collect.files.mention import Mention
from toolkit.model import Role

CLAIMS = (
    "*requirements*.txt",
    "*requirements*.in",
    "**/requirements/*.txt",
    "**/requirements/*.in",
    "requirements/**/*.txt",
    "constraints*.txt",
)
KINDS = frozenset({"pypi"})

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._\-]{0,100})\s*(?:[\[<>=!~;@#\\,(]|$)")
_DEVELOPMENT = re.compile(
    r"(?:^|[^a-z])(?:dev|develop|development|test|tests|testing|lint|docs?|ci|build|typing)(?:[^a-z]|$)"
)
_DIRECT = re.compile(r"-r\s|\.in\b|\.toml|setup\.(?:py|cfg)|\(.*\)")


def development(group: str) -> Role | None:
    """The role of a file or group of dependencies by this name."""
    return "build/ci" if _DEVELOPMENT.search(group.lower()) else None


def parse(path: str, text: str) -> Iterator[Mention]:
    """One package per line. A compiled file says in `# via` who wants it: others' wants are transitive."""
    role = development(path.rpartition("/")[2].replace("requirements", ""))
    lines = text.split("\n")
    constraints = path.rpartition("/")[2].startswith("constraints")
    for number, line in enumerate(lines, 1):
        found = _NAME.match(line)
        if not found:
            continue
        transitive = constraints or _wanted_by_others(lines, number)
        yield Mention("pypi", found[1], number, role, "transitive" if transitive else None)


def _wanted_by_others(lines: list[str], number: int) -> bool:
    """Whether the comment behind or below line `number` names only other packages."""
    via = [lines[number - 1].partition("#")[2]]
    for line in lines[number : number + 200]:
        stripped = line.strip()
        if stripped.startswith("#"):
            via.append(stripped[1:])
        elif not stripped.startswith("--hash"):
            break
    comment = " ".join(via)
    return "via" in comment.split() and not _DIRECT.search(comment)
