"""Engines: evidence → what the code itself needs, whoever provides it.

In: the survey, what the user says, the catalogue. Out: one `Need` per engine of `checks/engines.toml`, sorted by id. A
vendor that was recognised is no condition: a program with a driver for MySQL needs MySQL, and if nobody recognised
provides it, somebody unknown does. What lies in tests, documentation or comments was discarded when it was collected.

Confidence is *high* where infrastructure or a setting says so, or where two independent ways of knowing agree; *low*
where all there is serves development or is an option; else *medium*: a driver that is installed may be one of several.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from toolkit.catalog.entries import Catalog, engine_of
from toolkit.model import Audit, Confidence, Evidence, Explanation, Need, Platform, Role, Survey

_STRONGEST_FIRST: tuple[Role, ...] = ("runtime", "infra", "optional", "build/ci", "developer")
_OPERATED = ("runtime", "infra")
_COMPOSE_FOR_DEVELOPERS = ("dev", "local", "test", "ci", "override")
_TELLING = frozenset({"tf_resource", "cfn", "arm", "call", "config"})  # somebody chose this engine, by its name
_PACKAGES = frozenset({
    "pypi", "npm", "gem", "golang", "composer", "maven", "nuget", "cargo", "hex", "pub", "swift",
})  # fmt: skip


def find_needs(survey: Survey, platform: Platform, catalog: Catalog) -> tuple[Need, ...]:
    """The engines that are needed. `[[ignore]]` takes one out as "engine:mysql"."""
    ignored = {entry.dependency for entry in platform.ignore}
    signs: dict[str, list[int]] = defaultdict(list)
    for position, evidence in enumerate(survey.evidence):
        engine = engine_of(evidence.signal)
        if engine in catalog.engines and f"engine:{engine}" not in ignored:
            signs[engine].append(position)
    return tuple(_need(engine, signs[engine], survey.evidence, catalog) for engine in sorted(signs))


def _need(engine: str, positions: Iterable[int], evidence: Sequence[Evidence], catalog: Catalog) -> Need:
    roles = {position: _role(evidence[position]) for position in positions}
    ordered = sorted(roles, key=lambda position: (_STRONGEST_FIRST.index(roles[position]), position))
    counting = [evidence[position] for position in ordered if roles[position] in _OPERATED]
    return Need(
        engine,
        catalog.engines[engine].capabilities[0],
        roles[ordered[0]],
        _confidence(counting),
        tuple(ordered),
    )


def _role(evidence: Evidence) -> Role:
    """Its own, but for compose files that only developers start."""
    name = evidence.where.rpartition(":")[0].rpartition("/")[2]
    words = name.replace("-", ".").split(".")
    if "compose" in words and any(word in _COMPOSE_FOR_DEVELOPERS for word in words):
        return "developer"
    return evidence.role


def why_needed(engine: str, audit: Audit) -> Explanation:
    """Why the audit says, or does not say, that the code needs the engine."""
    discarded = tuple(at for at, sign in enumerate(audit.survey.discarded) if engine_of(sign.signal) == engine)
    need = next((one for one in audit.needs if one.engine == engine), None)
    if need is None:
        reason = "nothing that counts was found in what was looked at"
        return Explanation(engine, reported=False, reason=reason, discarded=discarded)
    return Explanation(
        engine,
        reported=True,
        reason=f"the code needs it, whoever provides it: {len(need.evidence)} signs of it were found",
        role=need.role,
        confidence=need.confidence,
        steps=(f"role {need.role}", f"confidence {need.confidence}", f"needed as {need.capability}"),
        evidence=need.evidence,
        discarded=discarded,
    )


def _confidence(counting: Sequence[Evidence]) -> Confidence:
    """By the signs that are in use."""
    if not counting:
        return "low"
    kinds = {one.signal.partition("#")[2].partition(":")[0] for one in counting}
    ways = {"package" if kind in _PACKAGES else kind for kind in kinds}
    return "high" if kinds & _TELLING or len(ways) > 1 else "medium"
