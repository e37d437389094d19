"""What installing the applications fetches, got beforehand by the applications' lock files and their usual clients.

In: applications and where their sources lie. Out: `applications/NAME/`: `wheels/` for pip, `npm/` a cache, `go/` a
proxy, `maven/` a repository; `FILES.sha256` lists them for the host. Clients run in a copy of the files they need, with
scripts of packages off.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import msgspec

from toolkit import strays
from toolkit.documents import read_toml
from toolkit.errors import ProgramFailed
from toolkit.model import Gap
from toolkit.pack import bag, poms, requirements
from toolkit.pack.project import Application, Project
from toolkit.tools import go, maven, npm, pip

_PYTHONS = {12: (11, 36), 13: (13, 41)}  # Debian's release: Python 3.x, glibc 2.x
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
_BUILD = ("setuptools", "wheel")  # what pip builds a project with that names nothing
# Clients of which nothing is packed. A command of the application's own that names one fetches what the bag lacks.
_NOT_PACKED = {
    "Gemfile.lock": "bundler",
    "composer.lock": "composer",
    "yarn.lock": "yarn",
    "pnpm-lock.yaml": "pnpm",
    "Cargo.lock": "cargo",
    "mix.lock": "mix",
    "npm-shrinkwrap.json": "npm by a shrinkwrap file",
    "build.gradle": "gradle",
    "build.gradle.kts": "gradle",
}
_NODE_LOCKS = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml")
_INCLUDED = ("requirements*.txt", "requirements/*.txt", "constraints*.txt", "**/pom.xml")  # named by others
_FETCHES = re.compile(
    r"\b(curl|wget|git clone|apt-get|gem install|bundle|composer|cargo|yarn|pnpm|bun|poetry|pipenv|uv|mix|gradlew?)\b"
    r"|\bcd \S+ *(?:&&|;).*\b(npm|pip3?|go|mvn)\b"  # lock files are looked for where the sources begin
)
_PIP = re.compile(r"\bpip3? install ([^&|;]*)")
_FILE_OPTIONS = ("-r", "--requirement")


class Target(msgspec.Struct, frozen=True):
    """The hosts' release and architecture, in Debian's words."""

    debian: int
    architecture: str


class _Client(msgspec.Struct, frozen=True):
    """A package manager: the files it goes by, and how it fills its folder from them."""

    folder: str
    files: tuple[str, ...]
    fill: Callable[[Application, Path, Path, Target], list[str]]  # source, folder, target -> gaps it leaves


def parts(project: Project, target: Target) -> Iterator[bag.Part]:
    """A part for each application."""
    for one in project.applications:
        source = project.sources / one.source
        yield bag.Part(
            f"applications/{one.name}", "application", _made_of(one, source, target), _maker(one, source, target)
        )


def _maker(one: Application, source: Path, target: Target) -> Callable[[Path, Callable[[str, str], bool]], bag.Made]:
    def make(work: Path, _: Callable[[str, str], bool]) -> bag.Made:
        gaps = list(_gaps(one, source))
        whole = True
        for client in _clients(one, source):
            try:
                said = client.fill(one, source, work / client.folder, target)
                gaps += [Gap(what, "it may fetch more when it is installed", f"perhaps {one.name}") for what in said]
            except ProgramFailed as err:
                whole = False
                gaps.append(Gap(f"{client.folder} for {one.name}", err.what, f"{one.name} cannot be installed"))
        (work / "FILES.sha256").write_text(bag.listed(bag.hashes(work)))
        return bag.Made(tuple(gaps), whole=whole)

    return make


def _made_of(one: Application, source: Path, target: Target) -> str:
    """A hash of what decides what is fetched: our rules, the application, the lock files."""
    digest = hashlib.sha256(repr((one, target, _PYTHONS, _BUILD, _FETCHES.pattern)).encode())
    locks = [name for client in _CLIENTS.values() for name in client.files]
    included = [path.relative_to(source).as_posix() for glob in _INCLUDED for path in sorted(source.glob(glob))]
    for name in [*locks, *_NOT_PACKED, *_requirement_files(one), *included]:
        content = (source / name).read_bytes() if _is_its_own(source, name) else b"-"
        digest.update(f"{name} {len(content)} ".encode() + content)
    return digest.hexdigest()


def _clients(one: Application, source: Path) -> Iterator[_Client]:
    if one.runtime == "container":
        return
    if any(_is_its_own(source, name) for name in _requirement_files(one)):
        yield _REQUIREMENTS
    for name, client in _CLIENTS.items():
        if _is_its_own(source, name):
            yield client


def _requirement_files(one: Application) -> list[str]:
    """What its commands hand to pip; what the runtime's do, where it has none of its own."""
    return [name for command in one.install for name in _pip_files(command)] or ["requirements.txt"]


