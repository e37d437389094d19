"""What the process says on stderr: numbers and mailboxes are masked, wherever they come from.

The audit log is written without them; tracebacks and other libraries' lines are not ours to word.
"""

import logging
import re
import sys

_NUMBER = re.compile(r"(\+|%2B)[0-9][0-9 ().-]{4,20}[0-9]")
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,63}")


def masking(text: str) -> str:
    """The text without whole numbers and mailboxes."""
    return _MAILBOX.sub("•••@•••", _NUMBER.sub(r"\1•••", text))


class _Masking(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return masking(super().format(record))


def set_up() -> None:
    """Log to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Masking("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # its lines would hold URLs with numbers and texts
