"""The freeze window: from the moment writers are stopped to the moment the new platform serves.

It holds every task of the phase "freeze", and of the phase "cut over" those of data, hosts and edges that follow a
frozen one with nothing but such tasks between. Mail, codes, sign-in and the like are attached to what serves already.
"""

from collections.abc import Sequence

from toolkit.model import Task

_SERVING = ("data.", "hosting.", "edge.")


def window(tasks: Sequence[Task]) -> frozenset[str]:
    """The ids of the tasks inside."""
    inside = {task.id for task in tasks if task.phase == "freeze"}
    serving = [task for task in tasks if task.phase == "cut over" and task.capability.startswith(_SERVING)]
    while more := {task.id for task in serving if inside & set(task.needs)} - inside:
        inside |= more
    return frozenset(inside)
