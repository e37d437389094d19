"""What an SMS costs, by the prices the operator's carriers ask."""

from collections.abc import Sequence

from toolkit.otp.settings import Carrier


def price(carriers: Sequence[Carrier], to: str, segments: int) -> float:
    """What a message costs with the cheapest carrier; 0 where nobody names a price."""
    found = offer(carriers, to)
    return found[0] * segments if found else 0.0


def offer(carriers: Sequence[Carrier], to: str) -> tuple[float, str] | None:
    """Price of one segment and the id of who asks it, by each carrier's longest prefix that fits."""
    offers = []
    for carrier in carriers:
        if fitting := [prefix for prefix in carrier.prices if to.startswith(prefix)]:
            offers.append((carrier.prices[max(fitting, key=len)], carrier.id))
    return min(offers) if offers else None
