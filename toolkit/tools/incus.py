"""Incus, through its command: plain arguments in, typed values out. The only module that starts `incus` or `incusd`."""

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from toolkit.errors import ProgramFailed
from toolkit.tools import process

_HINT = "apt-get install incus-base incus-client dnsmasq-base nftables (Debian 12 has Incus in bookworm-backports)"
_LIBEXEC = Path("/usr/libexec/incus")  # Debian's place for incusd; it starts helpers that lie beside it
_READY_SECONDS = 60
_PAUSES = (0.5, 2.0)  # seconds between attempts


class Instance(msgspec.Struct, frozen=True):
    """One container: its name, status (Running, Stopped …) and configuration keys."""

    name: str
    status: str
    config: dict[str, str]


class Image(msgspec.Struct, frozen=True):
    """One name of an image in the local store, and when (seconds since 1970) it was imported or last used."""

    alias: str
    used: float


class Network(msgspec.Struct, frozen=True):
    """One network Incus manages: its name (also the bridge's interface name) and configuration keys."""

    name: str
    config: dict[str, str]


def ensure_daemon(log: process.Log) -> None:
    """Make the daemon answer: through systemd where it runs, else by starting incusd; nothing when it does already."""
    process.find("incus", hint=_HINT)
    if _answers():
        return
    if Path("/run/systemd/system").exists():
        log("starting incus.service")
        process.run(["systemctl", "start", "incus.service"])
    else:
        log("starting incusd (no systemd here)")
        _start_daemon()
    _wait_ready()


def server_pid() -> int:
    """The process id of the daemon that answers."""
    return int(_query("/1.0")["environment"]["server_pid"])


def networks() -> list[Network]:
    """The networks Incus manages."""
    return [msgspec.convert(row, Network) for row in _json("network", "list") if row["managed"]]


def instances() -> list[Instance]:
    """All instances, whatever their status."""
    return [msgspec.convert(row, Instance) for row in _json("list")]


def images() -> list[Image]:
    """The images in the local store, under each of their aliases."""
    return [
        Image(alias["name"], max(_seconds(row["uploaded_at"]), _seconds(row["last_used_at"])))
        for row in _json("image", "list")
        for alias in row["aliases"]
    ]


def storage_pools() -> list[str]:
    """The names of the storage pools."""
    return [row["name"] for row in _json("storage", "list")]


def create_pool(name: str) -> None:
    """A storage pool of plain folders: works on every file system."""
    _incus("storage", "create", name, "dir")


def create_network(name: str, config: Mapping[str, str]) -> None:
    """A managed bridge; `name` has at most 15 characters (the kernel's limit for an interface)."""
    _incus("network", "create", name, *_pairs(config))


def delete_network(name: str) -> None:
    """Delete a bridge that nothing uses any more.

    The ends of its hosts' cables go a moment after the hosts: one that does while Incus looks at it stops the deletion.
    """
    for pause in (*_PAUSES, None):  # None: the last
        try:
            _incus("network", "delete", name)
        except ProgramFailed:
            if pause is None:
                raise
            time.sleep(pause)
        else:
            return


def import_image(metadata: Path, rootfs: Path, alias: str) -> None:
    """Put an image (metadata archive + squashfs root) into the local store under `alias`."""
    _incus("image", "import", metadata, rootfs, "--alias", alias)


def delete_image(alias: str) -> None:
    """Delete an image from the local store."""
    _incus("image", "delete", alias)


def create(name: str, image: str, *, pool: str, network: str, address: str, config: Mapping[str, str]) -> None:
    """Create (not start) a container on `network` with a fixed IPv4 `address` and no profile of this machine's."""
    settings = [word for pair in _pairs(config) for word in ("--config", pair)]
    _incus("create", image, name, "--no-profiles", "--storage", pool, *settings)
    nic = _pairs({"network": network, "name": "eth0", "ipv4.address": address})
    _incus("config", "device", "add", name, "eth0", "nic", *nic)


def push(name: str, path: str, content: bytes, *, mode: str = "0644") -> None:
    """Write a file of root's into a container, running or not; missing folders are made."""
    _incus("file", "push", "--create-dirs", "--uid=0", "--gid=0", f"--mode={mode}", "-", f"{name}{path}", stdin=content)


def start(names: Sequence[str]) -> None:
    """Start containers."""
    _incus("start", *names)


def execute(name: str, command: Sequence[str], *, stdin: bytes = b"", timeout: float | None = None) -> str:
    """Run a command as root in a running container and return its stdout."""
    return _incus("exec", name, "--force-noninteractive", "--", *command, stdin=stdin, timeout=timeout)


def delete(names: Sequence[str]) -> None:
    """Stop and delete containers."""
    _incus("delete", "--force", *names)


def _pairs(config: Mapping[str, str]) -> list[str]:
    return [f"{key}={value}" for key, value in config.items()]


def _incus(*arguments: str | Path, stdin: bytes = b"", timeout: float | None = None) -> str:
    # the user may have chosen another remote or project as his default: a lab is always local
    env = process.environment({"INCUS_REMOTE": "local", "INCUS_PROJECT": "default"}, passed=("INCUS_DIR", "INCUS_CONF"))
    return process.run(["incus", "--quiet", *arguments], env=env, stdin=stdin, timeout=timeout)


def _json(*arguments: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(_incus(*arguments, "--format=json"))
    return rows


def _seconds(text: str) -> float:
    """Incus says "never" as the year 1, for which some systems have no timestamp."""
    return (datetime.fromisoformat(text) - datetime.fromtimestamp(0, UTC)).total_seconds()


def _query(path: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(_incus("query", path, timeout=10))
    return answer


def _answers() -> bool:
    try:
        server_pid()
    except ProgramFailed as err:
        if "permission" in err.what.lower():
            raise ProgramFailed(err.what, hint="run as root, or as a member of the group incus-admin") from err
        return False
    return True


def _start_daemon() -> None:
    incusd = process.find("incusd", hint=_HINT, folders=[_LIBEXEC])
    log_folder = Path("/var/log/incus")
    log_folder.mkdir(parents=True, exist_ok=True)
    env = process.environment()
    env["PATH"] = f"{incusd.parent}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    command = ["setsid", "--fork", str(incusd), "--group=incus-admin", f"--logfile={log_folder / 'incus.log'}"]
    # a session of its own and no child of ours: neither Ctrl-C nor our end must reach it
    with (log_folder / "incusd.out").open("ab") as out:
        subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/", check=True)


def _wait_ready() -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while not _answers():
        if time.monotonic() > deadline:
            hint = "read /var/log/incus/incus.log; the daemon needs root and the kernel's namespaces and bridges"
            raise ProgramFailed(f"the Incus daemon did not answer within {_READY_SECONDS} s", hint=hint)
        time.sleep(0.2)
