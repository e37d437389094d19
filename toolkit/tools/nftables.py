"""The kernel's packet filter, through `nft`: one table per purpose, replaced and removed as a whole."""

from toolkit.tools import process

_HINT = "on Debian: apt-get install nftables"


def replace_table(name: str, body: str) -> None:
    """Make the table `inet NAME` hold exactly the chains in `body`, in one transaction."""
    # "add" makes the following "delete" valid whether or not the table exists
    rules = f"add table inet {name}\ndelete table inet {name}\ntable inet {name} {{\n{body}\n}}\n"
    process.run([process.find("nft", hint=_HINT), "-f", "-"], stdin=rules.encode())


def delete_table(name: str) -> None:
    """Remove the table `inet NAME`; nothing happens when there is none."""
    process.run([process.find("nft", hint=_HINT), "-f", "-"], stdin=f"add table inet {name}\ndelete table inet {name}\n".encode())
