"""Changes: the lines of the platform's own code and settings that name what is replaced.

In: the audit's evidence, what takes over. Out: a `Change` for each line that runs or builds the platform, by file.
"""

import re
from collections.abc import Sequence

from toolkit.model import Audit, Change, Replacement

_LINE = re.compile(r"(?P<path>.+):(?P<line>\d+)$")
_RUNS = ("runtime", "infra", "optional")


def changes(audit: Audit, replacements: Sequence[Replacement]) -> tuple[Change, ...]:
    """Each line once for each dependency that it names."""
    checkouts = {root.id for root in audit.survey.roots if root.kind == "checkout"}
    takes_over = {id: one.blueprint for one in reversed(replacements) for id in one.dependencies}
    found = []
    for dependency in audit.dependencies:
        for position in dependency.evidence if dependency.id in takes_over else ():
            sign = audit.survey.evidence[position]
            if sign.root in checkouts and sign.role in _RUNS and _LINE.fullmatch(sign.where):
                found.append(Change(sign.root, sign.where, dependency.id, takes_over[dependency.id]))
    return tuple(sorted(dict.fromkeys(found), key=_place))


def _place(change: Change) -> tuple[str, str, int, str]:
    match = _LINE.fullmatch(change.where)
    path, line = (match["path"], int(match["line"])) if match else (change.where, 0)
    return change.root, path, line, change.dependency
