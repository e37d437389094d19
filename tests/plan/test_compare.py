"""Losses side by side."""

from msgspec.structs import replace
from test_make_plan import AWS, CATALOG, EC2, RDS, ZENDESK

from toolkit.model import SCHEMA_VERSION, Answer, Assessment, Audit, Company, JourneyRisk, Loss, Platform, Score, Survey
from toolkit.plan import make_plan
from toolkit.plan.compare import compare
from toolkit.plan.losses import default_losses, stopping_losses
from toolkit.report import caveats, markdown, text

DESK = Company("zendesk", "Zendesk", ("zendesk",), ("zendesk/support",), ("read", "get-help"))
JOURNEYS = (
    JourneyRisk("read", "Read", stops=(Answer("aws", ("aws/ec2", "aws/rds")),)),
    JourneyRisk("get-help", "Get help", stops=(Answer("zendesk", ("zendesk/support",)),)),
)


def audited(*companies: Company) -> Audit:
    assessment = Assessment(Score(0, ()), companies=companies, journeys=JOURNEYS)
    return Audit(SCHEMA_VERSION, "offramp 0", "h", Platform(), Survey(), (RDS, EC2, ZENDESK), assessment)


def test_each_company_that_stops_something_is_lost_alone_the_worst_first() -> None:
    table = compare(audited(AWS, DESK), CATALOG, people=2)
    assert [row.losses for row in table.rows] == [(Loss("zendesk", 0),), (Loss("aws", 30),)]
    desk, aws = table.rows
    assert [one.journey for one in desk.journeys] == ["get-help"]
    assert [one.journey for one in aws.journeys] == ["read"]
    assert aws.work_hours > 0
    assert aws.worst_outage_hours == aws.journeys[0].outage_hours
    shown = text.render_comparison(table, CATALOG)
    assert shown.index("zendesk (0 h notice)") < shown.index("aws (30 h notice)")
    assert "| aws (30 h notice) | read T+" in markdown.render_comparison(table, CATALOG)


def test_what_may_stop_everything_stands_beside_what_surely_stops_something_and_says_so() -> None:
    perhaps = Company("heroku", "Heroku", ("heroku",), ("heroku",))
    answer = Answer("heroku", ("aws/ec2",))
    risks = tuple(replace(one, may_stop=(answer,)) for one in JOURNEYS)
    audit = audited(AWS, perhaps)
    audit = replace(audit, assessment=replace(audit.assessment, journeys=risks))
    assert [one.vendor for one in stopping_losses(audit, CATALOG)] == ["aws", "heroku"]
    first = replace(AWS, stops=())
    audit = replace(audit, assessment=replace(audit.assessment, companies=(first, perhaps)))
    assert [one.vendor for one in default_losses(audit, CATALOG)] == ["heroku"]


def test_what_may_stop_is_planned_as_if_it_did_and_every_format_says_so() -> None:
    perhaps = replace(AWS, stops=())
    risks = (JourneyRisk("read", "Read", may_stop=(Answer("aws", ("aws/ec2", "aws/rds")),)),)
    audit = audited(perhaps)
    audit = replace(audit, assessment=replace(audit.assessment, companies=(perhaps,), journeys=risks))
    plan = make_plan(audit, CATALOG, people=2)
    (read,) = plan.journeys
    assert read.perhaps
    assert read.latest_hours
    assert "may stop, which nobody has answered yet" in caveats.journeys(plan)[0]
    assert "If they stop, which nobody has answered yet" in caveats.figures(plan)
    assert ", if it stops" in markdown.render_comparison(compare(audit, CATALOG, people=2), CATALOG)


def test_where_nobody_stops_anything_there_is_no_row() -> None:
    table = compare(audited(), CATALOG)
    assert table.rows == ()
    assert "no company" in text.render_comparison(table, CATALOG)
