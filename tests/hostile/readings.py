"""What the tests of this folder read out of an audit."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

OFFRAMP = str(Path(sys.executable).with_name("offramp"))

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Audited = Callable[..., dict[str, Any]]

SOUND = {("aws/s3", "app.py:3"), ("twilio", "requirements.txt:1")}


def found(audit: dict[str, Any]) -> set[tuple[str, str]]:
    """(vendor or vendor/service, where) of all evidence."""
    return {(one["signal"].partition("#")[0], one["where"]) for one in audit["survey"]["evidence"]}


def unread(audit: dict[str, Any]) -> dict[str, str]:
    """where → reason of all that was not read."""
    return {one["where"]: one["reason"] for one in audit["survey"].get("unread", ())}
