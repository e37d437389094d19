"""The score: four parts that add up to 100, each with its reason. docs/score.md explains the choices.

In: what was looked at, what can stop the journeys, the findings, the journals of drills. Out: 0 (all dark) to 100.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from toolkit.model import Finding, Journal, JourneyRisk, Score, ScorePart, Severity, Survey

JOURNEYS, READINESS, SIGHT, PROOF = 40.0, 40.0, 10.0, 10.0
WEIGHTS: dict[Severity, int] = {"low": 1, "medium": 2, "high": 4, "critical": 8}
UNPROVEN = 0.5  # share of the readiness points to be had without proof
FRESH = timedelta(days=90)
KINDS_OF_SOURCE = ("files", "accounts", "network")


def score(
    survey: Survey,
    risks: Sequence[JourneyRisk],
    findings: Sequence[Finding],
    journals: Sequence[Journal],
    today: date,
) -> Score:
    proven, proof = _proof(journals, today)
    parts = (_journeys(risks), _readiness(findings, proven), _sight(survey), proof)
    return Score(round(sum(part.points for part in parts), 1), parts)


def _journeys(risks: Sequence[JourneyRisk]) -> ScorePart:
    """A journey is worth 1; each company that can stop it alone leaves a quarter of that, an unknown need half."""
    worth = [0.25 ** sum(len(one) == 1 for one in risk.cut_sets) * (0.5 if risk.unknown else 1) for risk in risks]
    safe = sum(one == 1 for one in worth)
    share = sum(worth) / len(worth) if worth else 0.0
    why = f"{safe} of {len(worth)} journeys cannot be stopped by one company" if worth else "no journey is known"
    return ScorePart("Journeys", round(JOURNEYS * share, 1), JOURNEYS, why)


def _readiness(findings: Sequence[Finding], proven: bool) -> ScorePart:
    """Findings that are ready, by weight of severity. Unknown is not ready, and neither is waived."""
    judged = [one for one in findings if one.outcome != "not applicable"]
    total = sum(WEIGHTS[one.severity] for one in judged)
    ready = [one for one in judged if one.outcome == "ready"]
    share = sum(WEIGHTS[one.severity] for one in ready) / total if total else 0.0
    points = READINESS * share
    why = f"{len(ready)} of {len(judged)} checks are ready, weighted by severity" if judged else "nothing to check"
    if not proven and points > READINESS * UNPROVEN:
        points = READINESS * UNPROVEN
        why += f"; capped at {points:g} without a fresh drill"
    return ScorePart("Readiness", round(points, 1), READINESS, why)


def _sight(survey: Survey) -> ScorePart:
    """Which of the three kinds of source ran; half, when something could not be read."""
    ran = [kind for kind in KINDS_OF_SOURCE if any(one.partition(".")[0] == kind for one in survey.sources)]
    share = len(ran) / len(KINDS_OF_SOURCE) * (0.5 if survey.unread else 1)
    why = f"looked at: {', '.join(ran) or 'nothing'}"
    if missing := [kind for kind in KINDS_OF_SOURCE if kind not in ran]:
        why += f"; not at: {', '.join(missing)}"
    if survey.unread:
        why += f"; {len(survey.unread)} places could not be read"
    return ScorePart("Sight", round(SIGHT * share, 1), SIGHT, why)


def _proof(journals: Sequence[Journal], today: date) -> tuple[bool, ScorePart]:
    """A drill that really restored the platform, not longer ago than `FRESH`."""
    days = [datetime.fromisoformat(one.steps[-1].started).date() for one in journals if one.restored and one.steps]
    past = [day for day in days if day <= today]
    if not past:
        return False, ScorePart("Proof", 0.0, PROOF, "no drill has restored the platform")
    last = max(past)
    fresh = today - last <= FRESH
    why = f"a drill restored the platform on {last}" + ("" if fresh else f", longer than {FRESH.days} days ago")
    return fresh, ScorePart("Proof", PROOF if fresh else 0.0, PROOF, why)
