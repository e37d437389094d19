"""The graph: journeys need capabilities, dependencies provide them, companies own vendors and vendors run on vendors.

Everything here answers one question, "when does this fail?", with a fault tree over vendor ids (`cutsets.Fault`):

- a dependency fails when its vendor, an owner of it or anything it runs on is lost;
- a capability fails when any dependency that provides it fails (each of them holds a part of the platform);
- where `[[fallback]]` names a second way, the fallback must fail too; one that is no vendor's never does;
- a journey fails when any of its needs fails.
"""

from collections.abc import Iterable

from toolkit.assess.cutsets import AllOf, AnyOf, Fault
from toolkit.assess.journeys import counts, journeys, matching
from toolkit.catalog import Catalog
from toolkit.model import Dependency, Journey, Platform, Value


class Graph(Value):
    """What a platform hangs on. `journeys` are the declared or the default ones."""

    dependencies: tuple[Dependency, ...]
    platform: Platform
    catalog: Catalog
    journeys: tuple[Journey, ...]

    @property
    def provided(self) -> frozenset[str]:
        """Capabilities that some dependency provides, optional ones included."""
        return frozenset(capability for one in self.dependencies for capability in one.capabilities)

    def providers(self, need: str) -> tuple[Dependency, ...]:
        """The dependencies whose loss means the loss of a need: a capability ("otp.sms", "hosting.*") or a dependency
        by id. Naming a vendor means all its services. A dependency named outright counts whatever its role."""
        named = tuple(one for one in self.dependencies if need in (one.id, one.vendor))
        return named or tuple(
            one for one in self.dependencies if any(counts(one, have) for have in matching([need], one.capabilities))
        )

    def companies(self) -> frozenset[str]:
        """Every company anything hangs on, those of fallbacks and foundations included."""
        vendors = {one.vendor for one in self.dependencies}
        vendors |= {vendor for one in self.platform.fallbacks if (vendor := self._vendor(one.by))}
        return frozenset(self.catalog.company(other) for vendor in vendors for other in self.catalog.reach(vendor))

    def dependency_fault(self, dependency: Dependency, seen: frozenset[str] = frozenset()) -> Fault:
        """When the dependency and all its fallbacks fail."""
        own = self.catalog.reach(dependency.vendor)
        return self._with_fallbacks(own, (dependency.id, dependency.vendor), seen | {dependency.id})

    def fault_of(self, dependency: Dependency, capability: str) -> Fault:
        """When one capability of one dependency fails: its own fallbacks or the capability's take over."""
        return self._with_fallbacks(self.dependency_fault(dependency), (capability,), frozenset({capability}))

    def need_fault(self, need: str) -> Fault:
        """When a need fails. One that nothing provides never does, as far as is known: see `unknown`."""
        if any(need in (one.id, one.vendor) for one in self.dependencies):
            return self._shared_fault(need)
        return AnyOf(tuple(self._shared_fault(one) for one in sorted(matching([need], self.provided))))

    def journey_fault(self, journey: Journey) -> Fault:
        return AnyOf(tuple(self.need_fault(need) for need in journey.needs))

    def unknown(self, journey: Journey) -> tuple[str, ...]:
        """Needs nothing was found for, and no fallback was named."""
        covered = {one.of for one in self.platform.fallbacks}
        return tuple(need for need in journey.needs if not self.providers(need) and need not in covered)

    def fallbacks(self, names: Iterable[str]) -> tuple[str, ...]:
        """Who takes over for any of these names, as `offramp.toml` says it."""
        wanted = set(names)
        return tuple(one.by for one in self.platform.fallbacks if one.of in wanted)

    def _shared_fault(self, need: str) -> Fault:
        """A capability or a dependency with all that provide it, and what takes over for them together."""
        providers = AnyOf(tuple(self.dependency_fault(one) for one in self.providers(need)))
        return self._with_fallbacks(providers, (need,), frozenset({need}))

    def _with_fallbacks(self, own: Fault, names: tuple[str, ...], seen: frozenset[str]) -> Fault:
        others = [by for by in self.fallbacks(names) if by not in seen]  # two that stand in for each other: once round
        return AllOf((own, *(self.fallback_fault(by, seen) for by in others))) if others else own

    def fallback_fault(self, by: str, seen: frozenset[str] = frozenset()) -> Fault:
        """When what takes over fails itself; never, when it is no vendor's."""
        vendor = self._vendor(by)
        if vendor is None:
            return frozenset()
        return self._with_fallbacks(self.catalog.reach(vendor), (by, vendor), seen | {by})

    def _vendor(self, by: str) -> str | None:
        """The vendor behind a fallback, or None for something of one's own ("own Postfix")."""
        vendor = by.partition("/")[0]
        in_use = any(one.vendor == vendor for one in self.dependencies)
        return vendor if in_use or vendor in self.catalog.vendors else None


def build(dependencies: tuple[Dependency, ...], platform: Platform, catalog: Catalog) -> Graph:
    return Graph(dependencies, platform, catalog, journeys(platform, dependencies))
