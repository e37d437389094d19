"""How long strangers may take to say what they want, and how many may do so at once.

uvicorn waits for ever for the end of a request's headers. Here a connection that has none in time is closed, and one
that is too many is closed at once.
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 10.0
CONNECTIONS = 400  # of one process; systemd's usual bound for open files is 1,024


class Impatient(H11Protocol):
    """uvicorn's protocol, with an end to its patience."""

    _hurry: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own does
        """A stranger."""
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            transport.abort()
            return
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Something of a request, or all of it."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait_no_more()
        elif self._hurry is None and not self.transport.is_closing():
            self._wait()  # for the rest of the next request's headers

    def connection_lost(self, exc: Exception | None) -> None:
        """They left."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._hurry = self.loop.call_later(HEADER_SECONDS, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None
