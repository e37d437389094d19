"""What the code needs, through the real collector and the shipped table of engines."""

from collections.abc import Callable
from pathlib import Path

import pytest

from toolkit.catalog.entries import Catalog
from toolkit.catalog.folders import load
from toolkit.collect.files import collect_files
from toolkit.identify.dependencies import identify
from toolkit.identify.engines import find_needs
from toolkit.model import Ignore, Need, Platform, Survey

# the compiled signals are kept between tests: compiling them takes a second each time
Look = Callable[[Path, dict[str, str]], Survey]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


@pytest.fixture(scope="module")
def look(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Look:
    cache = tmp_path_factory.mktemp("cache")

    def collected(folder: Path, files: dict[str, str]) -> Survey:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        return collect_files({"app": folder}, catalog, cache=cache)

    return collected


def _needs(survey: Survey, catalog: Catalog, platform: Platform | None = None) -> dict[str, Need]:
    return {need.engine: need for need in find_needs(survey, platform or Platform(), catalog)}


@pytest.mark.parametrize(
    ("path", "text", "engine"),
    [
        ("requirements.txt", "PyMySQL==1.1\n", "mysql"),
        ("requirements.txt", "psycopg[binary]==3.2\n", "postgresql"),
        ("requirements.txt", "pika\n", "amqp"),
        ("requirements.txt", "pymongo\n", "mongodb"),
        ("package.json", '{"dependencies": {"mysql2": "3"}}', "mysql"),
        ("package.json", '{"dependencies": {"pg": "8"}}', "postgresql"),
        ("package.json", '{"dependencies": {"amqplib": "0.10"}}', "amqp"),
        ("Gemfile", 'gem "dalli"\n', "memcached"),
        ("Gemfile", 'gem "bunny"\n', "amqp"),
        ("go.mod", "module x\n\nrequire github.com/go-sql-driver/mysql v1.8.1\n", "mysql"),
        ("mix.exs", "defp deps do\n  [{:myxql, \"~> 0.7\"}]\nend\n", "mysql"),
        ("docker-compose.yml", "services:\n  db:\n    image: mysql:8\n", "mysql"),
        ("docker-compose.yml", "services:\n  db:\n    image: mariadb:11\n", "mysql"),
        ("docker-compose.yml", "services:\n  s:\n    image: opensearchproject/opensearch:2\n", "opensearch"),
        ("compose.yaml", "services:\n  q:\n    image: rabbitmq:3-management\n", "amqp"),
        ("infra/main.tf", 'resource "aws_db_instance" "x" {\n  engine = "mysql"\n}\n', "mysql"),
        ("infra/main.tf", 'module "db" {\n  source = "./db"\n  engine = "postgres"\n}\n', "postgresql"),
        ("infra/main.tf", 'variable "db_engine" {\n  default = "aurora-mysql"\n}\n', "mysql"),
        ("infra/main.tf", 'resource "aws_elasticache_cluster" "x" {\n  engine = "memcached"\n}\n', "memcached"),
        ("infra/main.tf", 'resource "aws_mq_broker" "x" {\n  engine_type = "RabbitMQ"\n}\n', "amqp"),
        ("infra/main.tf", 'resource "azurerm_mysql_flexible_server" "x" {}\n', "mysql"),
        (
            "infra/main.tf",
            'resource "google_sql_database_instance" "x" {\n  database_version = "POSTGRES_15"\n}\n',
            "postgresql",
        ),
        ("stack.yml", "Resources:\n  D:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: mysql", "mysql"),
        (
            "lib/stack.ts",
            'import * as rds from "aws-cdk-lib/aws-rds";\nconst e = rds.DatabaseInstanceEngine.postgres({version});',
            "postgresql",
        ),
        ("config/database.yml", "production:\n  adapter: mysql2\n  database: shop\n", "mysql"),
        ("shop/settings.py", 'DATABASES = {\n    "default": {"ENGINE": "django.db.backends.mysql"},\n}\n', "mysql"),
        (
            "shop/settings.py",
            "CACHES = {'default': {'BACKEND': 'django.core.cache.backends.memcached.PyMemcacheCache'}}\n",
            "memcached",
        ),
        ("application.properties", "spring.datasource.url=jdbc:mysql://db:3306/shop\n", "mysql"),
        ("application.yml", "spring:\n  datasource:\n    url: jdbc:postgresql://db/shop\n", "postgresql"),
        ("app/tasks.py", 'BROKER = "amqp://guest@mq//"\n', "amqp"),
        (".env", "DB_CONNECTION=mysql\n", "mysql"),
    ],
)  # fmt: skip
def test_a_sign_of_an_engine(path: str, text: str, engine: str, tmp_path: Path, catalog: Catalog, look: Look) -> None:
    assert set(_needs(look(tmp_path, {path: text}), catalog)) == {engine}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tests/requirements.txt", "PyMySQL\n"),
        ("docs/compose.yml", "services:\n  db:\n    image: mysql:8\n"),
        ("shop/settings.py", '# DATABASES = {"default": {"ENGINE": "django.db.backends.mysql"}}\nX = 1\n'),
        ("infra/main.tf", 'resource "aws_db_instance" "x" {\n  # engine = "mysql"\n}\n'),
        ("infra/main.tf", 'resource "x" "y" {\n  search_engine = "mysql"\n}\n'),
        (".env", "# DB_CONNECTION=mysql\n"),
        ("package-lock.json", '{"packages": {"node_modules/mysql2": {"version": "3"}}}'),
    ],
)
def test_what_does_not_count(path: str, text: str, tmp_path: Path, catalog: Catalog, look: Look) -> None:
    assert _needs(look(tmp_path, {path: text}), catalog) == {}


