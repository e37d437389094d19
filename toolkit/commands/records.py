"""What `offramp audit --record` is handed as proof: journals of drills, tabletops, go-bags and exports, if signed.

In: files, the platform. Out: the journals that count, and `Proofs`: the age of the rest, and what counts for nothing.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from toolkit import errors, proof
from toolkit.documents import read_bag, read_file, read_journal, read_tabletop
from toolkit.export.dataset import Exported
from toolkit.export.dataset import Manifest as Export
from toolkit.kinds import kind_of
from toolkit.model import Bag, Journal, Platform, Proofs, Tabletop
from toolkit.pack import MANIFEST, SUMS

_MOST_BYTES = 256 * 2**20
_RESTORE = "rebuild.restore"  # the step of a drill that puts copies of backups back


class _Found:
    """What the files say so far."""

    def __init__(self) -> None:
        self.journals: list[Journal] = []
        self.tabletops: list[Tabletop] = []
        self.bags: list[Bag] = []
        self.copies: dict[str, str] = {}  # source → when its newest copy was begun
        self.doubts: list[str] = []


def read_proofs(files: Sequence[Path], platform: Platform, today: date) -> tuple[list[Journal], Proofs]:
    """The journals that count, and what else is proved. BadInput for a record of another platform."""
    found = _Found()
    for file in files:
        kind = kind_of(read_file(file, _MOST_BYTES).decode(errors="replace"))
        {
            "a record of a tabletop": _tabletop,
            "the manifest of a go-bag": _bag,
            "the manifest of an export": _copy,
        }.get(kind, _journal)(file, platform, found)
    found.doubts += _forks([*found.journals, *found.tabletops])
    restores = [day for one in found.journals if (day := _restored(one)) and day <= today]
    tabletops = [day for one in found.tabletops if (day := _day(one.ended)) <= today]
    return found.journals, Proofs(
        copies_restored=max(restores, default=None),
        tabletop=max(tabletops, default=None),
        bag=max((file.as_of for bag in found.bags for file in bag.files), default=""),
        copies=min(found.copies.values(), default=""),
        doubts=tuple(found.doubts),
    )


def _journal(file: Path, platform: Platform, found: _Found) -> None:
    journal = read_journal(file)
    _refuse_other(journal.platform, platform, "the journal of a drill", file)
    when = f" of {_day(journal.steps[-1].started)}" if journal.steps else ""
    if _counts(file, platform, f"the journal of a drill{when}", found):
        found.journals.append(journal)


def _tabletop(file: Path, platform: Platform, found: _Found) -> None:
    record = read_tabletop(file)
    _refuse_other(record.platform, platform, "the record of a tabletop", file)
    if not record.ended:
        found.doubts.append("the record of a tabletop counts for nothing: it was not gone through to the end")
    elif _counts(file, platform, f"the record of a tabletop of {_day(record.ended)}", found):
        found.tabletops.append(record)


def _bag(file: Path, platform: Platform, found: _Found) -> None:
    """A go-bag's checksums are what is signed; its manifest is among them."""
    bag = read_bag(file)
    _refuse_other(bag.platform, platform, "a go-bag", file)
    sums = file.with_name(SUMS)
    line = f"{hashlib.sha256(read_file(file, _MOST_BYTES)).hexdigest()}  {MANIFEST}"
    if not sums.is_file() or line not in read_file(sums, _MOST_BYTES).decode(errors="replace").splitlines():
        found.doubts.append(f"a go-bag counts for nothing: its {MANIFEST} is not the one in its {SUMS}")
    elif _counts(sums, platform, "a go-bag", found, namespace="offramp-go-bag"):
        found.bags.append(bag)


def _copy(file: Path, platform: Platform, found: _Found) -> None:
    """An export's datasets must be what its manifest says; the files they name are not read again."""
    made = _export(file)
    if not made.begun:
        found.doubts.append("an export counts for nothing: it does not say when it was begun")
    elif not all(_is_there(file.parent, one) for one in made.datasets.values()):
        found.doubts.append("an export counts for nothing: a dataset is missing or not what its manifest says")
    elif _counts(file, platform, f"an export of {_day(made.begun)}", found):
        found.copies[made.source] = max(made.begun, found.copies.get(made.source, ""))


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


def _counts(file: Path, platform: Platform, what: str, found: _Found, *, namespace: str = proof.NAMESPACE) -> bool:
    if doubt := proof.doubt(file, platform.signers, namespace=namespace):
        found.doubts.append(f"{what} counts for nothing: {doubt}")
    return not doubt


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
