"""Effects: what the loss of each dependency does to each journey, before anybody's fallbacks are counted.

In: a journey, the dependencies, the table of needs, who hosts, the choices found in settings. Out: `Claim`s. A need
that would stop the journey does so only through a dependency that is firmly in use; through any other it only may, and
the need's question settles it. A journey of `offramp.toml` with `needs` needs what the user says: all of it stops it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

from msgspec.structs import replace

from toolkit.assess.hosting import AREA, Host, elsewhere, where_it_runs
from toolkit.assess.journeys import counts, matching
from toolkit.catalog.entries import Catalog, Need, engine_of
from toolkit.model import Correction, Dependency, Effect, Evidence, Journey, OneOf, Survey, Told, Value
from toolkit.uses import is_called, is_embedded, is_package

STRONGEST_FIRST: tuple[Effect, ...] = ("stops", "may stop", "later", "degrades")
_SOFTER: Mapping[Effect, Effect] = {"stops": "may stop", "may stop": "degrades"}


class Claim(Value):
    """One dependency's loss, and what it does to one journey through one capability."""

    dependency: Dependency
    capability: str
    effect: Effect
    how: str = ""
    when: str = ""
    after_hours: float | None = None
    question: str = ""
    yes: Told | None = None  # what the question's answer says of the loss
    no: Told | None = None
    by_itself: Effect | None = None  # where it was softened for the sake of others: what it says alone
    inferred: bool = False  # a host that nothing names


class World(Value):
    """What the claims of all journeys have in common."""

    dependencies: tuple[Dependency, ...]
    survey: Survey
    catalog: Catalog
    hosts: tuple[Host, ...] = ()
    beside: frozenset[tuple[str, str]] = frozenset()  # ids with the capability that production is changed without
    corrections: tuple[Correction, ...] = ()
    spoken_to: frozenset[str] = frozenset()  # capabilities of the engines that the code speaks to, whoever runs them


def claims(journey: Journey, world: World) -> tuple[Claim, ...]:
    """Every claim on the journey, in the order of the dependencies; none says more than the user's corrections."""
    found = _declared(journey, world) if journey.needs else _by_needs(journey, world)
    capped = (_capped(claim, journey.id, world.corrections) for claim in found)
    return tuple(claim for claim in capped if claim is not None)


def _capped(claim: Claim, journey: str, corrections: Iterable[Correction]) -> Claim | None:
    """The claim with the effect that the user says its dependency has; None where it has none."""
    names = (claim.dependency.id, claim.dependency.vendor)
    for correction in corrections:
        concerned = correction.dependency in names and (not correction.journeys or journey in correction.journeys)
        if concerned and correction.effect == "nothing":
            return None
        if concerned and correction.effect is not None:
            claim = replace(claim, effect=correction.effect, question="")
    return claim


def _by_needs(journey: Journey, world: World) -> Iterator[Claim]:
    perhaps = elsewhere(world.dependencies, world.hosts, world.survey)
    usual = (_softened(claim) if claim.dependency.id in perhaps else claim for claim in _usual(journey.id, world))
    yield from usual
    yield from _of_hosts(journey.id, world)


def _softened(claim: Claim) -> Claim:
    if claim.effect != "stops":
        return claim
    question = where_it_runs(claim.dependency.vendor)
    return replace(claim, effect="may stop", question=question, yes="stops", no="nothing", by_itself=claim.effect)


# --- journeys of the user's own ---------------------------------------------------------------------------------------
def _declared(journey: Journey, world: World) -> Iterator[Claim]:
    for need in journey.needs:
        named = [one for one in world.dependencies if need in (one.id, one.vendor)]
        for dependency in named:
            yield Claim(dependency, need, "stops")
        if not named:
            yield from _capability(need, world)


def _capability(need: str, world: World) -> Iterator[Claim]:
    for dependency in world.dependencies:
        for capability in sorted(matching([need], dependency.capabilities)):
            if counts(dependency, capability):
                effect: Effect = "stops" if dependency.firm else "may stop"
                yield _asked(Claim(dependency, capability, effect))


def _asked(claim: Claim) -> Claim:
    if claim.effect != "may stop":
        return claim
    question = f"Is {claim.dependency.id} in use in production?"
    return Claim(claim.dependency, claim.capability, claim.effect, question=question, yes="stops", no="nothing")


