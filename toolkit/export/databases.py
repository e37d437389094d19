"""A relational database, dumped by its maker's own program, as the dataset that a blueprint imports.

In: a URL, from the environment or without a password. Out: `database.dump` (PostgreSQL) or `database.sql` (MariaDB and
MySQL) with a manifest. A dump is one moment of a database: one that was cut off cannot go on; the half file goes, and
the next run begins anew. It comes under its name whole or not at all.
"""

import os
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from toolkit import strays
from toolkit.errors import BadInput, ProgramFailed
from toolkit.export.dataset import MANIFEST, Exported, Manifest, checksum, write_manifest
from toolkit.lock import locked
from toolkit.model import SCHEMA_VERSION
from toolkit.tools import database_dumps

POSTGRESQL, MARIADB = "data.relational-dump", "data.mysql-dump"
SCHEMES = {POSTGRESQL: ("postgresql", "postgres"), MARIADB: ("mysql", "mariadb")}
_FILES = {POSTGRESQL: "database.dump", MARIADB: "database.sql"}
_HERE = {"", "localhost", "127.0.0.1", "::1"}
_NO_SECRETS = ("password", "sslpassword", "passfile", "pwd")
_OF_MARIADB = ("ssl-ca", "socket")  # what a URL may ask for behind its `?`
_OF_TLS = re.compile(r"\b(?:SSL|TLS|certificate)\b")
_SECONDS_TO_CONNECT = "30"
_LAST_LINE, _TAIL = b"-- Dump completed", 200  # bytes


class Database(NamedTuple):
    """Where a database is, and who asks for it."""

    url: str  # without the password
    parts: SplitResult
    name: str
    password: str  # empty: the program's own files and variables know it

    @property
    def source(self) -> str:
        """As a manifest names it: the same for every copy of this database, and no secret."""
        return f"{self.parts.netloc.rpartition('@')[2] or 'local'}/{self.name}"

    @property
    def host(self) -> str:
        return self.parts.hostname or ""

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.parts.query))

    @property
    def is_here(self) -> bool:
        """Whether nothing travels: on this machine, or through a socket."""
        query = self.query
        named = [self.host, query.get("host", ""), query.get("hostaddr", "")]
        hosts = {host for host in named if not host.startswith("/")}
        return hosts <= _HERE and "service" not in query


def database(dataset: str, given: str | None, variable: str) -> Database:
    """What a URL says. One that is given as an argument must not hold a password; from `variable` it may.

    Raises BadInput, without the URL where it may hold a secret.
    """
    text = given if given is not None else os.environ.get(variable, "").strip()
    where = "URL" if given is not None else variable
    schemes = SCHEMES[dataset]
    if not text:
        hint = f"read -rs {variable}; export {variable}, or name it without its password"
        raise BadInput("no database is named", where=where, hint=hint)
    try:
        parts = urlsplit(text)
        host_and_more = parts.netloc.rpartition("@")[2]
        name = unquote(parts.path.removeprefix("/"))
        query = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError:
        raise BadInput("not a URL", where=where, hint=f"{schemes[0]}://USER@HOST:PORT/DATABASE") from None
    if parts.scheme not in schemes or not name or "/" in name or name.startswith("-"):
        raise BadInput("not the URL of a database", where=where, hint=f"{schemes[0]}://USER@HOST:PORT/DATABASE")
    if hidden := [key for key in query if key.lower() in _NO_SECRETS]:
        hint = "a password stands before the @ of the environment's URL, or in the program's own file"
        raise BadInput(f"{hidden[0]} is not taken from a URL", where=where, hint=hint)
    if parts.password is not None and given is not None:
        hint = f"others see arguments. read -rs {variable}; export {variable}"
        raise BadInput("the URL holds a password", where=where, hint=hint)
    user = parts.netloc.rpartition("@")[0].partition(":")[0]
    bare = parts._replace(netloc=f"{user}@{host_and_more}" if user else host_and_more)
    return Database(bare.geturl(), bare, name, unquote(parts.password or ""))


