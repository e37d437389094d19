"""What the commands of `offramp export` share: options, tokens from the environment, what is said before and after."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from toolkit import proof
from toolkit.console import say
from toolkit.errors import BadInput

MANIFEST = "manifest.json"

if TYPE_CHECKING:
    from toolkit.export.dataset import Manifest

to_option = click.option(
    "--to", "folder", required=True, type=click.Path(path_type=Path), help="Folder for the datasets; goes on there."
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Only say what would be asked.")


sign_option = click.option(
    "--sign", "key", type=click.Path(path_type=Path), metavar="KEY", help="Sign the manifest with this SSH key."
)


@contextmanager
def signed(folder: Path, key: Path | None) -> Iterator[None]:
    """Sign the manifest of what is exported within: the key is tried before, and a complete export signed again."""
    if key is None:
        yield
        return
    proof.check_key(key)
    yield
    proof.sign(folder / MANIFEST, key)


def announce(source: str, calls: Iterable[str]) -> None:
    """Say what will be asked before anything is."""
    say(f"{source}: read-only, asks {', '.join(calls)}")


def report(manifest: "Manifest", folder: Path) -> None:
    """What was written, on stdout: dataset, records, checksum."""
    for name, one in manifest.datasets.items():
        click.echo(f"{name}\t{one.records}\t{one.sha256}\t{folder / one.file}")


def secret(variable: str) -> str:
    """A token from the environment."""
    if value := os.environ.get(variable, "").strip():
        return value
    raise BadInput(f"{variable} is not set", where="environment", hint=f"read -rs {variable}; export {variable}")


def address(url: str) -> str:
    """An organisation's address: HTTPS, or plain HTTP on this machine."""
    parts = urlsplit(url)
    if parts.hostname and (parts.scheme == "https" or (parts.scheme, parts.hostname) == ("http", "127.0.0.1")):
        return url
    raise BadInput("the token would travel unencrypted", where=url, hint="give an https:// address")
