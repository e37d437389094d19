"""A carrier that takes text messages over SMPP. What it took is appended to sms.jsonl in OFFRAMP_OUTSIDE.

A carrier dies as soon as a file dead-NAME lies there: it hangs up on whoever says anything, and takes no more.
"""

import asyncio
import json
import os
import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from smpp.pdu import operations, pdu_types
from smpp.pdu.pdu_encoding import PDUEncoder

OUTSIDE = Path(os.environ["OFFRAMP_OUTSIDE"])
ENCODER = PDUEncoder()


def link(name: str) -> Callable[[], asyncio.Protocol]:
    """Makes what answers one connection to the carrier `name`."""
    return lambda: _Link(name)


class _Link(asyncio.Protocol):
    """Reads units, answers them."""

    def __init__(self, name: str) -> None:
        self.name, self.unread = name, b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if (OUTSIDE / f"dead-{self.name}").exists():
            self.transport.abort()
            return
        self.unread += data
        while len(self.unread) >= 4 and len(self.unread) >= (size := struct.unpack(">I", self.unread[:4])[0]):
            unit, self.unread = self.unread[:size], self.unread[size:]
            if response := self.answer(ENCODER.decode(BytesIO(unit))):
                self.transport.write(ENCODER.encode(response))

    def answer(self, request: Any) -> Any:
        match request:
            case operations.BindTransceiver():
                status = pdu_types.CommandStatus.ESME_ROK
                return operations.BindTransceiverResp(request.seqNum, status, system_id=self.name.encode())
            case operations.SubmitSM():
                self.keep(request.params)
                return operations.SubmitSMResp(request.seqNum, message_id=str(request.seqNum).encode())
            case operations.EnquireLink():
                return operations.EnquireLinkResp(request.seqNum)
            case operations.Unbind():
                return operations.UnbindResp(request.seqNum)
        return None

    def keep(self, message: dict[str, Any]) -> None:
        wide = message["data_coding"].schemeData == pdu_types.DataCodingDefault.UCS2
        number = "+" + message["destination_addr"].decode().lstrip("+")
        text = message["short_message"].decode("utf-16-be" if wide else "ascii")
        with (OUTSIDE / "sms.jsonl").open("a") as file:
            file.write(json.dumps({"to": number, "text": text, "carrier": self.name}) + "\n")
