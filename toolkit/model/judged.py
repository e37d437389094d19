"""What follows (assess): findings, companies, journeys, questions, the score; together the audit."""

import hashlib
from datetime import date

from toolkit.model.base import Confidence, Hours, Outcome, Severity, Told, Value
from toolkit.model.known import Dependency, Need, Undescribed
from toolkit.model.platform import Platform
from toolkit.model.seen import OneOf, Survey


class Finding(Value):
    """The outcome of one rule on one subject. Missing evidence is never "ready"."""

    rule: str  # id of a table in checks/readiness/, the anchor of its documentation
    subject: str  # a company, a dependency, a journey
    outcome: Outcome
    severity: Severity
    confidence: Confidence
    message: str  # one sentence, plain text
    capability: str | None = None
    journeys: tuple[str, ...] = ()  # Journey.id, the journeys it stops
    evidence: tuple[int, ...] = ()  # positions in Survey.evidence
    waived_until: date | None = None

    @property
    def fingerprint(self) -> str:
        """Stable over moved lines: rule, subject and capability, nothing else."""
        key = "\0".join((self.rule, self.subject, self.capability or ""))
        return hashlib.sha256(key.encode()).hexdigest()[:32]


class Company(Value):
    """A company with everything of the platform that hangs on it."""

    id: str  # the topmost parent's vendor id
    name: str
    vendors: tuple[str, ...]  # vendors in use that it is or owns
    dependencies: tuple[str, ...]
    stops: tuple[str, ...] = ()  # journeys that the loss of the accounts there stops
    foundation_of: tuple[str, ...] = ()  # vendors of others in use that run on it: they fail in its outages


class Answer(Value):
    """What the loss of one company does to one journey, through which dependencies."""

    company: str
    dependencies: tuple[str, ...]
    how: str = ""  # what people notice, one sentence
    when: str = ""  # empty = at once
    after_hours: Hours | None = None  # until then nothing is noticed; None with `when` = nobody can say
    question: str = ""  # what settles whether it stops the journey; only of "may stop"


class JourneyRisk(Value):
    """What the loss of each company does to one journey, by the strongest effect, and the smallest sets that stop it.

    `stops`, `may_stop`, `degrades` and `later` are of the loss of an account, as `cut_sets` are.
    """

    journey: str
    title: str = ""
    stops: tuple[Answer, ...] = ()
    may_stop: tuple[Answer, ...] = ()
    degrades: tuple[Answer, ...] = ()
    later: tuple[Answer, ...] = ()
    one_of: tuple[OneOf, ...] = ()
    cut_sets: tuple[tuple[str, ...], ...] = ()  # minimal sets of company ids, smallest first
    outage_cut_sets: tuple[tuple[str, ...], ...] = ()  # the same for an outage: what runs on them fails too
    sanction_cut_sets: tuple[tuple[str, ...], ...] = ()  # owners and foundations both
    unknown: tuple[str, ...] = ()  # needs nothing was found for: someone unknown provides them
    seen: bool = True  # false: the program that was looked at has nothing of the kind, as far as was seen


class Question(Value):
    """What nobody could see and what its answer would settle; the most decisive first."""

    id: str
    text: str
    journeys: tuple[str, ...] = ()  # whose judgement depends on it
    companies: tuple[str, ...] = ()
    evidence: tuple[int, ...] = ()  # positions in Survey.evidence
    answer: str = ""  # a table for offramp.toml that answers it one way, for the user to correct
    yes: Told | None = None  # the effect that a yes says; None: a name is asked for
    no: Told | None = None
    among: tuple[str, ...] = ()  # the names of which one is asked for; empty: any vendor's


class FirstStep(Value):
    """One company to replace or to stand in for, and what that gains when the steps before it are done."""

    company: str
    points: float  # of the score
    frees: tuple[str, ...]  # journeys that no company stops alone any more
    eases: tuple[str, ...]  # journeys on which it weighs no more; those of `frees` too
    capabilities: tuple[str, ...]  # what it is needed for


class ScorePart(Value):
    name: str
    points: float
    maximum: float
    why: str


class Score(Value):
    """0 (all dark) to 100; every part says why. The formula is docs/score.md."""

    points: float
    parts: tuple[ScorePart, ...]


class Proofs(Value):
    """What signed records say beside the last drill; none: no record that counts was handed over."""

    copies_restored: date | None = None  # the last drill in which copies of backups were put back, however it ended
    tabletop: date | None = None  # people went through a loss
    bag: str = ""  # the newest file of a go-bag (ISO 8601, UTC)
    copies: str = ""  # of the newest copy of each source, the oldest: when its export began (ISO 8601, UTC)
    doubts: tuple[str, ...] = ()  # records that count for nothing, and why, one sentence each


class Assessment(Value):
    score: Score
    companies: tuple[Company, ...] = ()
    journeys: tuple[JourneyRisk, ...] = ()
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()
    first: tuple[FirstStep, ...] = ()  # what to do first, the most useful step first
    restored: date | None = None  # of the last drill, among the journals handed over, that restored the platform
    proofs: Proofs = Proofs()


class Measured(Value):
    """A step that a drill of this platform really took."""

    step: str  # "site", "verify", "restore": the playbook that ran
    seconds: float  # the longest time of those that passed
    day: date


class Audit(Value):
    """The result of `offramp audit`: one JSON document, a function of what was looked at (no clock in it)."""

    schema_version: str
    tool: str  # "offramp 0.1.0"
    catalog: str  # hash of the catalogue that was used
    platform: Platform
    survey: Survey
    dependencies: tuple[Dependency, ...]
    assessment: Assessment
    needs: tuple[Need, ...] = ()  # engines the code needs: a loss of whoever provides them stops it
    undescribed: tuple[Undescribed, ...] = ()  # outside hosts of nobody known, the most telling place first
    signals: str = ""  # what the catalogue could know, by toolkit/known_signals.py: `offramp diff` asks it
    measured: tuple[Measured, ...] = ()  # what drills took, of the newest journal that has the step
    source_url: str = ""  # with a path and "#L12" after it: a line of what was looked at, at the forge
