"""Applications that cannot work on the hosts as they are described, said before anything is generated."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from toolkit.calendars import calendars
from toolkit.errors import BadInput
from toolkit.generate import containers
from toolkit.generate.ports import ports
from toolkit.model import Application, Platform
from toolkit.start_commands import instead_of_development, port_of

_WHERE = "offramp.toml: application"
# what stands in nginx's configuration and in units: nothing there may end a word
_PATH = re.compile(r"/(?:[\w.~-]+/?)*")
_FOLDER = re.compile(r"[\w.@+-]+(?:/[\w.@+-]+)*/?")
# folders of the host's own: an application keeps nothing there
_SYSTEM = frozenset(
    ("bin", "boot", "dev", "etc", "home", "lib", "lib64", "proc", "root", "run", "sbin", "sys", "tmp", "usr")
)


def check(platform: Platform) -> None:
    """BadInput with everything that is wrong, and what to change."""
    applications = platform.applications
    listening = [pair for pair in zip(ports(applications), applications, strict=True) if pair[0]]
    problems = [
        *(problem for application in applications for problem in _of_one(application)),
        *_shared("port", ((str(port), one.name) for port, one in listening), "give each its own port"),
        *_shared(
            "domain",
            (
                (f"{name}{'' if path == '/' else path}", one.name)
                for one in applications
                for name in one.domains or platform.domains
                for path in _paths(one)
            ),
            "give each its own domains, or its own paths on them",
        ),
    ]
    if problems:
        raise BadInput("; ".join(problems), where=_WHERE)


def _of_one(application: Application) -> Iterator[str]:
    name = application.name
    if not application.listens and "/" not in application.serve:
        yield f"{name} has no start: the command that serves 127.0.0.1:$PORT"
    for process, command in {"start": application.start, **application.workers}.items():
        if process != "start" and not command.strip():
            yield f"{name}: the worker {process} has no command"
        if instead := instead_of_development(command):
            yield f"{name}: {process} is a server for development, {command!r}; use {instead}"
    fixed = port_of(application.start)
    if application.port and fixed not in (None, application.port):
        yield f"{name}: start names the port {fixed}, its port is {application.port}; write $PORT into start"
    if application.port and not 1024 <= application.port <= 65535:
        yield f"{name}: port {application.port} is not one that a program without rights may have (1024 to 65535)"
    yield from _places(application)
    yield from containers.problems(application)
    for job, said in application.jobs.items():
        try:
            calendars(said.when)
        except ValueError as err:
            yield f"{name}: the job {job} cannot run at {said.when!r}: {err}"


def _places(application: Application) -> Iterator[str]:
    """Paths that people ask for, and folders."""
    name = application.name
    for path in (*application.paths, *application.serve, *filter(None, [application.fallback])):
        if not _PATH.fullmatch(path):
            yield f"{name}: {path!r} is no path of plain letters that begins with a slash"
    if application.listens and "/" in application.serve and "/" in application.paths:
        yield f"{name}: both start and serve answer at /: give one of them another path"
    for folder in application.serve.values():
        if not _is_inside(folder):
            yield f"{name}: serve names {folder!r}, which is no folder in its source"
    for folder in application.writable if application.run == "source" else ():
        if not (_is_inside(folder) or _is_apart(folder)) or folder.strip("./") == "":
            yield f"{name}: writable names {folder!r}, which is neither in its source nor a folder of its own"


def _is_inside(folder: str) -> bool:
    return _FOLDER.fullmatch(folder) is not None and ".." not in PurePosixPath(folder).parts


def _is_apart(folder: str) -> bool:
    """An absolute folder that is no part of the system."""
    if not folder.startswith("/") or not _is_inside(folder[1:]):
        return False
    first, *rest = PurePosixPath(folder).parts[1:]
    if first in _SYSTEM or (first, *rest[:1]) == ("opt", "offramp"):
        return False
    return first != "var" or len(rest) > 1


def _paths(application: Application) -> Iterator[str]:
    """The paths on its domains that lead to it."""
    listening = {_plain(path) for path in application.paths} if application.listens else set()
    yield from sorted(listening | {_plain(path) for path in application.serve})


def _plain(path: str) -> str:
    return path.rstrip("/") or "/"


def _shared(what: str, pairs: Iterable[tuple[str, str]], change: str) -> Iterator[str]:
    """Who wants the same as another."""
    names: dict[str, list[str]] = defaultdict(list)
    for value, name in pairs:
        names[value].append(name)
    by_names: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for value, sharers in names.items():
        if len(sharers) > 1:
            by_names[tuple(sharers)].append(value)
    for together, values in by_names.items():
        yield f"{' and '.join(together)} have the same {what} ({', '.join(values)}): {change}"
