"""Debian's apt with a root of its own: what an empty host would get, and the archive's own files, checked by apt.

In: a folder for apt's state, a release, an architecture, this machine's mirrors. The machine's own packages and
sources are neither read nor changed; of its settings only how it reaches the network (proxies, time limits) counts.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

import msgspec

from toolkit.errors import BadInput, ProgramFailed
from toolkit.tools import process
from toolkit.tools.debian import Mirror

SUITES = {12: "bookworm", 13: "trixie"}
ARCHITECTURES = ("amd64", "arm64")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
MAIN, SECURITY = "main", "security"
_HELPER = Path("/usr/lib/apt/apt-helper")
_AT_ONCE = 25  # files of one call: what a killed process loses at most
_URI = re.compile(r"^'(?P<uri>\S+)' \S+ (?P<size>\d+) SHA256:(?P<sha256>[0-9a-f]{64})$", re.MULTILINE)
_LISTED = re.compile(r"^ (?P<sha256>[0-9a-f]{64}) +(?P<size>\d+) (?P<path>\S+)$", re.MULTILINE)
_SETTINGS = """\
Dir "{root}";
Dir::Etc::parts "{root}/none";
Dir::Etc::main "/dev/null";
Dir::Etc::sourcelist "{root}/sources.list";
Dir::Etc::sourceparts "{root}/none";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "{root}/none";
Dir::State "{root}";
Dir::State::lists "{root}/lists";
Dir::State::status "{root}/status";
Dir::Cache "{root}";
Dir::Cache::archives "{root}/archives";
APT::Architecture "{architecture}";
#clear APT::Architectures;
APT::Architectures {{ "{architecture}"; }};
// its folders are the caller's alone; what it gets is checked by signature and hash whoever fetches it
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::PDiffs "false";
Acquire::ForceHash "SHA256";
Acquire::Retries "3";
"""


class Remote(msgspec.Struct, frozen=True):
    """A file of the archive: where it is had, where it lies in it ("main/pool/…"), how large it is, what it must be."""

    uri: str
    path: str
    size: int
    sha256: str


class Index(msgspec.Struct, frozen=True):
    """A suite's signed release file, as the archive has it, and the package list it vouches for."""

    path: str
    content: bytes
    packages: Remote


class Apt(msgspec.Struct, frozen=True):
    """apt for a release and an architecture. `update` comes first."""

    root: Path
    mirror: Mirror
    suite: str
    architecture: str

    def update(self) -> None:
        """Get the newest release files and package lists; apt checks their signatures. ProgramFailed if it cannot."""
        self._prepare()
        self._run("apt-get", "update", "--error-on=any")

    def closure(self, packages: Sequence[str]) -> tuple[Remote, ...]:
        """Every package file that a host with nothing on it would get for these packages, recommendations aside.

        ProgramFailed in apt's words where a package does not exist or some cannot be together.
        """
        words = ["install", "--yes", "--no-install-recommends", "--print-uris", "--", *packages]
        found = _URI.finditer(self._run("apt-get", *words))
        return tuple(Remote(m["uri"], self._path(m["uri"]), int(m["size"]), m["sha256"]) for m in found)

    def indexes(self) -> tuple[Index, ...]:
        """The release file of every suite, and where the package list it names is had."""
        return tuple(self._index(name, base, suite) for name, base, suite in self._suites())

    def fetch(self, files: Iterable[tuple[Remote, Path]]) -> None:
        """Get each file to its path; apt checks its hash. What is there in part is completed."""
        words: list[str] = []
        for remote, path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            words += [remote.uri, str(path), f"SHA256:{remote.sha256}"]
        for start in range(0, len(words), 3 * _AT_ONCE):
            self._run(_HELPER, "download-file", *words[start : start + 3 * _AT_ONCE])

    def _suites(self) -> list[tuple[str, str, str]]:
        suites = [(MAIN, self.mirror.main, self.suite), (MAIN, self.mirror.main, f"{self.suite}-updates")]
        if self.mirror.security:
            suites.append((SECURITY, self.mirror.security, f"{self.suite}-security"))
        return suites

    def _index(self, name: str, base: str, suite: str) -> Index:
        escaped = re.sub(r"^\w+://", "", base.rstrip("/")).replace("_", "%5f").replace("/", "_")
        release = self.root / "lists" / f"{escaped}_dists_{suite}_InRelease"
        if not release.is_file():
            raise ProgramFailed(f"apt got no signed release file of {suite}", where=base)
        content, wanted = release.read_bytes(), f"main/binary-{self.architecture}/Packages.xz"
        listed = {one["path"]: one for one in _LISTED.finditer(content.decode())}.get(wanted)
        if listed is None:
            raise ProgramFailed(f"{suite} has no {wanted}", where=base)
        uri = f"{base.rstrip('/')}/dists/{suite}/{wanted.rpartition('/')[0]}/by-hash/SHA256/{listed['sha256']}"
        path = f"{name}/dists/{suite}"
        packages = Remote(uri, f"{path}/{wanted}", int(listed["size"]), listed["sha256"])
        return Index(f"{path}/InRelease", content, packages)

    def _path(self, uri: str) -> str:
        for name, base, _ in self._suites():
            if uri.startswith(f"{base.rstrip('/')}/pool/"):
                return f"{name}/{unquote(uri[len(base.rstrip('/')) + 1 :])}"
        raise ProgramFailed("apt names a file that lies on none of the mirrors", where=uri)

    def _prepare(self) -> None:
        if not KEYRING.is_file():
            raise ProgramFailed(
                "Debian's keys are not here", where=KEYRING, hint="apt-get install debian-archive-keyring"
            )
        for name in ("lists/partial", "archives/partial", "none"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        (self.root / "status").write_bytes(b"")
        signed = self.mirror.sources(self.suite)
        lines = [line.replace("deb ", f"deb [signed-by={KEYRING}] ", 1) for line in signed]
        (self.root / "sources.list").write_text("\n".join(lines) + "\n")
        network = process.run(["apt-config", "dump", "Acquire"])
        settings = _SETTINGS.format(root=self.root, architecture=self.architecture)
        kept = [line for line in network.splitlines() if not line.startswith("Acquire::IndexTargets")]
        (self.root / "apt.conf").write_text("\n".join(kept) + "\n" + settings)

    def _run(self, program: str | Path, *words: str) -> str:
        env: Mapping[str, str] = process.environment({"APT_CONFIG": str(self.root / "apt.conf"), "LC_ALL": "C.UTF-8"})
        return process.run([program, *words], env=env)


def suite_of(debian: int) -> str:
    """A release's name; BadInput for one that is not supported."""
    if debian not in SUITES:
        raise BadInput(f"no Debian {debian}", where="--debian", hint=f"there are: {', '.join(map(str, SUITES))}")
    return SUITES[debian]


def check_architecture(name: str) -> None:
    """BadInput for one that is not supported."""
    if name not in ARCHITECTURES:
        hint = f"there are: {', '.join(ARCHITECTURES)}"
        raise BadInput(f"nothing is packed for {name!r}", where="--architecture", hint=hint)


def architecture() -> str:
    """This machine's, in Debian's words."""
    return process.run(["dpkg", "--print-architecture"]).strip()
