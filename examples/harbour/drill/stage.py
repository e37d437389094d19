"""What a check is told of the platform it goes through (docs/drill.md of Offramp), and how it talks to it directly."""

import base64
import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import sys
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlencode

URL = os.environ["OFFRAMP_URL"]
HOST = os.environ["OFFRAMP_HOST"]
ADDRESS = os.environ["OFFRAMP_ADDRESS"]
CA = os.environ["OFFRAMP_CA"]
PROJECT = Path(os.environ["OFFRAMP_PROJECT"])
TIMEOUT = 60


def output(capability: str, name: str) -> str:
    """One output of the service that provides a capability. Without such a service the check ends here."""
    if not offered(capability):
        skip(f"nothing provides {capability}")
    return str(offered(capability)[name])


def offered(capability: str) -> dict[str, Any]:
    """All outputs of the service that provides a capability; none where nothing does."""
    services = json.loads(Path(os.environ["OFFRAMP_SERVICES"]).read_text())["services"]
    return dict(services.get(capability, {}))


def captcha_hosts() -> list[str]:
    """Where the sign-up form's captcha comes from, besides the site itself."""
    return [str(guard["host"])] if (guard := offered("abuse.captcha")) else []


def secret(name: str) -> str:
    """A secret out of the generated project's vault, as its administrator gets it."""
    command = ["ansible-vault", "view", "inventory/group_vars/all/vault.yml"]
    vault = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    found = re.search(rf"^{re.escape(name)}: *(\S+)$", vault, re.MULTILINE)
    assert found, f"the vault has no {name}"
    return found[1].strip("'\"")


def skip(reason: str) -> NoReturn:
    """End: what the journey needs is not part of this platform."""
    print(f"skip: {reason}")
    sys.exit(0)


@cache
def address(host: str) -> str:
    """Where one of the platform's names leads: a lab has no DNS, but the platform's hosts know each other's names."""
    if host == HOST:
        return ADDRESS
    inventory = json.loads(Path(os.environ["OFFRAMP_INVENTORY"]).read_text())
    ssh = ["ssh", "-F", os.environ["OFFRAMP_SSH_CONFIG"], next(iter(inventory["all"]["hosts"]))]
    return subprocess.run([*ssh, "getent", "hosts", host], capture_output=True, text=True, check=True).stdout.split()[0]


def connect(host: str) -> ssl.SSLSocket:
    """TLS to one of the platform's names, verified against its own authority."""
    raw = socket.create_connection((address(host), 443), timeout=TIMEOUT)
    return ssl.create_default_context(cafile=CA).wrap_socket(raw, server_hostname=host)


def ask(
    host: str,
    method: str,
    path: str,
    *,
    form: dict[str, str] | None = None,
    document: object = None,
    token: str = "",
    login: tuple[str, str] | None = None,
    expect: HTTPStatus = HTTPStatus.OK,
) -> Any:
    """An API's JSON answer (None if it is empty), asked with a bearer token or a login."""
    headers, body = {"Host": host, "Accept": "application/json"}, None
    if form is not None:
        headers["Content-Type"], body = "application/x-www-form-urlencoded", urlencode(form)
    elif document is not None:
        headers["Content-Type"], body = "application/json", json.dumps(document)
    if token:
        headers["Authorization"] = f"Bearer {token}"
    elif login:
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(login).encode()).decode()
    connection = http.client.HTTPSConnection(host, timeout=TIMEOUT)
    connection.sock = connect(host)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status == expect, f"{method} {path}: {answer.status}"
    return json.loads(text) if text else None
