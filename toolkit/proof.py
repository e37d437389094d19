"""Records that prove something: signed with the user's own SSH key, each naming the SHA-256 of the one before it.

In: a record's file, keys. Out: FILE.sig beside it, and `last` for the next one; or why a record proves nothing. OpenSSH
signs and checks, so anybody can do it by hand: `ssh-keygen -Y verify -n offramp-record …` (docs/proof.md).
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from toolkit import strays
from toolkit.documents import read_file, write_bytes, write_text
from toolkit.errors import BadInput, ProgramMissing
from toolkit.lock import locked
from toolkit.tools import ssh

NAMESPACE = "offramp-record"
_LAST = "last"
_MOST_RECORD, _MOST_SIGNATURE = 256 * 2**20, 2**16
_DIGEST = re.compile(r"[0-9a-f]{64}\n?")


def signature_of(file: Path) -> Path:
    """Where a file's signature lies."""
    return file.with_name(f"{file.name}.sig")


def check_key(key: Path) -> None:
    """Raises what signing would raise, before an hour of work rather than after it."""
    if not key.is_file():
        hint = "ssh-keygen -t ed25519 -f KEY makes one; of a key in the agent, give the public half"
        raise BadInput("there is no key to sign with", where=key, hint=hint)
    with strays.folder("sign") as folder:
        (folder / "try").write_text("")
        ssh.sign(folder / "try", key, namespace=NAMESPACE)


def sign(file: Path, key: Path) -> None:
    """Sign one file that belongs to no chain: an export's manifest."""
    ssh.sign(file, key, namespace=NAMESPACE)


def seal(chain: Path, key: Path, make: Callable[[str], Sequence[Path]]) -> None:
    """Sign the files that `make` writes of one record, which is to name the one before it (empty: it is the first).

    `chain` is the platform's folder of signed records: it gets a copy of this one, and remembers it as the last.
    """
    with locked(chain, mode=0o700):  # two at once would follow the same one
        files = make(_last(chain))
        for file in files:
            sign(file, key)
        content = read_file(files[0], _MOST_RECORD)
        digest = hashlib.sha256(content).hexdigest()
        kept = chain / f"{digest[:16]}.json"
        write_bytes(kept, content, mode=0o600)
        write_bytes(signature_of(kept), read_file(signature_of(files[0]), _MOST_SIGNATURE), mode=0o600)
        write_text(chain / _LAST, f"{digest}\n")


def chain_folder(state: Path, platform: str) -> Path:
    """Where a platform's signed records are kept; its name may be anything."""
    plain = re.sub(r"[^A-Za-z0-9-]", "_", platform)[:40]
    return state / "records" / f"{plain}-{hashlib.sha256(platform.encode()).hexdigest()[:8]}"


def _last(chain: Path) -> str:
    file = chain / _LAST
    if not file.exists():
        return ""
    text = file.read_text(errors="replace")
    if not _DIGEST.fullmatch(text):
        raise BadInput("does not name the last record", where=file, hint="remove it: the next record begins a chain")
    return text.strip()


def doubt(file: Path, signers: Sequence[str], *, namespace: str = NAMESPACE) -> str:
    """Why nobody need believe a file, completing "it counts for nothing: …"; empty: one of the signers signed it."""
    signature = signature_of(file)
    if not signature.is_file():
        return "it is not signed (its file has no .sig of the same name beside it)"
    if not signers:
        return "offramp.toml names no `signers`, so nobody knows whose signature it should bear"
    content = read_file(file, _MOST_RECORD)
    try:
        good = ssh.is_signed(content, signature, signers, namespace=namespace)
    except ProgramMissing:
        return "ssh-keygen is not installed, so that its signature cannot be checked"
    return "" if good else "it was changed since it was signed, or none of the `signers` of offramp.toml signed it"
