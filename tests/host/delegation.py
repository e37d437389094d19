"""A piece of the world's DNS on lab hosts: a root and a TLD, the platform's old name servers, and somebody's resolver.

All is real: Knot DNS signs the root and the TLD, unbound follows from the root down and validates.
"""

import time

from toolkit.drill.lab import Lab
from toolkit.tools import ssh

ZONE, TLD, TTL = "board.example", "example", 20
KEY = "hmac-sha256:theirs:c2VjcmV0LW9mLXRoZS10ZXN0LTEyMzQ="
_HEAD = "$TTL {ttl}\n@ SOA ns.{origin} hostmaster.{origin} 1 60 60 86400 {ttl}\n"
_KNOT = """
server:
    rundir: /run/knot
    user: knot:knot
    listen: "{address}@53"
log:
  - target: stderr
    any: warning
database:
    storage: /var/lib/knot
key:
  - id: theirs
    algorithm: hmac-sha256
    secret: c2VjcmV0LW9mLXRoZS10ZXN0LTEyMzQ=
acl:
  - id: given
    key: theirs
    action: transfer
template:
  - id: default
    storage: /var/lib/knot
    file: "%s.zone"
    zonefile-sync: -1
    zonefile-load: difference-no-serial
    journal-content: all
    serial-policy: unixtime
    dnssec-signing: on
    acl: given
zone:
"""
_UNBOUND = """
server:
  interface: 0.0.0.0
  access-control: 0.0.0.0/0 allow
  do-ip6: no
  root-hints: /etc/unbound/lab.hints
  trust-anchor-file: /etc/unbound/lab.key
  infra-host-ttl: 10
  cache-max-negative-ttl: 5
"""


class World:
    """The hosts `world`, `old` and `user` of a lab."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.address = {name: lab.host(name).address for name in ("world", "old", "user")}

    def run(self, host: str, script: str, stdin: str = "") -> str:
        return ssh.run(self.lab.login, self.lab.host(host).address, [script], stdin=stdin.encode())

    def write(self, host: str, path: str, text: str) -> None:
        self.run(host, f"cat >{path}", text)

    def begin(self, records: str) -> None:
        """Serve everything; the platform's zone has these records at its old name servers."""
        install = "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "
        for host, packages in (("world", "knot"), ("old", "knot"), ("user", "unbound knot-dnsutils curl")):
            self.run(host, f"{install}{packages} >/dev/null")
        head = _HEAD.format(ttl=TTL, origin=f"{ZONE}.")
        self._serve("old", {ZONE: f"{head}@ NS ns.{ZONE}.\nns A {self.address['old']}\n{records}"})
        self._serve("world", {TLD: self._tld([], ""), ".": self._root("")})
        self.delegate({f"ns.{ZONE}": self.address["old"]}, self.ds("old", ZONE))
        self.write("world", "/var/lib/knot/root.zone", self._root(self.ds("world", TLD)))
        self.run("world", "knotc -b zone-reload .")
        self.write("user", "/etc/unbound/lab.hints", f". 3600 NS ns.world.\nns.world. 3600 A {self.address['world']}\n")
        self.write("user", "/etc/unbound/lab.key", self.run("world", "keymgr . dnskey"))
        self.write("user", "/etc/unbound/unbound.conf.d/lab.conf", _UNBOUND)
        self.run(
            "user", "rm -f /etc/unbound/unbound.conf.d/root-auto-trust-anchor-file.conf; systemctl restart unbound"
        )
        self.run("user", "echo nameserver 127.0.0.1 >/etc/resolv.conf")

    def delegate(self, servers: dict[str, str], ds: str) -> None:
        """What the registrar does: name servers with their addresses, and the DS, into the TLD."""
        lines = [f"board NS {name}.\n{name}. A {address}" for name, address in servers.items()]
        self.write("world", f"/var/lib/knot/{TLD}.zone", self._tld(lines, ds))
        self.run("world", f"knotc -b zone-reload {TLD}.")

    def ds(self, host: str, zone: str) -> str:
        """The DS of what a host signs, as a registrar takes it: key tag, algorithm, type 2, digest."""
        lines = self.run(host, f"keymgr -c /etc/knot/knot.conf {zone}. ds").splitlines()
        return next(line.split(" DS ")[1] for line in lines if line.split(" DS ")[1].split()[2] == "2")

    def answer(self, name: str, kind: str = "A") -> tuple[bool, list[str]]:
        """What a validating resolver answers: whether it is sure, and the values."""
        asked = f"kdig @127.0.0.1 +dnssec +noall +header +answer +timeout=3 +retry=0 {name} {kind} || true"
        said = self.run("user", asked).splitlines()
        flags = next((line.lower() for line in said if line.lower().startswith(";; flags")), "")
        words = [line.split(None, 4) for line in said]
        values = [one[4] for one in words if len(one) == 5 and one[3] == kind]
        return " ad" in flags.partition("; query")[0], sorted(values)

    def wait(self, name: str, values: list[str], kind: str = "A", seconds: float = 120) -> float:
        """Seconds until the resolver is sure of these values."""
        begun = time.monotonic()
        while self.answer(name, kind) != (True, sorted(values)):
            assert time.monotonic() - begun < seconds, f"{name} {kind}: {self.answer(name, kind)}, not {values}"
            time.sleep(0.5)
        return time.monotonic() - begun

    def _serve(self, host: str, zones: dict[str, str]) -> None:
        named = "".join(f'  - domain: "{name}"\n' for name in zones)
        named = named.replace('domain: "."\n', 'domain: "."\n    file: root.zone\n')
        self.write(host, "/etc/knot/knot.conf", _KNOT.format(address=self.address[host]) + named)
        for name, text in zones.items():
            self.write(host, f"/var/lib/knot/{'root' if name == '.' else name}.zone", text)
        self.run(host, "chown -R knot:knot /var/lib/knot; systemctl restart knot")
        signed = f"keymgr {next(iter(zones))}. ds | grep -q DS"
        self.run(host, f"for n in $(seq 60); do {signed} && exit; sleep 0.5; done; exit 1")

    def _tld(self, delegation: list[str], ds: str) -> str:
        lines = [*delegation, f"board DS {ds}" if ds else ""]
        head = _HEAD.format(ttl=TTL, origin=f"{TLD}.") + f"@ NS ns.{TLD}.\nns A {self.address['world']}\n"
        return head + "\n".join(lines) + "\n"

    def _root(self, ds: str) -> str:
        head = _HEAD.format(ttl=3600, origin="world.") + f"@ NS ns.world.\nns.world. A {self.address['world']}\n"
        return f"{head}{TLD}. NS ns.{TLD}.\nns.{TLD}. A {self.address['world']}\n" + (f"{TLD}. DS {ds}\n" if ds else "")
