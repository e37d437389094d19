"""Attacks on the OTP gateway as a program: guesses, spellings, replays, callbacks, slow headers, forms that are none.

What chance makes is counted as in attack.py: crashed (an answer of 500 or worse, a traceback, the end of the process),
hung (nobody else is served), leaked (a code is approved that must not be, a limit is passed, a callback reaches a
private address, a number stands in the log), lost (somebody who did nothing is refused).
"""

import contextlib
import itertools
import json
import random
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import httpx

sys.path.append(str(Path(__file__).parents[1] / "otp"))  # how the gateway is run is shared with its own tests
from processes import free_port, serve_config

ACCOUNT, TOKEN, SERVICE = "AC" + "a" * 32, "t" * 32, "VA" + "b" * 32
SECONDS = 20  # an end for what hangs
PER_ADDRESS = 4
CONFIG = """
database = "sqlite:///otp.sqlite"
outbox_file = "outbox.jsonl"
listen = "127.0.0.1:{port}"
account_sid = "{account}"
auth_token = "{token}"
service_sid = "{service}"
secret = "{secret}"

[limits]
account = {{ count = 1000000, seconds = 60 }}
rate_limits.end_user_ip_address = {{ count = {per_address}, seconds = 3600 }}
"""
JUNK = [
    b"\xff",
    b"%ff",
    b"%00",
    b"&",
    b"=",
    b"[",
    b'{"a":',
    b"%F0%9F%91%8B",
    b"9" * 5_000,
    b"-1",
    b"NaN",
    b"\\ud800",
    b"x",
]
NAMES = [
    b"To", b"Channel", b"Code", b"VerificationSid", b"RateLimits", b"DeviceIp", b"Body", b"From", b"StatusCallback",
    b"MaxPrice", b"ValidityPeriod", b"PageSize", b"DateSent", b"Metadata", b"FactorType", b"Config.Skew", b"Status",
]  # fmt: skip
PRIVATE = ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "127.1", "[::1]", "0.0.0.0"]  # noqa: S104


