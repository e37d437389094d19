"""Mail as people elsewhere see it: what the world's mail server got for them, and what they send."""

import os
import re
import smtplib
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from mailbox import Maildir
from pathlib import Path

import stage

_PATIENCE = 120
_MX_PORT = 25


def wait_for(recipient: str, pattern: str) -> EmailMessage:
    """The first mail to somebody whose subject or text matches, once it is there."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if found := [mail for mail in _mails(recipient) if re.search(pattern, f"{mail['Subject']}\n{text(mail)}")]:
            return found[0]
        time.sleep(0.5)
    raise AssertionError(f"no mail with {pattern!r} came to {recipient} within {_PATIENCE} s")


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    return str(body.get_content()) if body else ""


def reply(mail: EmailMessage, words: str) -> None:
    """Answer a mail as its recipient's mail server would: at the platform's own, without any login."""
    answer, recipient = EmailMessage(), str(mail["Delivered-To"])
    answer["From"], answer["To"] = recipient, mail["Reply-To"] or mail["From"]
    answer["Subject"] = f"Re: {mail['Subject']}"
    answer["Date"], answer["Message-ID"] = formatdate(), make_msgid(domain=recipient.partition("@")[2])
    answer["In-Reply-To"] = answer["References"] = mail["Message-ID"]
    answer.set_content(words)
    exchanger = stage.output("mail.incoming", "host")
    with smtplib.SMTP(exchanger, _MX_PORT, local_hostname="mx.outside.example", timeout=stage.TIMEOUT) as server:
        server.send_message(answer)


def _mails(recipient: str) -> list[EmailMessage]:
    box = Maildir(Path(os.environ["OFFRAMP_OUTSIDE"], "mail"))
    mails = [message_from_bytes(box.get_bytes(key), policy=policy.default) for key in sorted(box.keys())]
    return [mail for mail in mails if mail["Delivered-To"] == recipient]
