"""Losses side by side."""

from test_make_plan import AWS, CATALOG, EC2, RDS, ZENDESK

from toolkit.model import SCHEMA_VERSION, Answer, Assessment, Audit, Company, JourneyRisk, Loss, Platform, Score, Survey
from toolkit.plan.compare import compare
from toolkit.report import markdown, text

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


def test_where_nobody_stops_anything_there_is_no_row() -> None:
    table = compare(audited(), CATALOG)
    assert table.rows == ()
    assert "no company" in text.render_comparison(table, CATALOG)
