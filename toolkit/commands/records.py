"""What `offramp audit --record` is handed as proof: journals of drills, tabletops, go-bags and exports, if signed.

In: files, the platform. Out: the journals that count, and `Proofs`: the age of the rest, and what counts for nothing.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from toolkit import errors, proof
from toolkit.documents import read_bag, read_file, read_journal, read_tabletop, understood
from toolkit.export.dataset import Exported
from toolkit.export.dataset import Manifest as Export
from toolkit.kinds import kind_of
from toolkit.model import Bag, Journal, Platform, Proofs, Tabletop
from toolkit.pack import MANIFEST, SUMS

_MOST_BYTES = 256 * 2**20
_RESTORE = "rebuild.restore"  # the step of a drill that puts copies of backups back


class _Said(NamedTuple):
    """What one file proves, or why it proves nothing."""

    journal: Journal | None = None
    tabletop: Tabletop | None = None
    bag: Bag | None = None
    copy: Export | None = None
    doubt: str = ""


def read_proofs(files: Sequence[Path], platform: Platform, today: date) -> tuple[list[Journal], Proofs]:
    """The journals that count, and what else is proved. BadInput for a record of another platform."""
    said = [_read(file, platform) for file in files]
    journals = [one.journal for one in said if one.journal]
    records = [one.tabletop for one in said if one.tabletop]
    restores = [day for one in journals if (day := _restored(one)) and day <= today]
    tabletops = [day for one in records if (day := _day(one.ended)) <= today]
    return journals, Proofs(
        copies_restored=max(restores, default=None),
        tabletop=max(tabletops, default=None),
        bag=max((file.as_of for one in said if one.bag for file in one.bag.files), default=""),
        copies=min(_newest(one.copy for one in said if one.copy).values(), default=""),
        doubts=(*(one.doubt for one in said if one.doubt), *_forks([*journals, *records])),
    )


def _read(file: Path, platform: Platform) -> _Said:
    """What a file says. BadInput for one that no version of ours wrote, whoever signed it."""
    with understood(file):
        return _said(file, platform)


def _said(file: Path, platform: Platform) -> _Said:
    match kind_of(read_file(file, _MOST_BYTES).decode(errors="replace")):
        case "a record of a tabletop":
            return _tabletop(file, platform)
        case "the manifest of a go-bag":
            return _bag(file, platform)
        case "the manifest of an export":
            return _copy(file, platform)
    return _journal(file, platform)


def _journal(file: Path, platform: Platform) -> _Said:
    journal = read_journal(file)
    _refuse_other(journal.platform, platform, "the journal of a drill", file)
    days = [_day(step.started) for step in journal.steps]
    when = f" of {days[-1]}" if days else ""
    doubt = _doubt(file, platform, f"the journal of a drill{when}")
    return _Said(doubt=doubt) if doubt else _Said(journal=journal)


def _tabletop(file: Path, platform: Platform) -> _Said:
    record = read_tabletop(file)
    _refuse_other(record.platform, platform, "the record of a tabletop", file)
    if not record.ended:
        return _Said(doubt="the record of a tabletop counts for nothing: it was not gone through to the end")
    doubt = _doubt(file, platform, f"the record of a tabletop of {_day(record.ended)}")
    return _Said(doubt=doubt) if doubt else _Said(tabletop=record)


def _bag(file: Path, platform: Platform) -> _Said:
    """A go-bag's checksums are what is signed; its manifest is among them."""
    bag = read_bag(file)
    _refuse_other(bag.platform, platform, "a go-bag", file)
    sums = file.with_name(SUMS)
    line = f"{hashlib.sha256(read_file(file, _MOST_BYTES)).hexdigest()}  {MANIFEST}"
    if not sums.is_file() or line not in read_file(sums, _MOST_BYTES).decode(errors="replace").splitlines():
        return _Said(doubt=f"a go-bag counts for nothing: its {MANIFEST} is not the one in its {SUMS}")
    for one in bag.files:
        moment(one.as_of)
    doubt = _doubt(sums, platform, "a go-bag", namespace="offramp-go-bag")
    return _Said(doubt=doubt) if doubt else _Said(bag=bag)


def _copy(file: Path, platform: Platform) -> _Said:
    """An export's datasets must be what its manifest says; the files they name are not read again."""
    made = _export(file)
    if not made.begun:
        return _Said(doubt="an export counts for nothing: it does not say when it was begun")
    if not all(_is_there(file.parent, one) for one in made.datasets.values()):
        return _Said(doubt="an export counts for nothing: a dataset is missing or not what its manifest says")
    doubt = _doubt(file, platform, f"an export of {_day(made.begun)}")
    return _Said(doubt=doubt) if doubt else _Said(copy=made)


def _newest(copies: Iterable[Export]) -> dict[str, str]:
    """source → when its newest copy was begun."""
    found: dict[str, str] = {}
    for one in copies:
        found[one.source] = max(one.begun, found.get(one.source, ""))
    return found


def _is_there(folder: Path, dataset: Exported) -> bool:
    """A dataset as it was written; its name comes from a file, and leads nowhere else."""
    path = folder / dataset.file
    return Path(dataset.file).name == dataset.file and path.is_file() and _sha256(path) == dataset.sha256


def _export(file: Path) -> Export:
    try:
        made = msgspec.json.decode(read_file(file, _MOST_BYTES), type=Export)
        if made.begun:
            moment(made.begun)
    except (msgspec.DecodeError, ValueError) as err:
        raise errors.BadInput("this is not the manifest of an export", where=file) from err
    return made


def _doubt(file: Path, platform: Platform, what: str, *, namespace: str = proof.NAMESPACE) -> str:
    doubt = proof.doubt(file, platform.signers, namespace=namespace)
    return f"{what} counts for nothing: {doubt}" if doubt else ""


def _forks(records: Sequence[Journal | Tabletop]) -> list[str]:
    """Two different records that follow the same one: somebody began the chain anew at a place that suits."""
    after: dict[str, set[bytes]] = {}
    for record in records:
        if record.previous:
            after.setdefault(record.previous, set()).add(msgspec.json.encode(record))
    return [
        f"two records name {digest[:12]} as the one before them: ask for those in between"
        for digest, followers in sorted(after.items())
        if len(followers) > 1
    ]


def _restored(journal: Journal) -> date | None:
    steps = [step for step in journal.steps if step.id == _RESTORE and step.outcome == "passed"]
    return _day(steps[-1].started) if steps else None


def _refuse_other(name: str, platform: Platform, what: str, file: Path) -> None:
    if name != platform.name:
        said = f"this is {what} of {name!r}, and not of {platform.name!r}"
        raise errors.BadInput(said, where=file, hint="the name is the one in offramp.toml")


def _day(text: str) -> date:
    return moment(text).date()


def moment(text: str) -> datetime:
    """An ISO 8601 moment in UTC."""
    read = datetime.fromisoformat(text)
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
