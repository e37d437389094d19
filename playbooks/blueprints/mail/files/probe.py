#!/usr/bin/env python3
"""Log in, send one mail over STARTTLS and find it signed: `probe.py USER RECIPIENT MAILDIRS`, MAIL_PASSWORD set.

Before that, see that nothing is taken in the clear.

Runs on the mail host as root. Removes the mail it found. Exit 1 with a sentence when it does not arrive.
"""

import os
import smtplib
import ssl
import sys
import time
import uuid
from email.message import EmailMessage
from pathlib import Path

SECONDS = 60


def main():
    user, recipient, maildirs = sys.argv[1:4]
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = user, recipient, f"probe {uuid.uuid4()}"
    message["Message-ID"] = f"<{uuid.uuid4()}@{user.partition('@')[2]}>"
    message.set_content("Mail works.")
    refuses_the_clear(user, recipient)
    with smtplib.SMTP("127.0.0.1", 587, timeout=SECONDS) as server:
        # the certificate is for the public name; who answers on the loopback is this host in any case
        server.starttls(context=ssl._create_unverified_context())  # noqa: S323  # see above
        server.login(user, os.environ["MAIL_PASSWORD"])
        server.send_message(message)
    file = arrived(Path(maildirs) / recipient / "new", message["Message-ID"])
    signed = b"\nDKIM-Signature:" in b"\n" + file.read_bytes()
    file.unlink()
    if not signed:
        sys.exit("the mail arrived without a DKIM signature: see journalctl --unit=rspamd")


def refuses_the_clear(user, recipient):
    """Port 587 asks for STARTTLS before anything else."""
    with smtplib.SMTP("127.0.0.1", 587, timeout=SECONDS) as server:
        try:
            server.sendmail(user, [recipient], "in the clear")
        except smtplib.SMTPSenderRefused as err:
            if b"STARTTLS" not in err.smtp_error:
                raise
        else:
            sys.exit("port 587 took a mail in the clear")


def arrived(folder, message_id):
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        for file in folder.glob("*"):
            if message_id.encode() in file.read_bytes():
                return file
        time.sleep(0.2)
    sys.exit(f"the mail did not arrive in {folder} within {SECONDS} s: see journalctl --unit=postfix@- and mailq")


if __name__ == "__main__":
    main()
