"""The OTP gateway on PostgreSQL: codes per second and latency, alone and through Kannel and a carrier link that allows
100 messages a second. Requests come from 8 threads of this process, on the same cores as everything else.
"""

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles

import httpx

sys.path.append(str(Path(__file__).parents[1] / "tests/otp"))
from processes import code_in, eventually, free_port, kannel, postgres, serve_config
from smsc import Carrier

CODES, THREADS, LINK = 1000, 8, 100.0
SIDS = {"account": "AC" + "a" * 32, "service": "VA" + "b" * 32}
TOKEN = "t" * 32
CONFIG = """
database = "{database}"
listen = "127.0.0.1:{port}"
account_sid = "{account}"
auth_token = "{token}"
service_sid = "{service}"
secret = "{secret}"
countries = ["DE"]
limits = {{ account = {{ count = 1000000, seconds = 60 }}, account_checks = {{ count = 1000000, seconds = 60 }} }}

[sms]
url = "http://127.0.0.1:{sendsms}/cgi-bin/sendsms"
username = "{user}"
password = "{password}"
sender = "Offramp"
report_url = "http://127.0.0.1:{port}/kannel/report"
"""


def number(index: int) -> str:
    """Each in a block of its own, so that no limit is met."""
    return f"+4915{index:06}000"


def timed(
    base: str, resource: str, forms: list[dict[str, str]], *, valid: bool | None = None
) -> tuple[float, list[float]]:
    """Post all forms; forms per second and the time each answer took. `valid` is what every answer has to say."""
    limits = httpx.Limits(max_connections=THREADS, max_keepalive_connections=THREADS)
    with httpx.Client(base_url=base, auth=(SIDS["account"], TOKEN), limits=limits, timeout=60) as client:

        def post(form: dict[str, str]) -> float:
            begin = time.perf_counter()
            answer = client.post(f"/v2/Services/{SIDS['service']}/{resource}", data=form).raise_for_status().json()
            assert valid is None or answer["valid"] is valid
            return time.perf_counter() - begin

        begin = time.perf_counter()
        with ThreadPoolExecutor(THREADS) as pool:
            took = list(pool.map(post, forms))
        return len(forms) / (time.perf_counter() - begin), took


def processor_seconds(pid: int) -> float:
    """What a process has used, so that figures of a busy machine can be read as well."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def show(what: str, rate: float, took: list[float]) -> None:
    cuts = quantiles(took, n=100)
    print(
        f"{what}: {rate:.0f} a second; {cuts[49] * 1000:.0f} ms median, {cuts[98] * 1000:.0f} ms at the 99th percentile"
    )


def main() -> None:
    folder, port = Path(tempfile.mkdtemp(prefix="otp-bench-")), free_port()
    link = {"id": "a", "host": "127.0.0.1", "port": free_port(), "system_id": "o", "password": "secret"}
    with (
        postgres() as database,
        Carrier(port=link["port"], password=link["password"]) as carrier,
        kannel(folder, [{**link, "throughput": LINK, "window": 50}]) as box,
    ):
        config = CONFIG.format(
            database=database, port=port, token=TOKEN, secret="s" * 64, sendsms=box["otp_gateway_kannel_port"],
            user=box["otp_gateway_kannel_user"], password=box["otp_gateway_kannel_password"], **SIDS,
        )  # fmt: skip
        base = f"http://127.0.0.1:{port}"
        with serve_config(folder, base, config) as process:
            begin = time.perf_counter()
            show(
                "codes made", *timed(base, "Verifications", [{"To": number(n), "Channel": "sms"} for n in range(CODES)])
            )
            eventually(lambda: len(carrier.messages) >= CODES, 300)
            busy = processor_seconds(process.pid) / CODES
            print(f"processor time of the gateway: {busy * 1000:.1f} ms a code, made and sent")
            rate = CODES / (time.perf_counter() - begin)
            print(f"codes at the carrier: {rate:.0f} a second; the link allows {LINK:.0f}: {rate / LINK:.0%} of it")
            forms = [{"To": to, "Code": code_in(text)} for to, text in dict(carrier.messages).items()]
            show("codes checked", *timed(base, "VerificationCheck", forms, valid=True))


if __name__ == "__main__":
    main()
