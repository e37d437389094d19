"""Debian's own programs: which mirror this machine's apt uses, and a root file system built from it (mmdebstrap)."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from toolkit.errors import ProgramFailed
from toolkit.tools import process

_HINT = "apt-get install mmdebstrap zstd"


class Mirror(msgspec.Struct, frozen=True):
    """Where apt gets Debian (`main`) and, if configured, its security updates: base URLs without the suite."""

    main: str
    security: str | None

    def sources(self, suite: str) -> list[str]:
        """The apt source lines for a release such as `trixie`, its updates and its security updates."""
        lines = [f"deb {self.main} {suite} main", f"deb {self.main} {suite}-updates main"]
        return lines + ([f"deb {self.security} {suite}-security main"] if self.security else [])


def mirror() -> Mirror:
    """This machine's own Debian mirror, as apt understands its configuration in whatever format; else ProgramFailed."""
    apt = process.find("apt-get", hint="labs are built on Debian or Ubuntu machines")
    rows = process.run([apt, "indextargets", "--format", "$(LABEL) $(SITE)", "Created-By: Packages"]).splitlines()
    sites = dict(reversed([row.split(" ", 1) for row in rows]))  # of several, the first counts
    if "Debian" not in sites:
        hint = "run `apt-get update`; an Ubuntu machine needs a Debian source as well"
        raise ProgramFailed("apt has no Debian mirror configured", where="/etc/apt", hint=hint)
    return Mirror(main=sites["Debian"], security=sites.get("Debian-Security"))


def bootstrap(
    suite: str, out: Path, *, mirror: Mirror, packages: Sequence[str], hook: Path, argument: Path, log: process.Log
) -> None:
    """Build a minimal Debian in the tar archive `out` (compressed as its suffix says).

    `hook` is a shell script called at the end with the root folder and `argument`. Needs root.
    """
    command = [
        process.find("mmdebstrap", hint=_HINT),
        "--variant=minbase",
        f"--include={','.join(packages)}",
        f'--customize-hook=sh "{hook}" "$1" "{argument}"',
        suite,
        out,
        *mirror.sources(suite),
    ]
    process.stream([*map(str, command)], log=log, env=process.environment())
