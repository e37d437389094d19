"""What people do with the platform: the declared journeys, else the usual ones of `checks/needs.toml`."""

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase

from msgspec.structs import replace

from toolkit.catalog.entries import Catalog, JourneyEntry, engine_of
from toolkit.model import Dependency, Journey, Platform, Survey

HARD = ("stops",)
_RECORDS = ("data.relational", "data.document")


def journeys(platform: Platform, dependencies: Iterable[Dependency], catalog: Catalog) -> tuple[Journey, ...]:
    """The declared journeys; where there are none, the usual ones.

    The usual ones always exist, but those that only some platforms have (paying, asking for help): they exist where
    something that runs provides what they are about. Their needs are left empty: `checks/needs.toml` has them.
    """
    if platform.journeys:
        titles = {entry.id: entry.title for entry in catalog.judgement.journeys}
        return tuple(replace(one, title=one.title or titles.get(one.id, "")) for one in platform.journeys)
    provided = {
        capability
        for dependency in dependencies
        if dependency.role not in ("build/ci", "developer")
        for capability in dependency.capabilities
        if not (capability.startswith("collab.") and not dependency.declared)
    }
    return tuple(Journey(entry.id, entry.title) for entry in catalog.judgement.journeys if _exists(entry, provided))


def _exists(entry: JourneyEntry, provided: Collection[str]) -> bool:
    return not entry.shown_by or bool(matching(entry.shown_by, provided))


def unseen(platform: Platform, dependencies: Iterable[Dependency], survey: Survey, catalog: Catalog) -> frozenset[str]:
    """The usual journeys that the program does not have, as far as was seen: it has no accounts, keeps no records and
    takes none in. Without a program, or where the user names journeys, nobody can tell."""
    checkouts = [root for root in survey.roots if root.kind == "checkout"]
    has_programs = bool(checkouts) and all(root.program for root in checkouts)
    if platform.journeys or not has_programs or any(root.accounts for root in checkouts):
        return frozenset()
    shown = {capability for one in dependencies for capability in one.capabilities if _shows(one, capability)}
    for sign in survey.evidence:
        if (engine := engine_of(sign.signal.partition("#")[0])) in catalog.engines and sign.role != "developer":
            shown.update(catalog.engines[engine].capabilities)
    telling = [entry for entry in catalog.judgement.journeys if entry.seen_with]
    return frozenset(entry.id for entry in telling if not matching(entry.seen_with, shown))


def _shows(dependency: Dependency, capability: str) -> bool:
    """Whether people may meet it in the program. What infrastructure alone describes may serve the staff and machines,
    unless records are kept there."""
    if dependency.role == "infra" and not dependency.declared:
        return capability in _RECORDS
    return dependency.role not in ("build/ci", "developer")


def default_journeys(dependencies: Iterable[Dependency], catalog: Catalog) -> tuple[Journey, ...]:
    """The usual journeys with what was found for them spelled out, for `offramp init` to write down."""
    counted = [dependency for dependency in dependencies if dependency.firm]
    usual = journeys(Platform(), counted, catalog)
    return tuple(Journey(journey.id, journey.title, _hard_needs(journey.id, counted, catalog)) for journey in usual)


def _hard_needs(journey: str, dependencies: Iterable[Dependency], catalog: Catalog) -> tuple[str, ...]:
    """The capabilities that something found provides and whose loss stops the journey."""
    provided = {
        capability
        for dependency in dependencies
        for capability in dependency.capabilities
        if counts(dependency, capability)
    }
    hard = [
        pattern
        for need in catalog.judgement.needs
        if journey in need.journeys
        and need.effect in HARD
        and not need.through
        and "runtime" in (need.roles or ("runtime",))
        for pattern in need.of
    ]
    return tuple(sorted(matching(hard, provided)))


def matching(patterns: Iterable[str], capabilities: Collection[str]) -> set[str]:
    """The capabilities that patterns ("otp.sms", "data.*") name."""
    exact, globs = set(), []
    for pattern in patterns:
        if "*" in pattern or "?" in pattern or "[" in pattern:
            globs.append(pattern)
        else:
            exact.add(pattern)
    found = exact & set(capabilities)
    for pattern in globs:
        found |= {capability for capability in capabilities if fnmatchcase(capability, pattern)}
    return found


def counts(dependency: Dependency, capability: str) -> bool:
    """Whether its loss can mean the loss of the capability: what the platform runs on does, what only its build uses
    does for the build; a workstation's tool means nothing, and what is optional stops nothing."""
    if dependency.role == "build/ci":
        return capability.startswith("build.")
    return dependency.role not in ("optional", "developer")
