"""Applications that cannot work on the hosts as they are described, said before anything is generated."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from toolkit.errors import BadInput
from toolkit.model import Application, Platform
from toolkit.start_commands import instead_of_development, port_of

_WHERE = "offramp.toml: application"


def check(platform: Platform) -> None:
    """BadInput with everything that is wrong, and what to change."""
    applications = platform.applications
    problems = [
        *(problem for application in applications for problem in _of_one(application)),
        *_shared("port", ((str(one.port), one.name) for one in applications), "give each its own port"),
        *_shared(
            "domain",
            ((name, one.name) for one in applications for name in one.domains or platform.domains),
            "give each its own domains",
        ),
    ]
    if problems:
        raise BadInput("; ".join(problems), where=_WHERE)


def _of_one(application: Application) -> Iterator[str]:
    name = application.name
    if not application.start.strip():
        yield f"{name} has no start: the command that serves 127.0.0.1:$PORT"
    for process, command in {"start": application.start, **application.workers}.items():
        if process != "start" and not command.strip():
            yield f"{name}: the worker {process} has no command"
        if instead := instead_of_development(command):
            yield f"{name}: {process} is a server for development, {command!r}; use {instead}"
    fixed = port_of(application.start)
    if fixed not in (None, application.port):
        yield f"{name}: start names the port {fixed}, its port is {application.port}; write $PORT into start"
    if not 1024 <= application.port <= 65535:
        yield f"{name}: port {application.port} is not one that a program without rights may have (1024 to 65535)"


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
