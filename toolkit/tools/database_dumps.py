"""PostgreSQL's and MariaDB's own dump programs. No password is in their arguments: others see those."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from toolkit import strays
from toolkit.tools import process

# what libpq reads by itself: the password or the file it stands in, the certificates
_OF_LIBPQ = (
    "PGPASSWORD",
    "PGPASSFILE",
    "PGSERVICEFILE",
    "PGSSLMODE",
    "PGSSLROOTCERT",
    "PGSSLCERT",
    "PGSSLKEY",
    "PGCONNECT_TIMEOUT",
)
_OF_MARIADB = ("MYSQL_PWD", "MYSQL_HOME")
_PG_HINT = "apt install postgresql-client; it must not be older than the server"
_MARIADB_HINT = "apt install mariadb-client"


def pg_dump(url: str, file: Path, *, environment: Mapping[str, str]) -> None:
    """One database as an archive (`--format=custom`), as it is at one moment. `url` holds no password."""
    program = process.find("pg_dump", hint=_PG_HINT)
    command: list[str | Path] = [program, "--format=custom", "--no-password", f"--file={file}", f"--dbname={url}"]
    process.run(command, env=process.environment(environment, passed=_OF_LIBPQ))


def pg_tables(archive: Path) -> int:
    """Of how many tables the archive has rows. ProgramFailed where it cannot be read."""
    program = process.find("pg_restore", hint=_PG_HINT)
    lines = process.run([program, "--list", archive]).splitlines()
    return sum(" TABLE DATA " in line for line in lines)


def mariadb_dump(database: str, file: Path, *, settings: Sequence[str]) -> None:
    """One database as SQL, its tables of InnoDB as they are at one moment, with what belongs to them.

    `settings`: lines of an option file: where the server is, who asks, with which password.
    """
    program = process.find("mariadb-dump", hint=_MARIADB_HINT)
    with strays.folder("export") as folder:
        options = folder / "options.cnf"
        options.touch(mode=0o600)
        options.write_text("\n".join(settings) + "\n", encoding="utf-8")
        command: list[str | Path] = [
            program, f"--defaults-extra-file={options}", "--single-transaction", "--quick", "--routines", "--events",
            "--triggers", "--hex-blob", "--no-tablespaces", "--default-character-set=utf8mb4",
            f"--result-file={file}", "--", database,
        ]  # fmt: skip
        process.run(command, env=process.environment(passed=_OF_MARIADB))
