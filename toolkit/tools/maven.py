"""Maven: what a build needs, in a repository that `mvn --offline` works with; single artefacts, into a folder."""

from pathlib import Path

from toolkit import strays
from toolkit.tools import process

_HINT = "apt-get install maven"
_SETTINGS = ("MAVEN_OPTS", "MAVEN_ARGS", "JAVA_HOME")
_GO_OFFLINE = "org.apache.maven.plugins:maven-dependency-plugin:go-offline"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:copy"


def fill_repository(folder: Path, repository: Path) -> None:
    """Fill `repository` with dependencies and plugins of the pom.xml files in `folder`, in which Maven then runs.

    ProgramMissing without Maven.
    """
    _run([f"-Dmaven.repo.local={repository.absolute()}", _GO_OFFLINE], folder)


def copy(artefact: str, into: Path, *, repository: Path | None = None) -> None:
    """Bring one artefact ("group:name:version:type") into a folder, by way of a repository: by default the user's."""
    words = [_COPY, f"-Dartifact={artefact}", f"-DoutputDirectory={into.absolute()}"]
    with strays.folder("maven") as folder:
        _run([*words, *([f"-Dmaven.repo.local={repository.absolute()}"] if repository else [])], folder)


def _run(words: list[str], folder: Path) -> None:
    """Run Maven in a folder of ours: it takes a pom.xml from where it runs, and `.mvn` from there or from above."""
    mvn = process.find("mvn", hint=_HINT)
    (folder / ".mvn").mkdir(exist_ok=True)
    process.run([mvn, "--quiet", "--batch-mode", *words], cwd=folder, env=process.environment(passed=_SETTINGS))
