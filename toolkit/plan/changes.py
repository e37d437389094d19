"""Changes: the lines of the platform's own code and settings that name what is replaced.

In: the audit's evidence, what takes over. Out: a `Change` for each line of a program or its settings, by file.
Infrastructure code and files that only the lost vendor reads are none: what is generated stands in for them.
"""

import re
from collections.abc import Sequence

from toolkit.model import Audit, Change, Replacement, Unplanned

_LINE = re.compile(r"(?P<path>.+):(?P<line>\d+)$")
_RUNS = ("runtime", "infra", "optional")
_FOR_THE_VENDOR = ("files.hcl", "files.cloudformation", "files.name", "files.platforms")


def changes(
    audit: Audit, replacements: Sequence[Replacement], unplanned: Sequence[Unplanned] = ()
) -> tuple[Change, ...]:
    """Each line once for each dependency that it names; with no blueprint where nothing takes that over: the program
    has to do without, or with something else."""
    checkouts = {root.id for root in audit.survey.roots if root.kind == "checkout"}
    firm = {one.id for one in audit.dependencies if one.firm}
    takes_over = {one.dependency: "" for one in unplanned if one.dependency in firm and _asks_for_code(one.capability)}
    takes_over |= {id: one.blueprint for one in reversed(replacements) for id in one.dependencies}
    found = []
    for dependency in audit.dependencies:
        for position in dependency.evidence if dependency.id in takes_over else ():
            sign = audit.survey.evidence[position]
            ours = sign.role in _RUNS and sign.source not in _FOR_THE_VENDOR
            if ours and sign.root in checkouts and _LINE.fullmatch(sign.where):
                found.append(Change(sign.root, sign.where, dependency.id, takes_over[dependency.id]))
    return tuple(sorted(dict.fromkeys(found), key=_place))


def _asks_for_code(capability: str) -> bool:
    """What holds data or carries messages: a page without a chart of visitors needs no change tonight."""
    return capability.startswith(("data.", "auth.", "otp.", "messages.", "mail.", "payments.", "secrets."))


def _place(change: Change) -> tuple[str, str, int, str]:
    match = _LINE.fullmatch(change.where)
    path, line = (match["path"], int(match["line"])) if match else (change.where, 0)
    return change.root, path, line, change.dependency
