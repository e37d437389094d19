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
    mvn = process.find("mvn", hint=_HINT)
    with strays.folder("maven") as folder:
        for pom in source.rglob("pom.xml"):
            place = folder / pom.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(pom, place)
        words = ["--quiet", "--batch-mode", f"-Dmaven.repo.local={repository}", _GO_OFFLINE]
        process.run([mvn, *words], cwd=folder, env=process.environment(passed=_SETTINGS))


def copy(artefact: str, into: Path) -> None:
    """Bring one artefact ("group:name:version:type") into a folder."""
    mvn = process.find("mvn", hint=_HINT)
    words = ["--quiet", "--batch-mode", _COPY, f"-Dartifact={artefact}", f"-DoutputDirectory={into.absolute()}"]
    process.run([mvn, *words], env=process.environment(passed=_SETTINGS))
