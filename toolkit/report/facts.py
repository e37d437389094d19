"""What is known of leaving a vendor, in words. A fact without a source says so, in every format.

In: facts of the catalogue. Out: plain text, not yet escaped for any format. `brief`: of a source its site alone, where
lines are short and the whole address is in another format.
"""

import re

from toolkit.catalog.entries import Notice, Vendor
from toolkit.model import Export, Kept

NO_SOURCE = "no source"
_CASES = {"suspension": "Before a suspension", "end": "Before the contract ends", "data": "The data after that"}


def export_words(fact: Export, *, brief: bool = False) -> str:
    """`Users: GET /users. Limit: 200 a page (https://…)`."""
    return f"{export_text(fact)} ({source_words(fact.source, brief=brief)})"


def export_text(fact: Export) -> str:
    """The same without its source."""
    limit = f". Limit: {fact.limit}" if fact.limit else ""
    return f"{fact.what}: {fact.how}{limit}"


def kept_words(fact: Kept, *, brief: bool = False) -> str:
    """`TOTP seeds: no interface returns them (no source)`."""
    return f"{fact.what}: {fact.why} ({source_words(fact.source, brief=brief)})"


def notice_words(fact: Notice) -> str:
    """`Before a suspension: 0 hours; at once for abuse`; the source is not in it."""
    least = f"{_span(fact.hours)}; " if fact.hours is not None else ""
    return f"{_CASES[fact.case]}: {least}{fact.text}"


def _span(hours: float) -> str:
    """`30 days`, from the third day on; `48 hours` before."""
    days = hours / 24
    return f"{days:g} days" if days > 2 and days.is_integer() else f"{hours:g} hours"


def notices_words(vendor: Vendor | None, *, brief: bool = False) -> list[str]:
    """Every notice with its source; one line that says so where nobody has looked."""
    if vendor is None or not vendor.notices:
        return ["Notice in their terms: not checked"]
    return [f"{notice_words(one)} ({source_words(one.source, brief=brief)})" for one in vendor.notices]


def source_words(source: str, *, brief: bool = False) -> str:
    site = re.match(r"https?://([^/\s]+)", source) if brief else None
    return site[1] if site else source or NO_SOURCE


def in_hours(hours: float) -> str:
    return f"{hours * 60:.0f} min" if 0 < hours < 1 else f"{hours:.1f} h".replace(".0 h", " h")
