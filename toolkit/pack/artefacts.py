"""Upstream archives that blueprints name with a SHA-256, and Go programs they build: `artefacts/`.

An archive lies under its own hash, `artefacts/<sha256>/<name>`: a role asks for it by what it must be.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from toolkit.catalog.entries import Artefact
from toolkit.errors import ProgramFailed
from toolkit.model import Gap
from toolkit.pack import bag
from toolkit.pack.project import Project
from toolkit.tools import go, maven

FOLDER = "artefacts"
_MAVEN = re.compile(r"pkg:maven/(?P<group>[^/@]+)/(?P<name>[^/@]+)@(?P<version>[^?]+)(?:\?type=(?P<type>[\w.]+))?")
_GO = re.compile(r"pkg:golang/(?P<module>[^@#]+)@(?P<version>[^?#]+)(?:#(?P<below>.+))?")


def parts(project: Project) -> Iterator[bag.Part]:
    """A part for each artefact that is no Debian package."""
    for slug, blueprint in project.blueprints.items():
        for one in blueprint.artefacts:
            if one.purl.startswith("pkg:deb/"):
                continue
            if found := _GO.fullmatch(one.purl):
                yield _go(slug, found)
            else:
                yield _archive(slug, one)


def _archive(slug: str, one: Artefact) -> bag.Part:
    def make(work: Path) -> bag.Made:
        try:
            _fetch(one, work)
        except ProgramFailed as err:
            return bag.Made((Gap(one.purl, err.what, f"{slug} cannot be installed"),), whole=False)
        return bag.Made()

    return bag.Part(f"{FOLDER}/{one.sha256}", "artefact", one.purl, lambda work, _: make(work))


def _fetch(one: Artefact, work: Path) -> None:
    found = _MAVEN.fullmatch(one.purl)
    if not found:
        raise ProgramFailed("nothing packs this kind of package yet")
    kind = found["type"] or "jar"
    maven.copy(f"{found['group']}:{found['name']}:{found['version']}:{kind}", work)
    for path in work.iterdir():
        if bag.sha256(path) != one.sha256:
            path.unlink()
            raise ProgramFailed(f"what came is not what the blueprint names: its SHA-256 is not {one.sha256}")


def _go(slug: str, found: re.Match[str]) -> bag.Part:
    def make(work: Path) -> bag.Made:
        try:
            go.fetch_program(found["module"], found["version"], work)
        except ProgramFailed as err:
            return bag.Made((Gap(found[0], err.what, f"{slug} cannot be built"),), whole=False)
        return bag.Made()

    return bag.Part(f"{FOLDER}/go-{slug}", "artefact", found[0], lambda work, _: make(work))
