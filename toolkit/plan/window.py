"""The freeze window: from the moment writers are stopped to the moment the new platform serves.

It holds every task of the phase "freeze", and of the phase "cut over" those that follow a frozen one with nothing but
frozen and cut-over tasks between.
"""

from collections.abc import Sequence

from toolkit.model import Task


def window(tasks: Sequence[Task]) -> frozenset[str]:
    """The ids of the tasks inside."""
    inside = {task.id for task in tasks if task.phase == "freeze"}
    serving = [task for task in tasks if task.phase == "cut over"]
    while more := {task.id for task in serving if inside & set(task.needs)} - inside:
        inside |= more
    return frozenset(inside)
