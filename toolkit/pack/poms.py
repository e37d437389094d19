"""pom.xml files as Maven may see them while packing: without what would run, be written or be asked at their author's.

In: an application's sources, the repository that is filled. Out: a folder with a copy of each pom.xml, and of each
parent that lies elsewhere; what was taken out of them.
"""

import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from toolkit import strays
from toolkit.documents import read_file
from toolkit.errors import ProgramFailed
from toolkit.tools import maven

_NAME = "pom.xml"
_PARENTS = ".parents"  # those from repositories, in a folder each
_MOST = 4 * 2**20  # bytes of one
_MOST_PARENTS = 20
_OF_MAVENS = "maven-dependency-plugin"  # which packing runs: what is said of it says what it does
_SAID_OF_IT = ("configuration", "dependencies", "executions")
_WRITES = "outputFile"  # a property: where that plugin writes
_RUNS = "extensions, which Maven would run while packing"
# element → what Maven does with it
_REFUSED = {
    "extensions": _RUNS,
    "repositories": "repositories of its own; settings.xml is the place for those that you trust",
    "pluginRepositories": "repositories of its own; settings.xml is the place for those that you trust",
}
_PLAIN = re.compile(r"[\w.-]+", re.ASCII)


class _Parent(NamedTuple):
    """A parent's coordinates."""

    group: str
    name: str
    version: str

    def __str__(self) -> str:
        return ":".join(self)


def copied(source: Path, folder: Path, repository: Path) -> list[str]:
    """Copy each pom.xml of `source`, and each parent that is fetched into `repository`. Returns what was taken out.

    ProgramFailed where one cannot be read, or leads out of the sources.
    """
    said: dict[str, None] = {}
    for path in sorted(source.rglob(_NAME)):
        if path.is_file() and path.resolve().is_relative_to(source.resolve()):
            name = path.relative_to(source)
            root = _read(path)
            said |= dict.fromkeys(f"{name}: {what}" for what in _taken_out(root))
            _refuse_ways_out(root, name)
            _write(root, folder / name)
    return [*said, *_parents(folder, repository)]


def _parents(folder: Path, repository: Path) -> list[str]:
    """Bring the parents that lie in repositories, and let their children find them. What of them would have run."""
    waiting = sorted(folder.rglob(_NAME))
    said: dict[str, None] = {}
    known: dict[_Parent, Path] = {}
    while waiting:
        path = waiting.pop()
        root = _read(path)
        parent = _parent(root)
        if parent is None or _lies_there(root, parent, path, folder):
            continue
        if parent not in known:
            if len(known) == _MOST_PARENTS:
                raise ProgramFailed(f"more than {_MOST_PARENTS} parents of pom.xml files")
            known[parent] = folder / _PARENTS / str(len(known)) / _NAME
            above = _fetched(parent, repository)
            said |= {f"{parent}: {_RUNS}": None for _ in _lacking(above)}
            list(_taken_out(above))
            _write(above, known[parent])
            waiting.append(known[parent])
        _lead(root, path, known[parent])
        _write(root, path)
    return list(said)


def _read(path: Path) -> ET.Element:
    """Names without their namespace, as Maven takes them, too."""
    try:
        # expat bounds what entities grow to and opens no file; Maven reads what was understood here
        root = ET.fromstring(read_file(path, _MOST, error=ProgramFailed))  # noqa: S314
    except (ET.ParseError, ValueError, LookupError) as err:
        raise ProgramFailed("no valid XML", where=path) from err
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def _write(root: ET.Element, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    except RecursionError as err:
        raise ProgramFailed("elements lie too deep in each other", where=path.name) from err


# --- what is refused --------------------------------------------------------------------------------------------------
def _taken_out(root: ET.Element) -> Iterator[str]:
    """Take out what is refused, and say what that is."""
    for element in root.iter():
        for child in list(element):
            if child.tag in _REFUSED and _says_something(child):
                element.remove(child)
                yield _REFUSED[str(child.tag)]
            elif child.tag == _WRITES and element.tag == "properties":
                element.remove(child)
                yield f"where {_OF_MAVENS} writes"
        if element.tag == "plugin" and _is_mavens(element):
            for child in [one for one in element if one.tag in _SAID_OF_IT]:
                element.remove(child)


def _lacking(root: ET.Element) -> Iterator[ET.Element]:
    """What a parent is not whole without: neither what plugins add, nor what stands in profiles that nothing starts."""
    asleep = {
        element
        for profile in root.iterfind("profiles/profile")
        if profile.find("activation") is None
        for element in profile.iter()
    }
    yield from (one for one in root.iter("extensions") if len(one) and one not in asleep)


def _says_something(element: ET.Element) -> bool:
    return len(element) > 0 or _text(element) not in ("", "false")


def _is_mavens(plugin: ET.Element) -> bool:
    name = _text(plugin.find("artifactId"))
    return name == _OF_MAVENS or "${" in name


def _refuse_ways_out(root: ET.Element, name: Path) -> None:
    """Modules and parents that lie outside of the copies are none."""
    named = [*root.iter("module"), *root.iter("subproject"), *root.iterfind("parent/relativePath")]
    for text in filter(None, map(_text, named)):
        place = Path("/sources") / name.parent / text
        if "${" in text or not _normal(place).is_relative_to("/sources"):
            raise ProgramFailed(f"a module or parent lies outside of the sources: {text}", where=name)


def _normal(path: Path) -> Path:
    """Without `..`; Maven takes a backslash for a slash."""
    done: list[str] = []
    for part in str(path).replace("\\", "/").split("/"):
        if part == "..":
            done = done[:-1]
        elif part not in ("", "."):
            done.append(part)
    return Path("/", *done)


# --- parents ----------------------------------------------------------------------------------------------------------
def _parent(root: ET.Element) -> _Parent | None:
    found = root.find("parent")
    if found is None:
        return None
    return _Parent(*(_text(found.find(name)) for name in ("groupId", "artifactId", "version")))


def _lies_there(root: ET.Element, parent: _Parent, path: Path, folder: Path) -> bool:
    """Whether Maven takes it from the copies: where `relativePath` says, if that is the one that is named."""
    said = root.find("parent/relativePath")
    text = "../pom.xml" if said is None else _text(said)
    place = _normal(path.parent / text)
    file = place / _NAME if place.is_dir() else place
    if not (text and file.is_file() and file.is_relative_to(folder)):
        return False
    other = _read(file)
    above = _parent(other) or _Parent("", "", "")
    group, version = _text(other.find("groupId")) or above.group, _text(other.find("version")) or above.version
    return parent == (group, _text(other.find("artifactId")), version)


def _fetched(parent: _Parent, repository: Path) -> ET.Element:
    if not all(map(_PLAIN.fullmatch, parent)):
        raise ProgramFailed(f"the parent {parent} is not one version of one project")
    with strays.folder("parent") as folder:
        maven.copy(f"{parent}:pom", folder, repository=repository)
        for file in folder.iterdir():
            return _read(file)
    raise ProgramFailed(f"Maven brought no parent {parent}")


def _lead(root: ET.Element, child: Path, parent: Path) -> None:
    """Have Maven take the copy for the child's parent."""
    named = root.find("parent")
    if named is None:
        return
    for old in named.findall("relativePath"):
        named.remove(old)
    ET.SubElement(named, "relativePath").text = os.path.relpath(parent, child.parent)


def _text(element: ET.Element | None) -> str:
    return "" if element is None else (element.text or "").strip()
