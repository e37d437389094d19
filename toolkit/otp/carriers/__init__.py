"""Who takes messages from here. A carrier is an async function: a message in, what became of it out; it never raises
for what a network or a server does."""

from collections.abc import Awaitable, Callable
from typing import Literal, NamedTuple


class Outgoing(NamedTuple):
    """One message, ready to be sent."""

    sid: str
    channel: str
    to: str
    sender: str
    body: str
    subject: str = ""


class Outcome(NamedTuple):
    """accepted: the carrier has it. refused: it never will. later: it has not, another attempt is safe. unknown: it may
    have it, so another attempt might send it twice."""

    kind: Literal["accepted", "refused", "later", "unknown"]
    error: int | None = None  # Twilio's code
    detail: str = ""  # for the operator's log: neither number nor text


Carrier = Callable[[Outgoing], Awaitable[Outcome]]
