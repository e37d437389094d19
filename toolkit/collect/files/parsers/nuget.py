""".NET projects: PackageReference, packages.config, central package versions, lock files."""

import re
from collections.abc import Iterator

from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._places import Lines
from toolkit.collect.files.parsers._xml import elements

CLAIMS = (
    "?*.csproj",
    "?*.fsproj",
    "?*.vbproj",
    "packages.config",
    "Directory.Packages.props",
    "Directory.Build.props",
    "packages.lock.json",
    "paket.dependencies",
)
KINDS = frozenset({"nuget"})

_LOCKED = re.compile(r'"([\w.\-]{1,100})": \{\s{1,20}"type": "(Direct|Transitive|CentralTransitive)"')
_PAKET = re.compile(r"^\s*nuget\s+([\w.\-]{1,100})", re.MULTILINE)


def parse(path: str, text: str) -> Iterator[Mention]:
    """Packages by id. Central versions alone are no use of a package: the project that references it says so."""
    name = path.rpartition("/")[2]
    if name == "packages.lock.json" or name == "paket.dependencies":
        yield from _by_pattern(text, _LOCKED if name.endswith(".json") else _PAKET)
        return
    for element in elements(text):
        if element.name in ("PackageReference", "package", "GlobalPackageReference"):
            package = element.attributes.get("Include") or element.attributes.get("id") or ""
            private = element.attributes.get("PrivateAssets") or element.child("PrivateAssets")
            development = private.lower() == "all" or element.attributes.get("developmentDependency") == "true"
            if package:
                yield Mention("nuget", package, element.line, "build/ci" if development else None)


def _by_pattern(text: str, pattern: re.Pattern[str]) -> Iterator[Mention]:
    lines = Lines(text)
    for found in pattern.finditer(text):
        transitive = pattern is _LOCKED and found[2] != "Direct"
        yield Mention("nuget", found[1], lines.at(found.start(1)), discard="transitive" if transitive else None)
