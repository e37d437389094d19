"""A database that nobody was found to run is taken to lie where the applications run, and is lost with their host."""

from typing import Any

from msgspec.structs import replace
from test_make_plan import CATALOG, POSTGRESQL, RDS
from test_phases import FROZEN, GATE, PAGES

from toolkit.catalog.entries import Engine
from toolkit.model import (
    SCHEMA_VERSION,
    Answer,
    Application,
    Assessment,
    Audit,
    Choice,
    Dependency,
    JourneyRisk,
    Loss,
    Need,
    Plan,
    Platform,
    Score,
    Survey,
    Wait,
)
from toolkit.plan import make_plan
from toolkit.plan.compare import compare
from toolkit.report import caveats, markdown, text
from toolkit.report.runbooks import runbooks

LAST = replace(FROZEN.tasks[1], id="dump", fetches=("dump",), general=('pg_dump "$OLD_DATABASE_URL"',))
SPEAKING = replace(
    FROZEN, speaks=("postgresql",), tasks=(FROZEN.tasks[0], LAST, *FROZEN.tasks[2:]), outputs=POSTGRESQL.outputs
)
KNOWN = replace(
    CATALOG,
    engines={name: Engine(name, ("data.relational",)) for name in ("postgresql", "mysql")},
    blueprints={"postgresql": SPEAKING, "web": PAGES},
    tasks=(GATE,),
)
HEROKU = Dependency("heroku", None, ("hosting.compute",), "runtime", "high")
PAGES_ONLY = Dependency("zendesk", "pages", ("hosting.static",), "runtime", "high")
APP = Application("board", "app", start="serve", environment={"URL": "${data.relational.url}"})
QUESTION = (
    "heroku/postgresql: nobody was found who runs the postgresql, so it is taken to lie at heroku and to be lost with"
    ' it. Who runs it? [[declare]] vendor and capabilities = ["data.relational"] in offramp.toml says so'
)


def audited(*dependencies: Dependency, engines: str = "postgresql", **platform: Any) -> Audit:
    stops = tuple(Answer(one.vendor, (one.id,)) for one in dependencies)
    read = JourneyRisk("read", "Read", stops=stops)
    needs = tuple(Need(name, "data.relational", "runtime", "high", ()) for name in engines.split())
    return Audit(
        SCHEMA_VERSION, "offramp 0", "h", Platform(applications=(APP,), **platform), Survey(), dependencies,
        Assessment(Score(0, ()), journeys=(read,)), needs,
    )  # fmt: skip


def planned(audit: Audit, lose: str = "heroku", notice: float = 0, *, prepared: bool = False) -> Plan:
    return make_plan(audit, KNOWN, losses=[Loss(lose, notice)], people=2, prepared=prepared)


def test_without_notice_its_data_is_lost_and_every_output_says_so() -> None:
    plan = planned(audited(HEROKU))
    assert [(one.dependency, one.what, one.why) for one in plan.data_lost] == [
        ("heroku/postgresql", "Start empty", "taken to lie at heroku, which ends access without notice")
    ]
    assert plan.assumed == (QUESTION,)
    shown = (
        text.render_plan(plan, KNOWN), markdown.render_plan(plan, KNOWN), *runbooks(plan, KNOWN).values(),
    )  # fmt: skip
    whole = [page for page in shown if "Start empty" in page and "nobody was found who runs the" in page]
    assert len(whole) == 4  # the screen, the plan, the runbooks' index and their printed page
    (row,) = compare(audited(HEROKU), KNOWN, losses=[[Loss("heroku", 0)]]).rows
    assert [one.what for one in row.data_lost] == ["Start empty"]


