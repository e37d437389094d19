"""What a readiness rule is asked about, and the questions rules have in common."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from toolkit.assess.cutsets import Fault, alone
from toolkit.assess.graph import Graph
from toolkit.assess.journeys import counts, matching
from toolkit.model import Dependency, JourneyRisk, Survey
from toolkit.uses import is_of_a_program

# Kinds of source that can see a capability. A checkout does not show these; for all others, it or an account does.
_SEEN_ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "edge.dns": ("network", "accounts"),
    "edge.registrar": ("network",),
    "mail.incoming": ("network",),
    "collab.mailboxes": ("network",),
    "data.backup": ("accounts",),
}
_SEEN_IN = ("files", "accounts", "records")
# Capabilities that a service may have and a customer not use, with nothing in a checkout to tell: a DNS zone at a
# company that is a registrar too does not say who the registrar is.
_NEEDS_PROOF = ("edge.registrar",)
# Capabilities that programs cannot use without a client of the vendor's or its protocol, which shows.
_NEEDS_CLIENT = ("data.object-storage",)


@dataclass(frozen=True)
class Case:
    """A platform with its graph and what follows from it, on a day."""

    graph: Graph
    risks: tuple[JourneyRisk, ...]
    today: date

    @property
    def survey(self) -> Survey:
        return self.graph.survey

    def asked(self, patterns: Sequence[str]) -> list[str]:
        """The capabilities among these ("auth.*") that something provides."""
        return sorted(one for one in matching(patterns, self.graph.provided) if self.providers(one))

    def providers(self, capability: str) -> list[Dependency]:
        """Who provides it: of those that are proven to, if any is, those that count; where none does, the optional."""
        having = [one for one in self.graph.having(capability) if one.role != "developer"]
        having = [one for one in having if self.proven(one, capability)] or having
        counting = [one for one in having if counts(one, capability)]
        return counting or [one for one in having if one.role == "optional"]

    def proven(self, dependency: Dependency, capability: str) -> bool:
        """Whether what was seen is about this capability: declared, nothing else it could be, or seen from outside."""
        if capability not in _NEEDS_PROOF or dependency.declared or len(dependency.capabilities) == 1:
            return True
        sources = {self.survey.evidence[position].source.partition(".")[0] for position in dependency.evidence}
        return not sources.isdisjoint(_SEEN_ELSEWHERE[capability])

    def aside(self, dependency: Dependency, capability: str) -> bool:
        """Whether infrastructure describes it and no program that was seen works with it: pages for errors, a state,
        another tool's files. Without any program in sight nobody can tell."""
        if capability not in _NEEDS_CLIENT or dependency.declared:
            return False
        roles = {self.survey.evidence[position].role for position in dependency.evidence}
        return roles == {"infra"} and any(is_of_a_program(one) for one in self.survey.evidence)

    def tells(self, position: int, capability: str) -> bool:
        """Whether the evidence there is a sign of this capability, by what the catalogue says of the signal."""
        name, _, rest = self.survey.evidence[position].signal.partition("#")
        kind, _, value = rest.partition(":")
        entry = self.graph.catalog.entry(name)
        return entry is not None and capability in entry.capabilities_of(kind, value)

    def alone(self, fault: Fault) -> list[str]:
        """The companies that can bring it about alone."""
        return sorted(alone(fault, self.graph.companies()))

    def takers(self, capability: str) -> list[str]:
        """The companies that can take a capability away alone; where it is optional, those of each that provides it."""
        providers = self.providers(capability)
        if any(counts(one, capability) for one in providers):
            return self.alone(self.graph.need_fault(capability))
        return sorted({company for one in providers for company in self.alone(self.graph.dependency_fault(one))})

    def companies(self, dependency: Dependency) -> set[str]:
        """Every company a dependency hangs on, its foundations' included."""
        catalog = self.graph.catalog
        return {catalog.company(vendor) for vendor in catalog.reach(dependency.vendor)}

    def owner(self, dependency: Dependency) -> str:
        return self.graph.catalog.company(dependency.vendor)

    def stopped(self, company: str, capability: str) -> tuple[str, ...]:
        """Journeys that the company stops through the capability, or through a dependency that provides it."""
        ids = {name for one in self.providers(capability) for name in (one.id, one.vendor)}
        return tuple(
            risk.journey
            for risk in self.risks
            if any(answer.company == company and ids & set(answer.dependencies) for answer in risk.stops)
        )

    def journeys_of(self, dependency: Dependency) -> tuple[str, ...]:
        """Journeys that its loss does something to."""
        return tuple(
            journey.id
            for journey in self.graph.journeys
            if any(claim.dependency is dependency for claim in self.graph.claims[journey.id])
        )

    def unseen(self, patterns: Iterable[str]) -> list[str]:
        """The kinds of source that could see these capabilities, when none of them ran; else nothing."""
        ran = {source.partition(".")[0] for source in self.survey.sources}
        kinds = sorted({kind for one in patterns for kind in _SEEN_ELSEWHERE.get(one, _SEEN_IN)})
        return [] if ran & set(kinds) else kinds

    def company_name(self, company: str) -> str:
        known = self.graph.catalog.vendors.get(company)
        return known.name if known else company

    def title(self, capability: str) -> str:
        known = self.graph.catalog.capabilities.get(capability)
        return known.title if known else capability