def dump_postgresql(asked: Database, folder: Path) -> Manifest:
    """`pg_dump --format=custom` of one database. To another machine only by TLS, unless the URL says otherwise."""
    environment = {"PGPASSWORD": asked.password} if asked.password else {}
    query = asked.query
    if not asked.is_here and "sslmode" not in query and "PGSSLMODE" not in os.environ:
        query["sslmode"] = "require"
    if "PGCONNECT_TIMEOUT" not in os.environ:
        query.setdefault("connect_timeout", _SECONDS_TO_CONNECT)
    url = asked.parts._replace(scheme="postgresql", query=urlencode(query, quote_via=quote)).geturl()

    def make(file: Path) -> int:
        database_dumps.pg_dump(url, file, environment=environment)
        return database_dumps.pg_tables(file)

    return _dump(POSTGRESQL, asked, folder, make)


def dump_mariadb(asked: Database, folder: Path) -> Manifest:
    """`mariadb-dump` of one database of MariaDB or MySQL. To another machine only by TLS, which is checked."""
    settings = mariadb_settings(asked)

    def make(file: Path) -> int:
        try:
            database_dumps.mariadb_dump(asked.name, file, settings=settings)
        except ProgramFailed as err:
            if asked.is_here or not _OF_TLS.search(err.what):
                raise
            hint = "name the authority that signed its certificate: mysql://USER@HOST/DATABASE?ssl-ca=FILE"
            raise ProgramFailed(err.what, where=asked.source, hint=hint) from err
        return _tables(file)

    return _dump(MARIADB, asked, folder, make)


def mariadb_settings(asked: Database) -> list[str]:
    """Lines of an option file. BadInput for what cannot stand in one."""
    query = asked.query
    if unknown := [key for key in query if key not in _OF_MARIADB]:
        raise BadInput(f"unknown in the URL: {unknown[0]}", where="URL", hint=f"known are {', '.join(_OF_MARIADB)}")
    try:
        port = asked.parts.port
    except ValueError:
        raise BadInput("the port is no number", where="URL") from None
    known: Mapping[str, str] = {
        "host": asked.host,
        "port": str(port or ""),
        "user": unquote(asked.parts.username or ""),
        "password": asked.password,
        **query,
    }
    lines = ["[client]", *(f"{key}={_quoted(value)}" for key, value in known.items() if value)]
    if not asked.is_here:
        # unless the client checks whom it speaks to, it goes on in the clear where a server says that it has no TLS
        lines += ["ssl=1", "ssl-verify-server-cert=1"]
        lines += [] if "ssl-ca" in query else list(_system_authorities())
    return lines


def _system_authorities() -> Iterator[str]:
    """Where this machine keeps the authorities it trusts: the client does not look there by itself."""
    known = ssl.get_default_verify_paths()
    if known.cafile:
        yield f"ssl-ca={_quoted(known.cafile)}"
    if known.capath:
        yield f"ssl-capath={_quoted(known.capath)}"


def _quoted(value: str) -> str:
    if not value.isprintable():
        raise BadInput("a name or a password with characters that cannot be passed on", where="URL")
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _dump(dataset: str, asked: Database, folder: Path, make: Callable[[Path], int]) -> Manifest:
    """The manifest, which comes last; the dump is on disk by then. BadInput where a copy is there already."""
    with locked(folder, mode=0o700):
        if (folder / MANIFEST).exists():
            hint = 'give another folder with --to, such as --to "copies/$(date +%F)"'
            raise BadInput("the folder holds a complete export", where=folder, hint=hint)
        begun = datetime.now(UTC).isoformat(timespec="seconds")
        target = folder / _FILES[dataset]
        name, handle = strays.create(target, 0o600)
        try:
            tables = make(Path(name))
            os.fsync(handle)
            Path(name).replace(target)
        finally:
            os.close(handle)
            Path(name).unlink(missing_ok=True)
        datasets = {dataset: Exported(target.name, tables, checksum(target))}
        made = Manifest(SCHEMA_VERSION, f"{dataset} {asked.source}", complete=True, datasets=datasets, begun=begun)
        write_manifest(made, folder)
    return made


def _tables(file: Path) -> int:
    """How many tables the dump makes. ProgramFailed where it was cut off."""
    with file.open("rb") as dump:
        size = dump.seek(0, os.SEEK_END)
        dump.seek(max(0, size - _TAIL))
        if _LAST_LINE not in dump.read():
            raise ProgramFailed("the dump has no end", where=file.name, hint="was the connection lost? run it again")
        dump.seek(0)
        return sum(line.startswith(b"CREATE TABLE ") for line in dump)
