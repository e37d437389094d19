"""Dockerfiles: base images of all stages (with the defaults of ARG filled in), downloads, commands, variables.

An image that starts a server for development, or that the program is mounted into, is a workstation's.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._images import image
from toolkit.collect.files.parsers._named import commented, named
from toolkit.collect.files.parsers._shell import commands
from toolkit.model import Role
from toolkit.start_commands import instead_of_development

CLAIMS = (
    "Dockerfile",
    "Dockerfile.*",
    "*.dockerfile",
    "*.Dockerfile",
    "Containerfile",
    "Containerfile.*",
    "Dockerfile-*",
)
KINDS: frozenset[SignalKind] = frozenset({"image", "call", "host", "uri", "arn", "env"})
ALWAYS = True

_INSTRUCTION = re.compile(r"\s*([A-Za-z]{2,12})\s+(.*)", re.DOTALL)
_OPTION = re.compile(r"--([a-z\-]+)(?:=(\S+))?\s+")
_ARGUMENT = re.compile(r"([A-Za-z_]\w*)(?:=(\"[^\"]*\"|'[^']*'|\S*))?")
_REFERENCE = re.compile(r"\$(?:\{([A-Za-z_]\w*)(?::?[-+][^{}]*)?\}|([A-Za-z_]\w*))")
_WORD = re.compile(r"[^\s\[\]\",']+")
# what a package manager reads: with these alone an image has the program's packages, and the program is mounted
_PACKAGES = re.compile(
    r"Gemfile(?:\.lock|\*)?|\.ruby-version|package(?:-lock|\*)?\.json|yarn\.lock|pnpm-lock\.yaml|\.(?:npmrc|yarnrc(?:\.yml)?|nvmrc)"
    r"|(?:dev-)?requirements[\w.-]*\.txt|Pipfile(?:\.lock|\*)?|pyproject\.toml|poetry\.lock|uv\.lock"
    r"|composer\.(?:json|lock|\*)|go\.(?:mod|sum)|mix\.(?:exs|lock)|Cargo\.(?:toml|lock)"
)
_SYNTAX = re.compile(r"#\s*syntax\s*=\s*(\S+)", re.IGNORECASE)


class Instruction(NamedTuple):
    name: str
    options: dict[str, str]
    rest: str
    line: int


def parse(path: str, text: str) -> Iterator[Mention]:
    """Mentions of one Dockerfile."""
    mentions = dict.fromkeys(_mentions(text))
    if not _is_of_a_workstation(text):
        yield from mentions
        return
    for mention in mentions:
        yield replace(mention, role="developer")


def _is_of_a_workstation(text: str) -> bool:
    """Whether the image that the file ends with is for working on the program, and not for running it: its command is
    a server for development, or nothing of the program but lists of packages is copied into it."""
    copied: list[str] = []
    command = ""
    for found in instructions(text):
        if found.name == "FROM":
            command = ""
        elif found.name in ("CMD", "ENTRYPOINT"):
            command = " ".join(_WORD.findall(found.rest))
        elif found.name in ("COPY", "ADD"):
            copied += ["--from"] if "from" in found.options else _WORD.findall(found.rest)[:-1]
    if instead_of_development(command):
        return True
    return bool(copied) and all(map(_is_list_of_packages, copied))


def _is_list_of_packages(source: str) -> bool:
    return _PACKAGES.fullmatch(source.rpartition("/")[2]) is not None


def _mentions(text: str) -> Iterator[Mention]:
    if syntax := _SYNTAX.match(text):
        yield from image(syntax[1], 1)
    defaults: dict[str, str] = {}
    stages: set[str] = set()
    for found in instructions(text):
        if found.name == "FROM":
            words = _filled(found.rest, defaults).split()
            if words and words[0].lower() not in stages:
                yield from image(words[0], found.line)
            stages.update(words[2:3] and [words[2].lower()])
        elif found.name == "ARG":
            for name, value in _ARGUMENT.findall(found.rest):
                defaults[name] = value.strip("\"'")
        yield from _content(found, stages)
    yield from commented(text)


def _content(found: Instruction, stages: set[str]) -> Iterator[Mention]:
    """What an instruction names besides base images."""
    origin = found.options.get("from", "")
    if found.name == "COPY" and origin and origin.lower() not in stages and not origin.isdigit():
        yield from image(origin, found.line)
    if found.name in ("ENV", "ARG"):
        for name, _ in _ARGUMENT.findall(found.rest):
            if name.isupper():
                yield Mention("env", name, found.line)
        yield from named(found.rest, found.line, "build/ci" if found.name == "ARG" else None)
    elif found.name in ("RUN", "CMD", "ENTRYPOINT", "ADD", "HEALTHCHECK"):
        role: Role | None = "build/ci" if found.name in ("RUN", "ADD") else None
        yield from commands(found.rest, found.line, role)


def _filled(text: str, defaults: dict[str, str]) -> str:
    """A FROM line with the defaults of earlier ARGs; what has none stays."""
    return _REFERENCE.sub(lambda found: defaults.get(found[1] or found[2]) or found[0], text)


def instructions(text: str) -> Iterator[Instruction]:
    """Instructions with their continued lines; comments between continued lines are dropped, as Docker does."""
    pending, first = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("#"):
            pending += "\\\n" if pending else ""
            continue
        first = first if pending else number
        pending += line
        if line.rstrip().endswith(("\\", "`")) and len(pending) < 100_000:
            pending += "\n"
            continue
        if found := _INSTRUCTION.fullmatch(pending):
            yield _instruction(found[1].upper(), found[2], first)
        pending = ""


def _instruction(name: str, rest: str, line: int) -> Instruction:
    options: dict[str, str] = {}
    while found := _OPTION.match(rest):
        options[found[1]] = found[2] or ""
        rest = rest[found.end() :]
    return Instruction(name, options, rest, line)
