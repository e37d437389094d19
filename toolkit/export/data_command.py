"""`offramp export data`: copies of databases and objects outside, in the form that blueprints import."""

from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.console import say
from toolkit.export.options import announce, dry_run_option, report, sign_option, signed, to_option

if TYPE_CHECKING:
    from toolkit.export.databases import Database
    from toolkit.export.dataset import Manifest

_url_argument = click.argument("url", required=False)
_variable_option = click.option(
    "--url-from", "variable", default="DATABASE_URL", show_default=True, metavar="NAME",
    help="The environment variable with the URL, where none is given; it may hold the password.",
)  # fmt: skip


@click.group()
def data() -> None:
    """Copies of databases and object stores, made by their own clients, as datasets with checksums.

    URL names no password: others see arguments. It comes from the environment (--url-from), PGPASSWORD or ~/.pgpass,
    MYSQL_PWD or ~/.my.cnf. To another machine data travels by TLS only.
    """


@data.command()
@_url_argument
@_variable_option
@to_option
@sign_option
@dry_run_option
def postgresql(url: str | None, variable: str, folder: Path, key: Path | None, dry_run: bool) -> None:
    """One database of any PostgreSQL (RDS, Cloud SQL, Heroku, your own): pg_dump's archive, one moment of it.

    URL: postgresql://USER@HOST:PORT/DATABASE?sslmode=verify-full&sslrootcert=FILE
    """
    from toolkit.export import databases

    asked = databases.database(databases.POSTGRESQL, url, variable)
    _run(asked, folder, key, dry_run, "pg_dump", databases.dump_postgresql)


@data.command()
@_url_argument
@_variable_option
@to_option
@sign_option
@dry_run_option
def mariadb(url: str | None, variable: str, folder: Path, key: Path | None, dry_run: bool) -> None:
    """One database of any MariaDB or MySQL: mariadb-dump's SQL with routines, events and triggers.

    URL: mysql://USER@HOST:PORT/DATABASE?ssl-ca=FILE (or ?socket=PATH)
    """
    from toolkit.export import databases

    asked = databases.database(databases.MARIADB, url, variable)
    _run(asked, folder, key, dry_run, "mariadb-dump", databases.dump_mariadb)


def _run(
    asked: "Database",
    folder: Path,
    key: Path | None,
    dry_run: bool,
    program: str,
    dump: "Callable[[Database, Path], Manifest]",
) -> None:
    announce(asked.source, [program])
    if dry_run:
        return
    with signed(folder, key):
        made = dump(asked, folder)
    tables = sum(one.records for one in made.datasets.values())
    say(f"{asked.source}: {tables} tables, as of {made.begun}")
    report(made, folder)


def add_data(group: click.Group, s3: Any) -> None:
    """The group under `offramp export`, with the object stores that are exported already."""
    own = copy(s3)
    own.params = [*s3.params]  # each of the two gets its own --quiet and --progress
    data.add_command(own)
    group.add_command(data)
