"""A replacement speaks what is used, with the shipped catalogue and a real audit of small checkouts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from toolkit.catalog.entries import Catalog
from toolkit.catalog.folders import load
from toolkit.collect.files import collect_files
from toolkit.errors import BadInput
from toolkit.identify.dependencies import identify
from toolkit.identify.engines import find_needs
from toolkit.model import (
    SCHEMA_VERSION,
    Application,
    Assessment,
    Audit,
    Choice,
    Declare,
    Fallback,
    Loss,
    Plan,
    Platform,
    Score,
)
from toolkit.plan import make_plan

RDS = 'resource "aws_db_instance" "x" {\n  engine = "%s"\n}\n'
PROGRAMS = {"web": ("aws/host-of-the-programs",)}  # code was seen, and nobody who runs it
SHOP = Application("shop", "shop", start="serve", environment={"DATABASE_URL": "${data.relational.url}"})


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


Planner = Callable[..., Plan]


@pytest.fixture
def plan_for(catalog: Catalog, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Planner:
    """audit → plan of a checkout with these files, when AWS is lost."""
    cache = tmp_path_factory.getbasetemp() / "compiled"

    def made(files: dict[str, str], known: Catalog = catalog, hours: int = 0, **platform: object) -> Plan:
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        survey = collect_files({"app": tmp_path}, known, cache=cache)
        about = Platform(**platform)  # type: ignore[arg-type]
        found, needs = identify(survey, about, known), find_needs(survey, about, known)
        audit = Audit(SCHEMA_VERSION, "", "", about, survey, found, Assessment(Score(0, ())), needs)
        return make_plan(audit, known, losses=[Loss("aws", hours)])

    return made


def _replaced(plan: Plan) -> dict[str, tuple[str, ...]]:
    return {one.blueprint: one.dependencies for one in plan.replacements}


def _reasons(plan: Plan) -> dict[str, str]:
    return {one.dependency: one.reason for one in plan.unplanned if one.reason.startswith("not replaced")}


@pytest.mark.parametrize(
    ("terraform", "dependency", "spoken"),
    [
        (RDS % "mysql", "aws/rds", "mysql"),
        (RDS % "mariadb", "aws/rds", "mysql"),
        ('resource "aws_elasticache_cluster" "x" {\n  engine = "memcached"\n}\n', "aws/elasticache", "memcached"),
        ('resource "aws_mq_broker" "x" {\n  engine_type = "RabbitMQ"\n}\n', "aws/mq", "amqp"),
        ('resource "aws_sqs_queue" "x" {}\n', "aws/sqs", "sqs"),
        ('resource "aws_sns_topic" "x" {}\n', "aws/sns", "sns"),
        ('resource "aws_docdb_cluster" "x" {}\n', "aws/documentdb", "mongodb"),
    ],
)
def test_what_nothing_here_speaks_is_not_replaced(
    terraform: str, dependency: str, spoken: str, catalog: Catalog, plan_for: Planner
) -> None:
    """Without the blueprints that may come to speak it."""
    few = {slug: one for slug, one in catalog.blueprints.items() if spoken not in one.speaks}
    known = Catalog(**{name: getattr(catalog, name) for name in catalog.__struct_fields__} | {"blueprints": few})
    plan = plan_for({"main.tf": terraform}, known)
    assert all(dependency not in names for names in _replaced(plan).values())
    assert _reasons(plan)[dependency] == f"not replaced: {dependency} speaks {spoken}, nothing here does"


@pytest.mark.parametrize(
    ("terraform", "dependency", "slug"),
    [
        (RDS % "postgres", "aws/rds", "postgresql"),
        (RDS % "mysql", "aws/rds", "mariadb"),
        (RDS % "aurora-mysql", "aws/rds", "mariadb"),
        (RDS % "mariadb", "aws/rds", "mariadb"),
        ('resource "aws_elasticache_replication_group" "x" {\n  engine = "redis"\n}\n', "aws/elasticache", "valkey"),
        ('resource "aws_elasticache_cluster" "x" {\n  engine = "memcached"\n}\n', "aws/elasticache", "memcached"),
        ('resource "aws_mq_broker" "x" {\n  engine_type = "RabbitMQ"\n}\n', "aws/mq", "rabbitmq"),
        ('resource "aws_sqs_queue" "x" {}\n', "aws/sqs", "elasticmq"),
        ('resource "aws_s3_bucket" "x" {}\n', "aws/s3", "versitygw"),
    ],
)
def test_what_is_spoken_here_is_replaced(terraform: str, dependency: str, slug: str, plan_for: Planner) -> None:
    plan = plan_for({"main.tf": terraform})
    assert _replaced(plan)[slug] == (dependency,)
    assert not any(one.assumed for one in plan.replacements)


def test_drivers_say_what_a_database_is_used_with(plan_for: Planner) -> None:
    """Terraform that leaves the engine to a variable, and a program with one driver."""
    terraform = 'resource "aws_db_instance" "x" {\n  engine = var.x\n}\n'
    plan = plan_for({"main.tf": terraform, "requirements.txt": "mysqlclient\n"})
    assert _replaced(plan) == {"mariadb": ("aws/rds",), **PROGRAMS}
    plan = plan_for({"requirements.txt": "psycopg2\n"})
    assert _replaced(plan)["postgresql"] == ("aws/rds",)


def test_cloudformation_decides_against_drivers(plan_for: Planner) -> None:
    stack = "Resources:\n  D:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      Engine: postgres\n"
    plan = plan_for({"stack.yml": stack, "requirements.txt": "mysqlclient\npsycopg2\n"})
    assert _replaced(plan) == {"postgresql": ("aws/rds",), **PROGRAMS}
    assert not any(one.assumed for one in plan.replacements)


def test_each_engine_has_its_own_database_and_its_own_dump(plan_for: Planner) -> None:
    plan = plan_for({"main.tf": RDS % "mysql" + RDS.replace('"x"', '"y"') % "postgres"}, hours=72)
    assert _replaced(plan) == {"mariadb": ("aws/rds",), "postgresql": ("aws/rds",)}
    commands = {task.id: " ".join(task.commands) for task in plan.tasks}
    assert "mariadb-dump" in commands["mariadb.last-copy"]
    assert "pg_dump" not in commands["mariadb.last-copy"]
    assert "mariadb-dump" not in commands["postgresql.dump"]
    assert "postgresql.last-rows" in commands  # it follows; the other is dumped once more
    assert "postgresql.last-copy" not in commands


def test_a_database_that_may_be_of_either_kind_is_the_one_that_is_listed_first(plan_for: Planner) -> None:
    plan = plan_for({"main.tf": 'resource "aws_db_instance" "x" {}\n', "requirements.txt": "mysqlclient\npsycopg2\n"})
    assert _replaced(plan) == {"postgresql": ("aws/rds",), **PROGRAMS}


def test_an_application_that_refers_to_an_engine_gets_this_one(plan_for: Planner) -> None:
    environment = {"DATABASE_URL": "${data.relational.mysql.url}", "REPORTS_URL": "${data.relational.postgresql.url}"}
    wired = Application("shop", "shop", start="serve", environment=environment)
    plan = plan_for({"main.tf": 'resource "aws_instance" "x" {}\n'}, applications=(wired,))
    assert set(_replaced(plan)) == {"mariadb", "postgresql", "web"}
    wired = Application("shop", "shop", start="serve", environment={"D": "${data.relational.mysql.dsn}"})
    with pytest.raises(BadInput, match=r"mariadb has no output 'dsn' for data.relational"):
        plan_for({"main.tf": 'resource "aws_instance" "x" {}\n'}, applications=(wired,))


def test_both_engines_of_one_service_are_answered_apart(plan_for: Planner) -> None:
    both = RDS % "postgres" + RDS.replace('"x"', '"y"') % "sqlserver-ex"
    plan = plan_for({"main.tf": both})
    assert _replaced(plan)["postgresql"] == ("aws/rds",)
    assert _reasons(plan)["aws/rds"] == "not replaced: aws/rds speaks sqlserver, nothing here does"


def test_what_nobody_could_see_is_assumed_and_said(plan_for: Planner) -> None:
    plan = plan_for({"main.tf": 'resource "aws_db_instance" "x" {}\n'})
    (database,) = [one for one in plan.replacements if "aws/rds" in one.dependencies]
    (sentence,) = database.assumed
    assert sentence.startswith("aws/rds: no sign says whether it is used with ")


def test_a_queue_whose_address_is_a_setting_can_be_switched(plan_for: Planner) -> None:
    """Celery speaks SQS and Redis: what is in a queue need not move, but a database's tables must."""
    files = {
        "main.tf": 'resource "aws_sqs_queue" "x" {}\n' + RDS % "oracle-ee",
        "requirements.txt": "redis\npsycopg2\n",
    }
    wired = Application(
        "shop", "shop", start="serve", environment={"Q": "${data.queue.url}", "D": "${data.relational.url}"}
    )
    plan = plan_for(files, applications=(wired,))
    (queue,) = [one for one in plan.replacements if one.blueprint == "valkey"]
    assert "aws/sqs" in queue.dependencies
    assert "their code speaks redis as well" in queue.assumed[0]
    assert "aws/rds" in _reasons(plan)
    unwired = plan_for(files, applications=(Application("shop", "shop", start="serve"),))
    assert _replaced(unwired)["elasticmq"] == ("aws/sqs",)


