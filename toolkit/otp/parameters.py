"""Twilio's parameters: each is honoured, changes nothing here, or is refused with Twilio's own error code.

None that changes what happens is left out silently: an application that asks for a message at noon must not have it
sent at once.
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from toolkit.otp.refusals import Refusal

_UNKNOWN = 20422  # "Invalid Parameter"; 20001 is a warning, with which Twilio ignores what it does not know
_NO_FEATURE = 60204
# Parameter → code of the refusal, and the values that ask for what happens anyway
_OF_VERIFICATIONS: Mapping[str, tuple[int, frozenset[str]]] = {
    **dict.fromkeys(
        ("CustomCode", "CustomMessage", "Amount", "Payee", "TemplateSid", "TemplateCustomSubstitutions", "Templates"),
        (_NO_FEATURE, frozenset[str]()),
    ),
    "ChannelConfiguration": (_NO_FEATURE, frozenset({"{}"})),
    "RiskCheck": (_NO_FEATURE, frozenset({"enable"})),
    "EnableSnaClientToken": (_NO_FEATURE, frozenset({"false"})),
}
_OF_CHECKS: Mapping[str, tuple[int, frozenset[str]]] = dict.fromkeys(
    ("Amount", "Payee", "SnaClientToken"), (_NO_FEATURE, frozenset[str]())
)
_OF_MESSAGES: Mapping[str, tuple[int, frozenset[str]]] = {
    "SendAt": (35114, frozenset()),
    "ScheduleType": (35114, frozenset()),
    "MediaUrl": (21620, frozenset()),
    "SendAsMms": (21620, frozenset({"false"})),
    "ContentSid": (21655, frozenset()),
    "ContentVariables": (21655, frozenset({"{}"})),
    "ApplicationSid": (_UNKNOWN, frozenset()),
    "PersistentAction": (_UNKNOWN, frozenset()),
    "FallbackFrom": (_UNKNOWN, frozenset()),
    "ShortenUrls": (_UNKNOWN, frozenset({"false"})),
    "ContentRetention": (_UNKNOWN, frozenset({"retain"})),
    "AddressRetention": (_UNKNOWN, frozenset({"retain"})),
    "RiskCheck": (_UNKNOWN, frozenset({"enable"})),
}
# Nothing to change here: SendDigits (calls), Tags, Attempt, ForceDelivery, ProvideFeedback, TrafficType, MessageIntent
_APP_HASH = re.compile(r"[A-Za-z0-9+/=]{11}")  # Android's SMS Retriever
_LONGEST_VALID = 36_000  # seconds, Twilio's figure
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:]{8}Z)?")


class Asked(NamedTuple):
    """What an application asked of its message besides text and numbers."""

    service: str = ""  # MessagingServiceSid
    valid_seconds: int = 0  # 0: as long as is usual
    most: float | None = None  # MaxPrice
    smart: bool = False  # SmartEncoded


def check_verification(form: Mapping[str, str]) -> None:
    """Refuse what a verification cannot be asked."""
    _refuse(form, _OF_VERIFICATIONS)
    if (name := form.get("CustomFriendlyName")) and not (len(name) <= 64 and name.isprintable()):
        raise Refusal(60200, "CustomFriendlyName")
    if (app_hash := form.get("AppHash")) and not _APP_HASH.fullmatch(app_hash):
        raise Refusal(60200, "AppHash")


def check_guess(form: Mapping[str, str]) -> None:
    """Refuse what a check cannot be asked."""
    _refuse(form, _OF_CHECKS)


def of_message(form: Mapping[str, str]) -> Asked:
    """What is honoured of a message's parameters; a refusal for what cannot be."""
    _refuse(form, _OF_MESSAGES)
    service = form.get("MessagingServiceSid", "")
    if service and not re.fullmatch("MG[0-9a-fA-F]{32}", service):
        raise Refusal(21705)
    valid = form.get("ValidityPeriod") or "0"
    if not (valid.isascii() and valid.isdigit() and len(valid) <= 5 and 0 <= int(valid) <= _LONGEST_VALID):
        raise Refusal(21624)
    if form.get("ValidityPeriod") and not int(valid):
        raise Refusal(21624)
    smart = form.get("SmartEncoded", "").lower() == "true"
    return Asked(service, int(valid), _most(form.get("MaxPrice", "")), smart)


def sent_between(form: Mapping[str, str]) -> tuple[float, float] | None:
    """From and until when listed messages were sent (DateSent, DateSent<, DateSent>); None where it does not matter."""
    names = [name for name in ("DateSent", "DateSent<", "DateSent>") if form.get(name)]
    if not names:
        return None
    earliest, latest = 0.0, math.inf
    for name in names:
        begin, end = _moments(form[name], name)
        if name != "DateSent<":
            earliest = max(earliest, begin)
        if name != "DateSent>":
            latest = min(latest, end)
    return earliest, latest


def json_in(text: str, name: str, code: int) -> Any:
    """JSON that a database and an answer can hold: no depth without end, no NaN, no half characters."""
    try:
        value = json.loads(text, parse_constant=_no_number)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise Refusal(code, name) from None
    if "\\u0000" in text:  # PostgreSQL has no such text
        raise Refusal(code, name)
    return value


def whole_number(text: str, name: str, code: int = 60200) -> int:
    """A number of up to nine digits."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Refusal(code, name)
    return int(text)


def _refuse(form: Mapping[str, str], table: Mapping[str, tuple[int, frozenset[str]]]) -> None:
    for name, (code, harmless) in table.items():
        if form.get(name) and form[name].lower() not in harmless:
            raise Refusal(code, name)


def _most(text: str) -> float | None:
    if not text:
        return None
    try:
        most = float(text)
    except ValueError:
        most = math.nan
    if not 0 < most < math.inf:
        raise Refusal(21627)
    return most


def _moments(text: str, name: str) -> tuple[float, float]:
    """Begin and end of a day, or a moment twice, in UTC."""
    if not _MOMENT.fullmatch(text):
        raise Refusal(60200, name)
    try:
        begin = datetime.fromisoformat(text).replace(tzinfo=UTC)
        end = begin if "T" in text else begin + timedelta(days=1, microseconds=-1)
    except (ValueError, OverflowError):
        raise Refusal(60200, name) from None
    return begin.timestamp(), end.timestamp()


def _no_number(text: str) -> Any:
    raise ValueError(text)
