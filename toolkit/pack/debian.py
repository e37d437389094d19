"""The bag's partial mirror of Debian: the archive's own signed files, and the packages of every host's closure.

In: package names by host. Out: `debian/main` and `debian/security` as a mirror has them, and `debian/for/HOST.sha256`:
what of it that host needs. Nothing is signed or indexed here: apt on the hosts checks Debian's own signature.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from toolkit.errors import ProgramFailed
from toolkit.model import Gap
from toolkit.pack import bag
from toolkit.tools.apt import Apt, Remote

FOLDER = "debian"
Say = Callable[[str], None]


def part(apt: Apt, packages: Mapping[str, Sequence[str]], say: Say) -> bag.Part:
    """The part `debian/` for these hosts."""
    return bag.Part(FOLDER, "debian", "", lambda work, has: _make(apt, packages, say, work, has), resumes=True)


def _make(
    apt: Apt, packages: Mapping[str, Sequence[str]], say: Say, work: Path, has: Callable[[str, str], bool]
) -> bag.Made:
    try:
        apt.update()
        indexes = apt.indexes()
    except ProgramFailed as err:
        return bag.Made((_gap("Debian's package lists", err, "no host can be installed"),), whole=False)
    needed, gaps = _closures(apt, packages)
    lists = [index.packages for index in indexes]
    files = {one.path: one for closure in needed.values() for one in closure} | {one.path: one for one in lists}
    bag.remove_others(work, files)
    missing = [one for one in files.values() if not (has(one.path, one.sha256) or _is_there(work, one))]
    size, left = (sum(one.size for one in some) / 1e6 for some in (files.values(), missing))
    say(f"Debian {apt.suite}: {len(files)} files, {size:.0f} MB; to get: {len(missing)}, {left:.0f} MB")
    try:
        apt.fetch((one, work / one.path) for one in missing)
    except ProgramFailed as err:
        return bag.Made((*gaps, _gap("Debian's packages", err, "hosts that need what is not here")), whole=False)
    releases = {index.path: index.content for index in indexes}
    for path, content in releases.items():
        _write(work / path, content)
    common = [*((one.path, one.sha256) for one in lists), *bag.hashes_of(releases)]
    for host, closure in needed.items():
        lines = bag.listed([*common, *((one.path, one.sha256) for one in closure)])
        _write(work / f"for/{host}.sha256", lines.encode())
    return bag.Made(tuple(gaps), stay=frozenset(files))


def _closures(apt: Apt, packages: Mapping[str, Sequence[str]]) -> tuple[dict[str, tuple[Remote, ...]], list[Gap]]:
    """host → the files it needs. A host whose packages cannot be worked out is a gap."""
    needed: dict[str, tuple[Remote, ...]] = {}
    gaps = []
    for host, names in packages.items():
        try:
            needed[host] = apt.closure(names)
        except ProgramFailed as err:
            gaps.append(_gap(f"Debian packages of the host {host}", err, f"{host} cannot be installed"))
    return needed, gaps


def _is_there(work: Path, one: Remote) -> bool:
    """Whether a run that was killed got it whole."""
    path = work / one.path
    return path.is_file() and path.stat().st_size == one.size and bag.sha256(path) == one.sha256


def _gap(what: str, err: ProgramFailed, breaks: str) -> Gap:
    return Gap(what, err.what, breaks)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
