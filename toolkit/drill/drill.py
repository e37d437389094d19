"""The drill: build the platform, let it live, lose it, bring it back from its backups, go its journeys."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from toolkit import lock, strays
from toolkit.drill import ground as grounds
from toolkit.drill import journeys, project
from toolkit.drill.diary import Diary, Phase
from toolkit.drill.ground import Ground
from toolkit.drill.lab import Lab, cut_off, refused
from toolkit.drill.outside import outside
from toolkit.drill.project import Project
from toolkit.errors import BadInput, ProgramFailed
from toolkit.model import SCHEMA_VERSION, Journal, Manifest
from toolkit.tools.process import Log

JOURNAL = "journal.json"
_OURS = ".offramp-drill"  # a folder without it is not ours to empty
# what a drill leaves in its folder while it runs: keys, secrets, backups
_DATA = ("labs", "project", "source", "rebuilt")
_FINGERPRINTS = "fingerprints"  # what stays: names, counts and checksums
_WAYS = 8  # of packets to the outside are named


class _Scene(NamedTuple):
    """What all phases share."""

    infra: Path
    kept: Path  # the project as it was at the beginning: a `generate` meanwhile changes nothing of the drill
    manifest: Manifest
    folder: Path
    sockets: Path
    given: Ground | None
    diary: Diary
    details: Log
    bag: Path | None


def drill(
    infra: Path,
    *,
    folder: Path,
    tool: str,
    log: Log,
    details: Log,
    hosts: Path | None = None,
    bag: Path | None = None,
) -> Journal:
    """Rebuild the generated project `infra` on lab hosts, or on those that `hosts` (Terraform variables) names.

    With `bag`, the go-bag that `infra` is part of, hosts take everything out of it, and a lab's are refused every
    connection to the outside from their first minute. `folder` is the drill's own: emptied first, then holds the
    journal, rewritten after each step. `log` gets a line or two for each step, `details` every line of the programs.
    Returns the journal; `restored` says how it ended. Raises what went wrong before there was anything to bring back;
    BadInput for hosts without the drill marker.
    """
    infra, folder = infra.absolute(), folder.absolute()  # programs of the user's run in another folder
    given = grounds.given(hosts) if hosts else None
    with lock.unchanged(infra):
        manifest = project.read(infra)
        _empty(folder)
        kept = project.keep(infra, folder / "project")
    journal = Journal(SCHEMA_VERSION, tool, manifest.catalog, manifest.platform, project.fingerprint(kept), (), False)
    diary = Diary(journal, folder / JOURNAL, log)
    with strays.folder("drill") as sockets:
        scene = _Scene(infra, kept, manifest, folder, sockets, given, diary, details, bag)
        try:
            source = _live_and_lose(scene)
            restored = _bring_back(scene, source)
        finally:
            _forget(scene)
    failed = any(step.outcome == "failed" for step in diary.journal.steps)
    return diary.close(restored=restored and not failed)


def _live_and_lose(scene: _Scene) -> Project:
    """prepare, steady, break: a platform with data, its backups off its hosts, and then no platform."""
    diary = scene.diary
    with _hosts(scene, "prepare") as ground:
        source = _copy(scene, "source", ground)
        _reach(source, diary, "prepare")
        with _outside(source, diary, "prepare"):
            _install(source, diary, "prepare")
            _play(source, diary, "steady", "drill-fill.yml", "Give the platform data to lose")
            _play(source, diary, "steady", "drill-steady.yml", "Note fingerprints of what must come back")
            _play(source, diary, "steady", "backup.yml", "Back up every service")
            with diary.step("steady.fetch-backups", "Copy the backups off the hosts", "steady") as found:
                project.play(source, "fetch-backups.yml")
                found.verified = _size(source.folder / "backups")
        _nothing_left(source, diary, "steady")
        _lose(source, diary)
    return source


def _bring_back(scene: _Scene, source: Project) -> bool:
    """rebuild, verify: empty hosts, the generated project and the copies of the backups; nothing else of the source."""
    diary = scene.diary
    try:
        with _hosts(scene, "rebuild") as ground:
            rebuilt = _copy(scene, "rebuilt", ground)
            for carried in ("backups", ".drill"):
                if (source.folder / carried).exists():
                    shutil.copytree(source.folder / carried, rebuilt.folder / carried)
            _reach(rebuilt, diary, "rebuild")
            with _outside(rebuilt, diary, "rebuild"):
                _restore(rebuilt, diary)
                _play(rebuilt, diary, "verify", "verify.yml", "Check every service, its data against the fingerprints")
                restored = _go_journeys(rebuilt, diary)
                _nothing_left(rebuilt, diary, "verify")
                return restored
    except ProgramFailed:  # written down with its reason by the step it happened in
        return False


def _lose(source: Project, diary: Diary) -> None:
    """Delete lab hosts; given ones keep their system."""
    lab = source.ground
    if not isinstance(lab, Lab):
        _play(source, diary, "break", "drill-break.yml", "Destroy every service and its data")
        return
    with diary.step("break.hosts", "Delete the hosts with everything on them", "break") as found:
        grounds.remove(lab)
        found.verified = f"{len(lab.hosts)} deleted"


def _restore(rebuilt: Project, diary: Diary) -> None:
    """Services first and then their data on empty hosts; where services are left without data, these want it first."""
    lab = rebuilt.ground
    if isinstance(lab, Lab):
        _install(rebuilt, diary, "rebuild")
        if not rebuilt.bag:
            _isolate(lab, diary, "rebuild")
    _play(rebuilt, diary, "rebuild", "put-backups.yml", "Put the copies of the backups onto the hosts")
    _play(rebuilt, diary, "rebuild", "restore.yml", "Restore every service from its backup")
    if not isinstance(lab, Lab):
        _install(rebuilt, diary, "rebuild")


def _go_journeys(rebuilt: Project, diary: Diary) -> bool:
    with diary.step("verify.services", "Ask where everything is", "verify") as found:
        services = project.services(rebuilt)
        found.verified = f"the platform's address is {services.address}" if services.address else "it has no address"
    return journeys.go(rebuilt, services, diary)


def _copy(scene: _Scene, name: str, ground: Ground) -> Project:
    return project.copy(
        scene.infra,
        scene.folder / name,
        scene.manifest,
        ground,
        kept=scene.kept,
        sockets=scene.sockets / name,  # apart: an address may come back on another host
        log=scene.details,
        bag=scene.bag,
    )


@contextmanager
def _hosts(scene: _Scene, phase: Phase) -> Iterator[Ground]:
    """Hosts to build on, for as long as the block lasts."""
    if scene.given:
        yield scene.given
        return
    names = [host.name for host in scene.manifest.hosts]
    with scene.diary.step(f"{phase}.hosts", "Make empty Debian 13 hosts", phase) as found:
        ground = grounds.make(names, state=scene.folder / "labs", log=scene.details)
        found.verified = f"{len(names)} made: {', '.join(names)}"
    try:
        if scene.bag and isinstance(ground, Lab):
            _isolate(ground, scene.diary, phase)
        yield ground
    finally:
        grounds.remove(ground)


def _isolate(lab: Lab, diary: Diary, phase: Phase) -> None:
    with diary.step(f"{phase}.isolate", "Refuse the hosts every connection to the outside", phase) as found:
        cut_off(lab)
        found.verified = "they reach each other and nothing else, no name server either"


def _nothing_left(target: Project, diary: Diary, phase: Phase) -> None:
    """A failed step where hosts that were cut off all the time tried to get out: some day they would have to."""
    lab = target.ground
    if not (target.bag and isinstance(lab, Lab)):
        return
    counting = diary.step(f"{phase}.refused", "Count the packets to the outside", phase)
    with suppress(ProgramFailed), counting as found:
        packets, headed = refused(lab)
        if packets:
            shown = [*headed[:_WAYS], *([f"and {len(headed) - _WAYS} other ways"] if len(headed) > _WAYS else [])]
            raise ProgramFailed(f"{packets} packets to the outside were refused: {'; '.join(shown)}")
        found.verified = "none"


@contextmanager
def _outside(target: Project, diary: Diary, phase: Phase) -> Iterator[None]:
    """What plays the outside of the platform, for as long as the block lasts."""
    with ExitStack() as stack:
        if target.manifest.drill.outside:
            with diary.step(f"{phase}.outside", "Start what plays the outside of the platform", phase):
                stack.enter_context(outside(target))
        yield


def _reach(target: Project, diary: Diary, phase: Phase) -> None:
    with diary.step(f"{phase}.terraform", "Apply the Terraform project", phase) as found:
        found.verified = project.apply(target)


def _install(target: Project, diary: Diary, phase: Phase) -> None:
    """From empty hosts to a platform without data. Without a go-bag egress is open: packages come from mirrors."""
    where = "everything out of the go-bag" if target.bag else "egress open: package mirrors"
    _play(target, diary, phase, "site.yml", f"Install and configure every service ({where})")


def _play(target: Project, diary: Diary, phase: Phase, playbook: str, title: str) -> None:
    with diary.step(f"{phase}.{playbook.removesuffix('.yml')}", title, phase) as found:
        stats = project.play(target, playbook)
        tasks = sum(tally.ok for tally in stats.hosts.values())
        found.verified = f"{tasks} tasks, {stats.changed} changed something"


def _size(folder: Path) -> str:
    files = [path.stat().st_size for path in folder.iterdir()]
    return f"{len(files)} files, {sum(files) / 1e6:.1f} MB"


def _empty(folder: Path) -> None:
    """Make the drill's folder, or empty the one of an earlier drill; the lock of this one stays."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = [path for path in folder.iterdir() if path.name != lock.NAME]
    if found and not (folder / _OURS).exists():
        raise BadInput("the drill's folder holds something else", where=folder, hint="name an empty one")
    for path in found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
    (folder / _OURS).touch()


def _keep_fingerprints(folder: Path) -> None:
    """What was noted before the loss, and what was found after it: for whoever wants to know what differs."""
    for source, name in ((folder / "source/.drill", "noted"), (folder / "rebuilt/.drill/found", "found")):
        if source.is_dir():
            shutil.copytree(source, folder / _FINGERPRINTS / name)


def _forget(scene: _Scene) -> None:
    """Remove secrets, keys and backups; the journal, the log and the fingerprints stay."""
    with scene.diary.step("clean-up.folder", "Remove keys, secrets and backups", "clean up"):
        _keep_fingerprints(scene.folder)
        for name in _DATA:
            shutil.rmtree(scene.folder / name, ignore_errors=True)
