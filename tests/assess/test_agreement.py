"""Cut sets and simulation answer the same question two ways: they must agree on every set of companies."""

from datetime import date
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from toolkit.assess import assess
from toolkit.assess.simulate import simulate
from toolkit.catalog.entries import Catalog, Vendor
from toolkit.model import SCHEMA_VERSION, Audit, Dependency, Fallback, Journey, Loss, Platform, Role, Survey

VENDORS = [f"v{number}" for number in range(6)]
CAPABILITIES = ["data.relational", "otp.sms", "mail.outgoing"]
ROLES: tuple[Role, ...] = ("runtime", "infra", "optional", "build/ci")


@st.composite
def audits(draw: st.DrawFn) -> tuple[Audit, Catalog]:
    """Owners and foundations may form circles: the catalogue of an overlay is the user's."""
    names = st.sampled_from(VENDORS)
    vendors = {
        name: Vendor(name, parent=draw(st.none() | names), runs_on=tuple(draw(st.lists(names, max_size=1))))
        for name in VENDORS[: draw(st.integers(1, 6))]
    }
    dependency = st.builds(
        Dependency,
        names,
        st.sampled_from(["s", None]),
        st.lists(st.sampled_from(CAPABILITIES), max_size=2, unique=True).map(tuple),
        st.sampled_from(ROLES),
        st.just("high"),
    )
    dependencies = tuple(draw(st.lists(dependency, max_size=5, unique_by=lambda one: one.id)))
    named = st.sampled_from([*CAPABILITIES, *VENDORS, "v0/s"])
    fallbacks = tuple(
        draw(st.lists(st.builds(Fallback, named, st.sampled_from([*VENDORS, "v1/s", "our own"])), max_size=4))
    )
    needs = st.lists(st.sampled_from([*CAPABILITIES, "data.*", "v0/s", "v2"]), max_size=3).map(tuple)
    journeys = tuple(Journey(f"j{n}", needs=draw(needs)) for n in range(draw(st.integers(1, 2))))
    catalog = Catalog("", {}, vendors, {}, {}, {}, {})
    platform = Platform(journeys=journeys, fallbacks=fallbacks)
    assessment = assess(Survey(), dependencies, platform, catalog, today=date(2026, 6, 1))
    return Audit(SCHEMA_VERSION, "", "", platform, Survey(), dependencies, assessment), catalog


@given(audits())
def test_a_journey_goes_dark_exactly_when_a_cut_set_of_it_is_lost(made: tuple[Audit, Catalog]) -> None:
    audit, catalog = made
    companies = sorted({catalog.company(name) for name in VENDORS})
    for size in range(len(companies) + 1):
        for lost in combinations(companies, size):
            dark = {one.journey for one in simulate(audit, catalog, [Loss(name, 0) for name in lost]).dark}
            cut = {
                risk.journey for risk in audit.assessment.journeys if any({*one} <= {*lost} for one in risk.cut_sets)
            }
            assert dark == cut, lost


@given(audits())
def test_companies_name_the_journeys_that_their_loss_alone_stops(made: tuple[Audit, Catalog]) -> None:
    audit, catalog = made
    for company in audit.assessment.companies:
        dark = [one.journey for one in simulate(audit, catalog, [Loss(company.id, 0)]).dark]
        assert list(company.stops) == dark
