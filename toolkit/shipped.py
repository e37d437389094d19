"""What is shipped: its version, and where its data lies (`checks`, `playbooks`, `terraform`).

In a wheel it was copied to `toolkit/_data/`; in a checkout (an editable install) it is the checkout's own folder.
"""

from pathlib import Path

PACKAGED = Path(__file__).parent / "_data"
CHECKOUT = Path(__file__).parent.parent


def folder(name: str) -> Path:
    """The folder `name` ("checks", "playbooks", "terraform/modules")."""
    return PACKAGED / name if PACKAGED.is_dir() else CHECKOUT / name


def tool() -> str:
    """This program and its version, as it signs what it makes."""
    from importlib.metadata import version

    return f"offramp {version('offramp')}"