# --- the usual journeys -----------------------------------------------------------------------------------------------
def _usual(journey: str, world: World) -> Iterator[Claim]:
    needs = [need for need in world.catalog.judgement.needs if journey in need.journeys]
    for dependency in world.dependencies:
        if dependency.role == "developer" or dependency.use == "developer":
            continue
        for capability in dependency.capabilities:
            if capability.startswith(AREA) or not _of_its_role(dependency, capability):
                continue
            need = _need(needs, capability, dependency, world.survey, world.dependencies, world.spoken_to)
            if need is not None:
                claim = _claim(dependency, capability, need, world.survey.choices)
                yield _of_no_need(claim) if (dependency.id, capability) in world.beside else claim


def _of_no_need(claim: Claim) -> Claim:
    how = "Tests, checks and side jobs are missing; production is changed without."
    return replace(claim, effect="degrades", how=how, question="", yes=None, no=None)


def _of_its_role(dependency: Dependency, capability: str) -> bool:
    """What only the build uses serves the build alone."""
    return dependency.role != "build/ci" or capability.startswith("build.")


def _sources(dependency: Dependency, survey: Survey) -> set[str]:
    """The sources that saw it beyond workstations, and their kinds ("files.dockerfile", "files"); "declared" where the
    user says so."""
    signs = [survey.evidence[at] for at in dependency.evidence]
    seen = {sign.source for sign in signs if sign.role != "developer"}
    kinds = {source.partition(".")[0] for source in seen}
    return seen | kinds | ({"declared"} if dependency.declared else set())


def _need(
    needs: Sequence[Need],
    capability: str,
    dependency: Dependency,
    survey: Survey | None,
    dependencies: Iterable[Dependency] = (),
    own: Iterable[str] = (),
) -> Need | None:
    """The first need of the journey that names the capability and holds for such a dependency among all. Without a
    survey it is as if files alone had been looked at.
    """
    for need in needs:
        if not _named(capability, need.of):
            continue
        if need.roles and dependency.role not in need.roles:
            continue
        if need.seen_by and not set(need.seen_by) & (_sources(dependency, survey) if survey else {"files"}):
            continue
        if need.alone and not _is_alone(dependency, need.alone, dependencies, own):
            continue
        if need.listed_with and not (survey and _is_listed_with(need, dependency, survey, dependencies)):
            continue
        if need.embedded_beside and not (survey and _is_embedded_beside(need, dependency, survey, dependencies)):
            continue
        if need.signs and not (survey and _shown(need.signs, dependency, survey)):
            continue
        if need.seen_at and not (survey and _seen_at(need.seen_at, dependency, survey)):
            continue
        return need
    return None


@lru_cache(maxsize=4096)
def _named(capability: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(capability, pattern) for pattern in patterns)


def _is_alone(
    dependency: Dependency,
    capabilities: tuple[str, ...],
    dependencies: Iterable[Dependency],
    own: Iterable[str],
) -> bool:
    """Whether nothing else that runs provides one of the capabilities, and the code speaks to nothing that would."""
    others = (one for one in dependencies if one.id != dependency.id and one.role in ("runtime", "optional", "infra"))
    provided = {have for one in others for have in one.capabilities}
    return not any(_named(have, capabilities) for have in (*provided, *own))


def spoken_to(survey: Survey, catalog: Catalog) -> frozenset[str]:
    """What the engines are for that the code speaks to, whoever runs them."""
    engines = {engine_of(sign.signal) for sign in survey.evidence if sign.role != "developer"}
    known = (catalog.engines[name] for name in engines if name in catalog.engines)
    return frozenset(have for engine in known for have in engine.capabilities)


def _is_listed_with(need: Need, dependency: Dependency, survey: Survey, dependencies: Iterable[Dependency]) -> bool:
    """Whether a file names it and another vendor for such a thing: a list of providers, a sample of their keys."""
    files = _files(dependency, survey)
    others = (one for one in dependencies if one.vendor != dependency.vendor and one.role in ("runtime", "optional"))
    return any(matching(need.listed_with, one.capabilities) and files & _files(one, survey) for one in others)


