"""The OTP gateway as its blueprint builds it, with two carriers that speak SMPP on this machine."""

import hashlib
import json
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import projects
import pytest

from toolkit.drill import lab as labs
from toolkit.model import Platform
from toolkit.tools import ssh

sys.path.append(str(Path(__file__).parents[1] / "otp"))  # the carrier is shared with the tests of the gateway alone
from processes import code_in, eventually
from smsc import Carrier

HOST = "codes"
PRICES = {"a": {"+49": 0.07, "": 0.2}, "b": {"+49": 0.09, "": 0.1}}


@dataclass
class Codes:
    """The project, its lab, and the carriers."""

    project: projects.Project
    lab: labs.Lab
    a: Carrier
    b: Carrier

    @property
    def url(self) -> str:
        return f"https://{self.lab.host(HOST).address}:8085"

    def shell(self, script: str) -> str:
        return ssh.run(self.lab.login, self.lab.host(HOST).address, [script])

    def ask(self, resource: str, **form: str) -> dict[str, Any]:
        """What an application on one of the platform's hosts is answered, over TLS that it can verify."""
        secrets = self.project.secrets()
        account, service = (
            kind + hashlib.md5(f"{secrets['otp_gateway_seed']}:{name}".encode(), usedforsecurity=False).hexdigest()
            for kind, name in (("AC", "account"), ("VA", "service"))
        )
        data = " ".join(f"--data-urlencode '{name}={value}'" for name, value in form.items())
        login = f"--user {account}:{secrets['otp_gateway_auth_token']}"
        answer: dict[str, Any] = json.loads(
            self.shell(f"curl --silent --show-error {login} {data} {self.url}/v2/Services/{service}/{resource}")
        )
        return answer

    def verified(self, number: str) -> bool:
        """Whether a code for this number comes in at a carrier and is then approved."""
        assert self.ask("Verifications", To=number, Channel="sms")["status"] == "pending"
        text = eventually(lambda: self.a.text_for(number) or self.b.text_for(number), 60)
        return bool(self.ask("VerificationCheck", To=number, Code=code_in(text))["valid"])


@pytest.fixture(scope="module")
def codes(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Codes]:
    """A host with PostgreSQL and the gateway, linked to two carriers."""
    folder = tmp_path_factory.mktemp("codes")
    with labs.temporary([HOST], log=print, state=folder / "labs") as lab:
        ports = dict(zip("ab", _free_ports(lab.gateway, 2), strict=True))
        carriers = [
            {"id": name, "host": lab.gateway, "port": port, "system_id": "offramp", "prices": PRICES[name]}
            for name, port in ports.items()
        ]
        platform = Platform(name="Board", domains=("board.example",))
        inputs = {"carriers": carriers, "countries": ["DE", "US"]}
        project = projects.make(folder, lab, platform, {"postgresql": {}, "otp-gateway": inputs}, host=HOST)
        own = project.folder / "group_vars/otp_gateway.yml"
        own.write_text(json.dumps({"otp_gateway_carrier_passwords": {"a": "secret", "b": "secret"}}))
        with (
            Carrier(host=lab.gateway, port=ports["a"], password="secret") as a,
            Carrier(host=lab.gateway, port=ports["b"], password="secret") as b,
        ):
            project.play("site.yml")
            made = Codes(project, lab, a, b)
            made.shell("apt-get install -qq -y --no-install-recommends curl >/dev/null 2>&1")  # what the tests ask with
            yield made


def _free_ports(address: str, count: int) -> list[int]:
    listeners = [socket.create_server((address, 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def test_a_second_run_changes_nothing(codes: Codes) -> None:
    assert projects.changed(codes.project.play("site.yml")) == 0


def test_it_verifies(codes: Codes) -> None:
    codes.project.play("verify.yml")


def test_codes_arrive_through_the_cheapest_carrier(codes: Codes) -> None:
    assert codes.verified("+4915112345678")
    assert codes.verified("+12025550123")
    assert codes.a.numbers() == ["+4915112345678"]
    assert codes.b.numbers() == ["+12025550123"]


def test_a_carrier_dies_and_codes_still_arrive(codes: Codes) -> None:
    codes.a.die()
    assert codes.verified("+4915112345679")
    assert codes.b.text_for("+4915112345679")
    codes.a.rise()


def test_only_the_platforms_hosts_are_let_in(codes: Codes) -> None:
    with (
        httpx.Client(verify=False) as stranger,  # noqa: S501  # it is turned away before it says anything
        pytest.raises((httpx.ConnectError, httpx.ConnectTimeout)),
    ):
        stranger.get(f"{codes.url}/v2/")
    listening = codes.shell("ss --listening --tcp --numeric --no-header | awk '{print $4}'").split()
    open_to_others = {line.rpartition(":")[2] for line in listening if not line.startswith(("127.", "[::1]"))}
    assert {"8086", "13000", "13001", "13013"}.isdisjoint(open_to_others)


def test_everything_is_lost_and_restored_and_nothing_old_is_sent(codes: Codes) -> None:
    codes.a.die()
    codes.b.die()
    eventually(lambda: "(online" not in _links(codes) or None, 60)
    codes.project.play("drill-steady.yml", "--tags", "otp-gateway")
    codes.project.play("backup.yml", "--tags", "otp-gateway")
    codes.project.play("drill-break.yml", "--tags", "otp-gateway")
    codes.a.rise()
    codes.b.rise()
    codes.project.play("restore.yml", "--tags", "otp-gateway")
    codes.project.play("site.yml", "--tags", "otp-gateway")
    codes.project.play("verify.yml", "--tags", "otp-gateway")
    assert codes.verified("+4915112345680")


def _links(codes: Codes) -> str:
    password = codes.project.secrets()["otp_gateway_kannel_password"]
    return codes.shell(f"curl --silent 'http://127.0.0.1:13000/status.txt?password={password}'")
