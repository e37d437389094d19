"""Away: a plan for those who can be reached.

In: an audit, names of people in offramp.toml. Out: the audit without these people. What only they can do, the schedule
then says.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from toolkit.errors import BadInput
from toolkit.model import Audit


def without_people(audit: Audit, names: Sequence[str]) -> Audit:
    """Raises BadInput for a name that nobody has, and where nobody is left."""
    asked = {name.strip() for name in names if name.strip()}
    known = [one.name for one in audit.platform.persons]
    if unknown := sorted(asked - set(known)):
        hint = f"there are: {', '.join(known)}" if known else "name them in offramp.toml, as [[person]]"
        raise BadInput(f"nobody is called {', '.join(unknown)}", where="--away", hint=hint)
    left = tuple(one for one in audit.platform.persons if one.name not in asked)
    if asked and not left:
        raise BadInput("nobody is left", where="--away", hint="a plan needs at least one person")
    return replace(audit, platform=replace(audit.platform, persons=left))
