"""The score follows docs/score.md."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.assess.score import READINESS, score
from toolkit.model import SCHEMA_VERSION, Finding, Journal, JourneyRisk, Score, Step, Survey, Unread

TODAY = date(2026, 6, 1)
ALL_SOURCES = Survey(sources=("files.python", "accounts.aws", "network.dns"))
READY = Finding("a", "x", "ready", "high", "high", "m")
NOT_READY = Finding("b", "x", "not ready", "high", "high", "m")


def journal(day: str, *, restored: bool = True) -> Journal:
    step = Step("s", "t", "verify", f"{day}T12:00:00+00:00", 1.0, "passed")
    return Journal(SCHEMA_VERSION, "offramp 0", "", "p", "", (step,), restored)


def parts(made: Score) -> dict[str, float]:
    return {part.name: part.points for part in made.parts}


def test_nothing_known_is_no_points() -> None:
    assert score(Survey(), (), (), (), TODAY).points == 0


def test_everything_well_and_proven_is_a_hundred() -> None:
    made = score(ALL_SOURCES, (JourneyRisk("read"),), (READY,), (journal("2026-05-01"),), TODAY)
    assert made.points == 100


@pytest.mark.parametrize(
    "journals",
    [(), (journal("2026-01-01"),), (journal("2026-05-01", restored=False),), (journal("2027-01-01"),)],
    ids=["none", "old", "did not restore", "from the future"],
)
def test_readiness_is_capped_without_a_fresh_drill(journals: tuple[Journal, ...]) -> None:
    made = parts(score(ALL_SOURCES, (), (READY,), journals, TODAY))
    assert (made["Readiness"], made["Proof"]) == (READINESS / 2, 0)


def test_each_single_company_leaves_a_quarter_of_a_journey_and_an_unknown_need_half() -> None:
    for risk, worth in (
        (JourneyRisk("read", (("c", "d"),)), 1),
        (JourneyRisk("read", (("a",), ("c", "d"))), 1 / 4),
        (JourneyRisk("read", (("a",), ("b",))), 1 / 16),
        (JourneyRisk("read", (("a",),), unknown=("otp.sms",)), 1 / 8),
    ):
        made = parts(score(ALL_SOURCES, (risk, JourneyRisk("post")), (), (), TODAY))
        assert made["Journeys"] == round(40 * (worth + 1) / 2, 1)


def test_unknown_is_not_ready_and_waived_is_not_ready() -> None:
    proof = (journal("2026-05-01"),)
    for other in (NOT_READY, Finding("b", "x", "unknown", "high", "high", "m")):
        assert parts(score(ALL_SOURCES, (), (READY, other), proof, TODAY))["Readiness"] == READINESS / 2
    irrelevant = Finding("b", "x", "not applicable", "high", "high", "m")
    assert parts(score(ALL_SOURCES, (), (READY, irrelevant), proof, TODAY))["Readiness"] == READINESS


def test_what_could_not_be_read_halves_sight() -> None:
    blind = Survey(sources=ALL_SOURCES.sources, unread=(Unread("accounts.aws", "r", "w", "denied"),))
    assert parts(score(blind, (), (), (), TODAY))["Sight"] == 5


OUTCOMES = st.sampled_from(["ready", "not ready", "unknown", "not applicable"])
SEVERITIES = st.sampled_from(["low", "medium", "high", "critical"])


@given(st.lists(st.tuples(OUTCOMES, SEVERITIES), max_size=6), st.lists(st.integers(0, 5), max_size=4), st.booleans())
def test_points_are_the_sum_of_the_parts_within_bounds(
    outcomes: list[tuple[str, str]], singles: list[int], drilled: bool
) -> None:
    findings = [Finding("r", str(n), outcome, severity, "high", "m") for n, (outcome, severity) in enumerate(outcomes)]  # type: ignore[arg-type]
    risks = [JourneyRisk(str(n), tuple((str(c),) for c in range(count))) for n, count in enumerate(singles)]
    made = score(ALL_SOURCES, risks, findings, (journal("2026-05-01"),) if drilled else (), TODAY)
    assert all(0 <= part.points <= part.maximum for part in made.parts)
    assert made.points == pytest.approx(sum(part.points for part in made.parts), abs=0.05)
    assert 0 <= made.points <= 100
