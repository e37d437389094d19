"""The commands that stop whatever writes: the host's own, with the names that the platform's files say."""

import re
import shlex
from datetime import date
from pathlib import Path

import pytest
from test_read_at_night import shipped

from toolkit.assess import assess
from toolkit.catalog.entries import Stop
from toolkit.collect.files import collect_files
from toolkit.identify.dependencies import identify
from toolkit.identify.engines import find_needs
from toolkit.model import SCHEMA_VERSION, Audit, Loss, Plan, Platform, Task
from toolkit.plan import make_plan
from toolkit.plan.names import open_words
from toolkit.report.runbooks import printable, runbooks

DATABASE = {"config/database.yml": "production:\n  adapter: postgresql\n  url: <%= ENV['DATABASE_URL'] %>\n",
            "Gemfile": "gem 'pg'\ngem 'rails'\n"}  # fmt: skip
HEROKU = {
    "Procfile": "web: puma\nworker: bundle exec sidekiq\nclock: bundle exec clockwork\nrelease: rake db:migrate\n",
    "app.json": '{"name": "Board", "addons": ["heroku-postgresql"], "env": {"HEROKU_APP_NAME": {"required": true}}}',
    ".github/workflows/deploy.yml": (
        "jobs:\n  staging:\n    steps:\n      - uses: akhileshns/heroku-deploy@v3\n        with:\n"
        "          heroku_app_name: board-staging\n"
        "  live:\n    steps:\n      - uses: akhileshns/heroku-deploy@v3\n        with:\n"
        "          heroku_app_name: board-live\n          heroku_api_key: ${{ secrets.HEROKU_API_KEY }}\n"
    ),
}
FLY = {"fly.toml": 'app = "board"\n[env]\nPORT = "1"\n[processes]\nweb = "puma"\nsidekiq = "bundle exec sidekiq"\n'}
ECS = {
    "infra/main.tf": (
        'provider "aws" {\n  region = "eu-west-1"\n}\n'
        'resource "aws_ecs_cluster" "this" {\n  name = "live"\n}\n'
        'resource "aws_ecs_service" "web" {\n  name = "board-web"\n  cluster = aws_ecs_cluster.this.id\n}\n'
        'resource "aws_ecs_service" "jobs" {\n  name = "board-worker"\n}\n'
        'resource "aws_db_instance" "main" {\n  identifier = "board-db"\n  engine = "postgres"\n}\n'
    ),
}
KUBERNETES = {
    "infra/main.tf": 'resource "google_container_cluster" "this" {\n  name = "live"\n}\n',
    "kubernetes/live.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: board-web\n---\n"
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: board-sidekiq\n---\n"
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: board-redis\n---\n"
        "apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: nightly\n---\n"
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: front\n"
    ),
}
COMPOSE = {
    "infra/main.tf": 'resource "hcloud_server" "this" {\n  name = "one"\n}\n',
    "docker-compose.yml": (
        "services:\n  web:\n    build: .\n  sidekiq:\n    build: .\n"
        "  db:\n    image: postgres:16\n  redis:\n    image: redis\n"
    ),
}


SUSPENDED = """kubectl patch cronjob/nightly --patch '{"spec":{"suspend":true}}'"""


