"""What a file parser yields: a name found at a line, in the vocabulary of the catalogue's signal kinds.

A parser knows its format and nothing of vendors; the engine matches mentions against the catalogue.
"""

from typing import NamedTuple

from msgspec import Struct

from toolkit.catalog.entries import SignalKind
from toolkit.model import DiscardReason, Role


class Mention(Struct, frozen=True, gc=False):
    """One name in one place of one file."""

    kind: SignalKind
    value: str  # normal form: "boto3", "Aws::S3::Client", "api.twilio.com", "TWILIO_AUTH_TOKEN", "aws_s3_bucket"
    line: int  # from 1
    role: Role | None = None  # what the place suggests ("build/ci" for a development dependency)
    discard: DiscardReason | None = None  # why this place does not count ("comment", "transitive", "prose")
    quantity: int = 1  # how many things this one mention declares (`count = 3`)


class Place(NamedTuple):
    """Where the prefilter met a literal: offsets in the UTF-8 of the text, and the kinds of names it is a part of."""

    start: int
    end: int
    kinds: frozenset[str]


class Unparsed(Exception):
    """The rest of the file cannot be understood. What was yielded before stays; the engine records an `Unread`."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(line, reason)
        self.line, self.reason = line, reason


class OverBudget(Exception):
    """Reading one file has taken more processor time than any file may."""