def _files(dependency: Dependency, survey: Survey) -> set[tuple[str, str]]:
    """The files that name it, but for the manifests of packages, which name everything."""
    signs = (survey.evidence[at] for at in dependency.evidence)
    return {
        (sign.root, sign.where.rpartition(":")[0])
        for sign in signs
        if not is_package(sign.signal.partition("#")[2].partition(":")[0], sign.source)
    }


def _is_embedded_beside(need: Need, dependency: Dependency, survey: Survey, dependencies: Iterable[Dependency]) -> bool:
    """Whether pages alone have it, and programs call another one: a widget for donations beside the way to pay."""
    if not _seen(dependency, is_embedded, survey) or _seen(dependency, is_called, survey):
        return False
    others = (one for one in dependencies if one.id != dependency.id and one.role == "runtime")
    return any(matching(need.embedded_beside, one.capabilities) and _seen(one, is_called, survey) for one in others)


def holds(need: Need, dependencies: Iterable[Dependency], survey: Survey) -> bool:
    """Whether the journey goes through the platform's own programs, where the need asks for that: a form of its own
    hands requests on to a help desk. A widget or a mail address needs no host of the platform's."""
    concerned = [one for one in dependencies if one.role == "runtime" and matching(need.through, one.capabilities)]
    called = any(_seen(one, is_called, survey) for one in concerned)
    return not need.through or (called and not any(_seen(one, is_embedded, survey) for one in concerned))


def _seen(dependency: Dependency, how: Callable[[Evidence], bool], survey: Survey) -> bool:
    return any(how(survey.evidence[at]) for at in dependency.evidence)


def _shown(kinds: Collection[str], dependency: Dependency, survey: Survey) -> bool:
    """Whether a sign of one of the kinds speaks for it, or the user."""
    signals = (survey.evidence[at].signal for at in dependency.evidence)
    return dependency.declared or any(signal.partition("#")[2].partition(":")[0] in kinds for signal in signals)


def _seen_at(words: Iterable[str], dependency: Dependency, survey: Survey) -> bool:
    """Whether it stands in a place that is called so."""
    places = [survey.evidence[at].where.casefold() for at in dependency.evidence]
    return any(word in place for word in words for place in places)


def _claim(dependency: Dependency, capability: str, need: Need, choices: Sequence[OneOf]) -> Claim:
    effect = need.effect
    if not dependency.firm or dependency.role == "optional":
        effect = _SOFTER.get(effect, effect)
    group = group_of(dependency, capability, choices)
    if group is not None and group.chosen is None and effect == "stops":
        effect = "may stop"
    elif group is not None and not is_chosen(dependency, group):
        effect = "degrades"
    asked, yes, no = _question(need, dependency) if effect == "may stop" else ("", None, None)
    return Claim(
        dependency,
        capability,
        effect,
        need.how,
        need.when if effect == "later" or need.after_hours is not None else "",
        need.after_hours,
        asked,
        yes,
        no,
    )


def _question(need: Need, dependency: Dependency) -> tuple[str, Told | None, Told | None]:
    """What settles whether it stops the journey, and what yes and no say."""
    if need.question:
        return need.question, need.yes, need.no
    return f"Is {dependency.id} in use in production?", "stops", "nothing"


def group_of(dependency: Dependency, capability: str, choices: Sequence[OneOf]) -> OneOf | None:
    """The choice that the dependency is a member of."""
    names = {dependency.id, dependency.vendor}
    for group in choices:
        if group.capability == capability and names & set(group.members):
            return group
    return None


def is_chosen(dependency: Dependency, group: OneOf) -> bool:
    return group.chosen is None or group.chosen in (dependency.id, dependency.vendor)


def _of_hosts(journey: str, world: World) -> Iterator[Claim]:
    """Whoever hosts stops all that needs a host."""
    for host in world.hosts:
        capability = next((have for have in host.dependency.capabilities if have.startswith(AREA)), AREA + "compute")
        needs = [need for need in world.catalog.judgement.needs if journey in need.journeys]
        need = _need(
            [need for need in needs if holds(need, world.dependencies, world.survey)],
            capability,
            host.dependency,
            None,
        )
        if need is not None:
            changing = host.part and journey == "operate"
            asked = "" if changing else host.question
            yield Claim(
                host.dependency,
                capability,
                "stops" if changing else host.effect,
                need.how,
                question=asked,
                yes="stops" if asked else None,
                no="nothing" if asked else None,
                inferred=host.inferred,
            )
