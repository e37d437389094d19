"""Plays the world around Harbour in a drill: two carriers that take text messages over SMPP.

They listen on this machine; a tunnel through SSH puts them on 127.0.0.1:2775 and :2776 of the OTP gateway's host, which
is where offramp.toml says carriers are. What they were given is appended to sms.jsonl in OFFRAMP_OUTSIDE.
"""

import asyncio
import contextlib
import json
import os
import struct
from io import BytesIO
from pathlib import Path
from typing import Any

from smpp.pdu import operations, pdu_types
from smpp.pdu.pdu_encoding import PDUEncoder

PORTS = (2775, 2776)
OUTBOX = Path(os.environ["OFFRAMP_OUTSIDE"]) / "sms.jsonl"
ENCODER = PDUEncoder()


async def main() -> None:
    inventory = json.loads(Path(os.environ["OFFRAMP_INVENTORY"]).read_text())
    for host in inventory["all"]["children"].get("otp_gateway", {"hosts": {}})["hosts"]:
        await open_tunnel(host, [await listen() for _ in PORTS])
    print("ready", flush=True)
    await asyncio.Event().wait()


async def listen() -> int:
    """Be a carrier on some free port."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return int(server.sockets[0].getsockname()[1])


async def open_tunnel(host: str, listeners: list[int]) -> None:
    """Return when the host's PORTS lead to the listeners; they do as long as this program runs."""
    words = ["ssh", "-F", os.environ["OFFRAMP_SSH_CONFIG"], "-oExitOnForwardFailure=yes", "-oServerAliveInterval=15"]
    for theirs, ours in zip(PORTS, listeners, strict=True):
        words += ["-R", f"127.0.0.1:{theirs}:127.0.0.1:{ours}"]
    pipe = asyncio.subprocess.PIPE
    tunnel = await asyncio.create_subprocess_exec(*words, host, "echo open; exec cat", stdin=pipe, stdout=pipe)
    TUNNELS.append(tunnel)
    assert tunnel.stdout
    assert await tunnel.stdout.readline() == b"open\n", f"no tunnel to {host}"


TUNNELS: list[asyncio.subprocess.Process] = []  # held, or their pipes would be closed


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One link: read units, answer them."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readexactly(4)
            unit = head + await reader.readexactly(struct.unpack(">I", head)[0] - 4)
            if response := answer(ENCODER.decode(BytesIO(unit))):
                writer.write(ENCODER.encode(response))
    writer.close()


def answer(request: Any) -> Any:
    match request:
        case operations.BindTransceiver():
            status = pdu_types.CommandStatus.ESME_ROK
            return operations.BindTransceiverResp(request.seqNum, status, system_id=b"carrier")
        case operations.SubmitSM():
            keep(request.params)
            return operations.SubmitSMResp(request.seqNum, message_id=str(request.seqNum).encode())
        case operations.EnquireLink():
            return operations.EnquireLinkResp(request.seqNum)
        case operations.Unbind():
            return operations.UnbindResp(request.seqNum)
    return None


def keep(message: dict[str, Any]) -> None:
    wide = message["data_coding"].schemeData == pdu_types.DataCodingDefault.UCS2
    number = "+" + message["destination_addr"].decode().lstrip("+")
    text = message["short_message"].decode("utf-16-be" if wide else "ascii")
    with OUTBOX.open("a") as file:
        file.write(json.dumps({"to": number, "text": text}) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
