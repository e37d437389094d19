"""OpenSSH: keys and commands on hosts, with host keys always checked."""

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from toolkit import strays
from toolkit.errors import ProgramFailed, ProgramMissing
from toolkit.tools import process


class Login(msgspec.Struct, frozen=True):
    """How to get into hosts as `user`: a private key, and a known_hosts file that holds their host keys."""

    key: Path
    known_hosts: Path
    user: str = "root"

    def options(self) -> list[str]:
        """The options for `ssh`; they ignore the user's own configuration and agent."""
        return [
            "-F/dev/null",
            f"-i{self.key}",
            f"-oUserKnownHostsFile={self.known_hosts}",
            "-oStrictHostKeyChecking=yes",
            "-oIdentitiesOnly=yes",
            "-oIdentityAgent=none",
            "-oBatchMode=yes",
            "-oConnectTimeout=5",
        ]


def generate_key(path: Path, comment: str) -> str:
    """Write a new ed25519 key pair to `path` and `path`.pub (no passphrase) and return the public key's line."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    process.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path])
    return path.with_name(path.name + ".pub").read_text()


def run(login: Login, address: str, command: Sequence[str], *, stdin: bytes = b"", timeout: float = 300) -> str:
    """Run a command on a host and return its stdout. The words are joined with spaces for the remote shell."""
    return process.run(
        ["ssh", *login.options(), f"{login.user}@{address}", "--", *command], stdin=stdin, timeout=timeout
    )


def wait(login: Login, address: str, *, seconds: float = 30) -> None:
    """Return when a login works; ProgramFailed with ssh's own words when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not _opens(login, address, last=time.monotonic() > deadline):
        time.sleep(0.2)


def _opens(login: Login, address: str, *, last: bool) -> bool:
    """Whether a login works; on the `last` try a failure is raised instead."""
    try:
        run(login, address, ["true"], timeout=10)
    except ProgramFailed:
        if last:
            raise
        return False
    return True


def sign(file: Path, key: Path, *, namespace: str) -> Path:
    """Sign a file with an SSH private key (or a public one whose private one the agent has): FILE.sig."""
    signature = file.with_name(f"{file.name}.sig")
    signature.unlink(missing_ok=True)  # ssh-keygen would ask
    process.run(["ssh-keygen", "-Y", "sign", "-q", "-f", key, "-n", namespace, file], env=process.environment())
    return signature


def is_signed(content: bytes, signature: Path, signers: Sequence[str], *, namespace: str) -> bool:
    """Whether one of the signers, public keys ("ssh-ed25519 AAAA… whoever"), signed the content for this namespace."""
    with strays.folder("signers") as folder:
        allowed = folder / "allowed_signers"
        keys = (" ".join(key.split()[:2]) for key in signers)
        allowed.write_text("".join(f'signer namespaces="{namespace}" {key}\n' for key in keys))
        command: list[str | Path] = ["ssh-keygen", "-Y", "verify", "-q", "-f", allowed, "-I", "signer"]
        command += ["-n", namespace, "-s", signature]
        try:
            process.run(command, env=process.environment(), stdin=content)
        except ProgramMissing:
            raise
        except ProgramFailed:
            return False
    return True
