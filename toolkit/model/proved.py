"""What is decided and done (gate, drill)."""

from typing import Literal

from toolkit.model.base import Value
from toolkit.model.changed import Diff, Spot


class Violation(Value):
    """One reason why the gate refuses."""

    policy: str  # key of the policy that is broken, "min_score"
    message: str
    fingerprint: str = ""  # Finding.fingerprint, where one finding is the reason
    subject: str = ""  # a dependency, a journey, what a waiver of it names
    where: tuple[Spot, ...] = ()


class Verdict(Value):
    passed: bool
    violations: tuple[Violation, ...] = ()
    known: tuple[str, ...] = ()  # fingerprints that the baseline accepts
    fixed: tuple[str, ...] = ()  # fingerprints of the baseline that are gone
    waived: tuple[str, ...] = ()
    debt: tuple[Violation, ...] = ()  # what the policy would refuse were it not there already
    excused: tuple[Violation, ...] = ()  # of no one finding, and waived in offramp.toml
    first_run: bool = False  # there was no baseline, and the policy lets that pass
    changes: Diff | None = None  # since the baseline
    source_url: str = ""  # as of a diff


class Step(Value):
    """One step of a drill that was really taken."""

    id: str
    title: str
    phase: Literal["prepare", "steady", "break", "rebuild", "verify", "clean up"]
    started: str  # ISO 8601, UTC
    seconds: float
    outcome: Literal["passed", "failed", "skipped"]
    verified: str = ""  # what was compared: "2,000 rows, checksum equal"


class Journal(Value):
    schema_version: str
    tool: str
    catalog: str
    platform: str
    infra: str  # hash of the generated project's manifest
    steps: tuple[Step, ...]
    restored: bool
    previous: str = ""  # SHA-256 of the signed record before this one; empty: the first, or not signed
