"""Files that only the holder of a vault's key can read, as `ansible-vault` writes them.

In: a key (the password) and text. Out: Ansible's own vault format, which its modules open by themselves.
"""

import configparser
import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from toolkit.documents import read_file, understood
from toolkit.errors import BadInput, ProgramMissing

_LONGEST_KEY = 2**20  # bytes
_MOST_SETTINGS = 2**20
_FOLDER = "ANSIBLE_LOCAL_TEMP"


def vault(password: str) -> Any:
    """A VaultLib (`encrypt`, `decrypt`) with one password; ProgramMissing without ansible-core."""
    try:
        with _anywhere():
            from ansible.parsing.vault import VaultLib, VaultSecret
    except ImportError as err:
        raise ProgramMissing("ansible-core is not installed", hint="pip install 'offramp[build]'") from err
    return VaultLib([("default", VaultSecret(password.encode()))])


@contextlib.contextmanager
def _anywhere() -> Iterator[None]:
    """Ansible makes a temporary folder when it is loaded, in the user's home, which may be read-only or none at all."""
    before = os.environ.get(_FOLDER)
    os.environ.setdefault(_FOLDER, tempfile.gettempdir())
    try:
        yield
    finally:
        if before is None:
            del os.environ[_FOLDER]


def read_key(path: Path) -> str:
    """What the file of a key holds; BadInput where there is none."""
    if key := read_file(path.expanduser(), _LONGEST_KEY).decode("utf-8", "replace").strip():
        return key
    raise BadInput("the vault's key is empty", where=path, hint="remove the file, or put the key from the safe there")


def key_named_by(project: Path) -> Path | None:
    """The file with the vault's key that a project's ansible.cfg names, if it does."""
    file = project / "ansible.cfg"
    settings = configparser.ConfigParser(interpolation=None)
    with understood(file):
        if file.exists():
            settings.read_string(read_file(file, _MOST_SETTINGS).decode())
        named = settings.get("defaults", "vault_password_file", fallback="")
        return project / Path(named).expanduser() if named else None