def _is_its_own(source: Path, name: str) -> bool:
    """Whether there is such a file, and no link that leads out of the sources: clients say what they read."""
    path = source / name
    return path.is_file() and path.resolve().is_relative_to(source.resolve())


def _gaps(one: Application, source: Path) -> Iterator[Gap]:
    breaks = f"{one.name} cannot be installed"
    if one.runtime == "container":
        reason = "its Dockerfile is built on the host, and nothing packs what that fetches; nor archives of images"
        yield Gap(f"the image of {one.name}", reason, breaks)
        return
    for name, client in _NOT_PACKED.items():
        if _is_its_own(source, name):
            yield Gap(f"what {client} fetches for {one.name}", f"{name}: nothing packs it yet", breaks)
    if _is_its_own(source, "package.json") and not any(_is_its_own(source, name) for name in _NODE_LOCKS):
        yield Gap(f"what npm fetches for {one.name}", "package.json has no lock file beside it", breaks)
    for command in one.install:
        found = _FETCHES.search(command)
        what = found[0] if found else "pip install" if any(_pip_more(command)) else ""
        if what:
            yield Gap(f"what {what!r} fetches for {one.name}", f"a command of its own: {command}", breaks)


def _pip_files(command: str) -> Iterator[str]:
    """The requirement files that a command hands to pip."""
    for found in _PIP.finditer(command):
        words = found[1].split()
        yield from (word for option, word in pairwise(words) if option in _FILE_OPTIONS)


def _pip_more(command: str) -> Iterator[str]:
    """What else it has pip install: neither an option, nor such a file, nor the application itself."""
    for found in _PIP.finditer(command):
        for before, word in pairwise(["", *found[1].split()]):
            if not (word.startswith("-") or word == "." or before in _FILE_OPTIONS):
                yield word


def _requirements(one: Application, source: Path, into: Path, target: Target) -> list[str]:
    read = [requirements.read(name, source) for name in _requirement_files(one) if _is_its_own(source, name)]
    lines = [line for wanted in read for line in wanted.lines]
    _download(lines, [line for wanted in read for line in wanted.constraints], into, target)
    return [_left_out(place) for wanted in read for place in wanted.left]


def _project(_: Application, source: Path, into: Path, target: Target) -> list[str]:
    words = _of_project(source)
    _download([*filter(requirements.is_plain, words), *_BUILD], [], into, target)
    return [] if all(map(requirements.is_plain, words)) else [_left_out("pyproject.toml")]


def _left_out(place: str) -> str:
    return f"{place}: what pip would build, or take from elsewhere than its index"


def _download(lines: Sequence[str], constraints: Sequence[str], into: Path, target: Target) -> None:
    """In a folder where no name of a requirement can be that of a file."""
    into.mkdir(parents=True, exist_ok=True)
    if all(line.startswith("-") for line in lines):  # options alone
        return
    with strays.folder("pip") as folder:
        (folder / "wanted").write_text("\n".join(lines), encoding="utf-8")
        (folder / "constraints").write_text("\n".join(constraints), encoding="utf-8")
        words = ["-r", str(folder / "wanted"), "-c", str(folder / "constraints")]
        pip.download(words, into, cwd=folder, python=_python(target))


def _python(target: Target) -> pip.Python:
    minor, glibc = _PYTHONS[target.debian]
    return pip.Python(minor, glibc, _MACHINES[target.architecture])


def _of_project(source: Path) -> list[str]:
    """What pip would install for a pyproject.toml, without running its build."""
    try:
        table = read_toml(source / "pyproject.toml", error=ProgramFailed)
        words: Sequence[str] = msgspec.convert(
            [*table.get("project", {}).get("dependencies", []), *table.get("build-system", {}).get("requires", [])],
            list[str],
        )
    except (AttributeError, msgspec.ValidationError) as err:
        raise ProgramFailed("pyproject.toml cannot be understood", where=source) from err
    return list(words)


def _npm(_one: Application, source: Path, into: Path, target: Target) -> list[str]:
    cpu = {"amd64": "x64", "arm64": "arm64"}[target.architecture]
    return npm.fill_cache(source, into, cpu=cpu)


def _go(_one: Application, source: Path, into: Path, _: Target) -> list[str]:
    go.fill_proxy(source, into)
    return []


def _maven(_one: Application, source: Path, into: Path, _: Target) -> list[str]:
    with strays.folder("poms") as folder:
        said = poms.copied(source, folder, into)
        maven.fill_repository(folder, into)
    return said


_REQUIREMENTS = _Client("wheels", (), _requirements)
# the file by which it is known -> the client
_CLIENTS = {
    "pyproject.toml": _Client("wheels", ("pyproject.toml",), _project),
    "package-lock.json": _Client("npm", ("package.json", "package-lock.json"), _npm),
    "go.mod": _Client("go", ("go.mod", "go.sum"), _go),
    "pom.xml": _Client("maven", ("pom.xml",), _maven),
}
