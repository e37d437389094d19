"""Commands that vendors' files give: parsed, filled with words in capitals, and only of vendors that are lost."""

import re
import shlex

import pytest

from toolkit.catalog.folders import load
from toolkit.model import (
    SCHEMA_VERSION,
    Assessment,
    Audit,
    Choice,
    Dependency,
    Evidence,
    Loss,
    Platform,
    Score,
    Survey,
    Task,
)
from toolkit.plan import make_plan

PROGRAMS = {
    "aws",
    "cloud-sql-proxy",
    "curl",
    "fly",
    "heroku",
    "mariadb-dump",
    "mongodump",
    "offramp",
    "pg_dump",
    "pscale",
    "psql",
    "rclone",
}
CATALOG = load()
EXPORTS = {
    (id, export.what): export
    for known in (CATALOG.vendors, CATALOG.services)
    for id, entry in known.items()
    for export in entry.exit.exports
    if export.commands
}


def test_the_usual_places_of_data_have_their_commands() -> None:
    assert {id for id, _ in EXPORTS} >= {
        "aiven", "aws/rds", "aws/s3", "aws/route53", "azure/blob-storage", "azure/mysql", "azure/postgres",
        "backblaze", "cloudflare", "cloudflare/r2", "digitalocean/databases", "digitalocean/dns",
        "digitalocean/spaces", "fly-io", "gandi", "google-cloud/sql", "google-cloud/storage", "heroku", "planetscale",
        "render",
    }  # fmt: skip


@pytest.mark.parametrize("key", EXPORTS, ids="/".join)
def test_a_command_is_one_that_a_shell_can_run(key: tuple[str, str]) -> None:
    export = EXPORTS[key]
    assert export.dataset, "no task can find it"
    assert export.source, "who says that this works?"
    for command in export.commands:
        words = shlex.split(command)
        assert words[0] in PROGRAMS
        for word in words[1:]:
            if word.startswith(":"):  # an rclone remote written out: ":backend,option=value,…:path"
                assert re.fullmatch(r":[a-z0-9]+(,[a-z_]+=[A-Za-z0-9_:/.-]+)+:[A-Z]+", word), word


def test_the_databases_of_the_usual_places_are_dumped_for_the_engine_that_takes_them() -> None:
    fetched = {(id, export.dataset) for (id, _), export in EXPORTS.items()}
    both = {"data.relational-dump", "data.mysql-dump"}
    for id in ("aws/rds", "google-cloud/sql"):
        assert {dataset for known, dataset in fetched if known == id} - {"data.relational-stream"} == both
    for id in ("planetscale", "azure/mysql"):
        assert {dataset for known, dataset in fetched if known == id} == {"data.mysql-dump"}


@pytest.mark.parametrize("vendor", ["okta", "auth0"])
def test_no_command_is_for_a_vendor_that_is_not_lost(vendor: str) -> None:
    one = Dependency(vendor, None, ("auth.workforce-sso", "auth.customer-identity"), "runtime", "high")
    audit = Audit(SCHEMA_VERSION, "offramp 0", "h", Platform(), Survey(), (one,), Assessment(Score(0, ())))
    plan = make_plan(audit, CATALOG, losses=[Loss(vendor, 48)])
    (export,) = [task for task in plan.tasks if task.id == "keycloak.export"]
    assert [command.split()[2] for command in export.commands] == [vendor]
    others = {"okta", "auth0", "cognito", "zendesk"} - {vendor}
    named = [command for task in plan.tasks for command in task.commands if set(command.split()) & others]
    assert named == []


def with_names(*where: str, choices: tuple[Choice, ...] = (), **platform: object) -> dict[str, Task]:
    """The tasks of a plan that loses a store and a database of AWS, with these ARNs and places as evidence."""
    signs = tuple(
        Evidence("accounts.aws" if one.startswith("arn:") else "files.hcl", "aws/s3#x", "board", one, "infra")
        for one in where
    )
    seen = tuple(range(len(signs)))
    store = Dependency("aws", "s3", ("data.object-storage",), "runtime", "high", seen)
    database = Dependency("aws", "rds", ("data.relational",), "runtime", "high", seen)
    survey = Survey(evidence=signs)
    about = Platform(choices=choices, **platform)  # type: ignore[arg-type]
    audit = Audit(SCHEMA_VERSION, "offramp 0", "h", about, survey, (store, database), Assessment(Score(0, ())))
    plan = make_plan(audit, CATALOG, losses=[Loss("aws", 48)])
    return {task.id: task for task in plan.tasks}


def test_names_that_an_account_gave_stand_in_the_commands() -> None:
    tasks = with_names(
        "arn:aws:s3:::pictures", "arn:aws:s3:::avatars", "arn:aws:rds:eu-central-1:123456789012:db:board"
    )
    assert tasks["versitygw.copy"].commands == ("offramp export s3 --bucket pictures --bucket avatars --to dataset",)
    made, asked = tasks["postgresql.dump"].commands[:2]
    assert made == "mkdir -p dump"
    assert "--region eu-central-1 --db-instance-identifier board" in asked
    assert tasks["postgresql.last-copy" if "postgresql.last-copy" in tasks else "postgresql.follow"].commands


def test_names_that_the_user_chose_stand_in_the_commands() -> None:
    tasks = with_names(choices=(Choice("data.object-storage", "versitygw", inputs={"buckets": ["pictures"]}),))
    assert tasks["versitygw.copy"].commands == ("offramp export s3 --bucket pictures --to dataset",)
    assert tasks["versitygw.copy"].look_up == ()


@pytest.mark.parametrize("name", ["a;reboot", "$(reboot)", "-rf", "a b", "x'y", "\u202ea", ""])
def test_a_hostile_name_never_enters_a_command(name: str) -> None:
    tasks = with_names(
        f"arn:aws:s3:::{name}", choices=(Choice("data.object-storage", "versitygw", inputs={"buckets": [name]}),)
    )
    assert tasks["versitygw.copy"].commands == ("offramp export s3 --bucket BUCKET --to dataset",)


def test_what_nobody_knows_is_looked_up_at_the_lines_that_say_it() -> None:
    tasks = with_names("infra/pictures.tf:13", "infra/database.tf:6")
    (line,) = tasks["versitygw.copy"].look_up
    assert line.startswith("BUCKET: in the vendor's console or your settings")
    assert line.endswith("lines on aws/s3: board/infra/database.tf:6; board/infra/pictures.tf:13")
    assert tasks["postgresql.dump"].look_up[0].startswith("REGION, INSTANCE, ENDPOINT, USER, DATABASE: in the")


def test_the_last_dump_is_made_as_the_first_was() -> None:
    one = Dependency("heroku", None, ("data.relational", "hosting.containers"), "infra", "high")
    audit = Audit(SCHEMA_VERSION, "offramp 0", "h", Platform(), Survey(), (one,), Assessment(Score(0, ())))
    tasks = {task.id: task for task in make_plan(audit, CATALOG, losses=[Loss("heroku", 48)]).tasks}
    first, last = tasks["postgresql.dump"].commands, tasks["postgresql.last-copy"].commands
    assert first[1].startswith("heroku pg:backups:capture")
    assert last[: len(first)] == first
