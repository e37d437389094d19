"""Settings that a framework joins of keys: Spring's, and .NET's; databases that nothing replaces."""

from pathlib import Path

import pytest
import tomlkit
from msgspec.structs import replace

from tests.collect.programs.test_stacks import DOTNET, PHOENIX, SPRING, Files, only
from toolkit.collect.programs.wiring import wire
from toolkit.draft.programs import program_tables

_H2 = "<artifactId>h2database</artifactId>"
_SETTINGS = "src/main/resources/application"


def _spring(files: Files, *, build: str = "") -> Files:
    kept = {name: text for name, text in SPRING.items() if not name.startswith(_SETTINGS)}
    return {**kept, "pom.xml": SPRING["pom.xml"].replace("</dependencies>", f"{build}</dependencies>"), **files}


def _wired(root: Path, files: Files) -> dict[str, str]:
    return {name: said.text for name, said in only(root, files).environment.items()}


def test_spring_has_its_profile_for_production_and_what_that_names(tmp_path: Path) -> None:
    files = {
        "src/main/resources/config/application.yml": "spring:\n  application:\n    name: shop\n",
        "src/main/resources/config/application-dev.yml": "spring:\n  data:\n    mongodb:\n      uri: mongodb://x\n",
        "src/main/resources/config/application-prod.yml": "spring:\n  datasource:\n    url: jdbc:postgresql://x/y\n"
        "  mail:\n    host: localhost\n  data:\n    redis:\n      host: x\n  rabbitmq:\n    host: x\n",
    }
    profiles = "<profiles><profile>\n  <id>prod</id></profile></profiles>"
    program = only(tmp_path, _spring(files, build=profiles))
    wired = {name: said.text for name, said in program.environment.items()}
    assert wired["SPRING_PROFILES_ACTIVE"] == "prod"
    assert wired["SPRING_DATASOURCE_URL"].startswith("jdbc:postgresql://${data.relational.host}")
    assert wired["SPRING_DATASOURCE_PASSWORD"] == "${data.relational.password}"
    assert wired["SPRING_MAIL_HOST"] == "${mail.outgoing.host}"
    assert wired["SPRING_DATA_REDIS_HOST"] == "${data.cache.host}"
    assert wired["SPRING_RABBITMQ_HOST"] == "${data.queue.amqp.host}"
    assert "SPRING_DATA_MONGODB_URI" not in wired
    assert program.install[0].text == "mvn --batch-mode -DskipTests -Pprod package"


def test_spring_takes_the_profile_of_a_database_that_lasts(tmp_path: Path) -> None:
    """Without it the program keeps everything in memory."""
    files = {
        f"{_SETTINGS}.properties": "database=h2\n",
        f"{_SETTINGS}-mysql.properties": "spring.datasource.url=${MYSQL_URL:jdbc:mysql://x/y}\n",
        f"{_SETTINGS}-postgres.properties": "spring.datasource.url=${POSTGRES_URL:jdbc:postgresql://x/y}\n",
    }
    wired = _wired(tmp_path, _spring(files, build=_H2))
    assert wired["SPRING_PROFILES_ACTIVE"] == "postgres"
    assert wired["SPRING_DATASOURCE_URL"].startswith("jdbc:postgresql://${data.relational.host}")


def test_a_program_that_looks_for_the_shorter_scheme_gets_it(tmp_path: Path) -> None:
    code = "import os\nif os.environ['DATABASE_URL'].startswith('postgres://'):\n    APPS.append('postgres')\n"
    files = {"requirements.txt": "flask\npsycopg\n", "app.py": "from flask import Flask\napp = Flask('x')\n"}
    assert _wired(tmp_path / "long", {**files, "config.py": "import os\nos.environ['DATABASE_URL']\n"}) == {
        "DATABASE_URL": "${data.relational.url}"
    }
    short = _wired(tmp_path / "short", {**files, "config.py": code})["DATABASE_URL"]
    assert short.startswith("postgres://${data.relational.user}:${data.relational.password}@${data.relational.host}:")


def test_springs_search_engine_is_said_and_not_wired(tmp_path: Path) -> None:
    files = {f"{_SETTINGS}.properties": "spring.elasticsearch.uris=http://localhost:9200\n"}
    program = only(tmp_path, _spring(files))
    assert any("Elasticsearch is not replaced" in line for line in program.open)


def test_dotnet_keys_are_wired_as_the_environment_spells_them(tmp_path: Path) -> None:
    settings = (
        '{"Redis": {"ConnectionString": "localhost"}, "Smtp": {"Host": "x", "Password": "y"},\n'
        ' "Database": {"ConnectionString": "Host=db;Database=x;Username=y"}, "Logging": {"LogLevel": "x"}}'
    )
    code = 'var a = builder.Configuration.GetConnectionString("Board");\nvar b = Configuration["Minio:Endpoint"];\n'
    files = {**DOTNET, "src/Shop/appsettings.json": settings, "src/Shop/Program.cs": code}
    wired = _wired(tmp_path, files)
    assert wired["Redis__ConnectionString"].startswith("${data.cache.host}:${data.cache.port},password=")
    assert wired["Smtp__Password"] == "${mail.outgoing.password}"
    assert wired["Database__ConnectionString"].startswith("Host=${data.relational.host};")
    assert wired["ConnectionStrings__Board"].startswith("Host=${data.relational.host};")
    assert wired["Minio__Endpoint"] == "${data.object-storage.endpoint}"
    assert not any("Logging" in name for name in wired)


