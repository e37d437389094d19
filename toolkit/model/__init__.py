"""Every value that crosses a stage: frozen, JSON in and out.

Stages receive and return these structs and nothing else; no bare dict crosses a stage. The JSON Schemas published in
`checks/schema/` are generated from this package (`python -m toolkit.schema`), so a field's comment here is its
documentation there. Identifiers: a *dependency* is `vendor` or `vendor/service` ("aws/s3"), a *capability* is a dotted
name of `checks/capabilities.toml` ("otp.sms"), a *company* is the id of the vendor at the top of a chain of parents.

A module here for each stage that makes the values; everybody imports from `toolkit.model`.
"""

from toolkit.model.bag import Bag, BagFile, BagPart, Gap
from toolkit.model.base import (
    FILL_IN,
    MOST_HOURS,
    SCHEMA_VERSION,
    Awaited,
    Confidence,
    DiscardReason,
    Effect,
    Filled,
    Hours,
    LossKind,
    Outcome,
    Phase,
    Role,
    RootKind,
    Severity,
    SkipReason,
    Source,
    Told,
    Use,
    Value,
)
from toolkit.model.changed import Cause, Diff, FindingChange, JourneyChange, ScoreChange, Spot, VendorChange
from toolkit.model.judged import (
    Answer,
    Assessment,
    Audit,
    Company,
    Finding,
    FirstStep,
    JourneyRisk,
    Measured,
    Proofs,
    Question,
    Score,
    ScorePart,
)
from toolkit.model.known import Dependency, Need, Undescribed
from toolkit.model.planned import (
    Change,
    Compared,
    Comparison,
    DataLost,
    Effort,
    Export,
    HostNeed,
    Kept,
    Loss,
    Obstacle,
    Plan,
    Preparation,
    Replacement,
    Return,
    Schedule,
    Taken,
    Task,
    Today,
    Unplanned,
    Wait,
    WayOut,
    Window,
)
from toolkit.model.platform import (
    Application,
    Choice,
    Container,
    Correction,
    Declare,
    Drill,
    Fallback,
    Ignore,
    Job,
    Journey,
    Objectives,
    Person,
    Platform,
    PublicKey,
    Waiver,
)
from toolkit.model.proved import Journal, Step, Verdict, Violation
from toolkit.model.rehearsed import Tabletop, TabletopEntry
from toolkit.model.seen import (
    Discarded,
    Evidence,
    HostPlace,
    LoadedFile,
    NamedHost,
    NotTold,
    Observation,
    ObservationName,
    OneOf,
    ResourceName,
    Root,
    Skipped,
    Survey,
    Unread,
)
from toolkit.model.simulated import Dark, Explanation, LostDependency, Simulation, Strained
from toolkit.model.written import GeneratedFile, Manifest
