"""pyproject.toml (PEP 621, dependency groups, Poetry, PDM, uv, Hatch) and Pipfile."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._documents import toml_document
from toolkit.collect.files.parsers._places import Lines
from toolkit.collect.files.parsers.pypi_requirements import development
from toolkit.model import Role

CLAIMS = ("pyproject.toml", "Pipfile")
KINDS = frozenset({"pypi"})

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._\-]{0,100})")


class _Found(NamedTuple):
    name: str
    role: Role | None
    section: str  # a header in the file behind which the name is looked for


def parse(path: str, text: str) -> Iterator[Mention]:
    """The packages that are asked for by name."""
    document = toml_document(text)
    lines = Lines(text)
    found = _pipfile(document) if path.endswith("Pipfile") else _pyproject(document)
    for name, role, section in found:
        yield Mention("pypi", name, lines.find(name, section), role)


def _pipfile(document: Mapping[str, Any]) -> Iterator[_Found]:
    for section, content in document.items():
        if section not in ("source", "requires", "scripts", "pipenv"):
            role: Role | None = None if section == "packages" else "build/ci"
            yield from (_Found(name, role, f"[{section}]") for name in _table(content))


def _pyproject(document: Mapping[str, Any]) -> Iterator[_Found]:
    project = _table(document.get("project"))
    yield from _strings(project.get("dependencies"), None, "dependencies")
    for group, content in _table(project.get("optional-dependencies")).items():
        yield from _strings(content, development(group) or "optional", "optional-dependencies")
    for content in _table(document.get("dependency-groups")).values():
        yield from _strings(content, "build/ci", "[dependency-groups]")
    yield from _strings(_table(document.get("build-system")).get("requires"), "build/ci", "[build-system]")
    tool = _table(document.get("tool"))
    yield from _poetry(_table(tool.get("poetry")))
    for content in _table(_table(tool.get("pdm")).get("dev-dependencies")).values():
        yield from _strings(content, "build/ci", "dev-dependencies")
    yield from _strings(_table(tool.get("uv")).get("dev-dependencies"), "build/ci", "dev-dependencies")
    for environment in _table(_table(tool.get("hatch")).get("envs")).values():
        for key in ("dependencies", "extra-dependencies"):
            yield from _strings(_table(environment).get(key), "build/ci", "[tool.hatch.envs")


def _poetry(poetry: Mapping[str, Any]) -> Iterator[_Found]:
    for name, wanted in _table(poetry.get("dependencies")).items():
        role: Role | None = "optional" if _table(wanted).get("optional") else None
        if name != "python":
            yield _Found(name, role, "[tool.poetry.dependencies]")
    for name in _table(poetry.get("dev-dependencies")):
        yield _Found(name, "build/ci", "[tool.poetry.dev-dependencies]")
    for group, content in _table(poetry.get("group")).items():
        role = None if group == "main" else development(group) or "optional"
        for name in _table(_table(content).get("dependencies")):
            yield _Found(name, role, f"[tool.poetry.group.{group}")


def _strings(content: Any, role: Role | None, section: str) -> Iterator[_Found]:
    """Requirements in the form of PEP 508; tables among them (`include-group`) name no package."""
    for item in content if isinstance(content, list) else ():
        if isinstance(item, str) and (found := _NAME.match(item)):
            yield _Found(found[1], role, section)


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
