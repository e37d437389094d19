"""The mail servers of everybody else: takes every mail, into the maildir `mail` in OFFRAMP_OUTSIDE.

A copy for each recipient, named in its first header, Delivered-To.
"""

import os
from mailbox import Maildir
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

HOSTNAME = "mx.outside.example"


class _Handler:
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's
        kept = Maildir(Path(os.environ["OFFRAMP_OUTSIDE"], "mail"))
        assert isinstance(envelope.content, bytes)
        for recipient in envelope.rcpt_tos:
            kept.add(f"Delivered-To: {recipient}\n".encode() + envelope.content)
        return "250 kept"


def connection() -> SMTP:
    """Makes what answers one connection."""
    return SMTP(_Handler(), hostname=HOSTNAME)