# --- what is needed, whoever provides it ------------------------------------------------------------------------------
def test_a_cache_of_ones_own_is_lost_with_the_machines(plan_for: Planner) -> None:
    files = {
        "main.tf": 'resource "aws_instance" "x" {}\n',
        "compose.yml": "services:\n  q:\n    image: redis:7\n",
        "app.py": 'URL = "redis://q:6379"\n',
    }
    plan = plan_for(files, applications=(Application("shop", "shop", start="serve"),))
    assert _replaced(plan) == {"web": ("aws/ec2",), "valkey": ("aws/redis",)}
    assert plan.obstacles == ()


def test_an_engine_without_blueprint_keeps_the_application_from_running(plan_for: Planner) -> None:
    files = {"main.tf": 'resource "aws_instance" "x" {}\n', "requirements.txt": "oracledb\n"}
    plan = plan_for(files, applications=(SHOP,))
    assert [(one.subject, one.reason) for one in plan.obstacles] == [
        ("shop", "shop needs oracle (data.relational), and nothing here provides it")
    ]
    ignoring = {"applications": (SHOP,), "fallbacks": (Fallback("data.relational", "own Oracle"),)}
    assert "web" in _replaced(plan_for(files, **ignoring))


def test_a_provider_that_stays_is_enough(plan_for: Planner) -> None:
    files = {"main.tf": 'resource "aws_instance" "x" {}\n', "requirements.txt": "psycopg2\n"}
    plan = plan_for(files, applications=(Application("shop", "s", start="x"),), declare=(Declare("neon"),))
    assert set(_replaced(plan)) == {"web"}


def test_a_lost_database_that_nothing_replaces_is_an_obstacle_once(plan_for: Planner) -> None:
    plan = plan_for({"main.tf": RDS % "oracle-ee"}, applications=(SHOP,))
    assert [(one.subject, one.reason) for one in plan.obstacles] == [
        ("aws/rds", "the applications use aws/rds (used with oracle) for data.relational, and nothing here replaces it")
    ]


def test_a_choice_is_followed_and_takes_over_only_what_it_speaks(plan_for: Planner) -> None:
    plan = plan_for({"main.tf": RDS % "oracle-ee"}, choices=(Choice("data.relational", "postgresql"),))
    assert _replaced(plan) == {"postgresql": ()}
    assert "oracle" in _reasons(plan)["aws/rds"]
