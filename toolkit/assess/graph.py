"""The graph: journeys hang on dependencies, these on companies, and companies own vendors that run on vendors.

Everything here answers one question, "when does this fail?", with a fault tree over vendor ids (`cutsets.Fault`), for
one kind of loss:

- a dependency fails when its vendor is lost: with an owner of it (an account), with what it runs on (an outage), or
  with either (a sanction);
- a journey fails when any dependency fails whose loss stops it;
- where `[[fallback]]` names a second way, the fallback must fail too; one that is no vendor's never does.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import Literal, get_args

from toolkit.assess.builds import beside
from toolkit.assess.cutsets import AllOf, AnyOf, Fault
from toolkit.assess.effects import Claim, World, claims, holds, spoken_to
from toolkit.assess.hosting import AREA, PANEL, hosts, settled
from toolkit.assess.journeys import counts, journeys, matching, unseen
from toolkit.catalog.entries import Catalog
from toolkit.model import Dependency, Effect, Journey, LossKind, Platform, Survey

HARD: tuple[Effect, ...] = ("stops",)
_KINDS: tuple[LossKind, ...] = get_args(LossKind)
# how vendors are lost: all in the same way, or each in its own, told by a `tag`
Manner = LossKind | Literal["any"]


def tag(vendor: str, kind: LossKind) -> str:
    """The id of one vendor's loss of one kind, where losses of several kinds come together."""
    return f"{vendor}!{kind}"


