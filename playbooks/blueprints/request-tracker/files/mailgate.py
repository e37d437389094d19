#!/usr/bin/env python3
"""Hand one mail to Request Tracker: `mailgate.py URL QUEUE COMMENT-ADDRESS RECIPIENT`, the mail on stdin.

Called by Postfix's pipe(8), whose exit codes it speaks: 75 means try again later. Mail the filter marked as spam goes
to the queue Spam, where nobody is answered; mail to the comment address becomes an internal note.
"""

import subprocess
import sys
from email import policy
from email.parser import BytesHeaderParser

TEMPORARY_FAILURE = 75


def main():
    url, queue, comment_address, recipient = sys.argv[1:]
    mail = sys.stdin.buffer.read()
    action = "comment" if recipient.casefold() == comment_address.casefold() else "correspond"
    if is_spam(mail):
        queue, action = "Spam", "correspond"
    command = ["rt-mailgate", "--url", url, "--queue", queue, "--action", action, "--timeout", "300"]
    try:
        done = subprocess.run(command, input=mail, check=False)
    except OSError as err:
        print(f"rt-mailgate cannot be started: {err}", file=sys.stderr)
        return TEMPORARY_FAILURE
    # whatever went wrong, the mail must not bounce: Postfix keeps and retries it for days
    return TEMPORARY_FAILURE if done.returncode else 0


def is_spam(mail):
    """What rspamd said. A sender who writes this header himself only harms himself."""
    headers = BytesHeaderParser(policy=policy.compat32).parsebytes(mail)
    return any(str(value).strip().casefold() == "yes" for value in headers.get_all("X-Spam", []))


if __name__ == "__main__":
    sys.exit(main())
