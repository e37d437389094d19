"""A real SMTP server that keeps what it is given."""

import contextlib
import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.stand_ins.serving import eventually, free_port


@dataclass
class Mailbox:
    """Messages in the order of arrival."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)

    def message_to(self, address: str) -> EmailMessage:
        """The first message to `address`, waiting for it if need be."""
        return eventually(lambda: [message for message in self.messages if message["To"] == address])[0]

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        """Called by aiosmtpd for each message."""
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"


@contextlib.contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Serve SMTP on a free port."""
    box = Mailbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
