"""What all values share: the words that stages have in common, and the struct they are made of."""

from typing import Annotated, Literal, dataclass_transform

from msgspec import Meta, Struct, field

SCHEMA_VERSION = "1.0"

Role = Literal["runtime", "infra", "optional", "build/ci", "developer"]
Use = Literal["in use", "possible", "developer"]  # what the best sign shows: use, a possibility, a workstation's tool
Effect = Literal["stops", "may stop", "degrades", "later"]
Told = Literal["stops", "degrades", "nothing"]  # what yes or no to a question says of a loss
LossKind = Literal["account", "outage", "sanction"]
Confidence = Literal["low", "medium", "high"]
Outcome = Literal["ready", "not ready", "unknown", "not applicable"]
Severity = Literal["low", "medium", "high", "critical"]
RootKind = Literal["checkout", "account", "domain", "record"]
DiscardReason = Literal[
    "comment", "docs", "test", "fixture", "vendored", "generated", "example", "transitive", "prose", "ignored", "off"
]
SkipReason = Literal["own output", "own settings"]
Phase = Literal["prepare", "copy", "rehearse", "freeze", "cut over", "settle", "roll back", "retire"]

Hours = Annotated[float, Meta(ge=0, description="hours")]
MOST_HOURS = 10 * 366 * 24  # ten years: what is longer is a slip of the pen
Awaited = Annotated[float, Meta(ge=0, le=MOST_HOURS, description="hours")]
Filled = Annotated[str, Meta(pattern=r"\S", description="not empty")]
FILL_IN = "fill in"  # stands in a drafted table for a name that somebody has to write
Source = Annotated[
    str,
    Meta(
        pattern=r"^(https://[^/\s]+/\S+)?$",
        description="page that says so; empty: no source, and every report says that",
    ),
]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))  # for mypy: children are frozen too
class Value(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all values: immutable, compared by content, unknown keys refused with their path."""
