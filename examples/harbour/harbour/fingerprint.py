"""Row counts and checksums of the database, to compare before a backup and after its restore.

python -m harbour.fingerprint prints {"users": {"rows": 500, "sha256": "…"}, …}; equal rows give equal output, whatever
the order of rows or columns and the time zone of the server.
"""

import hashlib
import json
import os

from sqlalchemy import text
from sqlalchemy.orm import Session

from harbour.config import Settings
from harbour.database import session_factory
from harbour.models import Base


def fingerprint(session: Session) -> dict[str, dict[str, int | str]]:
    """For each table the number of rows and a SHA-256 over them all."""
    session.execute(text("SET LOCAL timezone TO 'UTC'"))
    return {table: _table(session, table) for table in sorted(Base.metadata.tables)}


def _table(session: Session, table: str) -> dict[str, int | str]:
    digest, rows = hashlib.sha256(), 0
    # jsonb orders its keys by itself.
    query = text(f'SELECT to_jsonb(t)::text FROM "{table}" t ORDER BY t.id')  # noqa: S608  a name from our own models
    for (line,) in session.execute(query.execution_options(yield_per=1000)):
        digest.update(line.encode() + b"\n")
        rows += 1
    return {"rows": rows, "sha256": digest.hexdigest()}


def main() -> None:
    """Command line."""
    settings = Settings.from_env(os.environ)
    with session_factory(settings.database_url)() as session:
        print(json.dumps(fingerprint(session), indent=2))


if __name__ == "__main__":
    main()
