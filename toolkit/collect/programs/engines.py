"""Which database engine a program speaks, and how the setting that chooses it, like `DB_ENGINE`, spells that.

The words stand in the code that compares the setting, or in the remark beside it in a sample: "sqlite (default) or
postgres". In: the settings that are read, the files that name them. Out: the word for an engine.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from toolkit.collect.programs.facts import LANGUAGES, Fact, Standing, strings, table, toml
from toolkit.collect.programs.tree import Tree, below, text

LISTED = (
    "requirements.txt",
    "pyproject.toml",
    "Pipfile",
    "Gemfile",
    "composer.json",
    "package.json",
    "go.mod",
    "Cargo.toml",
)
_ENGINES = (
    ("postgresql", re.compile(
        r"psycopg|asyncpg|\bpg8000|gem ['\"]pg['\"]|\"pg\"\s*:|postgrex|lib/pq|jackc/pgx|"
        r"postgresql|Npgsql|\"postgres\"\s*:|ext-pgsql|pdo_pgsql|sqlx.*postgres"
    )),
    ("mysql", re.compile(
        r"mysqlclient|pymysql|gem ['\"](?:mysql2|trilogy)['\"]|\"mysql2?\"\s*:|"
        r"go-sql-driver/mysql|mysql-connector|MySql|:myxql|pdo_mysql|ext-mysqli|mariadb"
    )),
    ("sqlite", re.compile(
        r"gem ['\"]sqlite3['\"]|\"(?:better-)?sqlite3\"\s*:|mattn/go-sqlite3|modernc.org/sqlite|"
        r"ecto_sqlite|pdo_sqlite|rusqlite|sqlite-jdbc|EntityFrameworkCore\.Sqlite|Microsoft\.Data\.Sqlite"
    )),
    ("sqlserver", re.compile(
        r"(?:System|Microsoft)\.Data\.SqlClient|EntityFrameworkCore\.SqlServer|mssql-jdbc|go-mssqldb|\"(?:mssql|tedious)\"\s*:|"
        r"mssql-django|pymssql|tiny_tds|sqlserver-adapter"
    )),
    ("oracle", re.compile(r"ojdbc\d|Oracle\.(?:EntityFrameworkCore|ManagedDataAccess)|oracledb|oci8")),
)  # fmt: skip
CHOOSES = re.compile(
    r"(?:[A-Z0-9]+_)?(?:DB|DATABASE)(?:_(?:CONNECTION|ENGINE|TYPE|CLIENT|DRIVER|DIALECT|ADAPTER|VENDOR|BACKEND))?"
)
DECIDES = re.compile(
    r"(?:[A-Z0-9]+_)*(?:DB|DATABASE)_(?:CONNECTION|ENGINE|TYPE|CLIENT|DRIVER|DIALECT|ADAPTER|VENDOR|BACKEND)"
)
FAMILY = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "pgsql": "postgresql",
    "pg": "postgresql",
    "django.db.backends.postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "mysql2": "mysql",
    "django.db.backends.mysql": "mysql",
}
UNREPLACED = {"sqlserver": "SQL Server", "oracle": "Oracle"}  # no blueprint speaks them
_PROJECTS = r"(?:[\w. -]+/){0,5}[\w. -]+\.(?:cs|fs)proj|[\w.]+\.props"  # those that one of .NET may be made of
_WORD = re.compile(r"(?<![\w.-])[a-z][\w.]{1,40}(?![\w-])")
_NEAR = 600  # characters after the name; a third of it before


def spelled(tree: Tree, name: str, engine: str, paths: Iterable[str]) -> tuple[str, str]:
    """The word, and the file it stands in; empty texts where no file has one near the name."""
    for path in paths:
        content = text(tree, path)
        for found in re.finditer(rf"(?<!\w)(?:{'|'.join(map(re.escape, _written(name)))})(?!\w)", content):
            near = content[max(0, found.start() - _NEAR // 3) : found.end() + _NEAR]
            if "django.db.backends." in near and engine in ("postgresql", "mysql"):
                return f"django.db.backends.{engine}", path
            if word := next((word for word in _WORD.findall(near) if FAMILY.get(word) == engine), ""):
                return word, path
    return "", ""


def _written(name: str) -> Iterator[str]:
    """The name, and what code that has it from a library calls it: `SHOP_DB_TYPE`, `db.type`, `DbType`."""
    yield name
    words = re.sub(r"_+", "_", name.lower()).split("_")
    for tail in (words, words[1:]):
        if len(tail) > 1:
            yield ".".join(tail)
            yield "".join(word.capitalize() for word in tail)


def engine_of(tree: Tree, standing: Standing, home: str, facts: Sequence[Fact]) -> str:
    """What its database speaks: drivers it installs, then what stands beside it or in its settings."""
    listed = "\n".join(
        _mandatory(name, text(tree, f"{folder}{name}"))
        for folder in {home, standing.folder}
        for name in (*LISTED, "mix.exs", "pom.xml", "build.gradle", "build.gradle.kts", "prisma/schema.prisma")
    )
    if LANGUAGES.get(standing.stack) == "dotnet":
        built = _drivers("\n".join(text(tree, fact.text) for fact in facts if fact.kind == "image"))
        if built:
            return built[0]  # its image changes the driver before it builds
        listed += "\n".join(text(tree, path) for path in below(tree, home, _PROJECTS))
    drivers = _drivers(listed)
    told = [fact.text for fact in facts if fact.kind == "engine" and fact.text in dict(_ENGINES)]
    chosen = [fact.text for fact in facts if fact.kind == "engine" and fact.key == "chosen"]
    if chosen:
        return chosen[0]
    if len(drivers) == 1:
        return drivers[0]
    for engine in ("postgresql", "mysql", "sqlserver", "oracle"):
        if engine in told and (engine in drivers or not drivers):
            return engine
    return drivers[0] if drivers else (told or [""])[0]


def _drivers(listed: str) -> list[str]:
    """The engines whose drivers are named."""
    return [engine for engine, form in _ENGINES if form.search(listed)]


def _mandatory(name: str, content: str) -> str:
    """What is installed whatever is chosen: of a pyproject.toml not its groups and extras."""
    if name != "pyproject.toml":
        return content
    document = toml(content)
    listed = strings(table(document, "project").get("dependencies"))
    return "\n".join([*listed, *table(document, "tool", "poetry", "dependencies")])
