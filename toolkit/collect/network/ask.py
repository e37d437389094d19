"""One question to DNS and its answer, whatever comes back.

In: a name, a type, the resolvers. Out: an `Answer`: records as text, or why there are none. Nothing
here raises for what a server sends, and no answer takes longer than the time-out.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import dns.asyncbackend
import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from toolkit.collect.network.names import Server
from toolkit.collect.network.signs import Record

_AT_ONCE = 40  # questions under way: what one resolver takes without dropping any
_TRIES = 2
_PAYLOAD = 1232  # bytes that arrive in one piece; longer answers come over TCP
_MOST_RECORDS = 500  # of one answer; no zone that anybody runs comes near
_NAME_TYPES = ("NS", "CNAME", "DNAME", "PTR")
_REFUSALS = (dns.exception.DNSException, OSError, ValueError, EOFError)


class Answer(NamedTuple):
    """What came back. `problem` is empty when the server answered, be it with nothing."""

    records: tuple[Record, ...] = ()
    exists: bool = True
    problem: str = ""
    left_out: int = 0  # records behind the first `_MOST_RECORDS`

    def of(self, kind: str) -> list[Record]:
        return [record for record in self.records if record.type == kind]


class Asker:
    """Asks the same servers, a bounded number of questions at a time, and each question once."""

    def __init__(self, servers: Sequence[Server], timeout: float) -> None:
        self._servers, self._timeout = servers, timeout
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._backend = dns.asyncbackend.get_backend("asyncio")
        self._asked: dict[tuple[str, str], asyncio.Task[Answer]] = {}

    async def ask(self, name: str, kind: str) -> Answer:
        """The answer, also to a question that is under way already."""
        key = (name, kind)
        if key not in self._asked:
            self._asked[key] = asyncio.ensure_future(self._ask(name, kind))
        return await asyncio.shield(self._asked[key])

    async def close(self) -> None:
        """Give up what is still under way."""
        for task in self._asked.values():
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)

    async def _ask(self, name: str, kind: str) -> Answer:
        try:
            query = dns.message.make_query(name, kind, use_edns=0, payload=_PAYLOAD)
        except _REFUSALS:
            return Answer(problem="is no name that DNS can be asked for")
        problem = "no resolver is known"
        for attempt in range(_TRIES):
            server = self._servers[attempt % len(self._servers)]
            async with self._turns:
                message, problem = await self._send(query, server)
            if message is not None:
                return _answer(message)
        return Answer(problem=problem)

    async def _send(self, query: dns.message.Message, server: Server) -> tuple[dns.message.Message | None, str]:
        """The response, or why there is none. Half of the time-out each: packets are lost."""
        allowed = self._timeout / _TRIES
        try:
            async with asyncio.timeout(allowed):
                message, _ = await dns.asyncquery.udp_with_fallback(
                    query,
                    server.address,
                    timeout=allowed,
                    port=server.port,
                    ignore_unexpected=True,
                    ignore_errors=True,  # a broken datagram may be anybody's: the real one can still come
                    backend=self._backend,
                )
        except (TimeoutError, dns.exception.Timeout):
            return None, f"the resolver {server} does not answer within {allowed:g} s"
        except _REFUSALS as err:
            return None, f"the resolver {server} cannot be asked: {_why(err)}"
        return message, ""


def _why(err: Exception) -> str:
    if isinstance(err, OSError) and err.strerror:
        return err.strerror
    return f"its answer cannot be read ({type(err).__name__})"


def _answer(message: dns.message.Message) -> Answer:
    code = message.rcode()
    if code not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return Answer(problem=f"the resolver answers {dns.rcode.to_text(code)}")
    records = tuple(_records(message.answer))
    left_out = max(len(records) - _MOST_RECORDS, 0)
    return Answer(records[:_MOST_RECORDS], code == dns.rcode.NOERROR, left_out=left_out)


def _records(answer: Sequence[dns.rrset.RRset]) -> Iterator[Record]:
    for rrset in answer:
        name = text_of(rrset.name)
        kind = dns.rdatatype.to_text(rrset.rdtype)
        for rdata in rrset:
            yield Record(name, kind, data_of(kind, rdata))


def text_of(name: dns.name.Name) -> str:
    """A name as text: what is not printable comes out of dnspython as `\\DDD`."""
    return name.to_text(omit_final_dot=True).lower()


def data_of(kind: str, rdata: object) -> str:
    """What is looked at of one record: a name, a text, an address. Empty for all else."""
    if kind in (*_NAME_TYPES, "SRV", "HTTPS", "SVCB"):
        return text_of(rdata.target)  # type: ignore[attr-defined]  # dnspython makes these classes at run time
    if kind == "MX":
        return text_of(rdata.exchange)  # type: ignore[attr-defined]
    if kind in ("TXT", "SPF"):
        return b"".join(rdata.strings).decode("ascii", "replace")  # type: ignore[attr-defined]
    if kind in ("A", "AAAA"):
        return str(rdata.address)  # type: ignore[attr-defined]
    if kind == "CAA":
        return _issuer(rdata.tag, rdata.value)  # type: ignore[attr-defined]
    return ""


def _issuer(tag: bytes, value: bytes) -> str:
    """`0 issue "letsencrypt.org; accounturi=…"`: whom certificates may come from."""
    issues = tag.lower() in (b"issue", b"issuewild")
    return value.partition(b";")[0].decode("ascii", "replace").strip().lower() if issues else ""
