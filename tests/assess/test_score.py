"""The score: what it is made of, and that nothing bad raises it and nothing good lowers it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from toolkit.assess.graph import Graph, build
from toolkit.assess.risks import risks_of
from toolkit.assess.score import FRESH, INDEPENDENCE, JOURNEYS, PROOF, SIGHT, score
from toolkit.catalog.entries import Catalog
from toolkit.catalog.folders import load
from toolkit.model import (
    Confidence,
    Dependency,
    Fallback,
    Journal,
    Objectives,
    Platform,
    Proofs,
    Role,
    Score,
    Step,
    Survey,
    Unread,
    Use,
)

TODAY = date(2026, 6, 1)
LOOKED = Survey(sources=("files.python", "accounts.aws", "network.dns"))
CATALOG = load()
ROLES: tuple[Role, ...] = ("runtime", "infra", "optional", "build/ci", "developer")
USES: tuple[Use, ...] = ("in use", "possible", "developer")
LEVELS: tuple[Confidence, ...] = ("low", "medium", "high")
CAPABILITIES = [
    "hosting.containers", "hosting.static", "edge.dns", "edge.cdn", "data.relational", "data.object-storage",
    "auth.customer-identity", "otp.sms", "mail.outgoing", "payments.processing", "support.helpdesk",
    "build.ci", "abuse.captcha", "secrets.store",
]  # fmt: skip


def scored(
    *dependencies: Dependency,
    platform: Platform | None = None,
    survey: Survey = LOOKED,
    journals: tuple[Journal, ...] = (),
    copies: str = "",
) -> Score:
    graph = build(dependencies, survey, platform or Platform(), CATALOG)
    return score(graph, risks_of(graph), journals, TODAY, Proofs(copies=copies))


def part(name: str, result: Score) -> float:
    return next(one.points for one in result.parts if one.name == name)


def drilled(days_ago: int, *, hours: float = 1.0, restored: bool = True) -> Journal:
    started = datetime(2026, 6, 1, tzinfo=UTC) - timedelta(days=days_ago)
    step = Step("x", "X", "rebuild", started.isoformat(), hours * 3600, "passed")
    return Journal("1.0", "", "", "it", "", (step,), restored)


def uses(name: str, *capabilities: str) -> Dependency:
    vendor, _, service = name.partition("/")
    return Dependency(vendor, service or None, capabilities, "runtime", "high")


# --- its parts --------------------------------------------------------------------------------------------------------
def test_nothing_of_others_and_a_fresh_drill_is_all_of_it() -> None:
    platform = Platform(fallbacks=(Fallback("hosting.compute", "own machines"),))
    result = scored(platform=platform, journals=(drilled(1),), copies=TODAY.isoformat() + "T03:00:00+00:00")
    assert result.points == JOURNEYS + INDEPENDENCE + SIGHT + PROOF == 100


def test_a_platform_of_its_own_is_clearly_above_one_on_others() -> None:
    own = scored(uses("github/actions", "build.ci"))
    others = scored(
        uses("heroku", "hosting.containers", "data.relational"),
        uses("okta", "auth.customer-identity"),
        uses("sendgrid", "mail.outgoing"),
        uses("zendesk", "support.helpdesk"),
    )
    assert own.points > others.points + 15


def test_proof_needs_a_restoring_drill_that_is_fresh_and_in_time() -> None:
    assert part("Proof", scored(journals=(drilled(FRESH.days),))) == PROOF * 3 / 4
    assert part("Proof", scored(journals=(drilled(FRESH.days + 1),))) == 0
    assert part("Proof", scored(journals=(drilled(1, restored=False),))) == 0
    assert part("Proof", scored(journals=(drilled(-1),))) == 0
    in_a_hurry = Platform(objectives=Objectives(rto_hours=0.5))
    assert part("Proof", scored(platform=in_a_hurry, journals=(drilled(1),))) == PROOF / 2


@pytest.mark.parametrize(
    ("copies", "share"),
    [
        ("", 3 / 4),
        ("2026-05-31T00:00:00+00:00", 1),
        ("2026-05-30T23:00:00+00:00", 3 / 4),
        ("2026-06-01T18:00:00+00:00", 1),
        ("2026-06-03T00:00:00+00:00", 3 / 4),
    ],
)
def test_proof_needs_copies_no_older_than_the_objective(copies: str, share: float) -> None:
    assert part("Proof", scored(journals=(drilled(1),), copies=copies)) == PROOF * share


def test_copies_alone_prove_nothing() -> None:
    assert part("Proof", scored(copies=TODAY.isoformat() + "T00:00:00+00:00")) == 0


def test_sight_counts_kinds_of_source_and_what_could_not_be_read() -> None:
    assert part("Sight", scored()) == SIGHT
    assert part("Sight", scored(survey=Survey(sources=("files.python",)))) == round(SIGHT / 3, 1)
    blind = replace(LOOKED, unread=(Unread("files", "x", "y", "z"),))
    assert part("Sight", scored(survey=blind)) == SIGHT / 2


# --- monotone ---------------------------------------------------------------------------------------------------------
def dependencies() -> st.SearchStrategy[tuple[Dependency, ...]]:
    vendors = ["aws", "heroku", "netlify", "okta", "twilio", "stripe", "github", "fastly", "zendesk", "nobody"]
    one = st.builds(
        Dependency,
        st.sampled_from(vendors),
        st.sampled_from([None, "a", "b"]),
        st.lists(st.sampled_from(CAPABILITIES), max_size=3, unique=True).map(tuple),
        st.sampled_from(ROLES),
        st.sampled_from(LEVELS),
        use=st.sampled_from(USES),
    )
    return st.lists(one, max_size=6, unique_by=lambda it: it.id).map(tuple)


@given(dependencies(), dependencies())
def test_a_vendor_more_never_raises_it(having: tuple[Dependency, ...], more: tuple[Dependency, ...]) -> None:
    names = {one.id for one in having}
    added = (*having, *(one for one in more if one.id not in names))
    assert scored(*added).points <= scored(*having).points


@given(dependencies(), st.sampled_from(CAPABILITIES), st.sampled_from(["own machine", "nobody", "aws"]))
def test_a_fallback_never_lowers_it(having: tuple[Dependency, ...], of: str, by: str) -> None:
    covered = Platform(fallbacks=(Fallback(of, by),))
    assert scored(*having, platform=covered).points >= scored(*having).points


@given(dependencies(), st.integers(-5, 200))
def test_a_drill_never_lowers_it(having: tuple[Dependency, ...], days: int) -> None:
    assert scored(*having, journals=(drilled(days),)).points >= scored(*having).points


def test_the_graph_is_made_once() -> None:
    graph = build((), LOOKED, Platform(), Catalog("", {}, {}, {}, {}, {}, {}))
    assert isinstance(graph, Graph)
    assert risks_of(graph) == ()
