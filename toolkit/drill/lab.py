"""Throwaway hosts for the demo, the tests and the drill: Debian 13 system containers with systemd, sshd and a marker.

In: host names. Out: a running `Lab` with fixed addresses on its own bridge, and a key that opens every host as root.
Labs of several processes live side by side; what a killed process left is removed when the next lab is made.
"""

import fcntl
import ipaddress
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import msgspec
import platformdirs

from toolkit.drill import lab_image
from toolkit.errors import BadInput, ProgramFailed
from toolkit.tools import incus, network, process, ssh
from toolkit.tools.process import Log

PREFIX = "offramp-lab-"
MARKER = "/etc/offramp-drill"  # the image carries it; a drill touches no host without it
_POOL = "offramp-lab"
# configuration keys: what we know of a lab lies with the bridge and the instances themselves
_LAB, _OWNER, _FOLDER = "user.offramp.lab", "user.offramp.owner", "user.offramp.folder"
_HOST, _ADDRESS = "user.offramp.host", "user.offramp.address"
_CANDIDATES = ("10.99.0.0/16", "172.30.0.0/16", "192.168.128.0/17")
_FIRST_HOST = 10
_HOST_NAME = re.compile(r"[a-z]([a-z0-9-]{0,30}[a-z0-9])?")
_LOCK = Path("/run/lock/offramp-lab.lock")
_BOOT_SECONDS = 120
_BOOTED = """\
until [ -S /run/dbus/system_bus_socket ]; do sleep 0.1; done
systemctl is-system-running --wait >&2 || { systemctl --failed --plain >&2; exit 1; }
"""


class Host(msgspec.Struct, frozen=True):
    """One lab host: the name it knows itself by, its IPv4 address, and its instance's name in Incus."""

    name: str
    address: str
    instance: str


class Lab(msgspec.Struct, frozen=True):
    """Running lab hosts and how to reach them. `folder` holds the key and known_hosts, and goes with the lab."""

    id: str
    hosts: tuple[Host, ...]
    login: ssh.Login
    bridge: str
    subnet: str
    gateway: str
    folder: Path

    def host(self, name: str) -> Host:
        """The host called `name` (KeyError if there is none)."""
        return {host.name: host for host in self.hosts}[name]


def make(
    names: Sequence[str],
    *,
    log: Log,
    state: Path | None = None,
    memory: str | None = None,
    cpus: int | None = None,
    keep: bool = False,
) -> Lab:
    """Make and boot one host per name; all or none.

    `state` is the folder for keys (default: the user's cache folder), `memory` a limit per host such as "2GiB" and
    `cpus` a number of cores (default: no limits). With `keep` the lab outlives this process until `destroy`.
    Raises BadInput for impossible names, ProgramFailed when a host does not come up.
    """
    _check(names)
    limits = {"limits.memory": memory, "limits.cpu": None if cpus is None else str(cpus)}
    incus.ensure_daemon(log)
    with _alone():
        _sweep(log)
        image = lab_image.ensure(log)
        if _POOL not in incus.storage_pools():
            incus.create_pool(_POOL)
        lab = _prepare(names, state or platformdirs.user_cache_path("offramp") / "labs", keep=keep)
    try:
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda host: _create(lab, host, image, limits), lab.hosts))
            log(f"starting lab {lab.id}: {', '.join(f'{host.name} {host.address}' for host in lab.hosts)}")
            incus.start([host.instance for host in lab.hosts])
            list(pool.map(lambda host: _wait(lab, host), lab.hosts))
    except BaseException:
        destroy(lab)
        raise
    return lab


def destroy(lab: Lab) -> None:
    """Delete the lab's hosts, bridge, packet filter rules and key, as far as they are there."""
    members = [instance.name for instance in incus.instances() if instance.config.get(_LAB) == lab.id]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda name: incus.delete([name]), members))
    reconnect(lab)
    if lab.bridge in {net.name for net in incus.networks()}:
        incus.delete_network(lab.bridge)
    shutil.rmtree(lab.folder, ignore_errors=True)


