"""pip: wheels for another machine's Python, brought into a folder. Nothing of what is brought is run or built."""

import platform
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from toolkit.tools import process

# the user's own index, its certificate, its credentials
_SETTINGS = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_CERT",
    "PIP_CLIENT_CERT",
    "PIP_TRUSTED_HOST",
    "PIP_CONFIG_FILE",
)
_MORE = ("PIP_FIND_LINKS", "PIP_DEFAULT_TIMEOUT", "PIP_RETRIES", "PIP_PROXY", "NETRC", "XDG_CONFIG_HOME")
_OLDEST_GLIBC = 5  # manylinux1


class Python(msgspec.Struct, frozen=True):
    """Whom wheels are for: CPython 3.`minor` on Linux with glibc 2.`glibc`."""

    minor: int
    glibc: int
    machine: str  # "x86_64"

    def options(self) -> list[str]:
        """For pip: everything such a Python takes, the newest first."""
        names = [f"manylinux_2_{minor}_{self.machine}" for minor in range(self.glibc, _OLDEST_GLIBC - 1, -1)]
        names += [f"manylinux2014_{self.machine}", f"manylinux2010_{self.machine}", f"manylinux1_{self.machine}"]
        words = ["--implementation", "cp", "--python-version", f"3.{self.minor}"]
        return words + [word for name in (*names, f"linux_{self.machine}") for word in ("--platform", name)]


def download(words: Sequence[str], into: Path, *, cwd: Path, python: Python | None = None) -> None:
    """Bring the wheels of `words` (requirements, or `-r FILE`) and all they need into a folder.

    For the running Python, or for `python`. ProgramFailed in pip's words where one has no wheel.
    """
    into.mkdir(parents=True, exist_ok=True)
    options = ["--only-binary", ":all:", *(python.options() if python else []), "--dest", str(into.absolute())]
    process.run(
        [*_command("download"), *options, *words], cwd=cwd, env=process.environment(passed=(*_SETTINGS, *_MORE))
    )


def build(checkout: Path, into: Path) -> None:
    """Build the wheel of one of our own checkouts, and bring those of all it depends on, for the running Python."""
    env = process.environment(passed=(*_SETTINGS, *_MORE))
    process.run([*_command("wheel"), "--prefer-binary", "--wheel-dir", into.absolute(), checkout], env=env)


def _command(verb: str) -> list[str]:
    """-P: else Python would look for pip, and for all that it loads, in the working directory first."""
    return [sys.executable, "-P", "-m", "pip", verb, "--quiet", "--no-input", "--disable-pip-version-check"]


def running() -> str:
    """The Python that wheels are for where nothing else is said: "cpython 3.11 x86_64"."""
    about = platform.uname()
    return f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor} {about.system} {about.machine}"
