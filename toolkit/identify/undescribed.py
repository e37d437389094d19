"""Outside hosts that the platform's code calls and nobody has described: one row for each registered domain.

In: the hosts of a survey, and `offramp.toml`. Out: `Undescribed`s, those that code calls first. The platform's own are
left out: its `domains`, what its settings say it is itself, and domains that are called like it; so is what the user
declares or ignores under the domain's name.
"""

import re
from collections.abc import Iterable

from toolkit.model import FILL_IN, NamedHost, Platform, Survey, Undescribed

PLACES = ("called in code", "set in settings", "loaded by a page", "named in a text")
_MOST_HOSTS = 5
_MOST_SEEN = 10
_SHORTEST = 5  # letters of a name by which a domain is known for the platform's own
# of repositories' names: what they are, and not what they are called
_GENERIC = frozenset({
    "admin", "analytics", "application", "backend", "client", "community", "console", "control", "dashboard",
    "example", "frontend", "gateway", "infra", "infrastructure", "landing", "manager", "marketplace", "mobile",
    "monorepo", "network", "panel", "platform", "portal", "public", "samples", "saas", "serverless", "server",
    "service", "services", "shared", "simple", "starter", "status", "storage", "store", "studio", "support",
    "system", "template", "tracker", "website", "world",
})  # fmt: skip


def undescribed(survey: Survey, platform: Platform) -> tuple[Undescribed, ...]:
    """The rows, by the most telling place, then by name."""
    own = {item.domain for item in survey.hosts if item.place == "its own"}
    spoken_for = {one.vendor.casefold() for one in platform.declare if one.vendor != FILL_IN}
    spoken_for |= {one.dependency.casefold() for one in platform.ignore if one.dependency}
    names = _names(survey, platform)
    held: dict[str, list[int]] = {}
    for position, item in enumerate(survey.hosts):
        if item.domain in own or item.domain in spoken_for or _is_own(item, platform.domains, names):
            continue
        held.setdefault(item.domain, []).append(position)
    rows = [_row(domain, positions, survey) for domain, positions in held.items()]
    return tuple(sorted(rows, key=lambda row: (PLACES.index(row.place), row.domain)))


def _row(domain: str, positions: Iterable[int], survey: Survey) -> Undescribed:
    ordered = sorted(positions, key=lambda position: (PLACES.index(survey.hosts[position].place), position))
    hosts = dict.fromkeys(survey.hosts[position].host for position in ordered)
    place = survey.hosts[ordered[0]].place
    return Undescribed(domain, place, tuple(hosts)[:_MOST_HOSTS], tuple(ordered[:_MOST_SEEN]))


def _is_own(item: NamedHost, domains: Iterable[str], names: Iterable[str]) -> bool:
    """Whether it lies under one of the platform's domains, or is called like the platform."""
    if any(item.host == domain or item.host.endswith("." + domain) for domain in domains):
        return True
    flat = re.sub(r"[^a-z0-9]", "", item.domain.rpartition(".")[0].partition(".")[0])
    return any(name in flat or flat in name for name in names if len(flat) >= _SHORTEST)


def _names(survey: Survey, platform: Platform) -> frozenset[str]:
    """What the platform and its repositories are called, and the words of that which are no common ones."""
    called = {platform.name} if platform.name != Platform().name else set()
    for root in survey.roots:
        if root.kind == "checkout":
            called |= {root.id, root.location.rstrip("/").rpartition("/")[2]}
    words = {word for name in called for word in (*re.split(r"[^a-z0-9]+", name.lower()), *name.lower().split("+"))}
    flat = {re.sub(r"[^a-z0-9]", "", word) for word in words if word not in _GENERIC}
    return frozenset(word for word in flat if len(word) >= _SHORTEST)
