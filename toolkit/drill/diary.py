"""The journal while it is being written: each step is on disk, whole, before the next begins."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from toolkit.documents import write_json
from toolkit.errors import OfframpError
from toolkit.model import Journal, Step
from toolkit.tools.process import Log

Phase = Literal["prepare", "steady", "break", "rebuild", "verify", "clean up"]


class Finding:
    """What a step found out while it ran: `verified`, and whether it was `skipped`."""

    def __init__(self) -> None:
        self.verified = ""
        self.skipped = False


class Diary:
    """Takes down steps in their order. `journal` is what there is so far, and so is the file at `path`."""

    def __init__(
        self,
        journal: Journal,
        path: Path,
        log: Log,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.journal, self._path, self._log = journal, path, log
        self._now, self._seconds = now, seconds
        self._write(journal)

    @contextmanager
    def step(self, ident: str, title: str, phase: Phase) -> Iterator[Finding]:
        """Time what happens inside. An error (Ctrl-C too) is written down as the step's failure, and goes on."""
        finding, started, begun = Finding(), self._now(), self._seconds()
        self._log(f"{phase}: {title}")
        try:
            yield finding
        except BaseException as err:
            self._add(ident, title, phase, started, begun, "failed", _reason(err))
            raise
        outcome: Literal["passed", "skipped"] = "skipped" if finding.skipped else "passed"
        self._add(ident, title, phase, started, begun, outcome, finding.verified)

    def close(self, *, restored: bool) -> Journal:
        """Say how it ended."""
        self._write(msgspec.structs.replace(self.journal, restored=restored))
        return self.journal

    def _add(
        self,
        ident: str,
        title: str,
        phase: Phase,
        started: datetime,
        begun: float,
        outcome: Literal["passed", "failed", "skipped"],
        verified: str,
    ) -> None:
        seconds = round(self._seconds() - begun, 1)
        step = Step(ident, title, phase, started.isoformat(timespec="seconds"), seconds, outcome, verified)
        self._write(msgspec.structs.replace(self.journal, steps=(*self.journal.steps, step)))
        self._log(f"  {outcome} after {seconds:.1f} s" + (f": {verified}" if verified else ""))

    def _write(self, journal: Journal) -> None:
        write_json(journal, self._path)
        self.journal = journal


def _reason(err: BaseException) -> str:
    """An error in a journal's words: what was expected of whom, without a hint or a traceback."""
    if isinstance(err, OfframpError):
        return err.what
    return "interrupted" if isinstance(err, KeyboardInterrupt) else f"{type(err).__name__}"
