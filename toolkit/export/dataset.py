"""Datasets on disk: JSON Lines checked against `checks/schema/datasets/`, with a manifest of counts and checksums.

In: streams, one per dataset, each a function `cursor → pages`. Out: a folder

    identity.users.jsonl   one record a line, UTF-8
    manifest.json          {"schema_version", "source", "complete", "begun",
                           "datasets": {name: {file, records, sha256}}}
    .export-state.json     only while an export is unfinished: where each stream is to go on
    .earlier/              only while a complete export is brought up to date: its records and manifest

A page is on disk before its cursor is: a run that was stopped at any moment goes on where it was. Of records that a
vendor sends twice, because they changed meanwhile, the last one counts. The manifest is written last; a folder without
one is not complete, and no import takes it.
"""

import hashlib
import json
import os
import re
import shutil
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import msgspec

from toolkit import documents, shipped, utf8
from toolkit.errors import BadInput, ProgramFailed
from toolkit.lock import locked
from toolkit.model import SCHEMA_VERSION

MANIFEST, _STATE, EARLIER = "manifest.json", ".export-state.json", ".earlier"

Record = dict[str, Any]
Log = Callable[[str], None]
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")  # what is left of a character that a vendor cut in two


class Page(NamedTuple):
    """Some records and the cursor of what follows them: any JSON value, None after the last page."""

    records: tuple[Record, ...]
    next: Any


Stream = Callable[[Any], Iterable[Page]]  # from a cursor (None: the beginning) to the end; at least one page


class Progress(msgspec.Struct):
    """How far one stream came."""

    records: int = 0
    size: int = 0  # bytes of the file that are certain
    cursor: Any = None
    done: bool = False


class _Named(msgspec.Struct):
    """The part of a record that is looked at again."""

    id: str


class _State(msgspec.Struct):
    source: str
    streams: dict[str, Progress] = {}
    begun: str = msgspec.field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))


class Exported(msgspec.Struct, frozen=True):
    """One dataset of the manifest."""

    file: str
    records: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """`manifest.json`. `source` says what the records were read from: "okta https://example.okta.com"."""

    schema_version: str
    source: str
    complete: bool
    datasets: dict[str, Exported]
    begun: str = ""  # ISO 8601, UTC: what was written at the vendor's since is not in it


def export(
    streams: Mapping[str, Stream],
    folder: Path,
    *,
    source: str,
    log: Log,
    beside: Callable[[Path], object] | None = None,
    renews: bool = False,
) -> Manifest:
    """Write every stream to its dataset in `folder`, going on where an earlier run was stopped.

    `beside` writes what belongs to the datasets; the export is complete only when it has. `renews`: the streams look
    into EARLIER for what they need not fetch again, so that a complete export may be brought up to date.

    Raises BadInput when another process exports there, the folder holds another export, or a record breaks its
    dataset's schema; whatever a stream raises ends the run and leaves the folder fit for the next one.
    """
    with locked(folder, mode=0o700):
        if renews:
            _set_aside(folder, utf8.holdable(source))
        state = _resume(folder, utf8.holdable(source))
        _write_all(streams, state, folder, log)
        if beside:
            beside(folder)
        return _complete(streams, state, folder)


def _write_all(streams: Mapping[str, Stream], state: _State, folder: Path, log: Log) -> None:
    for name, stream in streams.items():
        progress, path = state.streams.setdefault(name, Progress()), folder / f"{name}.jsonl"
        _expect(path, progress.size)
        if progress.done:
            log(f"{name}: {progress.records:,} records, complete since an earlier run")
        for page in [] if progress.done else _pages(stream, progress, path, validator(name)):
            progress.cursor, progress.done = page.next, page.next is None
            _save(state, folder)
            log(f"{name}: {progress.records:,} records")
        if again := _keep_last(path, progress, lambda: _save(state, folder)):
            log(f"{name}: {again:,} records came again later: the later ones count")


def _complete(streams: Mapping[str, Stream], state: _State, folder: Path) -> Manifest:
    datasets = {
        name: Exported(f"{name}.jsonl", state.streams[name].records, checksum(folder / f"{name}.jsonl"))
        for name in streams
    }
    manifest = Manifest(SCHEMA_VERSION, state.source, complete=True, datasets=datasets, begun=state.begun)
    write_manifest(manifest, folder)
    (folder / _STATE).unlink(missing_ok=True)
    shutil.rmtree(folder / EARLIER, ignore_errors=True)
    return manifest


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Which comes last: without it no import takes the folder."""
    documents.write_text(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)).decode() + "\n")


def present(**fields: Any) -> Record:
    """A record without the fields that are None: absent is absent."""
    return {name: value for name, value in fields.items() if value is not None}


def texts(value: Any) -> list[str]:
    """An attribute's value, whatever its form, as texts: what is not text as JSON."""
    values = value if isinstance(value, list) else [value]
    return [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in values]