class Graph:
    """What a platform hangs on. `journeys` are the declared or the usual ones, of which the program does not have those
    in `unseen`; `claims` holds, by journey, what the loss of each dependency does."""

    def __init__(
        self, dependencies: tuple[Dependency, ...], survey: Survey, platform: Platform, catalog: Catalog
    ) -> None:
        self.dependencies = dependencies
        self.survey = survey
        self.platform = platform
        self.catalog = catalog
        self.journeys = journeys(platform, dependencies, catalog)
        self.hosts = settled(hosts(dependencies, survey, catalog), platform.corrections)
        world = World(
            dependencies,
            survey,
            catalog,
            self.hosts,
            beside(dependencies, self.hosts, survey, catalog),
            corrections=platform.corrections,
            spoken_to=spoken_to(survey, catalog),
        )
        self.unseen = unseen(platform, dependencies, survey, catalog)
        self.claims = {one.id: () if one.id in self.unseen else claims(one, world) for one in self.journeys}

    @cached_property
    def provided(self) -> frozenset[str]:
        """Capabilities that some dependency provides, optional ones included."""
        return frozenset(capability for one in self.dependencies for capability in one.capabilities)

    @cached_property
    def _by_capability(self) -> dict[str, tuple[Dependency, ...]]:
        found: dict[str, list[Dependency]] = {}
        for dependency in self.dependencies:
            for capability in dependency.capabilities:
                found.setdefault(capability, []).append(dependency)
        return {capability: tuple(having) for capability, having in found.items()}

    def having(self, capability: str) -> tuple[Dependency, ...]:
        """Every dependency with the capability, whatever its role."""
        return self._by_capability.get(capability, ())

    def providers(self, need: str) -> tuple[Dependency, ...]:
        """The dependencies whose loss means the loss of a need: a capability ("otp.sms", "hosting.*") or a dependency
        by id. Naming a vendor means all its services. A dependency named outright counts whatever its role."""
        named = tuple(one for one in self.dependencies if need in (one.id, one.vendor))
        if named:
            return named
        found = {
            dependency.id: dependency
            for capability in matching([need], self._by_capability)
            for dependency in self.having(capability)
            if counts(dependency, capability)
        }
        return tuple(found.values())

    @cached_property
    def _companies(self) -> frozenset[str]:
        vendors = {one.vendor for one in self.dependencies}
        vendors |= {vendor for one in self.platform.fallbacks if (vendor := self._vendor(one.by))}
        return frozenset(self.catalog.company(other) for vendor in vendors for other in self.catalog.reach(vendor))

    def companies(self) -> frozenset[str]:
        """Every company anything hangs on, those of fallbacks and foundations included."""
        return self._companies

    def unknown(self, journey: Journey) -> tuple[str, ...]:
        """Needs nothing was found for, and no fallback was named."""
        if journey.id in self.unseen:
            return ()
        covered = {one.of for one in self.platform.fallbacks}
        if journey.needs:
            return tuple(need for need in journey.needs if not self.providers(need) and need not in covered)
        machines = [host for host in self.hosts if set(host.dependency.capabilities) != {PANEL}]
        hosted = machines or any(matching([one], ("hosting.compute",)) for one in covered)
        needs_host = any(
            journey.id in need.journeys and AREA + "compute" in need.of and holds(need, self.dependencies, self.survey)
            for need in self.catalog.judgement.needs
        )
        return ("hosting.*",) if needs_host and not hosted else ()

    def fallbacks(self, names: Iterable[str]) -> tuple[str, ...]:
        """Who takes over for any of these names, as `offramp.toml` says it."""
        wanted = set(names)
        return tuple(one.by for one in self.platform.fallbacks if one.of in wanted)

    # --- faults ---------------------------------------------------------------------------------------------------
    def journey_fault(self, journey: Journey, kind: Manner = "account", effects: tuple[Effect, ...] = HARD) -> Fault:
        """When a journey comes to one of these effects: one branch for each capability whose loss brings it about."""
        branches: dict[str, list[Dependency]] = {}
        for claim in self.claims[journey.id]:
            if claim.effect in effects:
                branches.setdefault(claim.capability, []).append(claim.dependency)
        return AnyOf(tuple(self._shared_fault(capability, having, kind) for capability, having in branches.items()))

    def claim_fault(self, claim: Claim, kind: Manner = "account") -> Fault:
        """When one claim comes true: the dependency is lost, and whatever takes over for it or the capability."""
        return self._shared_fault(claim.capability, [claim.dependency], kind)

    def dependency_fault(
        self, dependency: Dependency, kind: Manner = "account", seen: frozenset[str] = frozenset()
    ) -> Fault:
        """When the dependency and all its fallbacks fail."""
        return self._with_fallbacks(
            self._leaf(dependency.vendor, kind),
            (dependency.id, dependency.vendor),
            kind,
            seen | {dependency.id},
        )

    def fault_of(self, dependency: Dependency, capability: str, kind: Manner = "account") -> Fault:
        """When one capability of one dependency fails: its own fallbacks or the capability's take over."""
        own = self.dependency_fault(dependency, kind)
        return self._with_fallbacks(own, (capability,), kind, frozenset({capability}))

    def need_fault(self, need: str, kind: Manner = "account") -> Fault:
        """When a need fails. One that nothing provides never does, as far as is known: see `unknown`."""
        if any(need in (one.id, one.vendor) for one in self.dependencies):
            return self._shared_fault(need, self.providers(need), kind)
        found = sorted(matching([need], self.provided))
        return AnyOf(tuple(self._shared_fault(one, self.providers(one), kind) for one in found))

    def _leaf(self, vendor: str, kind: Manner) -> frozenset[str]:
        """The ids of whom any one loss of this kind takes the vendor: those it hangs on, and their companies."""
        if kind == "any":
            return frozenset(tag(name, each) for each in _KINDS for name in self.catalog.reach(vendor, each))
        reached = self.catalog.reach(vendor, kind)
        return reached | {self.catalog.company(name) for name in reached}

    def _shared_fault(self, need: str, having: Iterable[Dependency], kind: Manner) -> Fault:
        """A capability or a dependency with all that provide it, and what takes over for them together."""
        providers = AnyOf(tuple(self.dependency_fault(one, kind) for one in having))
        return self._with_fallbacks(providers, (need,), kind, frozenset({need}))

    def _with_fallbacks(self, own: Fault, names: tuple[str, ...], kind: Manner, seen: frozenset[str]) -> Fault:
        others = [by for by in self.fallbacks(names) if by not in seen]  # two that stand in for each other: once round
        return AllOf((own, *(self.fallback_fault(by, kind, seen) for by in others))) if others else own

    def fallback_fault(self, by: str, kind: Manner = "account", seen: frozenset[str] = frozenset()) -> Fault:
        """When what takes over fails itself; never, when it is no vendor's."""
        vendor = self._vendor(by)
        if vendor is None:
            return frozenset()
        return self._with_fallbacks(self._leaf(vendor, kind), (by, vendor), kind, seen | {by})

    def _vendor(self, by: str) -> str | None:
        """The vendor behind a fallback, or None for something of one's own ("own Postfix")."""
        vendor = by.partition("/")[0]
        in_use = any(one.vendor == vendor for one in self.dependencies)
        return vendor if in_use or vendor in self.catalog.vendors else None


def build(dependencies: tuple[Dependency, ...], survey: Survey, platform: Platform, catalog: Catalog) -> Graph:
    return Graph(dependencies, survey, platform, catalog)