def planned(folder: Path, files: dict[str, str], lose: str) -> Plan:
    for name, text in {**DATABASE, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    catalog, platform = shipped(), Platform()
    survey = collect_files({"board": folder}, catalog)
    found = identify(survey, platform, catalog)
    needs = find_needs(survey, platform, catalog)
    audit = Audit(
        SCHEMA_VERSION,
        "offramp 0",
        "h",
        platform,
        survey,
        found,
        assess(survey, found, platform, catalog, today=date(2026, 1, 1)),
        needs,
    )
    return make_plan(audit, catalog, losses=[Loss(lose, 48)], people=2)


def task(plan: Plan, ident: str) -> Task:
    return next(one for one in plan.tasks if one.id == ident)


@pytest.mark.parametrize(
    ("files", "lose", "writers", "workers"),
    [
        (HEROKU, "heroku", "heroku maintenance:on --app board-live",
         "heroku ps:scale worker=0 --app board-live|heroku ps:scale clock=0 --app board-live"),
        (FLY, "fly-io", "fly scale count 0 --process-group web --app board --yes",
         "fly scale count 0 --process-group sidekiq --app board --yes"),
        (ECS, "aws", "aws ecs update-service --region eu-west-1 --cluster live --service board-web --desired-count 0",
         "aws ecs update-service --region eu-west-1 --cluster live --service board-worker --desired-count 0"),
        (KUBERNETES, "google-cloud", "kubectl scale deployment/board-web --replicas=0",
         SUSPENDED + "|kubectl scale deployment/board-sidekiq --replicas=0"),
        (COMPOSE, "hetzner", "docker compose stop web", "docker compose stop sidekiq"),
    ],
)  # fmt: skip
def test_writers_and_workers_are_stopped_by_the_names_in_the_platforms_own_files(
    tmp_path: Path, files: dict[str, str], lose: str, writers: str, workers: str
) -> None:
    plan = planned(tmp_path, files, lose)
    assert task(plan, "common.freeze").commands == (writers,)
    assert task(plan, "common.stop-workers").commands == tuple(workers.split("|"))
    assert not task(plan, "common.freeze").look_up


def test_what_no_file_names_is_to_be_filled_in_and_the_way_back_is_said(tmp_path: Path) -> None:
    plan = planned(tmp_path, {"app.json": HEROKU["app.json"], "Procfile": "web: puma\n"}, "heroku")
    freeze = task(plan, "common.freeze")
    assert freeze.commands == ("heroku maintenance:on --app APP",)
    assert freeze.look_up == ("APP: in the console of heroku, for no file says it",)
    assert freeze.undo[-1] == "heroku maintenance:off --app APP"
    assert task(plan, "common.stop-workers").commands == ()  # the Procfile has none
    shown = runbooks(plan, shipped())["data.relational.md"]
    assert "Mind: heroku: maintenance:on turns people away" in shown
    assert "<strong>Mind</strong>" in printable(plan, shipped())


def test_buckets_and_instances_of_terraform_stand_in_the_copies(tmp_path: Path) -> None:
    plan = planned(tmp_path, ECS, "aws")
    commands = " ".join(command for one in plan.tasks for command in one.commands)
    assert "--region eu-west-1 --db-instance-identifier board-db" in commands


@pytest.mark.parametrize(
    "name",
    [
        "$(id)",
        "${{ secrets.APP }}",
        "a b",
        "sk_live_4eC39HqLyjWDarjtT1zdp7d12345",
        "AKIAIOSFODNN" + "7EXAMPLE",
        "ghp_" + "ab" * 18,
        "xoxb-ab" + "cdefghij",
        "kJhGfDsAqWeRtYuIoPzXcVbNmL",
        "{{ .Values.app }}",
        "-rf",
    ],
)
def test_no_name_that_a_shell_would_read_otherwise_or_that_may_be_a_secret_is_kept(tmp_path: Path, name: str) -> None:
    (tmp_path / "fly.toml").write_text(f'app = "{name}"\n')
    assert collect_files({"board": tmp_path}, shipped()).names == ()


def test_files_for_developers_name_nothing(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.dev.yml").write_text("services:\n  web:\n    build: .\n")
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "fly.toml").write_text('app = "board"\n')
    assert collect_files({"board": tmp_path}, shipped()).names == ()


def test_every_way_to_stop_has_a_source_a_way_back_and_words_that_something_names() -> None:
    catalog = shipped()
    tables = (catalog.vendors, catalog.services, catalog.runners)
    for ident, entry in [(ident, entry) for table in tables for ident, entry in table.items()]:
        if entry.stop == Stop():
            continue
        assert entry.stop.source.startswith("https://"), ident
        assert entry.stop.writers, ident
        assert entry.stop.back, ident
        for command in (*entry.stop.writers, *entry.stop.workers, *entry.stop.back):
            assert shlex.split(command), command
            assert all(re.fullmatch(r"[A-Z_]{3,}", word) for word in open_words([command])), command
        programs = {naming.word for naming in entry.named if naming.programs}
        spoken = set(open_words((*entry.stop.writers, *entry.stop.workers)))
        assert programs <= spoken | {"WEB"}, f"{ident} names programs that no command stops"


def test_the_settings_are_printed_by_what_runs_the_programs_where_the_host_has_no_way(tmp_path: Path) -> None:
    plan = planned(tmp_path, KUBERNETES, "google-cloud")
    assert task(plan, "common.settings-copy").commands[0] == "kubectl exec deployment/board-web -- printenv"


def test_workers_are_stopped_in_the_runbook_of_what_waits_for_it(tmp_path: Path) -> None:
    plan = planned(tmp_path, FLY, "fly-io")
    assert task(plan, "common.stop-workers").capability == "data.relational"


def test_what_a_command_reads_from_the_environment_is_said(tmp_path: Path) -> None:
    plan = planned(tmp_path, COMPOSE, "hetzner")
    (told,) = task(plan, "postgresql.dump").look_up
    assert told.startswith("OLD_DATABASE_URL: set it first (`read -rs OLD_DATABASE_URL; export …`)")


def test_every_effort_says_where_it_comes_from() -> None:
    catalog = shipped()
    rules = [*catalog.tasks, *(one for blueprint in catalog.blueprints.values() for one in blueprint.tasks)]
    assert [one.id for one in rules if not one.effort.basis.strip()] == []


def test_a_name_of_a_stage_that_nobody_uses_is_in_no_command(tmp_path: Path) -> None:
    """The only name in the files is that of staging: its database is not the one that people wrote to."""
    workflow = HEROKU[".github/workflows/deploy.yml"].partition("  live:")[0]
    plan = planned(tmp_path, {**HEROKU, ".github/workflows/deploy.yml": workflow, **DATABASE}, "heroku")
    said = "\n".join(command for task in plan.tasks for command in task.commands)
    assert "board-staging" not in said
    assert "heroku pg:backups:capture --app APP" in said
