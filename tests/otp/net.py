"""The gateway as a program, Kannel with the blueprint's configuration, and two carriers that speak SMPP."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from processes import Served, eventually, free_port, kannel, kannel_status, serve_config
from smsc import Carrier

CONFIG = """
database = "sqlite:///{folder}/otp.sqlite"
listen = "127.0.0.1:{port}"
base_url = "http://127.0.0.1:{port}"
account_sid = "AC{a}"
auth_token = "{t}"
service_sid = "VA{b}"
secret = "{s}"
countries = ["DE", "US"]

[limits]
prefix = {{ count = 1000, seconds = 60 }}

[sms]
url = "http://127.0.0.1:{sendsms}/cgi-bin/sendsms"
username = "{user}"
password = "{password}"
sender = "Offramp"
report_url = "http://127.0.0.1:{port}/kannel/report"
carriers = [
  {{ id = "a", prices = {{ "+49" = 0.07, "" = 0.2 }} }},
  {{ id = "b", prices = {{ "+49" = 0.09, "" = 0.1 }} }},
]
"""


@dataclass(frozen=True)
class Net:
    """Gateway, Kannel and two carriers: a is cheapest for Germany, b for the rest."""

    gateway: Served
    a: Carrier
    b: Carrier
    kannel: dict[str, Any]

    def online(self, *carriers: str) -> None:
        """Wait until these links are up, and no others."""

        def reached() -> bool:
            status = kannel_status(self.kannel)
            links = {
                line.split()[0].split("[")[0]: "(online" in line for line in status.splitlines() if "SMPP:" in line
            }
            return bool(links) and {name for name, up in links.items() if up} == set(carriers)

        eventually(lambda: reached() or None, 60)

    def start(self, number: str) -> None:
        service = self.gateway.twilio().verify.v2.services(self.gateway.service_sid)
        service.verifications.create(to=number, channel="sms")

    def approved(self, number: str, code: str) -> bool:
        service = self.gateway.twilio().verify.v2.services(self.gateway.service_sid)
        return bool(service.verification_checks.create(to=number, code=code).valid)


@contextlib.contextmanager
def running_net(folder: Path, *, configured: Mapping[str, Any] | None = None, **carrier: Any) -> Iterator[Net]:
    """All of it, with both links up. `configured`: inputs of the blueprint for both carriers; `carrier`: what both are
    like."""
    ports = [free_port(), free_port()]
    carriers = [
        {
            "id": name,
            "host": "127.0.0.1",
            "port": port,
            "system_id": "offramp",
            "password": "secret",
            "throughput": 50,
            **(configured or {}),
        }
        for name, port in zip("ab", ports, strict=True)
    ]
    with (
        Carrier(port=ports[0], password="secret", **carrier) as a,
        Carrier(port=ports[1], password="secret", **carrier) as b,
        kannel(folder, carriers) as variables,
    ):
        port = free_port()
        toml = CONFIG.format(
            folder=folder, port=port, a="a" * 32, b="b" * 32, t="t" * 32, s="s" * 64,
            sendsms=variables["otp_gateway_kannel_port"], user=variables["otp_gateway_kannel_user"],
            password=variables["otp_gateway_kannel_password"],
        )  # fmt: skip
        base = f"http://127.0.0.1:{port}"
        environment = {
            "TWILIO_ACCOUNT_SID": "AC" + "a" * 32,
            "TWILIO_AUTH_TOKEN": "t" * 32,
            "TWILIO_VERIFY_SERVICE_SID": "VA" + "b" * 32,
            "TWILIO_API_BASE": base,
        }
        with serve_config(folder, base, toml) as process:
            net = Net(Served(environment, folder, process), a, b, variables)
            net.online("a", "b")
            yield net