class Gateway:
    """The gateway, somebody who attacks it, and what came of it."""

    def __init__(self, base: str, folder: Path, seed: int) -> None:
        self.base, self.folder, self.chance = base, folder, random.Random(seed)  # noqa: S311 - no secret
        self.client = httpx.Client(base_url=base, auth=(ACCOUNT, TOKEN), timeout=SECONDS, trust_env=False)
        self.seen = Counter[tuple[str, str]]()
        self.numbers = itertools.count(self.chance.randrange(10**6))
        self.used: list[str] = []
        self.slow: list[socket.socket] = []
        self.kind = ""

    # --- what an application does -------------------------------------------------------------------------------------
    def number(self) -> str:
        """A German mobile number nobody used before, alone in its block."""
        self.used.append(f"+49151{next(self.numbers) % 10**5:05}{self.chance.randrange(1000):03}")
        return self.used[-1]

    def address(self) -> str:
        return str(IPv4Address(0x0B000000 + self.chance.randrange(2**24)))

    def ask(self, path: str, **form: str) -> dict[str, Any]:
        """The answer; {} where there is none."""
        return self._answer("POST", f"/v2/Services/{SERVICE}/{path}", data=form)

    def _answer(self, method: str, path: str, **what: Any) -> dict[str, Any]:
        try:
            answer = self.client.request(method, path, **what)
        except httpx.TimeoutException:
            self.seen[self.kind, "hung"] += 1
            return {}
        except httpx.TransportError:  # it closed the connection: what is malformed may be answered so
            return {}
        if answer.status_code >= 500:
            self.seen[self.kind, "crashed"] += 1
            sys.stderr.write(f"{self.kind}: {method} {path[:80]} {str(what)[:200]} → {answer.status_code}\n")
        with contextlib.suppress(ValueError):
            found: dict[str, Any] = answer.json()
            return found
        return {}

    def started(self, to: str, source: str) -> tuple[str, str]:
        """The verification's SID and its code; somebody who did nothing must get one."""
        answer = self.ask("Verifications", To=to, Channel="sms", DeviceIp=source)
        if answer.get("status") != "pending":
            self.lost(f"no code: {answer}")
            return "", "000000"
        line = (self.folder / "outbox.jsonl").read_text().splitlines()[-1]
        return answer["sid"], json.loads(line)["body"][-6:]

    def approved(self, to: str, code: str, **more: str) -> bool:
        return self.ask("VerificationCheck", To=to, Code=code, **more).get("status") == "approved"

    def lost(self, what: str) -> None:
        self.seen[self.kind, "lost"] += 1
        sys.stderr.write(f"{self.kind}: {what}\n")

    def leaked(self, what: str) -> None:
        self.seen[self.kind, "leaked"] += 1
        sys.stderr.write(f"{self.kind}: {what}\n")

    # --- attacks ------------------------------------------------------------------------------------------------------
    def guesses(self) -> None:
        """Strangers guess at a code and ask for more of them; its owner gets in."""
        owner, home = self.number(), self.address()
        _, code = self.started(owner, home)
        for _ in range(self.chance.randint(5, 12)):
            guess = f"{self.chance.randrange(10**6):06}"
            if guess != code and self.approved(self.spelt(owner), guess, DeviceIp=self.address()):
                self.leaked("a wrong code was approved")
        if not self.approved(owner, code, DeviceIp=home):
            self.lost("the owner's code was refused after a stranger's guesses")
        for _ in range(7):
            self.ask("Verifications", To=self.spelt(owner), Channel="sms", DeviceIp=self.address())
        _, code = self.started(owner, home)
        if not self.approved(owner, code, DeviceIp=home):
            self.lost("the owner's code was refused after codes a stranger asked for")

    def spellings(self) -> None:
        """One address in many spellings has one limit; its neighbour has another."""
        mine = IPv4Address(self.address())
        admitted = 0
        for _ in range(PER_ADDRESS + 4):
            answer = self.ask("Verifications", To=self.number(), Channel="sms", DeviceIp=self.spelt_address(mine))
            admitted += answer.get("status") == "pending"
        if admitted > PER_ADDRESS:
            self.leaked(f"{admitted} codes for one address")
        self.started(self.number(), f"::ffff:{mine + 1}")

    def replays(self) -> None:
        """A code counts once, and for its own number and verification."""
        (mine, theirs), source = (self.number(), self.number()), self.address()
        my_sid, my_code = self.started(mine, source)
        their_sid, their_code = self.started(theirs, self.address())
        for to, sid, code in ((theirs, my_sid, my_code), (mine, their_sid, my_code), (theirs, their_sid, my_code)):
            if my_code != their_code and self.approved(to, code, VerificationSid=sid):
                self.leaked("a code was approved for another number")
        if not self.approved(mine, my_code, VerificationSid=my_sid):
            self.lost("a code was refused after attempts to use it elsewhere")
        for again in ({}, {"VerificationSid": my_sid}, {"DeviceIp": source}):
            if self.approved(self.spelt(mine), my_code, **again):
                self.leaked("a code was approved twice")

    def callbacks(self) -> None:
        """A callback's URL that means a private address is not called."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(0.7)
            url = f"http://{self.chance.choice(PRIVATE)}:{listener.getsockname()[1]}/x"
            form = {"To": self.number(), "Body": "x", "StatusCallback": url}
            self._answer("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", data=form)
            with contextlib.suppress(TimeoutError):
                listener.accept()[0].close()
                self.leaked(f"{url} was called")

    def headers(self) -> None:
        """Requests that never end hold up nobody."""
        host, _, port = self.base.removeprefix("http://").rpartition(":")
        for _ in range(20):
            with contextlib.suppress(OSError):
                self.slow.append(socket.create_connection((host, int(port)), timeout=SECONDS))
                self.slow[-1].sendall(b"POST /v2/ HTTP/1.1\r\nHost: x\r\nX-" + b"a" * self.chance.randrange(1000))
        self._answer("GET", "/healthz")

    def forms(self) -> None:
        """What is no form, no number and no path is the caller's mistake."""
        path = self.chance.choice(
            [
                f"/v2/Services/{SERVICE}/Verifications",
                f"/v2/Services/{SERVICE}/VerificationCheck",
                f"/v2/Services/{SERVICE}/Verifications/%00%ff",
                f"/v2/Services/{SERVICE}/Entities/ff483d1ff591898a9942916050d2ca3f/Factors",
                f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
                "/kannel/report",
            ]
        )
        fields = [
            self.chance.choice(NAMES) + b"=" + b"".join(self.chance.choices(JUNK, k=self.chance.randint(1, 9)))
            for _ in range(self.chance.randint(0, 12))
        ]
        method = self.chance.choice(["GET", "POST"])
        query = "?" + b"&".join(fields[:3]).decode("latin-1") if self.chance.random() < 0.3 else ""
        self._answer(method, path + query, content=b"&".join(fields))

    # --- spellings ----------------------------------------------------------------------------------------------------
    def spelt(self, number: str) -> str:
        """A German mobile number in one of its spellings."""
        return self.chance.choice(
            [
                number,
                f"{number[:3]} {number[3:6]} {number[6:]}",
                f"{number[:3]} (0){number[3:]}",
                f"{number[:3]}-{number[3:9]}.{number[9:]}",
            ]
        )

    def spelt_address(self, address: IPv4Address) -> str:
        packed = int(address)
        halves = f"{packed >> 16:x}:{packed & 0xFFFF:x}"
        return self.chance.choice(
            [
                str(address),
                f" {address}:{self.chance.randrange(1, 65_536)}",
                f"::ffff:{address}",
                f"::FFFF:{halves.upper()}",
                f"0:0:0:0:0:ffff:{halves}",
                f"[::ffff:{address}]:443",
                f"64:ff9b::{halves}",
                f"2002:{halves}::{self.chance.randrange(2**16):x}",
                f"::ffff:{address}%eth{self.chance.randrange(9)}",
            ]
        )


