"""Who it is (identify): dependencies, needs without a provider, hosts that nobody has described."""

from toolkit.model.base import Confidence, Role, Use, Value
from toolkit.model.seen import HostPlace


class Dependency(Value):
    """One vendor service the platform uses."""

    vendor: str
    service: str | None
    capabilities: tuple[str, ...]
    role: Role
    confidence: Confidence
    evidence: tuple[int, ...] = ()  # positions in Survey.evidence; empty when only declared
    quantity: int = 1
    size_bytes: int | None = None
    declared: bool = False  # from [[declare]] in offramp.toml
    corrected: bool = False  # changed by [[correct]] in offramp.toml
    use: Use = "in use"  # the strongest among its signs: at work, only possible, or on workstations alone

    @property
    def firm(self) -> bool:
        """Whether it is surely in use: declared, or seen in use by more than a guess."""
        return self.declared or (self.use == "in use" and self.confidence != "low")

    @property
    def id(self) -> str:
        return f"{self.vendor}/{self.service}" if self.service else self.vendor


class Need(Value):
    """An engine that the platform's own code and infrastructure need, whoever provides it."""

    engine: str  # id in checks/engines.toml: "postgresql"
    capability: str  # what it is needed as: "data.relational"
    role: Role  # the strongest of its signs
    confidence: Confidence
    evidence: tuple[int, ...]  # positions in Survey.evidence, those of the strongest role first


class Undescribed(Value):
    """A registered domain outside that the platform's code or settings name and nobody has described."""

    domain: str
    place: HostPlace  # the most telling one: called in code, then settings, pages, texts
    hosts: tuple[str, ...]  # names under it, at most five
    seen: tuple[int, ...]  # positions in Survey.hosts, those of the most telling place first
