"""Maven: what a build needs, in a repository that `mvn --offline` works with; single artefacts, into a folder."""

import shutil
from pathlib import Path

from toolkit import strays
from toolkit.tools import process

_HINT = "apt-get install maven"
_SETTINGS = ("MAVEN_OPTS", "MAVEN_ARGS", "JAVA_HOME")
_GO_OFFLINE = "org.apache.maven.plugins:maven-dependency-plugin:go-offline"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:copy"


def fill_repository(source: Path, repository: Path) -> None:
    """Fill `repository` with dependencies and plugins of the pom.xml in `source`. ProgramMissing without Maven."""
    with strays.folder("maven") as folder:
        for pom in source.rglob("pom.xml"):
            place = folder / pom.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(pom, place)
        _run([f"-Dmaven.repo.local={repository}", _GO_OFFLINE], folder)


def copy(artefact: str, into: Path) -> None:
    """Bring one artefact ("group:name:version:type") into a folder."""
    with strays.folder("maven") as folder:
        _run([_COPY, f"-Dartifact={artefact}", f"-DoutputDirectory={into.absolute()}"], folder)


def _run(words: list[str], folder: Path) -> None:
    """Run Maven in a folder of its own: it takes a pom.xml from where it runs, and `.mvn` from there or from above."""
    mvn = process.find("mvn", hint=_HINT)
    (folder / ".mvn").mkdir()
    process.run([mvn, "--quiet", "--batch-mode", *words], cwd=folder, env=process.environment(passed=_SETTINGS))
