"""Verifications and messages as Twilio's JSON. The SDKs parse these; fields that mean nothing here are null."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Row

from toolkit.otp.callbacks import shown
from toolkit.otp.messages import Page
from toolkit.otp.settings import Settings

_TEXTS = {
    30001: "Queue overflow",
    30003: "Unreachable destination handset",
    30008: "Unknown error",
    30010: "Message price exceeds max price",
    30036: "Validity period expired",
}


def verification(row: Row[Any], settings: Settings) -> dict[str, Any]:
    """A Verification."""
    attempts = [
        {"attempt_sid": send["sid"], "channel": send["channel"].upper(), "time": iso(send["time"])}
        for send in row.sends
    ]
    return {
        **_shared(row, settings),
        "lookup": {},
        "sna": None,
        "send_code_attempts": attempts,
        "url": f"{settings.base_url}/v2/Services/{settings.service_sid}/Verifications/{row.sid}",
    }


def verification_check(row: Row[Any], settings: Settings) -> dict[str, Any]:
    """A VerificationCheck."""
    return {**_shared(row, settings), "sna_attempts_error_codes": []}


def message(row: Row[Any], body: str, settings: Settings) -> dict[str, Any]:
    """A Message."""
    uri = f"/2010-04-01/Accounts/{settings.account_sid}/Messages/{row.sid}"
    return {
        "account_sid": settings.account_sid,
        "api_version": "2010-04-01",
        "body": body,
        "date_created": _rfc2822(row.created),
        "date_sent": _rfc2822(row.sent) if row.sent else None,
        "date_updated": _rfc2822(row.updated),
        "direction": "outbound-api",
        "error_code": row.error if row.state in ("failed", "undelivered", "unknown") else None,
        "error_message": _TEXTS.get(row.error) if row.state in ("failed", "undelivered", "unknown") else None,
        "from": row.sender,
        "messaging_service_sid": row.service,
        "num_media": "0",
        "num_segments": str(row.segments),
        "price": None,
        "price_unit": "USD",
        "sid": row.sid,
        "status": shown(row.state),
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": row.to,
        "uri": f"{uri}.json",
    }


def message_page(
    page: Page, bodies: list[str], settings: Settings, *, size: int, query: dict[str, str]
) -> dict[str, Any]:
    """One page of a list; `query` is what was asked for, repeated in the link to the next page."""
    path = f"/2010-04-01/Accounts/{settings.account_sid}/Messages.json"
    here = {**query, "PageSize": str(size)}
    token = page.next_token
    number = int(query.get("Page", "0"))
    following = {**here, "Page": str(number + 1), "PageToken": token} if token else None
    return {
        "messages": [message(row, body, settings) for row, body in zip(page.rows, bodies, strict=True)],
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(len(page.rows) - 1, 0),
        "uri": f"{path}?{urlencode(here)}",
        "first_page_uri": f"{path}?{urlencode({'PageSize': size})}",
        "next_page_uri": f"{path}?{urlencode(following)}" if following else None,
        "previous_page_uri": None,
    }


def _shared(row: Row[Any], settings: Settings) -> dict[str, Any]:
    return {
        "sid": row.sid,
        "service_sid": settings.service_sid,
        "account_sid": settings.account_sid,
        "to": row.to,
        "channel": row.channel,
        "status": row.status,
        "valid": row.status == "approved",
        "amount": None,
        "payee": None,
        "date_created": iso(row.created),
        "date_updated": iso(row.updated),
    }


def iso(moment: float) -> str:
    """A moment as Verify writes it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _rfc2822(moment: float) -> str:
    return format_datetime(datetime.fromtimestamp(moment, UTC))
