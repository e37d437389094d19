"""A carrier for the tests: an SMPP server that takes messages, answers and reports their delivery.

The protocol's units are encoded and decoded by smpp.pdu; this module says what a carrier would.
"""

import asyncio
import contextlib
import struct
import threading
from io import BytesIO
from typing import Any

from smpp.pdu import operations as op
from smpp.pdu import pdu_types as kinds
from smpp.pdu.pdu_encoding import PDUEncoder

_ENCODER = PDUEncoder()
_THROTTLED = kinds.CommandStatus.ESME_RTHROTTLED


class Carrier:
    """Listens in a thread of its own. `messages` is what it acknowledged: (number, text), once all parts are there.

    `hex_answers`: it answers with hexadecimal numbers of messages, and reports with decimal ones. `charset`: its
    default alphabet.
    """

    def __init__(
        self,
        *,
        port: int,
        password: str,
        host: str = "127.0.0.1",
        reports: bool = True,
        per_second: int | None = None,
        hex_answers: bool = False,
        charset: str = "ascii",
    ) -> None:
        self.host, self.port, self.password = host, port, password
        self.reports, self.per_second = reports, per_second
        self.hex_answers, self.charset = hex_answers, charset
        self.messages: list[tuple[str, str]] = []
        self.submitted: list[dict[str, Any]] = []  # the units' parameters
        self.parts: dict[tuple[str, int], dict[int, bytes]] = {}
        self.refused = 0
        self.swallow = False  # take messages without answering: what a dying carrier does
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._taken: list[float] = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Carrier":
        self._thread.start()
        self.rise()
        return self

    def __exit__(self, *_: object) -> None:
        self.die()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def rise(self) -> None:
        """Listen."""
        asyncio.run_coroutine_threadsafe(self._rise(), self._loop).result()

    def die(self) -> None:
        """Stop listening and cut every link."""
        asyncio.run_coroutine_threadsafe(self._die(), self._loop).result()

    def numbers(self) -> list[str]:
        return [number for number, _ in self.messages]

    def text_for(self, number: str) -> str | None:
        """The latest text for a number."""
        return next((text for to, text in reversed(self.messages) if to == number), None)

    async def _rise(self) -> None:
        self._server = await asyncio.start_server(self._serve, self.host, self.port)

    async def _die(self) -> None:
        if self._server:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readexactly(4)
                unit = head + await reader.readexactly(struct.unpack(">I", head)[0] - 4)
                self._answer(_ENCODER.decode(BytesIO(unit)), writer)
        self._writers.discard(writer)
        writer.close()

    def _answer(self, request: Any, writer: asyncio.StreamWriter) -> None:
        match request:
            case op.BindTransceiver():
                good = request.params["password"] == self.password.encode()
                status = kinds.CommandStatus.ESME_ROK if good else kinds.CommandStatus.ESME_RINVPASWD
                answers = [op.BindTransceiverResp(request.seqNum, status, system_id=b"carrier")]
            case op.SubmitSM():
                answers = self._submit(request)
            case op.EnquireLink():
                answers = [op.EnquireLinkResp(request.seqNum)]
            case op.Unbind():
                answers = [op.UnbindResp(request.seqNum)]
            case _:
                answers = []
        for answer in answers:
            writer.write(_ENCODER.encode(answer))

    def _submit(self, request: Any) -> list[Any]:
        if self.swallow:
            return []
        if self._throttled():
            self.refused += 1
            return [op.SubmitSMResp(request.seqNum, _THROTTLED)]
        parameters = request.params
        number = "+" + parameters["destination_addr"].decode().lstrip("+")
        wide = parameters["data_coding"].schemeData == kinds.DataCodingDefault.UCS2
        self.submitted.append(parameters)
        if (octets := self._whole(number, parameters)) is not None:
            self.messages.append((number, octets.decode("utf-16-be" if wide else self.charset)))
        ident = 0xA0 + len(self.submitted)  # in the two bases it does not look the same
        answer = f"{ident:X}" if self.hex_answers else str(ident)
        answers = [op.SubmitSMResp(request.seqNum, message_id=answer.encode())]
        return [*answers, *([_report(str(ident), number)] if self.reports else [])]

    def _whole(self, number: str, parameters: dict[str, Any]) -> bytes | None:
        """The octets of a message, once its last part is there (3GPP TS 23.040, 9.2.3.24.1)."""
        octets: bytes = parameters["short_message"]
        if kinds.EsmClassGsmFeatures.UDHI_INDICATOR_SET not in parameters["esm_class"].gsmFeatures:
            return octets
        assert octets[:3] == b"\x05\x00\x03", "concatenation is the only header there is"
        reference, count, place = octets[3:6]
        parts = self.parts.setdefault((number, reference), {})
        parts[place] = octets[6:]
        return b"".join(parts[place] for place in sorted(parts)) if len(parts) == count else None

    def _throttled(self) -> bool:
        now = self._loop.time()
        self._taken = [moment for moment in self._taken if moment > now - 1]
        if self.per_second is not None and len(self._taken) >= self.per_second:
            return True
        self._taken.append(now)
        return False


def _report(ident: str, number: str) -> Any:
    text = f"id:{ident} sub:001 dlvrd:001 submit date:2611230000 done date:2611230000 stat:DELIVRD err:000 text:"
    return op.DeliverSM(
        int(ident),
        service_type=b"",
        source_addr_ton=kinds.AddrTon.INTERNATIONAL,
        source_addr_npi=kinds.AddrNpi.ISDN,
        source_addr=number.lstrip("+").encode(),
        dest_addr_ton=kinds.AddrTon.ALPHANUMERIC,
        dest_addr_npi=kinds.AddrNpi.UNKNOWN,
        destination_addr=b"Offramp",
        esm_class=kinds.EsmClass(kinds.EsmClassMode.DEFAULT, kinds.EsmClassType.SMSC_DELIVERY_RECEIPT),
        protocol_id=0,
        priority_flag=kinds.PriorityFlag.LEVEL_0,
        registered_delivery=kinds.RegisteredDelivery(
            kinds.RegisteredDeliveryReceipt.NO_SMSC_DELIVERY_RECEIPT_REQUESTED
        ),
        replace_if_present_flag=kinds.ReplaceIfPresentFlag.DO_NOT_REPLACE,
        data_coding=kinds.DataCoding(),
        sm_default_msg_id=0,
        short_message=text.encode(),
    )
