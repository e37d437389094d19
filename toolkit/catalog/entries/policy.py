"""What the gate refuses (`checks/policy.toml`)."""

from typing import Annotated, Literal

from msgspec import Meta

from toolkit.model import Effect, Severity, Value


class Forbid(Value):
    """A company, vendor or service that may not be able to do this much to these journeys."""

    company: str  # an id: a company with all it owns, a vendor, or a service ("aws/s3")
    journeys: tuple[str, ...] = ()  # empty = all
    effect: Effect = "stops"  # this much or more; the order is degrades, later, may stop, stops
    why: str = ""  # said when it refuses


# What a [[waiver]] of offramp.toml may name as its rule beside the readiness rules
WAIVABLE = (
    "deny_vendors",
    "new_vendors",
    "worse_journeys",
    "forbid",
    "max_backup_age_hours",
    "max_restore_age_days",
    "max_bag_age_days",
    "max_drill_age_days",
    "max_drill_days",
    "max_plan_days",
    "min_score",
)


class Policy(Value):
    """What `offramp gate` refuses. A user's policy file has the same keys; missing ones take the shipped values."""

    min_score: float = 0.0
    fail_on: Severity = "critical"  # a finding "not ready" of this severity or above
    unknown: Literal["pass", "fail"] = "pass"  # what an unknown outcome of that severity does
    unread: Literal["pass", "fail"] = "pass"
    new_only: bool = True  # with a baseline: only what got worse counts
    no_baseline: Literal["pass", "fail"] = "pass"  # of `new_only` without a baseline: pass with the debt shown, or fail
    deny_vendors: tuple[str, ...] = ()  # companies, vendors or services
    new_vendors: Literal["pass", "fail"] = "pass"  # what a vendor that the baseline did not have does
    allow_vendors: tuple[str, ...] = ()  # may be new in spite of `new_vendors`
    worse_journeys: Literal["pass", "fail"] = "pass"  # what a journey does that one more company can stop alone
    forbid: tuple[Forbid, ...] = ()  # companies that may not stop certain journeys
    max_backup_age_hours: Annotated[float, Meta(gt=0)] | None = None  # of the newest copy of each source
    max_restore_age_days: Annotated[int, Meta(ge=1)] | None = None  # since a drill put copies of backups back
    max_bag_age_days: Annotated[int, Meta(ge=1)] | None = None  # of the go-bag's newest file
    max_drill_age_days: Annotated[int, Meta(ge=1)] | None = None  # since the last drill that restored the platform
    max_drill_days: Annotated[int, Meta(ge=1)] | None = None  # the same, by its earlier name
    max_plan_days: Annotated[int, Meta(ge=1)] | None = None  # since `plan_reviewed` of offramp.toml, or a tabletop