def test_role_and_confidence(tmp_path: Path, catalog: Catalog, look: Look) -> None:
    survey = look(tmp_path, {
        "package.json": '{"dependencies": {"pg": "8"}, "devDependencies": {"mysql2": "3"}}',
        "docker-compose.dev.yml": "services:\n  q:\n    image: rabbitmq:3\n",
        ".github/workflows/ci.yml": "jobs:\n  t:\n    services:\n      db:\n        image: mongo:7\n",
        "docker-compose.yml": "services:\n  c:\n    image: redis:7\n",
        "src/cache.ts": 'const url = "redis://cache:6379";\n',
        "infra/main.tf": 'resource "aws_elasticache_cluster" "x" {\n  engine = "memcached"\n}\n',
    })  # fmt: skip
    needs = _needs(survey, catalog)
    assert {name: (need.role, need.confidence) for name, need in needs.items()} == {
        "amqp": ("developer", "low"),
        "memcached": ("infra", "high"),
        "mongodb": ("build/ci", "low"),
        "mysql": ("build/ci", "low"),
        "postgresql": ("runtime", "medium"),
        "redis": ("runtime", "high"),
    }


def test_an_engine_is_no_vendor_and_hides_none(tmp_path: Path, catalog: Catalog, look: Look) -> None:
    """The same name may say whose it is and what is spoken."""
    survey = look(tmp_path, {"main.tf": 'resource "azurerm_mysql_flexible_server" "x" {}\n'})
    found = {one.id for one in identify(survey, Platform(), catalog)}
    assert "azure/mysql" in found
    assert not any(name.startswith("engine") for name in found)
    (need,) = find_needs(survey, Platform(), catalog)
    assert [survey.evidence[position].where for position in need.evidence] == ["main.tf:1"]


def test_the_user_takes_an_engine_out(tmp_path: Path, catalog: Catalog, look: Look) -> None:
    survey = look(tmp_path, {"requirements.txt": "PyMySQL\npsycopg2\n"})
    platform = Platform(ignore=(Ignore("never used", dependency="engine:mysql"),))
    assert set(_needs(survey, catalog, platform)) == {"postgresql"}