def attacks(gateway: Gateway) -> dict[str, Callable[[], None]]:
    return {
        "gateway: guesses": gateway.guesses,
        "gateway: spellings": gateway.spellings,
        "gateway: replays": gateway.replays,
        "gateway: callbacks": gateway.callbacks,
        "gateway: headers": gateway.headers,
        "gateway: forms": gateway.forms,
    }


def attack(folder: Path, times: int, seed: int) -> Counter[tuple[str, str]]:
    """What came of each kind of attack: (kind, column) → how often."""
    with _running(folder) as (base, alive):
        gateway = Gateway(base, folder, seed)
        for kind, once in attacks(gateway).items():
            gateway.kind = kind
            for _ in range(times):
                gateway.seen[kind, "tried"] += 1
                once()
            if not alive():
                gateway.seen[kind, "crashed"] += 1
                return gateway.seen
        gateway.kind = "gateway: headers"
        _wait_until_closed(gateway)
        gateway.client.close()
    said = (folder / "stderr").read_text()
    gateway.seen["gateway: forms", "crashed"] += said.count("Traceback")
    gateway.seen["gateway: guesses", "leaked"] += sum(number in said or number[5:] in said for number in gateway.used)
    return gateway.seen


@contextlib.contextmanager
def _running(folder: Path) -> Iterator[tuple[str, Callable[[], bool]]]:
    port = free_port()
    toml = CONFIG.format(
        port=port, account=ACCOUNT, token=TOKEN, service=SERVICE, secret="s" * 64, per_address=PER_ADDRESS
    )
    base = f"http://127.0.0.1:{port}"
    with serve_config(folder, base, toml) as process:
        yield base, lambda: process.poll() is None


def _wait_until_closed(gateway: Gateway) -> None:
    """Connections that said nothing to the end are closed, each on its own time."""
    end = time.monotonic() + SECONDS
    waiting = [threading.Thread(target=_read_to_the_end, args=(one, end), daemon=True) for one in gateway.slow]
    for thread in waiting:
        thread.start()
    for thread in waiting:
        thread.join(max(end - time.monotonic(), 0))
    gateway.seen[gateway.kind, "hung"] += sum(thread.is_alive() for thread in waiting)


def _read_to_the_end(connection: socket.socket, end: float) -> None:
    with contextlib.suppress(ConnectionError), connection:
        connection.settimeout(max(end - time.monotonic() + 5, 1))
        while connection.recv(65_536):
            pass
