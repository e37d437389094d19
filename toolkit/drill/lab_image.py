"""The lab's image: a minimal Debian 13 with systemd and sshd, built once per recipe and kept in Incus' image store.

In: the recipe below, this machine's Debian mirror and local certificate authorities. Out: the image's alias, which ends
in a hash of all of them: whatever changes, changes the alias, and so the image is built again.
"""

import hashlib
import json
import os
import tarfile
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from toolkit.errors import ProgramFailed
from toolkit.tools import debian, incus
from toolkit.tools.process import Log

SUITE = "trixie"
_PREFIX = "offramp-lab-debian-"
_KEPT_SECONDS = 24 * 3600
# Without udev systemd-networkd keeps eth0 "pending" for ever.
_PACKAGES = (
    *("systemd", "systemd-sysv", "dbus", "udev", "iproute2", "iputils-ping", "nftables"),
    *("openssh-server", "python3", "sudo", "ca-certificates"),
)
_LOCAL_AUTHORITIES = Path("/usr/local/share/ca-certificates")
_HOOK = """\
set -eu
root=$1 authorities=$2
rm -f "$root"/etc/ssh/ssh_host_*  # one image, many hosts: each gets its own when it is made
rm -f "$root/etc/hostname" "$root/etc/resolv.conf"
printf '%s\\n' '[Match]' 'Name=eth0' '' '[Network]' 'DHCP=ipv4' 'LinkLocalAddressing=no' \\
    >"$root/etc/systemd/network/eth0.network"
# no power failure is survived here, and waiting for the disk after each file is most of an installation
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/offramp-lab"
printf '%s\\n' 'A throwaway lab host: drills may destroy it.' >"$root/etc/offramp-drill"
chroot "$root" systemctl --quiet enable systemd-networkd.service
# of no use in a container, and on a busy machine such a mount sometimes fails and leaves the host "degraded"
chroot "$root" systemctl --quiet mask dev-mqueue.mount run-lock.mount
# mirrors behind a company's own certificate authority work in the lab as they do here
if [ -d "$authorities" ]; then
    mkdir -p "$root/usr/local/share/ca-certificates"
    find -L "$authorities" -name '*.crt' -exec cp {} "$root/usr/local/share/ca-certificates/" ';'
    chroot "$root" update-ca-certificates >/dev/null
fi
"""


def ensure(log: Log) -> str:
    """The alias of an image made by today's recipe; builds it (about 20 s) if there is none, and drops those that
    nobody used for a day: another version of Offramp may be at work on this machine."""
    mirror = debian.mirror()
    alias = _PREFIX + _fingerprint(mirror)
    present = {image.alias: image for image in incus.images()}
    if alias in present:
        return alias
    log(f"building the lab image {alias} from {mirror.main}")
    with tempfile.TemporaryDirectory(prefix="offramp-lab-image-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # apt's unprivileged user reads in it
        _build(folder, mirror, log)
        _import(folder, alias)
    for old in unused(present.values(), time.time()):
        incus.delete_image(old)
    return alias


def unused(images: Iterable[incus.Image], now: float) -> list[str]:
    """The aliases of lab images that nobody used for a day."""
    return [image.alias for image in images if image.alias.startswith(_PREFIX) and now - image.used > _KEPT_SECONDS]


def _fingerprint(mirror: debian.Mirror) -> str:
    recipe = hashlib.sha256(repr((SUITE, _PACKAGES, _HOOK, mirror.sources(SUITE))).encode())
    for certificate in sorted(_LOCAL_AUTHORITIES.rglob("*.crt")):
        recipe.update(certificate.read_bytes())
    return recipe.hexdigest()[:12]


def _build(folder: Path, mirror: debian.Mirror, log: Log) -> None:
    hook = folder / "hook.sh"
    hook.write_text(_HOOK)
    debian.bootstrap(
        SUITE,
        folder / "rootfs.tar.zst",
        mirror=mirror,
        packages=_PACKAGES,
        hook=hook,
        argument=_LOCAL_AUTHORITIES,
        log=log,
    )
    # JSON is YAML, and this is all Incus needs to know
    properties = {"os": "Debian", "release": SUITE, "description": f"Debian {SUITE} for Offramp's lab"}
    metadata = {"architecture": os.uname().machine, "creation_date": int(time.time()), "properties": properties}
    (folder / "metadata.yaml").write_text(json.dumps(metadata))
    with tarfile.open(folder / "metadata.tar.xz", "w:xz") as archive:
        archive.add(folder / "metadata.yaml", "metadata.yaml")


def _import(folder: Path, alias: str) -> None:
    try:
        incus.import_image(folder / "metadata.tar.xz", folder / "rootfs.tar.zst", alias)
    except ProgramFailed:
        if alias not in {image.alias for image in incus.images()}:  # another process may have been quicker
            raise
