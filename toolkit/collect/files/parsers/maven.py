"""Maven's pom.xml: dependencies, plugins and bills of materials as group:artifact."""

from collections.abc import Iterator

from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._xml import Element, elements
from toolkit.model import Role

CLAIMS = ("pom.xml", "*.pom")
KINDS = frozenset({"maven"})


def parse(path: str, text: str) -> Iterator[Mention]:
    """Direct dependencies. Managed ones only fix versions, but for imported bills of materials."""
    for element in elements(text):
        if element.name in ("dependency", "plugin", "extension", "parent"):
            yield from _artifact(element)


def _artifact(element: Element) -> Iterator[Mention]:
    group, artifact = element.child("groupId"), element.child("artifactId")
    if not artifact or not group:
        return
    scope = element.child("scope")
    role: Role | None = "build/ci" if element.name in ("plugin", "extension") or scope == "test" else None
    managed = "dependencyManagement" in element.path and element.child("type") != "pom"
    yield Mention("maven", f"{group}:{artifact}", element.line, role, "transitive" if managed else None)
