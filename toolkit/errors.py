"""Every fatal error: an exit code, what happened, where, and a hint what to do next.

Raised anywhere, caught once in `cli.py`. The codes are the interface to scripts and CI: they do not change.
"""

from pathlib import Path
from typing import ClassVar

PASS, GATE_FAILED, BAD_INPUT, UNREAD, PROGRAM_FAILED, NOT_RESTORED, BAD_CATALOG, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130
READER_GONE = 141  # as shells say of a program that SIGPIPE ended
BUG = 70  # sysexits.h: EX_SOFTWARE. Python's own 1 would read as a failed gate


class OfframpError(Exception):
    """What happened, where (file:line, key path, host), and what to do about it."""

    exit_code: ClassVar[int] = BAD_INPUT

    def __init__(self, what: str, *, where: str | Path = "", hint: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.hint = what, str(where), hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}" + (f"\nhint: {self.hint}" if self.hint else "")


class GateFailed(OfframpError):
    """The policy refuses what the audit found."""

    exit_code = GATE_FAILED


class BadInput(OfframpError):
    """Something the user supplied is wrong: usage, a path, offramp.toml, a policy, an audit file, an overlay."""


class StrictUnread(OfframpError):
    """With --strict: something could not be read."""

    exit_code = UNREAD


class Incomplete(OfframpError):
    """A go-bag lacks something that a rebuild needs."""

    exit_code = UNREAD


class ProgramFailed(OfframpError):
    """An external program (terraform, ansible, incus, ssh) failed; `what` ends with its last lines."""

    exit_code = PROGRAM_FAILED


class ProgramMissing(ProgramFailed):
    """An external program is not installed; the hint says how to get it."""


class NotRestored(OfframpError):
    """A drill ended without the platform being back."""

    exit_code = NOT_RESTORED


class BadCatalog(OfframpError):
    """The shipped catalogue breaks its own schema. (A user's overlay is BadInput.)"""

    exit_code = BAD_CATALOG