@pytest.mark.parametrize(
    ("project", "image", "engine"),
    [
        ("Microsoft.EntityFrameworkCore.SqlServer", "", "SQL Server"),
        ("Oracle.EntityFrameworkCore", "", "Oracle"),
        ("Microsoft.EntityFrameworkCore.SqlServer", "RUN sed -i s/SqlServer/Npgsql/ Shop.csproj\n", ""),
    ],
)
def test_a_database_that_nothing_speaks_is_said_and_not_wired(
    tmp_path: Path, project: str, image: str, engine: str
) -> None:
    settings = '{"ConnectionStrings": {"Default": "Server=.;Trusted_Connection=True"}}'
    content = f'<Project Sdk="Microsoft.NET.Sdk.Web">\n<PackageReference Include="{project}"/></Project>\n'
    files = {**DOTNET, "src/Shop/Shop.csproj": content, "src/Shop/appsettings.json": settings}
    if image:
        files["Dockerfile"] = f"FROM mcr.microsoft.com/dotnet/sdk:9.0\n{image}"
    program = only(tmp_path, files)
    assert ("ConnectionStrings__Default" in program.environment) == (not engine)
    assert [line for line in program.open if "not replaced" in line] == (
        [f"its database is {engine}, which is not replaced: say where one runs that stays, or move it first"]
        if engine
        else []
    )


def test_aspnet_in_a_container_listens_where_the_host_asks(tmp_path: Path) -> None:
    files = {**DOTNET, "Dockerfile": "FROM mcr.microsoft.com/dotnet/aspnet:8.0\nEXPOSE 80\n"}
    program = only(tmp_path, files)
    assert program.image
    assert program.port
    assert (program.port.text, program.environment["ASPNETCORE_URLS"].text) == ("8080", "http://127.0.0.1:$PORT")
    drafted = tomlkit.dumps({"application": program_tables([program, replace(program, name="b")], tmp_path)})
    assert [line.partition(" #")[0] for line in drafted.splitlines() if "8080" in line or "8000" in line] == [
        "port = 8080",
        'ASPNETCORE_URLS = "http://127.0.0.1:8080"',
        "port = 8000",
        'ASPNETCORE_URLS = "http://127.0.0.1:8000"',
    ]
    assert not any("rights" in line or "no .NET" in line for line in program.open)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("jdbc:sqlite:board.db", ["board.db"]),
        ("jdbc:sqlite:./data/board.db?journal_mode=wal", ["data"]),
        ("jdbc:h2:file:./data/board;MODE=PostgreSQL", ["data"]),
        ("jdbc:hsqldb:file:state/board", ["state"]),
        ("jdbc:h2:mem:board", []),
        ("jdbc:sqlite::memory:", []),
    ],
)
def test_a_database_that_spring_brings_along_is_a_file_that_stays(tmp_path: Path, url: str, kept: list[str]) -> None:
    """Nothing but its own driver is installed: no other database can be given to it."""
    files = {f"{_SETTINGS}.properties": f"spring.datasource.url={url}\nspring.datasource.username=\n"}
    files["pom.xml"] = SPRING["pom.xml"].replace(
        "<artifactId>postgresql</artifactId>", "<artifactId>sqlite-jdbc</artifactId>"
    )
    program = only(tmp_path, {**_spring({}), **files})
    assert [said.text for said in program.writable] == kept
    assert not any("${data.relational" in said.text for said in program.environment.values())


@pytest.mark.parametrize(
    ("sample", "address"),
    [
        ("mysql+pymysql://root:x@db/board", "mysql+pymysql://{}?ssl_ca=${{data.relational.mysql.ca}}"),
        ('"postgresql+asyncpg://x@db/board"', "postgresql+asyncpg://{}"),
        ("postgresql://x@db/board", "${{data.relational.url}}"),
    ],
)
def test_an_address_has_the_driver_that_its_sample_has(tmp_path: Path, sample: str, address: str) -> None:
    wanted = "PyMySQL" if "mysql" in sample else "asyncpg"
    files = {
        "requirements.txt": f"flask\nsqlalchemy\n{wanted}\n",
        "app.py": "import os\nfrom flask import Flask\napp = Flask('x')\nos.environ['DATABASE_URL']\n",
        ".env.example": f"DATABASE_URL={sample}\n",
    }
    place = "${data.relational." + ("mysql." if "mysql" in sample else "")
    outputs = [f"{place}{output}}}" for output in ("user", "password", "host", "port", "name")]
    parts = "{}:{}@{}:{}/{}".format(*outputs)
    assert _wired(tmp_path, files)["DATABASE_URL"] == address.format(parts)


def test_phoenix_reads_its_database_in_its_repository(tmp_path: Path) -> None:
    files = {name: text for name, text in PHOENIX.items() if name != "config/runtime.exs"}
    repository = 'def init(_, opts) do\n  System.get_env("SHOP_DATABASE_URL")\nend\n'
    assert _wired(tmp_path, {**files, "lib/shop/repo.ex": repository})["SHOP_DATABASE_URL"] == "${data.relational.url}"


@pytest.mark.parametrize("name", ["SHOP_SMTP_OPTIONS__SERVER", "EMAIL_SETTINGS_HOST"])
def test_mail_below_a_word_for_settings(name: str) -> None:
    assert wire(name, "") == "${mail.outgoing.host}"
