"""All of it together, and what is asked of it."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import field

from toolkit.catalog.entries.blueprints import Blueprint, CommonTask
from toolkit.catalog.entries.judgement import Capability, NeedsFile, Rule
from toolkit.catalog.entries.policy import Policy
from toolkit.catalog.entries.scenarios import Scenario
from toolkit.catalog.entries.vendors import Exit, Naming, Runner, Service, Signal, Vendor
from toolkit.catalog.entries.vocabulary import ENGINE, Engine, Families, Hosts, Switches
from toolkit.model import LossKind, Value


class Catalog(Value):
    """Everything, by id. `hash` changes when any file does."""

    hash: str
    capabilities: dict[str, Capability]
    vendors: dict[str, Vendor]
    services: dict[str, Service]  # "vendor/service"
    rules: dict[str, Rule]
    scenarios: dict[str, Scenario]
    blueprints: dict[str, Blueprint]
    judgement: NeedsFile = NeedsFile()
    engines: dict[str, Engine] = field(default_factory=dict)
    tasks: tuple[CommonTask, ...] = ()  # of checks/tasks.toml
    runners: dict[str, Runner] = field(default_factory=dict)
    families: Families = Families()
    hosts: Hosts = Hosts()  # of checks/hosts.toml
    switches: Switches = Switches()  # of checks/switches.toml
    derived: tuple[Signal, ...] = ()  # what follows from the families: `toolkit/catalog/families.py`
    policy: Policy = Policy()
    folders: tuple[str, ...] = ()  # overlay folders, for the files a blueprint carries

    def entry(self, dependency: str) -> Service | None:
        """The service, or the vendor where the id names no service (or one the catalogue does not know)."""
        return self.services.get(dependency) or self.vendors.get(dependency)

    def exit(self, dependency: str) -> Exit:
        """What is known of leaving the service, or where that is nothing, of leaving its vendor as a whole."""
        entry, vendor = self.entry(dependency), self.vendors.get(dependency.partition("/")[0])
        return next((one.exit for one in (entry, vendor) if one and one.exit != Exit()), Exit())

    def named(self, ident: str) -> tuple[Naming, ...]:
        """The places that name something at this vendor, service or runner."""
        entry = self.entry(ident) or self.runners.get(ident)
        return entry.named if entry else ()

    def namings(self) -> Iterator[tuple[str, Naming]]:
        """Every place that names something, with the vendor, service or runner that it is a name at."""
        tables: tuple[Mapping[str, Service | Runner], ...] = (self.vendors, self.services, self.runners)
        yield from ((ident, one) for table in tables for ident, entry in table.items() for one in entry.named)

    def find(self, ident: str) -> Value | None:
        """Whatever is called so: a service, vendor, capability, rule, scenario or blueprint."""
        known: tuple[Mapping[str, Value], ...]
        known = (self.services, self.vendors, self.capabilities, self.rules, self.scenarios, self.blueprints)
        return next((table[ident] for table in known if ident in table), None)

    def company(self, vendor: str) -> str:
        """The id at the top of the vendor's chain of parents."""
        seen = {vendor}
        while (known := self.vendors.get(vendor)) and known.parent and known.parent not in seen:
            vendor = known.parent
            seen.add(vendor)
        return vendor

    def reach(self, vendor: str, kind: LossKind = "sanction") -> frozenset[str]:
        """The vendors whose loss of this kind loses the vendor, itself among them, transitively.

        An account goes with those who own the vendor; in an outage it falls with what it runs on; a sanction reaches
        it through both.
        """
        found: set[str] = set()
        queue = [vendor]
        while queue:
            if (name := queue.pop()) not in found:
                found.add(name)
                if known := self.vendors.get(name):
                    queue += known.runs_on if kind != "account" else ()
                    queue += [known.parent] if known.parent and kind != "outage" else []
        return frozenset(found)

    def signals(self) -> Iterator[Signal]:
        """Every signal of every vendor and service, what follows from them, and those of engines."""
        entries: tuple[Mapping[str, Service], ...] = (self.vendors, self.services)
        for known in entries:
            for dependency, entry in known.items():
                for table, weak in ((entry.signals, False), (entry.weak, True)):
                    for kind, values in table.items():
                        for value in values:
                            about = entry.capabilities_of(kind, value)
                            yield Signal(dependency, kind, value, weak, entry.role, about)
        yield from self.derived
        for name, engine in self.engines.items():
            for kind, values in engine.signals.items():
                for value in values:
                    yield Signal(ENGINE + name, kind, value)

    def protocols(self, speaks: Iterable[str], capability: str) -> frozenset[str]:
        """Of what something speaks, what serves this capability."""
        known = self.engines
        return frozenset(one for one in speaks if one in known and capability in known[one].capabilities)
