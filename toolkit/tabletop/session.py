"""Go through a script: say what happens, ask what is to be decided, keep every answer before the next question.

In: a record, how to ask and say, where to keep it. Out: the record as far as it came. What was answered is not asked
again, so a session that ended in whatever way goes on.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from toolkit.model import Tabletop, TabletopEntry

Ask = Callable[[str], str]  # EOFError: nobody answers any more
Tell = Callable[[TabletopEntry], object]
Keep = Callable[[Tabletop], object]
_NOBODY_KNOWS = "?"


def go(
    record: Tabletop,
    *,
    ask: Ask,
    tell: Tell,
    keep: Keep,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    seconds: Callable[[], float] = time.monotonic,
) -> Tabletop:
    """Tell each event and ask each open decision. An empty answer, or one that begins with `?`, is a gap.

    `keep` gets the record after every answer. It is `ended` when nothing is open any more; not where the input ended.
    """
    if not record.begun:
        record = msgspec.structs.replace(record, begun=_iso(now()))
        keep(record)
    for number, entry in enumerate(record.entries):
        if entry.outcome != "open" and entry.kind == "decision":
            continue
        tell(entry)
        if entry.kind == "event":
            continue
        started = seconds()
        try:
            said = ask("answer, or ? for a gap")
        except EOFError:
            return record
        answered = _answered(entry, said, _iso(now()), round(seconds() - started, 1))
        record = msgspec.structs.replace(record, entries=_with(record.entries, number, answered))
        keep(record)
    if not record.ended:
        record = msgspec.structs.replace(record, ended=_iso(now()))
        keep(record)
    return record


def _answered(entry: TabletopEntry, said: str, at: str, took: float) -> TabletopEntry:
    said = said.strip()
    gap = not said or said.startswith(_NOBODY_KNOWS)
    return msgspec.structs.replace(
        entry,
        outcome="gap" if gap else "answered",
        answer=said.removeprefix(_NOBODY_KNOWS).strip(),
        answered=at,
        seconds=took,
    )


def _with(entries: tuple[TabletopEntry, ...], number: int, entry: TabletopEntry) -> tuple[TabletopEntry, ...]:
    return (*entries[:number], entry, *entries[number + 1 :])


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
