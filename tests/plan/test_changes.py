"""The lines of the platform's own that must change."""

from msgspec.structs import replace
from test_make_plan import CATALOG, RDS

from toolkit.model import (
    SCHEMA_VERSION,
    Assessment,
    Audit,
    Change,
    Evidence,
    Loss,
    Platform,
    Root,
    Score,
    Survey,
)
from toolkit.plan import make_plan
from toolkit.report.caveats import changes, first_hour


def test_each_line_that_runs_and_names_what_is_replaced_is_listed_by_file_and_number() -> None:
    signs = (
        Evidence("files", "aws/rds#x", "app", "config/database.yml:10", "runtime"),
        Evidence("files", "aws/rds#x", "app", "config/database.yml:9", "runtime"),
        Evidence("files", "aws/rds#x", "app", "ci.yml:1", "build/ci"),
        Evidence("files.hcl", "aws/rds#x", "app", "main.tf:3", "infra"),  # what is generated stands in for it
        Evidence("files.name", "aws/rds#x", "app", "rds.yml:1", "runtime"),  # nobody else reads it
        Evidence("accounts", "aws/rds#x", "aws:1", "arn:aws:rds:eu:1:db:12", "runtime"),
    )
    roots = (Root("app", "checkout", "."), Root("aws:1", "account", "aws:1"))
    rds = replace(RDS, evidence=(0, 1, 2, 3, 4, 5))
    survey = Survey(roots=roots, evidence=signs)
    audit = Audit(SCHEMA_VERSION, "offramp 0", "h", Platform(), survey, (rds,), Assessment(Score(0, ())))
    plan = make_plan(audit, CATALOG, losses=[Loss("aws", 30)])
    assert plan.changes == (
        Change("app", "config/database.yml:9", "aws/rds", "postgresql"),
        Change("app", "config/database.yml:10", "aws/rds", "postgresql"),
    )
    assert changes(plan) == ["aws/rds, which postgresql takes over: app/config/database.yml:9, 10"]
    assert any("person 1, T+00:00" in line for line in first_hour(plan))
