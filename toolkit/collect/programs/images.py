"""Programs that run in their own image: which ones, why, and what a draft then says of them.

In: a program as it would run from source, and the facts of its Dockerfile. Out: the same program for a container, where
its runtime is newer than Debian's, not in Debian at all, or unknown.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from msgspec.structs import replace

from toolkit.collect.programs.facts import Fact
from toolkit.collect.programs.ranges import admits
from toolkit.program import Program, Said

# what Debian 13 has
_DEBIAN = {
    "python": (3, 13),
    "node": (20,),
    "ruby": (3, 3),
    "php": (8, 4),
    "go": (1, 24),
    "rust": (1, 85),
    "java": (21,),
    "elixir": (1, 18),
}
_PLACE = re.compile(r"/[\w@+-][\w.@+-]*(?:/[\w.@+-]+)*")
_OF_THE_SYSTEM = re.compile(r"/(?:proc|sys|dev|etc|tmp|run|var/run|var/lib/(?:mysql|postgresql|redis))(?:/.*)?")
_FILE = re.compile(r"\.(?:db3?|sqlite[23]?|json|ya?ml|toml|conf|log|txt)$")
_SETTLED = re.compile(r"it needs a container|^Debian has no \.NET")
_BUILT = re.compile(r"collectstatic|assets:precompile")  # into the image: a release cannot write there
_THRUSTER = re.compile(r"\bthrust\b")
_LOWEST = 1024
_RAISED = 8000


class _Raised(NamedTuple):
    """A setting that tells an image's program where to listen."""

    setting: str
    text: str  # with $PORT, which the draft knows
    port: Said


def newer(version: Said | None, language: str) -> str:
    """Debian's version of a language, where a program asks for a newer one. Go gets the one that go.mod names."""
    known = _DEBIAN.get(language) if language != "go" else None
    if not version or not known or admits(version.text, language):
        return ""
    wanted = tuple(int(part) for part in version.text.split(".") if part.isdigit())
    return ".".join(map(str, known)) if wanted[: len(known)] > known[: len(wanted)] else ""


def older(facts: Sequence[Fact], language: str) -> str:
    """Which package is locked to a release that knows no Python as new as Debian's; "" for none."""
    debian = _DEBIAN.get(language, ())
    for fact in facts:
        if fact.kind == "atmost" and tuple(map(int, fact.text.split("."))) < debian:
            newest = ".".join(map(str, debian))
            return f"{fact.key} is locked to one for Python {fact.text} at most ({fact.where}), Debian 13 has {newest}"
    return ""


def contained(one: Program, facts: Sequence[Fact], language: str, home: str) -> Program:
    """The program in its own image, where it has a Dockerfile and a reason; else as it was."""
    image = next((fact for fact in facts if fact.kind == "image" and fact.text.startswith(home)), None)
    reason = _reason(one, language) or older(facts, language)
    if image is None or not reason:
        return one
    context = next((fact.text.removeprefix(".") for fact in facts if fact.kind == "context"), home)
    root = one.source.removesuffix(f"/{home.rstrip('/')}") if home else one.source
    workdir = next((fact.text for fact in reversed(facts) if fact.kind == "workdir"), "")
    raised = _kestrel(facts) if one.stack == "ASP.NET" else _raised(facts)
    own = any(fact.kind in ("start", "guess") and fact.key == "image" for fact in facts)
    compiled = one.runtime == "binary"
    return replace(
        one,
        source=f"{root}/{context}".rstrip("/"),
        image=Said(image.text[len(context) :], reason),
        install=(),
        packages=(),
        release=() if compiled else tuple(_inside(said, facts) for said in one.release if not _BUILT.search(said.text)),
        start=None if own or compiled else one.start,
        port=raised.port if raised else _port(facts) or one.port,
        serve={},
        fallback=None,
        workers={} if compiled else {name: _inside(said, facts) for name, said in one.workers.items()},
        writable=tuple(_folders(one, facts, workdir)),
        environment={
            **{name: said for name, said in one.environment.items() if not _of_image(said, image)},
            **({raised.setting: Said(raised.text, raised.port.where)} if raised else {}),
        },
        open=(*_open(facts, image, raised), *(text for text in one.open if not _SETTLED.search(text))),
    )