def existing() -> list[Lab]:
    """Every lab on this machine: of this process, of others, and those made to be kept."""
    instances = incus.instances()
    labs = []
    for net in incus.networks():
        if identity := net.config.get(_LAB):
            members = [instance for instance in instances if instance.config.get(_LAB) == identity]
            hosts = [Host(row.config[_HOST], row.config[_ADDRESS], row.name) for row in members]
            labs.append(_lab(identity, net.config["ipv4.address"], hosts, Path(net.config[_FOLDER])))
    return labs


@contextmanager
def temporary(names: Sequence[str], *, log: Log, state: Path | None = None, memory: str | None = None) -> Iterator[Lab]:
    """A lab (see `make`) that is destroyed at the end, however it comes."""
    lab = make(names, log=log, state=state, memory=memory)
    try:
        yield lab
    finally:
        destroy(lab)


def cut_off(lab: Lab, *, allowed: Sequence[str] = ()) -> None:
    """Refuse every connection and name look-up a lab host begins, but to other lab hosts and `allowed` addresses or
    networks. Who reaches a host from outside (SSH) still gets answers. Undone by `reconnect` and `destroy`."""
    try:
        reachable = [str(ipaddress.IPv4Network(text)) for text in allowed]
    except ValueError as err:
        raise BadInput(f"not an IPv4 address or network: {err}", where="allowed egress") from err
    source = f'iifname "{lab.bridge}"'
    answers = f"{source} ct direction reply accept"
    noted = f"{source} {network.NOTE}"
    beyond = f"{source} counter reject with icmpx type admin-prohibited"
    forwarded = f"{source} ip daddr {{ {', '.join([lab.subnet, *reachable])} }} accept"
    to_this_machine = f"{source} ip daddr {{ {', '.join(reachable)} }} accept" if reachable else ""
    hook = "type filter hook {} priority filter - 10; policy accept;"
    chains = {
        "forward": [hook.format("forward"), forwarded, answers, noted, beyond],
        "input": [hook.format("input"), f"{source} udp dport 67 accept", to_this_machine, answers, noted, beyond],
    }
    body = "\n".join("\n".join([f"chain {name} {{", *rules, "}"]) for name, rules in chains.items())
    network.replace_table(_table(lab.id), f"{network.NOTING}\n{body}")


def refused(lab: Lab) -> tuple[int, list[str]]:
    """How many packets of a lab that is cut off were refused; in words, whose they were and where they were headed."""
    names = {host.address: host.name for host in lab.hosts}
    headed = [
        f"{names.get(way.source, way.source)} to {way.target}, {way.protocol} port {way.port} ({way.packets})"
        for way in network.packets_headed(_table(lab.id))
    ]
    return network.packets_counted(_table(lab.id)), headed


def reconnect(lab: Lab) -> None:
    """Undo `cut_off`."""
    network.delete_table(_table(lab.id))


def _check(names: Sequence[str]) -> None:
    for name in names:
        if not _HOST_NAME.fullmatch(name):
            raise BadInput(f"not a host name: {name!r}", hint="lower-case letters, digits and hyphens, at most 32")
    if not 0 < len(set(names)) == len(names) <= 200:
        raise BadInput("a lab needs 1 to 200 hosts with different names", where=", ".join(names))


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time chooses a subnet, builds the image and sweeps; the machine is the scope, so is the lock."""
    handle = os.open(_LOCK, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _prepare(names: Sequence[str], state: Path, *, keep: bool) -> Lab:
    """Choose id and subnet, make the bridge, the key and every host's own host key."""
    taken = {net.name for net in incus.networks()}
    identity = next(i for i in iter(lambda: secrets.token_hex(2)[:3], None) if PREFIX + i not in taken)
    subnet = _free_subnet()
    folder = state.absolute() / identity
    shutil.rmtree(folder, ignore_errors=True)
    hosts = [
        Host(name=name, address=str(subnet[_FIRST_HOST + number]), instance=f"{PREFIX}{identity}-{name}")
        for number, name in enumerate(names)
    ]
    gateway = f"{subnet[1]}/{subnet.prefixlen}"
    lab = _lab(identity, gateway, hosts, folder)
    config = {"ipv4.address": gateway, "ipv4.nat": "true", "ipv6.address": "none"}
    owner = {} if keep else {_OWNER: process.this_process()}
    incus.create_network(lab.bridge, config | owner | {_LAB: identity, _FOLDER: str(folder)})
    ssh.generate_key(lab.login.key, f"offramp lab {identity}")
    lines = [f"{host.address} {ssh.generate_key(folder / 'hosts' / host.name, host.name)}" for host in hosts]
    lab.login.known_hosts.write_text("".join(lines))
    return lab


