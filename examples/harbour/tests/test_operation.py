"""What an operator relies on: settings, health, and the files that describe the deployment."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
import requests

from harbour.app import create_app
from harbour.config import ConfigError, Settings
from tests.conftest import ROOT, second_site
from tests.stand_ins.errors import error_server
from tests.stand_ins.serving import eventually, free_port

# Read by gunicorn, by boto3, or by neither but needed by them.
OTHERS_READ = {"HOST", "PORT", "WEB_CONCURRENCY", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL_S3"}


def test_missing_settings_are_named_together() -> None:
    with pytest.raises(ConfigError, match="SECRET_KEY, DATABASE_URL"):
        Settings.from_env({"SECRET_KEY": ""})
    with pytest.raises(ConfigError, match="SMTP_PORT"):
        Settings.from_env({"SECRET_KEY": "s", "DATABASE_URL": "d", "SMTP_PORT": "smtp"})


def test_secrets_are_not_shown(environ: dict[str, str]) -> None:
    shown = repr(Settings.from_env(environ))
    for name in ("SECRET_KEY", "TWILIO_AUTH_TOKEN", "OIDC_CLIENT_SECRET", "ZENDESK_TOKEN"):
        assert environ[name] not in shown


def test_health_follows_the_database(site: str, environ: dict[str, str]) -> None:
    assert requests.get(f"{site}/healthz", timeout=30).json() == {"status": "ok"}
    dead = create_app(environ | {"DATABASE_URL": f"postgresql://harbour@127.0.0.1:{free_port()}/postgres"})
    assert dead.test_client().get("/healthz").status_code == 503


def test_a_dead_database_is_said_and_reported(environ: dict[str, str], tmp_path: Path) -> None:
    dead = {"DATABASE_URL": f"postgresql://harbour:hush@127.0.0.1:{free_port()}/postgres", "REDIS_URL": ""}
    with error_server() as errors:
        with second_site(environ | dead | {"SENTRY_DSN": errors.dsn}, tmp_path) as browser:
            assert browser.get("/").status_code == 503
            report = eventually(lambda: errors.reports, tmp_path / "gunicorn.log")[0]
        assert "OperationalError" in report
        assert "hush" not in report
        assert environ["SECRET_KEY"] not in report


def test_the_board_is_read_with_nothing_but_its_database(environ: dict[str, str]) -> None:
    client = create_app({name: environ[name] for name in ("SECRET_KEY", "DATABASE_URL")}).test_client()
    assert client.get("/").status_code == 200
    assert client.get("/healthz").status_code == 200


def test_the_example_environment_names_every_setting() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    names = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert names == {field.name.upper() for field in fields(Settings)} | OTHERS_READ


def test_production_sets_no_unknown_variable() -> None:
    given = set(re.findall(r"^ +([A-Z][A-Z0-9_]+) += ", (ROOT / "infra/services.tf").read_text(), re.MULTILINE))
    secret = set(re.findall(r'^ +"([A-Z][A-Z0-9_]+)",$', (ROOT / "infra/secrets.tf").read_text(), re.MULTILINE))
    assert {"SECRET_KEY", "DATABASE_URL"} <= secret
    assert not given & secret
    assert given | secret <= {field.name.upper() for field in fields(Settings)} | OTHERS_READ


def test_offramp_toml_names_no_unknown_variable() -> None:
    platform = tomllib.loads((ROOT.parent / "offramp.toml").read_text())
    known = {field.name.upper() for field in fields(Settings)} | OTHERS_READ
    for application in platform["application"]:
        given = set(application["environment"]) | set(application["secrets"])
        assert given - {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} <= known
