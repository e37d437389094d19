"""The port each application listens on: its own, the one that its start command names, else the next that is free."""

from collections.abc import Sequence

from toolkit.model import Application
from toolkit.start_commands import port_of

_FIRST = 8000


def ports(applications: Sequence[Application]) -> list[int]:
    """One for each, in their order; 0 for one that starts nothing. Two that want the same get the same."""
    wanted = [application.port or port_of(application.start) or 0 for application in applications]
    taken, free = set(wanted), _FIRST
    given: list[int] = []
    for application, port in zip(applications, wanted, strict=True):
        if not application.listens:
            given.append(0)
            continue
        while not port and free in taken:
            free += 1
        given.append(port or free)
        taken.add(given[-1])
    return given
