"""Settings that Spring reads by their keys: `spring.mail.host` of a file is SPRING_MAIL_HOST of the environment.

In: a tree, the folder of a Spring program, its build file. Out: facts "env" for the keys that something can be given
for, the engine of its database, and the profile for production where it has one.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from toolkit.collect.programs import wiring
from toolkit.collect.programs.environment import engine_of
from toolkit.collect.programs.facts import Fact, yaml_leaves
from toolkit.collect.programs.tree import Tree, at, line_of, split, text

_FILES = re.compile(r"(?:application|bootstrap)(?:-(?P<profile>[\w-]+))?\.(?:properties|ya?ml)")
_PRODUCTION = ("prod", "production")
_DATABASES = {"postgresql": ("postgres", "postgresql"), "mysql": ("mysql", "mariadb")}
_PROPERTY = re.compile(r"\s*([\w.-]{1,100})\s*[=:]\s*(.*)")
_EMBEDDED = re.compile(r"h2database|hsqldb|\bderby\b|sqlite-jdbc")
_DRIVER = re.compile(r"postgresql|mysql-connector|mariadb-java")
_OWN = re.compile(r"(?i)jdbc:(?:h2|hsqldb|derby|sqlite)")
# what lies in files of its own: of SQLite the very file, of the others all that begins with the name
_FILE = re.compile(r"(?i)jdbc:(?P<engine>sqlite|h2|hsqldb):(?:file:)?(?P<path>(?:\./)?[\w-][\w./-]*)(?:[;?].*)?")
_ACCESS = re.compile(r"spring-boot-starter-(?:data-)?(?:jpa|jdbc)\b")
_DATA_SOURCE = ("URL", "USERNAME", "PASSWORD")


class _Setting(NamedTuple):
    """One key of a settings file."""

    key: str  # "spring.datasource.url"
    value: str
    where: str

    @property
    def variable(self) -> str:
        """As the environment spells it: words apart, dashes left out."""
        return self.key.replace("-", "").replace(".", "_").upper()


def settings(tree: Tree, folder: str, build: str) -> Iterator[Fact]:
    """What the program of a folder takes from its environment. Its files for production are read first."""
    files = _files(tree, folder)
    profile = next((name for name in (*_PRODUCTION, *_databases(tree, build)) if name in files), "")
    if profile:
        yield Fact(folder, "env", profile, at(files[profile], 1), "SPRING_PROFILES_ACTIVE")
    read = [one for name in (profile, "") if name in files for one in _read(tree, files[name])]
    read = [one for number, one in enumerate(read) if one.key not in {other.key for other in read[:number]}]
    brings_its_own = any(one.key == "spring.datasource.url" and _OWN.match(one.value) for one in read)
    for one in read:
        unused = brings_its_own and one.key.startswith("spring.datasource.")
        if _given(one) and not unused and not _OWN.match(one.value):
            yield Fact(folder, "env", "", one.where, one.variable)
            yield from engine_of(folder, one.variable, one.value, one.where)
    yield from _files_of_databases(folder, read)
    for name in _DATA_SOURCE if (place := _data_source(read, text(tree, build), build)) else ():
        yield Fact(folder, "env", "", place, f"SPRING_DATASOURCE_{name}")


def _files_of_databases(folder: str, read: list[_Setting]) -> Iterator[Fact]:
    for one in read:
        found = _FILE.fullmatch(one.value) if one.key.endswith(".url") else None
        if found and found["engine"].lower() == "sqlite":
            yield Fact(folder, "writable", found["path"], one.where, "database")
        elif found and (place := found["path"].removeprefix("./").rpartition("/")[0]):
            yield Fact(folder, "writable", place, one.where)


def _files(tree: Tree, folder: str) -> dict[str, str]:
    """Profile → its file; "" is for every profile."""
    found: dict[str, str] = {}
    for place in (f"{folder}src/main/resources/config/", f"{folder}src/main/resources/"):
        for name in sorted(tree.folders.get(place, ())):
            if match := _FILES.fullmatch(name):
                found.setdefault(match["profile"] or "", place + name)
    return found


def _databases(tree: Tree, build: str) -> list[str]:
    """Profiles that are named for a database whose driver is installed beside one that the program brings along."""
    content = text(tree, build)
    if not _EMBEDDED.search(content):
        return []
    drivers = ("postgresql", "mysql") if "postgresql" in content else ("mysql",)
    return [name for engine in drivers for name in _DATABASES[engine]]


def _given(one: _Setting) -> bool:
    """Whether something is known for a key; the variables that a value names are read as those of code are."""
    known = wiring.wire(one.variable, "") is not None or wiring.search_engine(one.variable) != ""
    return known and one.key.startswith("spring.")


def _data_source(read: list[_Setting], build: str, path: str) -> str:
    """Where it is said that it has a database of Spring's; one that it brings along (H2) it can do without."""
    named = next((one for one in read if one.key.startswith("spring.datasource.")), None)
    urls = [one for one in read if one.key == "spring.datasource.url"]
    if named and (urls or not _EMBEDDED.search(build)):
        return "" if urls and _OWN.match(urls[0].value) else (urls or [named])[0].where
    found = _ACCESS.search(build)
    if not found or not _DRIVER.search(build) or _EMBEDDED.search(build):
        return ""
    return at(path, line_of(build, found[0]))


def _read(tree: Tree, path: str) -> list[_Setting]:
    content = text(tree, path)
    if not split(path)[1].endswith(".properties"):
        leaves = yaml_leaves(content)
        return [_Setting(".".join(map(str, leaf.path)), leaf.value, at(path, leaf.line)) for leaf in leaves]
    rows = enumerate(content.split("\n")[:2000], 1)
    found = ((number, _PROPERTY.fullmatch(row)) for number, row in rows if not row.lstrip().startswith(("#", "!")))
    return [_Setting(match[1], match[2].strip(), at(path, number)) for number, match in found if match]