def _inside(said: Said, facts: Sequence[Fact]) -> Said:
    """A command of an inner folder, where the image's work folder is that folder's content."""
    for fact in facts:
        folder = re.escape(fact.text)
        if fact.kind == "copied" and (found := re.fullmatch(rf"(\()?cd {folder} && (.*?)(?(1)\))", said.text)):
            return Said(found[2], said.where)
    return said


def _reason(one: Program, language: str) -> str:
    if one.version and (debian := newer(one.version, language)):
        return f"{language} {one.version.text} is asked for ({one.version.where}), Debian 13 has {debian}"
    if language == "dotnet":
        return "Debian 13 has no .NET"
    if one.stack == "Dockerfile" and one.runtime == "binary":
        return "nothing but its Dockerfile says how it is built"
    return ""


def _of_image(said: Said, image: Fact) -> bool:
    """A setting that the image has by itself."""
    return "${" not in said.text and said.where.rpartition(":")[0] == image.where.rpartition(":")[0]


def _port(facts: Sequence[Fact]) -> Said | None:
    """The first that the image names."""
    ports = (fact for fact in facts if fact.kind == "port" and fact.text.isdigit())
    return next((Said(fact.text, fact.where) for fact in ports if int(fact.text) < 65536), None)


def _raised(facts: Sequence[Fact]) -> _Raised | None:
    """A setting of the image that names its port, with one that a program without rights may have: 80 becomes 8080.
    Thruster, which Rails brings along, listens on 80 until this says otherwise."""
    port = _port(facts)
    thruster = next((one for one in facts if one.kind in ("start", "guess") and _THRUSTER.search(one.text)), None)
    if thruster:
        number = port.text if port and int(port.text) >= _LOWEST else str(_RAISED + 80)
        return _Raised("HTTP_PORT", "$PORT", Said(number, thruster.where))
    if port is None or int(port.text) >= _LOWEST:
        return None
    naming = (fact for fact in facts if fact.kind == "env" and fact.key.endswith("PORT") and fact.text == port.text)
    number = str(_RAISED + int(port.text))
    return next((_Raised(fact.key, "$PORT", Said(number, fact.where)) for fact in naming), None)


def _kestrel(facts: Sequence[Fact]) -> _Raised:
    """ASP.NET listens where this says, in every version, whatever PORT says; its images do so on 80 or 8080."""
    port = _port(facts)
    number = int(port.text) if port and int(port.text) >= _LOWEST else _RAISED + 80
    where = port.where if port else "convention of ASP.NET"
    return _Raised("ASPNETCORE_URLS", "http://127.0.0.1:$PORT", Said(str(number), where))


def _folders(one: Program, facts: Sequence[Fact], workdir: str) -> Iterator[Said]:
    """Whole paths, none within another: volumes, and what the program writes below the image's folder."""
    found: dict[str, Said] = {}
    volumes = [Said(fact.text.rstrip("/"), fact.where) for fact in facts if fact.kind == "writable"]
    for said in (*volumes, *one.writable):
        inside = said.text.removeprefix(one.folder) if one.runtime == "binary" else said.text  # not its source
        path = inside if inside.startswith("/") else f"{workdir.rstrip('/')}/{inside}" if workdir else ""
        path = path.rpartition("/")[0] if _FILE.search(path) else path
        if _PLACE.fullmatch(path) and not _OF_THE_SYSTEM.fullmatch(path) and path != workdir and path.count("/") > 0:
            found.setdefault(path, Said(path, said.where))
    for path, said in found.items():
        if not any(str(above) in found for above in PurePosixPath(path).parents):
            yield said


def _open(facts: Sequence[Fact], image: Fact, raised: _Raised | None) -> Iterator[str]:
    bases = [fact.text for fact in facts if fact.kind == "base"]
    if bases:
        yield (
            f"its image begins from {', '.join(dict.fromkeys(bases))}: the host fetches it, or an archive brings it: "
            'container = { archives = ["bases.tar"] } (docs/programs.md)'
        )
    for base in dict.fromkeys(bases):
        tag = base.rpartition("/")[2].partition(":")[2]
        if "@" not in base and tag in ("", "latest"):
            yield f"{base} is whatever is newest on the day: name a version in {image.text}"
    port = _port(facts)
    if port and int(port.text) < _LOWEST and not raised:
        said = f"its image listens on {port.text} ({port.where})"
        yield f"{said}, which no program without rights may: have it listen on $PORT"