def _lab(identity: str, gateway: str, hosts: Sequence[Host], folder: Path) -> Lab:
    """The value for the lab whose bridge has the address `gateway` (with prefix length)."""
    at = ipaddress.IPv4Interface(gateway)
    return Lab(
        id=identity,
        hosts=tuple(hosts),
        login=ssh.Login(key=folder / "id_ed25519", known_hosts=folder / "known_hosts"),
        bridge=PREFIX + identity,  # 15 characters: the most an interface's name may have
        subnet=str(at.network),
        gateway=str(at.ip),
        folder=folder,
    )


def _free_subnet() -> ipaddress.IPv4Network:
    # a bridge whose daemon is down has no route
    addresses = (net.config.get("ipv4.address", "none") for net in incus.networks())
    bridges = [ipaddress.IPv4Network(text, strict=False) for text in addresses if "/" in text]
    if (subnet := network.free_subnet(_CANDIDATES, used=bridges)) is None:
        hint = "destroy labs that are not used"
        raise ProgramFailed("no free subnet for a lab", where=", ".join(_CANDIDATES), hint=hint)
    return subnet


def _create(lab: Lab, host: Host, image: str, limits: dict[str, str | None]) -> None:
    # nesting lets systemd sandbox its services where AppArmor would forbid it the mounts
    config = {key: value for key, value in limits.items() if value} | {"security.nesting": "true"}
    config |= {_LAB: lab.id, _HOST: host.name, _ADDRESS: host.address}
    incus.create(host.instance, image, pool=_POOL, network=lab.bridge, address=host.address, config=config)
    host_key = lab.folder / "hosts" / host.name
    everyone = "".join(f"{other.address}\t{other.name}\n" for other in lab.hosts)
    files = {
        "/etc/hostname": f"{host.name}\n".encode(),
        "/etc/hosts": f"127.0.0.1\tlocalhost\n{everyone}".encode(),
        "/etc/resolv.conf": f"nameserver {lab.gateway}\n".encode(),
        "/etc/ssh/ssh_host_ed25519_key.pub": host_key.with_name(host.name + ".pub").read_bytes(),
    }
    for path, content in files.items():
        incus.push(host.instance, path, content)
    incus.push(host.instance, "/etc/ssh/ssh_host_ed25519_key", host_key.read_bytes(), mode="0600")
    public = lab.login.key.with_name(lab.login.key.name + ".pub").read_bytes()
    incus.push(host.instance, "/root/.ssh/authorized_keys", public, mode="0600")


def _wait(lab: Lab, host: Host) -> None:
    """Return when systemd has started everything and SSH lets us in."""
    try:
        incus.execute(host.instance, ["sh", "-c", _BOOTED], timeout=_BOOT_SECONDS)
    except ProgramFailed as err:
        raise ProgramFailed(f"lab host did not boot cleanly: {err.what}", where=host.name) from err
    ssh.wait(lab.login, host.address)


def _sweep(log: Log) -> None:
    """Remove the labs whose processes ended without doing so."""
    owners = {net.name: net.config.get(_OWNER) for net in incus.networks()}
    for lab in existing():
        owner = owners.get(lab.bridge)
        if owner and not process.is_alive(owner):
            log(f"removing lab {lab.id}, left by a process that ended")
            destroy(lab)


def _table(identity: str) -> str:
    return f"offramp_lab_{identity}"
