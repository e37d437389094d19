"""What a check is told of the platform it is to go through (docs/drill.md of Offramp), and how it answers."""

import json
import os
import sys
from pathlib import Path
from typing import NoReturn

URL = os.environ["OFFRAMP_URL"]
HOST = os.environ["OFFRAMP_HOST"]
ADDRESS = os.environ["OFFRAMP_ADDRESS"]
CA = os.environ["OFFRAMP_CA"]


def output(capability: str, name: str) -> str:
    """One output of the service that provides a capability. Without such a service the check ends here."""
    services = json.loads(Path(os.environ["OFFRAMP_SERVICES"]).read_text())["services"]
    if capability not in services:
        skip(f"nothing provides {capability}")
    return str(services[capability][name])


def skip(reason: str) -> NoReturn:
    """End: what the journey needs is not part of this platform."""
    print(f"skip: {reason}")
    sys.exit(0)
