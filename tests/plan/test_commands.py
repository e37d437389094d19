"""Commands that vendors' files give: parsed, filled with words in capitals, and only of vendors that are lost."""

import re
import shlex

import pytest

from toolkit.catalog import load
from toolkit.model import SCHEMA_VERSION, Assessment, Audit, Dependency, Loss, Platform, Score, Survey
from toolkit.plan import make_plan

PROGRAMS = {
    "aws",
    "cloud-sql-proxy",
    "curl",
    "fly",
    "heroku",
    "mariadb-dump",
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