def test_with_notice_it_is_dumped_imported_and_waited_for() -> None:
    plan = planned(audited(HEROKU), notice=30)
    tasks = {one.id: one for one in plan.tasks}
    assert tasks["postgresql.dump"].commands == ('pg_dump "$OLD_DATABASE_URL"',)
    assert tasks["postgresql.dump"].window.latest_hours == 30
    assert "postgresql.switch" in tasks["web.point"].needs
    assert plan.data_lost == ()
    (read,) = plan.journeys
    assert read.back_hours is not None
    assert read.back_hours >= tasks["postgresql.switch"].finish_hours
    assert plan.assumed == (QUESTION,)


def test_who_holds_a_dump_loses_what_was_written_after_it() -> None:
    plan = planned(audited(HEROKU), prepared=True)
    assert [one.what for one in plan.data_lost] == [
        "What was written after the copy: access ends before writers can be stopped for a last one"
    ]


def test_what_no_blueprint_takes_over_is_lost_all_the_same() -> None:
    plan = planned(audited(HEROKU, engines="mysql"))
    assert [(one.dependency, one.what) for one in plan.data_lost] == [("heroku/mysql", "What the mysql held")]
    assert plan.obstacles


def test_a_database_whose_provider_is_known_lies_there() -> None:
    assert planned(audited(HEROKU, RDS)).assumed == ()
    assert planned(audited(HEROKU, RDS)).data_lost == ()


def test_it_stays_where_the_programs_stay() -> None:
    plan = planned(audited(HEROKU, PAGES_ONLY), lose="zendesk")
    assert (plan.assumed, plan.data_lost) == ((), ())
    docs = replace(PAGES_ONLY, role="build/ci")
    assert planned(audited(docs), lose="zendesk").assumed == ()
    assert planned(audited(PAGES_ONLY), lose="zendesk").assumed != ()


def test_what_leaves_the_host_alone_does_not_build_the_applications_anew() -> None:
    choices = (Choice("data.relational", "postgresql"),)
    mail = Dependency("sendgrid", None, ("mail.outgoing",), "runtime", "high")
    idle = planned(audited(HEROKU, mail, choices=choices), lose="sendgrid")
    assert (idle.replacements, idle.tasks, idle.hosts, idle.obstacles) == ((), (), (), ())
    database = planned(audited(HEROKU, RDS, choices=choices), lose="aws")
    assert [one.blueprint for one in database.replacements] == ["postgresql"]
    whole = planned(audited(HEROKU, RDS, choices=choices))
    assert [one.blueprint for one in whole.replacements] == ["postgresql", "web"]


def test_nobody_goes_back_to_or_clears_up_what_access_has_ended_for() -> None:
    blueprints = dict(KNOWN.blueprints)
    switch = replace(SPEAKING.tasks[-2], rollback="point back at the old database")
    blueprints["postgresql"] = replace(SPEAKING, tasks=(*SPEAKING.tasks[:-2], switch, SPEAKING.tasks[-1]))
    known = replace(KNOWN, blueprints=blueprints)
    for notice, closes in ((0.0, False), (30.0, False), (500.0, True)):
        plan = make_plan(audited(HEROKU, RDS), known, losses=[Loss("aws", notice)], people=2)
        tasks = {one.id: one for one in plan.tasks}
        assert ("postgresql.close" in tasks) == closes
        assert bool(tasks["postgresql.switch"].rollback) == (notice > 0)


def test_the_headline_says_when_journeys_are_back_and_the_longest_wait_apart() -> None:
    plan = planned(audited(HEROKU))
    said = caveats.figures(plan)
    assert plan.journeys[0].latest_hours is not None
    assert said.startswith(f"All journeys are back by {caveats.clock(plan.journeys[0].latest_hours)}. All tasks")
    assert said in " ".join(text.render_plan(plan, KNOWN).split())
    dark = tuple(replace(one, back_hours=None, latest_hours=None) for one in plan.journeys)
    assert caveats.figures(replace(plan, journeys=dark)).startswith("Nothing that stops is brought back by this plan.")
    slow = replace(plan.tasks[0], wait=Wait(1, 48, "a form"))
    assert "the longest wait 48 h" in caveats.figures(replace(plan, tasks=(slow, *plan.tasks[1:])))
