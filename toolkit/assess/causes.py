"""Why two audits of one platform differ: the code, the settings, what was looked at, the catalogue, or Offramp itself.

In: two audits. Out: a cause, a sentence and places. A sign is compared by signal and file, never by line; with one
checkout on each side its name does not count, since CI checks out wherever it likes.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from toolkit.known_signals import knew
from toolkit.model import Audit, Cause, Dependency, Evidence, Spot
from toolkit.spots import MOST, split, spot

_CHECKOUT = "checkout"
Sign = tuple[str, str, str]  # root, signal, file (or ARN, URL, record)
# The strongest reason first: what the code brought is not the catalogue's doing, whatever else came along
STRONGEST: tuple[Cause, ...] = ("code", "settings", "tool", "unsure", "sight", "catalogue")


class Reason(NamedTuple):
    cause: Cause
    why: str
    where: tuple[Spot, ...] = ()


class Side:
    """One of the two audits, with what is asked of it again and again."""

    def __init__(self, audit: Audit) -> None:
        survey = audit.survey
        self.audit = audit
        self.checkouts = [root.id for root in survey.roots if root.kind == _CHECKOUT]
        self.roots = {self.root(root.id) for root in survey.roots}
        self.sources = {_kind(source) for source in survey.sources}
        self.signs = {self.sign(item) for item in survey.evidence}
        self.signals = {item.signal for item in survey.evidence} | {item.signal for item in survey.discarded}
        self.unread = {(self.root(item.root), _file(item.where)) for item in survey.unread}
        self.dependencies = {one.id: one for one in audit.dependencies}
        self.ignored = {one.dependency for one in audit.platform.ignore if one.dependency}

    def root(self, name: str) -> str:
        return _CHECKOUT if self.checkouts == [name] else name

    def sign(self, item: Evidence) -> Sign:
        return self.root(item.root), item.signal, _file(item.where)

    def evidence(self, positions: Iterable[int]) -> list[Evidence]:
        return [self.audit.survey.evidence[position] for position in positions]


def of_dependency(dependency: Dependency, here: Side, there: Side, *, new: bool) -> Reason:
    """Why `here` has it and `there` has not (`new`: there is the older audit, else the newer one)."""
    if ({dependency.id, dependency.vendor} & there.ignored) - here.ignored:
        return Reason("settings", "no longer ignored in offramp.toml" if new else "ignored in offramp.toml")
    if not dependency.evidence:
        return Reason("settings", "declared in offramp.toml" if new else "no longer declared in offramp.toml")
    return of_signs(here.evidence(dependency.evidence), here, there, new=new)


def of_signs(evidence: Sequence[Evidence], here: Side, there: Side, *, new: bool) -> Reason:
    """The strongest reason why these signs, or what follows from them, are `here` alone."""
    found: dict[tuple[Cause, str], list[Spot]] = {}
    for item in evidence:
        found.setdefault(_of_sign(item, here, there, new=new), []).append(spot(item, here.audit.survey))
    (cause, why), places = min(found.items(), key=lambda entry: STRONGEST.index(entry[0][0]))
    return Reason(cause, why, tuple(dict.fromkeys(places))[:MOST])


def _of_sign(item: Evidence, here: Side, there: Side, *, new: bool) -> tuple[Cause, str]:
    root, _, file = here.sign(item)
    if here.sign(item) in there.signs:
        return elsewhere(here, there)
    if root not in there.roots:
        return "sight", f"{item.root} was not looked at before" if new else f"{item.root} is not looked at any more"
    if _kind(item.source) not in there.sources:
        what = _kind(item.source)
        return "sight", f"{what} were not looked at before" if new else f"{what} are not looked at any more"
    if (root, file) in there.unread:
        return "sight", f"{file} could not be read before" if new else f"{file} could not be read this time"
    return _by_catalogue(item, here, there, new=new)


def _by_catalogue(item: Evidence, here: Side, there: Side, *, new: bool) -> tuple[Cause, str]:
    came = "came into the code" if new else "is gone from the code"
    if _kind(item.source) != "files":
        came = "was not there before" if new else "is not there any more"
    known = knew(there.audit.signals, item.signal)
    if here.audit.catalog == there.audit.catalog or item.signal in there.signals:
        known = True
    elif not knew(here.audit.signals, item.signal):  # what an account answers is not looked up in the catalogue
        known = known is not None or None
    if known:
        return "code", came
    since = (here if new else there).audit.catalog[:12]
    if known is False:
        return "catalogue", f"known only since catalogue {since}" if new else f"not known to catalogue {since}"
    return "unsure", f"{came}, or known only since catalogue {since}" if new else f"{came}, or not known any more"


def elsewhere(here: Side, there: Side) -> tuple[Cause, str]:
    """What is left when no sign differs."""
    if here.audit.platform != there.audit.platform:
        return "settings", "offramp.toml says otherwise than before"
    if here.audit.catalog != there.audit.catalog:
        return "catalogue", "judged by another catalogue"
    if here.audit.tool != there.audit.tool:
        return "tool", "judged by another version of Offramp"
    return "unsure", "nothing that was seen says why"


def _kind(source: str) -> str:
    """`files.python` → `files`; accounts and the rest by themselves: one may be asked without the other."""
    kind, _, rest = source.partition(".")
    return kind if kind == "files" or not rest else source


def _file(where: str) -> str:
    return split(where)[0]
