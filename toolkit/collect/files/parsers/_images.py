"""Container image references in one normal form: 'postgres:16' → 'docker.io/library/postgres'."""

import re
from collections.abc import Iterator

from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._literals import without_templates
from toolkit.model import Role

_DEFAULT = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]{0,60}:?-([^{}\n]{0,120})\}")
_REFERENCE = re.compile(r"[a-z0-9*._\-]+(?::[0-9]+)?(?:/[a-z0-9*._\-]+){0,8}")
_HUB = frozenset(
    {"docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "registry.docker.com"}
)


def normal(reference: str) -> str | None:
    """Registry and repository, without tag and digest. None for what names no image, or only a computed one."""
    plain = without_templates(_DEFAULT.sub(r"\1", reference.strip().strip("\"'"))).removeprefix("docker://")
    plain = plain.partition("@")[0]
    head, slash, last = plain.rpartition("/")
    plain = (head + slash + last.partition(":")[0]).lower()
    if not _REFERENCE.fullmatch(plain) or plain in ("scratch", "*"):
        return None
    first, _, rest = plain.partition("/")
    if not rest:
        return f"docker.io/library/{plain}"
    if first in _HUB:
        return f"docker.io/{rest}" if "/" in rest else f"docker.io/library/{rest}"
    host = first.partition(":")[0]
    if host in ("*", "localhost"):
        return None
    return f"{host}/{rest}" if "." in first or ":" in first else f"docker.io/{plain}"


def image(reference: str, line: int, role: Role | None = "build/ci") -> Iterator[Mention]:
    """The image, and the host of its registry where that is named."""
    if name := normal(reference):
        yield Mention("image", name, line, role=role)
        registry = name.partition("/")[0]
        if registry != "docker.io" and not registry.replace(".", "").isdigit():
            yield Mention("host", registry, line, role=role)
