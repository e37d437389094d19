"""Every name that a policy uses must exist: a misspelt one would pass silently and refuse nothing.

In: the policy, an audit, the catalogue. Out: nothing, or `BadInput` with every wrong name and what was meant.
"""

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from pathlib import Path

from toolkit.catalog.entries import Catalog, Policy
from toolkit.errors import BadInput
from toolkit.model import Audit


def check_policy(policy: Policy, audit: Audit, catalog: Catalog, *, where: Path | str) -> None:
    """Vendors are those of the catalogue and of the platform itself; journeys are the platform's and the usual ones."""
    own = {name for one in audit.dependencies for name in (one.id, one.vendor)}
    vendors = {*catalog.vendors, *catalog.services, *own}
    usual = {journey.id for journey in catalog.judgement.journeys}
    journeys = {*usual, *(risk.journey for risk in audit.assessment.journeys)}
    problems = [
        *_wrong("deny_vendors", policy.deny_vendors, "vendor", vendors),
        *_wrong("allow_vendors", policy.allow_vendors, "vendor", vendors),
    ]
    for number, rule in enumerate(policy.forbid, 1):
        problems += _wrong(f"[[forbid]] {number}", (rule.company,), "vendor", vendors)
        problems += _wrong(f"[[forbid]] {number}", rule.journeys, "journey", journeys)
    if problems:
        raise BadInput("\n".join(problems), where=where, hint="`offramp catalog list` names vendors")


def _wrong(key: str, names: Collection[str], kind: str, known: Collection[str]) -> Iterator[str]:
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=2, cutoff=0.7)
            yield f"{key}: there is no {kind} {name!r}" + (f" (did you mean {' or '.join(near)}?)" if near else "")
