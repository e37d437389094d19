"""Development: messages become lines of a file, one JSON object each, and go nowhere."""

import json
from pathlib import Path

from toolkit.otp.carriers import Carrier, Outcome, Outgoing


def file(path: Path) -> Carrier:
    """A carrier that appends `to`, `body` and `channel` to a JSON Lines file only its owner can read."""

    async def send(message: Outgoing) -> Outcome:
        line = json.dumps({"to": message.to, "body": message.body, "channel": message.channel}, ensure_ascii=False)
        try:
            path.touch(mode=0o600)
            with path.open("a", encoding="utf-8") as stream:  # one write: readers see whole lines
                stream.write(line + "\n")
        except OSError as err:
            return Outcome("later", 30001, f"{path}: {err.strerror}")
        return Outcome("accepted")

    return send
