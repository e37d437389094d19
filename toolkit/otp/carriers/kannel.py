"""SMS through Kannel, which holds the SMPP links: it throttles, reports deliveries and takes another link when one is
down. This module names the cheapest carrier for a number; to Kannel that is a preference.
"""

from collections.abc import Sequence

import httpx

from toolkit.otp.carriers import Carrier, Outcome, Outgoing
from toolkit.otp.keys import keyed
from toolkit.otp.prices import offer
from toolkit.otp.settings import Carrier as Prices
from toolkit.otp.settings import Kannel

_REPORTS = 1 | 2 | 8 | 16  # delivered, undeliverable, taken by the carrier, refused by the carrier
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)


def kannel(settings: Kannel, client: httpx.AsyncClient, *, report_key: bytes) -> Carrier:
    """A carrier that hands messages to Kannel's sendsms."""

    async def send(message: Outgoing) -> Outcome:
        try:
            answer = await client.get(settings.url, params=_request(settings, message, report_key))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as err:
            return Outcome("later", 30001, type(err).__name__)
        except httpx.HTTPError as err:  # the request was on its way
            return Outcome("unknown", 30008, type(err).__name__)
        return _outcome(answer)

    return send


def cheapest(carriers: Sequence[Prices], to: str) -> str | None:
    """Who is cheapest for this number, by each carrier's longest prefix that fits; None where nobody names a price."""
    found = offer(carriers, to)
    return found[1] if found else None


def segments(text: str) -> int:
    """Into how many messages the text is divided on the air."""
    if set(text) <= _GSM:
        length, one, each = len(text) + sum(text.count(char) for char in "^{}\\[~]|€"), 160, 153
    else:
        length, one, each = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= one else -(-length // each)


def _request(settings: Kannel, message: Outgoing, report_key: bytes) -> dict[str, str]:
    plain = set(message.body) <= _GSM
    # Kannel puts the report's kind in place of %d; the signature keeps others from inventing reports
    report = f"{settings.report_url}?sid={message.sid}&kind=%d&key={keyed(report_key, message.sid)}"
    chosen = cheapest(settings.carriers, message.to)
    return {
        "username": settings.username,
        "password": settings.password,
        "from": message.sender,
        "to": message.to,
        "charset": "UTF-8",
        "coding": "0" if plain else "2",
        "text": message.body,
        "dlr-mask": str(_REPORTS),
        "dlr-url": report,
        **({"smsc": chosen} if chosen else {}),
    }


def _outcome(answer: httpx.Response) -> Outcome:
    """202 is taken on: "0: Accepted for delivery", or "3: Queued for later delivery" when no link is up."""
    if answer.status_code == 202:
        return Outcome("accepted")
    detail = f"Kannel answered {answer.status_code}: {answer.text[:80]}"
    if answer.status_code in (
        403,
        503,
    ):  # our password is wrong, or it is going down: nothing is wrong with the message
        return Outcome("later", 30001, detail)
    return Outcome("refused", 30008, detail)
