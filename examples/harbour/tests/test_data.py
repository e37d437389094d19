"""Seed, migrations, and a dump that restores to the same rows."""

import os
import subprocess
from collections.abc import Iterator

import boto3
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url, text

from harbour.database import driver_url, session_factory
from harbour.fingerprint import fingerprint
from harbour.models import Base
from harbour.seed import seed
from tests.conftest import BUCKET, ROOT, Brokers, migrate, program
from tests.stand_ins.postgres import binaries


@pytest.fixture
def databases(database_url: str, environ: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Two databases of their own: one with the schema, one empty."""
    urls = []
    with create_engine(driver_url(database_url), isolation_level="AUTOCOMMIT").connect() as server:
        for name in ("seeded", "restored"):
            server.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            server.execute(text(f"CREATE DATABASE {name}"))
            urls.append(make_url(database_url).set(database=name).render_as_string())
    migrate(environ | {"DATABASE_URL": urls[0]})
    yield urls[0], urls[1]


def test_the_seed_is_the_same_every_time(databases: tuple[str, str]) -> None:
    seen = []
    for _ in range(2):
        with session_factory(databases[0])() as session:
            seed(session, users=500, posts=2000)
            seen.append(fingerprint(session))
    assert seen[0] == seen[1]
    assert [seen[0][table]["rows"] for table in ("users", "posts", "moderation_events")] == [500, 2000, 0]
    assert seen[0]["posts"]["sha256"] == "397b10bd533f028f558835ee24d1012717510adf795c3b8e60d0aa83f41762c2"


def test_a_dump_restores_to_the_same_rows(databases: tuple[str, str], tmp_path: os.PathLike[str]) -> None:
    source, target = databases
    with session_factory(source)() as session:
        seed(session, users=50, posts=200)
        before = fingerprint(session)
    dump = f"{tmp_path}/harbour.dump"
    subprocess.run([binaries() / "pg_dump", "--format=custom", f"--file={dump}", source], check=True)
    subprocess.run([binaries() / "pg_restore", "--no-owner", "--exit-on-error", f"--dbname={target}", dump], check=True)
    with session_factory(target)() as session:
        assert fingerprint(session) == before
        session.execute(text("UPDATE posts SET body = body || ' ' WHERE id = (SELECT min(id::text)::uuid FROM posts)"))
        changed = fingerprint(session)
    assert changed["posts"]["rows"] == before["posts"]["rows"]
    assert changed["posts"]["sha256"] != before["posts"]["sha256"]


def test_the_migrations_make_what_the_models_say(databases: tuple[str, str]) -> None:
    with create_engine(driver_url(databases[0])).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_the_seed_command_fills_database_and_bucket(
    databases: tuple[str, str], environ: dict[str, str], backing: Brokers
) -> None:
    command = [program("python"), "-m", "harbour.seed", "--users", "5", "--posts", "10", "--pictures", "3"]
    subprocess.run(command, cwd=ROOT, env=environ | {"DATABASE_URL": databases[0]}, check=True)
    with session_factory(databases[0])() as session:
        keys = set(session.scalars(text("SELECT unnest(ARRAY[picture_key, thumbnail_key]) FROM posts")))
    s3 = boto3.client(
        "s3", endpoint_url=backing.s3, region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    stored = {item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
    assert len(keys - {None}) == 6
    assert keys - {None} <= stored
