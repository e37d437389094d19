"""The section on outside hosts that nobody has described: its title, its rows, and what it leaves out.

In: an audit. Out: plain text, not yet escaped for any format.
"""

from typing import NamedTuple

from toolkit.model import Audit, Undescribed
from toolkit.report import places

TITLE = "Not described: outside hosts that your code calls"
TO_DO = (
    "No vendor of the catalogue has these hosts, so nothing is known of their loss. Say who it is in offramp.toml: "
    "`[[declare]]`, `domains` where it is your own, or `[[ignore]]`, with the domain as its name."
)
_TEXT = "named in a text"
_MOST_NAMED = 8


class Row(NamedTuple):
    """One registered domain."""

    domain: str
    hosts: str
    place: str
    seen: list[tuple[str, str]]  # each place in words, with its address at the forge


def rows(audit: Audit) -> list[Row]:
    """What is called, set or loaded, the most telling place first."""
    return [_row(item, audit) for item in audit.undescribed if item.place != _TEXT]


def _row(item: Undescribed, audit: Audit) -> Row:
    hosts = [audit.survey.hosts[position] for position in item.seen]
    seen = {places.words(host.root, host.where, audit.survey): places.link(host, audit) for host in hosts}
    others = [host for host in item.hosts if host != item.domain]
    return Row(item.domain, ", ".join(others), item.place, list(seen.items()))


def rest(audit: Audit) -> str:
    """What texts alone name, in one sentence; empty where there is none."""
    named = [item.domain for item in audit.undescribed if item.place == _TEXT]
    if not named:
        return ""
    more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    return f"Only named in texts: {', '.join(named[:_MOST_NAMED])}{more}."
