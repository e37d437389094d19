"""What every request shares. Built once, passed around; nothing in it is global."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from prometheus_client import CollectorRegistry, Counter
from sqlalchemy import Engine

from toolkit.guard.keys import Keys, keyed
from toolkit.guard.settings import Settings, Site
from toolkit.serving.networks import neighbourhood, network

Clock = Callable[[], float]  # seconds since 1970


class Audit(Protocol):
    """Takes one event. Callers never hand it a code, a mailbox or an address."""

    def __call__(self, event: str, **fields: str | int | float | None) -> None: ...


class Metrics:
    """Counters without addresses or names of people in their labels."""

    def __init__(self) -> None:
        self.registry = known = CollectorRegistry()
        self.challenges = Counter("guard_challenges", "Challenges given out", ["site", "doublings"], registry=known)
        self.solved = Counter("guard_solutions", "Solutions handed in", ["site", "outcome"], registry=known)
        self.verified = Counter("guard_verifications", "siteverify, by outcome", ["site", "outcome"], registry=known)
        self.registered = Counter("guard_registrations", "Registrations asked for", ["outcome"], registry=known)


class Origin(NamedTuple):
    """Where a request comes from, as keyed hashes."""

    address: str
    network: str


@dataclass(frozen=True)
class Guard:
    settings: Settings
    engine: Engine
    keys: Keys
    clock: Clock
    audit: Audit
    metrics: Metrics

    def site(self, key: str) -> Site | None:
        """The site with this key."""
        return next((site for site in self.settings.site if site.key == key), None)

    def origin(self, address: str) -> Origin:
        """An address and its network; what is no address counts as one of its own."""
        one, around = network(address) or "unknown", neighbourhood(address) or "unknown"
        return Origin(keyed(self.keys.hashes, f"address:{one}"), keyed(self.keys.hashes, f"network:{around}"))


def audit_log(write: Callable[[str], object], clock: Clock) -> Audit:
    """An audit log of one JSON object a line."""

    def record(event: str, **fields: str | int | float | None) -> None:
        write(json.dumps({"at": round(clock(), 3), "event": event, **fields}, ensure_ascii=False))

    return record