def validator(name: str) -> jsonschema.Draft202012Validator:
    """What a record of the dataset is checked with."""
    path = shipped.folder("checks") / "schema/datasets" / f"{name}.schema.json"
    return jsonschema.Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _set_aside(folder: Path, source: str) -> None:
    """Where the folder holds a complete export of the same source, its records and manifest lie in EARLIER afterwards.
    The manifest goes last: whoever is stopped before begins here again."""
    if not (folder / MANIFEST).exists():
        return
    found = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    if found.source != source:
        hint = "give another folder"
        raise BadInput(f"the folder holds a complete export of {found.source}", where=folder, hint=hint)
    (folder / EARLIER).mkdir(mode=0o700, exist_ok=True)
    (folder / _STATE).unlink(missing_ok=True)
    for name in [*(one.file for one in found.datasets.values()), MANIFEST]:
        if "/" not in name and (folder / name).exists():
            (folder / name).replace(folder / EARLIER / name)


def _resume(folder: Path, source: str) -> _State:
    if (folder / MANIFEST).exists():
        (folder / _STATE).unlink(missing_ok=True)  # of a run that was stopped on its last step
        raise BadInput("the folder holds a complete export", where=folder, hint="give another folder with --to")
    if not (folder / _STATE).exists():
        return _State(source)
    try:
        state = msgspec.json.decode((folder / _STATE).read_bytes(), type=_State)
    except msgspec.DecodeError as err:
        raise BadInput(
            "the state of the unfinished export is damaged", where=folder, hint="begin again elsewhere"
        ) from err
    if state.source != source:
        raise BadInput(f"the folder holds an unfinished export of {state.source}", where=folder)
    return state


def _pages(stream: Stream, progress: Progress, path: Path, schema: jsonschema.Draft202012Validator) -> Iterator[Page]:
    """Every page, after its records are safely on disk."""
    cursors = {json.dumps(progress.cursor)}
    with _opened(path, progress.size) as file:
        for page in _understood(stream(progress.cursor), path.stem):
            for record in page.records:
                line = _line(record)
                _check(msgspec.json.decode(line), schema, path, progress.records)
                file.write(line)
                progress.records += 1
            file.flush()
            os.fsync(file.fileno())
            progress.size = file.tell()
            yield page
            if page.next is None:
                return
            if (cursor := json.dumps(page.next)) in cursors:
                raise ProgramFailed("the vendor's pages lead in a circle", where=path.stem, hint="run it again later")
            cursors.add(cursor)


def _understood(pages: Iterable[Page], name: str) -> Iterator[Page]:
    """The pages; ProgramFailed when an answer lacks what is looked for in it. No value is shown: it may be personal."""
    try:
        yield from pages
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError) as err:
        place = traceback.extract_tb(err.__traceback__)[-1]
        what = f"an answer has a form this version does not know ({type(err).__name__}, {place.name}:{place.lineno})"
        raise ProgramFailed(what, where=name, hint="please report it; what was exported so far is kept") from None


def _line(record: Record) -> bytes:
    """A record as a line of UTF-8, which has no halves of surrogate pairs; JSON from a vendor may."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return _HALF_A_PAIR.sub("\ufffd", text).encode() + b"\n"


def _expect(path: Path, size: int) -> None:
    """BadInput if the file has lost something since it was written."""
    shorter = path.with_suffix(".shorter")
    if shorter.exists() and shorter.stat().st_size == size:  # stopped just before this
        shorter.replace(path)
    if size > (path.stat().st_size if path.exists() else 0):
        raise BadInput("the file was shortened since it was written", where=path, hint="begin in another folder")


def _opened(path: Path, size: int) -> Any:
    """The file, open at its end, without what a stopped run wrote after its last cursor."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    os.ftruncate(descriptor, size)
    os.lseek(descriptor, size, os.SEEK_SET)
    return os.fdopen(descriptor, "r+b")


def _keep_last(path: Path, progress: Progress, save: Callable[[], None]) -> int:
    """Leave only the last record of each id in the file; how many others there were."""
    with path.open("rb") as file:
        last = {msgspec.json.decode(line, type=_Named).id: number for number, line in enumerate(file)}
    if again := progress.records - len(last):
        kept, shorter = set(last.values()), path.with_suffix(".shorter")
        with path.open("rb") as file, _opened(shorter, 0) as rest:
            rest.writelines(line for number, line in enumerate(file) if number in kept)
            rest.flush()
            os.fsync(rest.fileno())
            progress.size, progress.records = rest.tell(), len(kept)
        save()  # before the file is replaced: `_expect` can still do that, but not undo it
        shorter.replace(path)
    return again


def _check(record: Record, schema: jsonschema.Draft202012Validator, path: Path, number: int) -> None:
    """BadInput names the place, not the value: it may be personal, or a secret."""
    if error := next(schema.iter_errors(record), None):
        place = "/".join(str(part) for part in error.absolute_path) or "the record"
        raise BadInput(
            f"record {number + 1}: {place} is not what the dataset allows ({error.validator})",
            where=path,
            hint="the vendor's answer has a form this version does not know; please report it",
        )


def _save(state: _State, folder: Path) -> None:
    documents.write_text(folder / _STATE, msgspec.json.encode(state).decode())
