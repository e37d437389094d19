"""People with their password hashes, from what a vendor hands out or from an application's own table of users.

In: a file with one person a record: CSV with a header, JSON (a list, or Firebase's `{"users": […]}`) or JSON
Lines. Out: datasets `identity.users` and `identity.credentials`; of the latter nothing is on disk but what the vault's
key opens.
Columns are known by the names that Auth0, Firebase, Supabase, Clerk, Devise, Django and Laravel give them.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from toolkit import documents
from toolkit.errors import BadInput
from toolkit.export import password_hashes
from toolkit.export.dataset import MANIFEST, Exported, Manifest, Record, present, validator
from toolkit.export.password_hashes import FirebaseParameters, Unusable
from toolkit.lock import locked
from toolkit.model import SCHEMA_VERSION
from toolkit.tools import ansible_vault

COLUMNS = {
    "id": ("id", "user_id", "localId", "_id", "uuid", "Id"),
    "hash": ("passwordHash", "password_hash", "PasswordHash", "encrypted_password", "password_digest",
             "hashed_password", "custom_password_hash", "password"),
    "email": ("email", "email_address", "primary_email_address", "Email"),
    "username": ("username", "user_name", "UserName", "login"),
    "salt": ("salt",),
    "verified": ("email_verified", "emailVerified", "email_confirmed_at", "confirmed_at", "email_verified_at"),
    "disabled": ("disabled", "blocked", "banned"),
    "first_name": ("first_name", "given_name", "firstName"),
    "last_name": ("last_name", "family_name", "lastName"),
}  # fmt: skip
_LARGEST = 2**30  # bytes
_MOST_NAMED = 10


class Found(NamedTuple):
    """What a table gave. `left`: why a hash stays behind → the records' places."""

    users: list[Record]
    credentials: list[Record]
    left: dict[str, list[str]]


def read(file: Path, *, source: str, columns: Mapping[str, str], firebase: FirebaseParameters | None = None) -> Found:
    """Every person of the file, and every hash that can come along.

    `columns` names those that are not called as usual. BadInput names the record that has no id or no name to sign in
    with, and what is no table at all.
    """
    users, credentials, left = list[Record](), list[Record](), dict[str, list[str]]()
    seen: dict[str, str] = {}
    for place, row in _rows(file):
        record = _Row(row, columns)
        person = _person(record, source, f"{file}:{place}")
        if (first := seen.setdefault(person["id"], place)) != place:
            raise BadInput(f"has the same id as {first}", where=f"{file}:{place}")
        users.append(person)
        try:
            credentials.append({"id": person["id"], "source": source, "hash": _hash(record, firebase)})
        except Unusable as why:
            left.setdefault(str(why), []).append(place)
    if not users:
        raise BadInput("holds nobody", where=file)
    return Found(users, credentials, left)


def write(found: Found, folder: Path, *, source: str, key: Path) -> Manifest:
    """The datasets, and their manifest last. BadInput where the folder holds an export already."""
    opened = ansible_vault.vault(ansible_vault.read_key(key))
    with locked(folder, mode=0o700):
        if (folder / MANIFEST).exists():
            raise BadInput("the folder holds a complete export", where=folder, hint="give another folder with --to")
        datasets = {}
        for name, records in (("identity.users", found.users), ("identity.credentials", found.credentials)):
            lines = _lines(name, records)
            secret = name == "identity.credentials"
            text = opened.encrypt(lines).decode() + "\n" if secret else lines
            documents.write_text(folder / f"{name}.jsonl", text)
            datasets[name] = Exported(f"{name}.jsonl", len(records), hashlib.sha256(lines.encode()).hexdigest())
        manifest = Manifest(SCHEMA_VERSION, source, complete=True, datasets=datasets)
        documents.write_text(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)).decode() + "\n")
    return manifest


def named(columns: Iterable[str]) -> dict[str, str]:
    """`--column id=uid`: what is meant, and what the file calls it."""
    found = {}
    for text in columns:
        meaning, equals, name = text.partition("=")
        if meaning not in COLUMNS or not (equals and name):
            raise BadInput(f"must be MEANING=NAME, the meanings are {', '.join(COLUMNS)}", where="--column")
        found[meaning] = name
    return found


def told(left: Mapping[str, list[str]]) -> Iterator[str]:
    """Lines that say which hashes stay behind, and where they stand."""
    for why, places in left.items():
        more = f" and {len(places) - _MOST_NAMED} more" if len(places) > _MOST_NAMED else ""
        yield f"{len(places)} without a usable hash, {why}: {', '.join(places[:_MOST_NAMED])}{more}"


