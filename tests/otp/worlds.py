"""A gateway with a clock the tests set, and the settings it is made of."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from toolkit.otp.gateway import Gateway
from toolkit.otp.settings import Kannel, Mail, Settings

SMS = Kannel(url="http://127.0.0.1:1/", username="u", password="p", sender="Offramp", report_url="http://127.0.0.1:1/")


@dataclass
class World:
    """A gateway, its clock (seconds), and what its audit log said."""

    gateway: Gateway
    now: list[float]
    log: list[str] = field(default_factory=list)

    def later(self, seconds: float) -> None:
        self.now[0] += seconds

    def events(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log]


def settings(database: str, **changes: object) -> Settings:
    values: dict[str, object] = {
        "database": database,
        "account_sid": "AC" + "a" * 32,
        "auth_token": "t" * 32,
        "service_sid": "VA" + "b" * 32,
        "secret": "s" * 64,
        "countries": ("DE", "US"),
        "sms": SMS,
        "mail": Mail(sender="codes@example.org"),
    }
    return Settings(**{**values, **changes})  # type: ignore[arg-type]


MakeWorld = Callable[..., World]
