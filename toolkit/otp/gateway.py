"""What every request and every sender shares. Built once, passed around; nothing in it is global."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram
from sqlalchemy import Engine

from toolkit.otp.keys import Keys
from toolkit.otp.settings import Settings

Clock = Callable[[], float]  # seconds since 1970


class Audit(Protocol):
    """Takes one event. Callers never hand it a code, a text or a whole number."""

    def __call__(self, event: str, **fields: str | int | None) -> None: ...


class Metrics:
    """Counters without numbers, mailboxes or SIDs in their labels."""

    def __init__(self) -> None:
        self.registry = known = CollectorRegistry()
        self.started = Counter("otp_verifications", "Codes made, by channel", ["channel"], registry=known)
        self.codes = Counter(
            "otp_codes",
            "Codes sent and typed in, by country",
            ["country", "outcome"],
            registry=known,
        )
        self.checked = Counter("otp_checks", "Codes checked, by outcome", ["outcome"], registry=known)
        self.refused = Counter("otp_refusals", "Requests refused, by Twilio's error code", ["code"], registry=known)
        self.sent = Counter(
            "otp_messages",
            "Messages handed to carriers, by channel and outcome",
            ["channel", "outcome"],
            registry=known,
        )
        self.seconds = Histogram("otp_send_seconds", "Time a carrier takes to answer", ["channel"], registry=known)


@dataclass(frozen=True)
class Gateway:
    settings: Settings
    engine: Engine
    keys: Keys
    clock: Clock
    audit: Audit
    metrics: Metrics
    wake: Callable[[], None]  # there is something to send


def audit_log(write: Callable[[str], object], clock: Clock) -> Audit:
    """An audit log of one JSON object a line."""

    def record(event: str, **fields: str | int | None) -> None:
        write(json.dumps({"at": round(clock(), 3), "event": event, **fields}, ensure_ascii=False))

    return record
