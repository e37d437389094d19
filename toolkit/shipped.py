"""Where the data lies that Offramp ships with: `checks`, `playbooks`, `terraform`.

In a wheel it was copied to `toolkit/_data/`; in a checkout (an editable install) it is the checkout's own folder.
"""

from pathlib import Path

PACKAGED = Path(__file__).parent / "_data"
CHECKOUT = Path(__file__).parent.parent


def folder(name: str) -> Path:
    """The folder `name` ("checks", "playbooks", "terraform/modules")."""
    return PACKAGED / name if PACKAGED.is_dir() else CHECKOUT / name