def firebase_parameters(file: Path) -> FirebaseParameters:
    """From a JSON file with `base64_signer_key`, `base64_salt_separator`, `rounds`, `mem_cost`."""
    given = _json(file, documents.read_file(file, _LARGEST))
    try:
        return FirebaseParameters(
            signer_key=str(given["base64_signer_key"]),
            salt_separator=str(given["base64_salt_separator"]),
            rounds=int(given["rounds"]),
            mem_cost=int(given["mem_cost"]),
        )
    except (LookupError, TypeError, ValueError):
        what = "must hold base64_signer_key, base64_salt_separator, rounds and mem_cost, as the console shows them"
        raise BadInput(what, where=file) from None


class _Row:
    """One record, asked by what is meant and not by what its columns are called."""

    def __init__(self, row: Mapping[str, Any], columns: Mapping[str, str]) -> None:
        self._row, self._columns = row, columns

    def get(self, meaning: str) -> str:
        """The text of the first such column that holds one."""
        named = self._columns.get(meaning)
        for name in (named,) if named else COLUMNS[meaning]:
            value = self._row.get(name)
            if isinstance(value, dict) and "$oid" in value:  # Auth0's export with hashes, whose ids its tokens prefix
                value = f"auth0|{value['$oid']}"
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
                return str(value).strip()
            if value is True:
                return "true"
        return ""

    def says(self, meaning: str) -> bool:
        """Whether the column is set: true, 1, or a moment at which it became so."""
        return self.get(meaning).lower() not in {"", "0", "f", "false", "no", "null", "\\n"}


def _person(row: _Row, source: str, where: str) -> Record:
    email, name = row.get("email"), row.get("username") or row.get("email")
    if not (ident := row.get("id") or email):
        raise BadInput("has no id", where=where, hint="name its column: --column id=NAME")
    if not name:
        raise BadInput("has no name or address to sign in with", where=where, hint="--column username=NAME")
    return present(
        id=ident,
        source=source,
        username=name,
        email=email or None,
        email_verified=row.says("verified") if email else None,
        first_name=row.get("first_name") or None,
        last_name=row.get("last_name") or None,
        enabled=not row.says("disabled"),
    )


def _hash(row: _Row, parameters: FirebaseParameters | None) -> str:
    if not (spelled := row.get("hash")):
        raise Unusable("none is there")
    if parameters and row.get("salt"):
        return password_hashes.firebase(spelled, row.get("salt"), parameters)
    return password_hashes.phc(spelled)


def _rows(file: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """("line 7", record) of each."""
    content = documents.read_file(file, _LARGEST)
    if (begin := content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]) not in (b"{", b"["):
        yield from _of_csv(file, content)
        return
    try:
        whole = json.loads(content)
    except RecursionError:
        raise BadInput("nested too deeply", where=file) from None
    except ValueError:
        if begin == b"[":
            raise BadInput("not a complete JSON document", where=file) from None
        for number, line in enumerate(content.splitlines(), 1):
            if line.strip():
                yield f"line {number}", _json(f"{file}:line {number}", line)
        return
    records = whole.get("users", [whole]) if isinstance(whole, dict) else whole
    if not isinstance(records, list):
        raise BadInput("`users` is no list", where=file)
    for number, one in enumerate(records, 1):
        if not isinstance(one, dict):
            raise BadInput("is no record", where=f"{file}: user {number}")
        yield f"user {number}", one


def _of_csv(file: Path, content: bytes) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        text = content.decode("utf-8-sig")
        table = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        for row in table:
            yield f"line {table.line_num}", row
    except UnicodeDecodeError:
        raise BadInput("not UTF-8 text", where=file) from None
    except csv.Error:
        raise BadInput("not CSV: a quote does not end, or a field is longer than 128 KiB", where=file) from None


def _json(file: Path | str, content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadInput("not a JSON object", where=file)
    return found


def _lines(name: str, records: Iterable[Record]) -> str:
    schema, lines = validator(name), []
    for number, record in enumerate(records, 1):
        if error := next(schema.iter_errors(record), None):
            place = "/".join(map(str, error.absolute_path)) or "the record"
            raise BadInput(f"record {number}: {place} is not what {name} allows ({error.validator})")
        lines.append(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
    return "".join(lines)
