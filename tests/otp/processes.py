"""Real programs for the tests: the gateway's command, PostgreSQL, Kannel."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import jinja2
import pytest
from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

ROOT = Path(__file__).parents[2]
BLUEPRINT = ROOT / "playbooks/blueprints/otp-gateway"
OTP = [sys.executable, "-m", "toolkit", "otp"]
PATH = str(ROOT)  # where programs find the package
Found = TypeVar("Found")
_OFF = ["fsync=off", "full_page_writes=off", "autovacuum=off"]


class Rebased(HTTPAdapter):
    """The Python SDK's seam, as docs/otp.md shows it: a transport that sends every request to another base URL."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        request.url = re.sub(r"^https://[^/]+", self.base, str(request.url))
        return super().send(request, *args, **kwargs)


@dataclass(frozen=True)
class Served:
    """A gateway that runs as a program, and the environment it told applications to use."""

    environment: Mapping[str, str]
    folder: Path
    process: subprocess.Popen[str]

    @property
    def base(self) -> str:
        return self.environment["TWILIO_API_BASE"]

    @property
    def service_sid(self) -> str:
        return self.environment["TWILIO_VERIFY_SERVICE_SID"]

    def twilio(self, token: str | None = None) -> Client:
        """The official SDK, as published."""
        transport = TwilioHttpClient()
        assert transport.session is not None
        transport.session.mount("https://", Rebased(self.base))
        environment = self.environment
        token = token or environment["TWILIO_AUTH_TOKEN"]
        return Client(environment["TWILIO_ACCOUNT_SID"], token, http_client=transport)

    def sent(self) -> list[dict[str, str]]:
        """What lies in the development outbox."""
        file = self.folder / "otp-outbox.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def code_for(self, to: str, count: int = 1) -> str:
        """The code in the latest message to somebody, once there are `count` of them."""
        messages = eventually(lambda: m if len(m := [m for m in self.sent() if m["to"] == to]) >= count else None)
        return code_in(messages[-1]["body"])


def code_in(text: str) -> str:
    found = re.search(r"\b(\d{6})\b", text)
    assert found, text
    return found[1]


def eventually(look: Callable[[], Found | None], seconds: float = 30) -> Found:
    """What `look` finds once it finds something; an assertion fails if it never does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"nothing after {seconds} s")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def serve_dev(folder: Path) -> Iterator[Served]:
    listen = f"127.0.0.1:{free_port()}"
    with running([*OTP, "serve", "--dev", "--listen", listen], folder) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(4)]
        served = Served(dict(line.split("=", 1) for line in lines), folder, process)
        wait_for(served.base, process)
        yield served


@contextlib.contextmanager
def serve_config(folder: Path, base: str, toml: str) -> Iterator[subprocess.Popen[str]]:
    """`offramp otp serve --config`, once it answers."""
    config = folder / "otp.toml"
    config.write_text(toml)
    with running([*OTP, "serve", "--config", str(config)], folder) as process:
        wait_for(base, process)
        yield process


@contextlib.contextmanager
def running(command: list[str], folder: Path, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process that is stopped at the end; its stderr lies in `folder`/stderr."""
    with (folder / "stderr").open("a") as log:
        environment = {**os.environ, "PYTHONPATH": PATH, "NO_PROXY": "127.0.0.1"}
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=log, text=True, **options
        )
        try:
            yield process
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()


def wait_for(base: str, process: subprocess.Popen[str]) -> None:
    def healthy() -> bool:
        assert process.poll() is None, "the gateway ended"
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{base}/healthz").status_code == 200
        return False

    eventually(lambda: healthy() or None)


# --- PostgreSQL -------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The URL of a database in a cluster of its own."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not binaries:
        missing("PostgreSQL is not installed")
    folder, port = Path(tempfile.mkdtemp(prefix="otp-pg-")), free_port()
    as_user = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]

    def run(program: str, *arguments: str) -> None:
        command = [*as_user, str(binaries[-1].with_name(program)), "-D", str(folder / "data"), *arguments]
        # pg_ctl leaves the server with its standard output: a pipe would never close
        subprocess.run(command, check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    options = " ".join(["-h 127.0.0.1", f"-p {port}", f"-k {folder}", *(f"-c {item}" for item in _OFF)])
    try:
        run("initdb", "-U", "otp", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://otp@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


# --- Kannel -----------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def kannel(folder: Path, carriers: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """bearerbox and smsbox with the blueprint's own configuration; its variables."""
    if not (shutil.which("bearerbox") and shutil.which("smsbox")):
        missing("Kannel is not installed")
    template = BLUEPRINT / "templates/kannel.conf.j2"
    ports = [free_port() for _ in range(3)]
    variables = {
        "ansible_managed": "",
        "otp_gateway_kannel_folder": str(folder / "spool"),
        "otp_gateway_kannel_user": "offramp",
        "otp_gateway_kannel_password": "k" * 20,
        "otp_gateway_carriers": carriers,
        "otp_gateway_carrier_passwords": {carrier["id"]: carrier["password"] for carrier in carriers},
        **dict(zip((f"otp_gateway_kannel_{name}" for name in ("admin_port", "box_port", "port")), ports, strict=True)),
    }
    for name in ("store", "reports"):
        (folder / "spool" / name).mkdir(parents=True)
    environment = jinja2.Environment(  # noqa: S701  # as Ansible does: the result is no HTML
        trim_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined
    )
    file = folder / "kannel.conf"
    file.write_text(environment.from_string(template.read_text()).render(variables))
    with running(_as_its_unit("bearerbox", file), folder):
        eventually(lambda: kannel_status(variables))
        with running(_as_its_unit("smsbox", file), folder):
            eventually(lambda: "smsbox:" in kannel_status(variables) or None)
            yield variables


def _as_its_unit(program: str, configuration: Path) -> list[str]:
    """How the blueprint's unit starts it, with another file."""
    unit = (BLUEPRINT / f"templates/offramp-{program}.service.j2").read_text()
    (command,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    return [program, *command.split()[1:-1], str(configuration)]


def kannel_status(variables: Mapping[str, Any]) -> str:
    """What bearerbox says of its links, or nothing while it does not answer."""
    url = f"http://127.0.0.1:{variables['otp_gateway_kannel_admin_port']}/status.txt"
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(url, params={"password": variables["otp_gateway_kannel_password"]}).text
    return ""


def missing(reason: str) -> None:
    """Skip; with CI=true fail, since a run that proves nothing must not look green."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
