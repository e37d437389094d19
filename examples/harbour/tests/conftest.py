"""The whole of Harbour, started once: gunicorn and a worker as in production, the vendors as local servers."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from sqlalchemy.orm import Session

from harbour.database import session_factory
from tests.browser import Browser
from tests.stand_ins import brokers, mailbox, oidc, postgres, verify, zendesk
from tests.stand_ins.serving import free_port, running, wait_for_port

ROOT = Path(__file__).resolve().parent.parent
BUCKET = "harbour-pictures"


@dataclass(frozen=True)
class Brokers:
    """URLs of the two brokers and the endpoint of the bucket."""

    sqs: str
    redis: str
    s3: str


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    with postgres.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def verify_server() -> Iterator[verify.VerifyServer]:
    with verify.verify_server() as server:
        yield server


@pytest.fixture(scope="session")
def provider() -> Iterator[oidc.Provider]:
    with oidc.provider() as server:
        yield server


@pytest.fixture(scope="session")
def desk() -> Iterator[zendesk.Zendesk]:
    with zendesk.zendesk() as server:
        yield server


@pytest.fixture(scope="session")
def mails() -> Iterator[mailbox.Mailbox]:
    with mailbox.mailbox() as box:
        yield box


@pytest.fixture(scope="session")
def backing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brokers]:
    folder = tmp_path_factory.mktemp("backing")
    with brokers.moto(folder) as moto_port, brokers.valkey(folder) as valkey_port:
        endpoint = f"http://127.0.0.1:{moto_port}"
        s3 = boto3.client(
            "s3", endpoint_url=endpoint, region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        sqs = f"sqs://testing:testing@127.0.0.1:{moto_port}//"
        yield Brokers(sqs=sqs, redis=f"redis://127.0.0.1:{valkey_port}/1", s3=endpoint)


@pytest.fixture(scope="session")
def environ(
    database_url: str,
    verify_server: verify.VerifyServer,
    provider: oidc.Provider,
    desk: zendesk.Zendesk,
    mails: mailbox.Mailbox,
    backing: Brokers,
) -> dict[str, str]:
    """Harbour's environment, with the queue on SQS as in production; the database has its schema."""
    port = str(free_port())
    variables = brokers.AWS_ENVIRONMENT | {
        "PATH": os.environ["PATH"],
        "PORT": port,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": "only for tests",
        "DATABASE_URL": database_url,
        "REDIS_URL": backing.redis.removesuffix("1") + "0",
        "BROKER_URL": backing.sqs,
        "AWS_ENDPOINT_URL_S3": backing.s3,
        "PICTURES_BUCKET": BUCKET,
        "TWILIO_API_BASE": verify_server.url,
        "TWILIO_ACCOUNT_SID": verify.ACCOUNT,
        "TWILIO_AUTH_TOKEN": verify.TOKEN,
        "TWILIO_VERIFY_SERVICE_SID": verify.SERVICE,
        "OIDC_ISSUER": provider.issuer,
        "OIDC_CLIENT_ID": oidc.CLIENT_ID,
        "OIDC_CLIENT_SECRET": oidc.CLIENT_SECRET,
        "OIDC_STAFF_GROUP": "moderators",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mails.port),
        "ZENDESK_URL": desk.url,
        "ZENDESK_EMAIL": zendesk.EMAIL,
        "ZENDESK_TOKEN": zendesk.TOKEN,
    }
    migrate(variables)
    return variables


@pytest.fixture(scope="session")
def site(environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of Harbour under gunicorn."""
    log = tmp_path_factory.mktemp("site") / "gunicorn.log"
    with running([program("gunicorn"), "--config", "gunicorn.conf.py"], log, environ, cwd=ROOT):
        wait_for_port(int(environ["PORT"]), log)
        yield environ["PUBLIC_URL"]


@pytest.fixture(scope="session")
def worker(environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The worker on SQS; gives its log."""
    log = tmp_path_factory.mktemp("worker") / "celery.log"
    with running(worker_command(), log, environ, cwd=ROOT):
        yield log


@pytest.fixture
def browser(site: str) -> Browser:
    """A visitor without a session."""
    return Browser(site)


@pytest.fixture
def database(environ: dict[str, str]) -> Iterator[Session]:
    with session_factory(environ["DATABASE_URL"])() as session:
        yield session


@pytest.fixture(autouse=True)
def everything_up(verify_server: verify.VerifyServer, desk: zendesk.Zendesk, provider: oidc.Provider) -> None:
    """Whatever a test broke works again in the next."""
    verify_server.failure, desk.down, provider.issuer_in_tokens = None, False, ""


@contextlib.contextmanager
def second_site(environ: dict[str, str], folder: Path) -> Iterator[Browser]:
    """Harbour under gunicorn once more, configured otherwise; yields a visitor."""
    port, log = free_port(), folder / "gunicorn.log"
    with running([program("gunicorn")], log, environ | {"PORT": str(port)}, cwd=ROOT):
        wait_for_port(port, log)
        yield Browser(f"http://127.0.0.1:{port}")


def program(name: str) -> str:
    """A program of this virtual environment."""
    return str(Path(sys.executable).with_name(name))


def worker_command() -> list[str]:
    return [program("celery"), "--app", "harbour.worker", "worker", "--concurrency", "1", "--loglevel", "INFO"]


def migrate(environ: dict[str, str], target: str = "head") -> None:
    """Bring the schema to `target` by the command that the documentation gives."""
    subprocess.run([program("alembic"), "upgrade", target], cwd=ROOT, env=environ, check=True)
