"""npm: everything a package-lock.json names, in a cache that `npm ci --offline` installs from. No script is run.

Of an application's .npmrc its registries count: it may name programs that npm runs, and whom a token of the user's is
sent to. Who may read a private registry is said in the user's own .npmrc.
"""

import json
import re
import shutil
from pathlib import Path

from toolkit import strays
from toolkit.documents import read_file
from toolkit.errors import ProgramFailed
from toolkit.tools import process

_FILES = ("package.json", "package-lock.json")
_OWN, _MOST = ".npmrc", 2**20  # bytes of it
_TAKEN = re.compile(
    r"(?:@[\w.-]+:)?registry\s*=\s*https?://[^\s$@]+"
    r"|(?:legacy-peer-deps|strict-peer-deps|omit|include|optional)\s*=\s*[\w-]+"
)
_SETTINGS = ("npm_config_registry", "npm_config_userconfig", "NPM_CONFIG_REGISTRY", "NPM_TOKEN", "NODE_EXTRA_CA_CERTS")


def fill_cache(source: Path, cache: Path, *, cpu: str) -> list[str]:
    """Fill `cache` for Linux on `cpu` ("x64") by the lock file in `source`. Returns the packages with scripts.

    ProgramMissing without npm, ProgramFailed in npm's words.
    """
    npm = process.find("npm", hint="apt-get install npm")
    with strays.folder("npm") as folder:
        for name in _FILES:
            if (source / name).is_file():
                shutil.copy(source / name, folder)
        if (source / _OWN).is_file():
            (folder / _OWN).write_text(_taken(source / _OWN))
        words = [
            "ci",
            f"--prefix={folder}",  # else a package.json above, with workspaces, would be the project
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--os=linux",
            f"--cpu={cpu}",
            "--cache",
            str(cache),
        ]
        process.run([npm, *words], cwd=folder, env=process.environment(passed=_SETTINGS))
    shutil.rmtree(cache / "_logs", ignore_errors=True)
    return _with_scripts(source / "package-lock.json")


def _with_scripts(lock: Path) -> list[str]:
    """Packages that run something of their own when they are installed, by what the lock file says."""
    try:
        packages = json.loads(lock.read_text(encoding="utf-8")).get("packages", {})
        names = {path.rpartition("node_modules/")[2] for path, one in packages.items() if one.get("hasInstallScript")}
    except (ValueError, RecursionError, AttributeError) as err:
        raise ProgramFailed("not a lock file of npm's", where=lock) from err
    return [f"the install script of {name}" for name in sorted(names)]


def _taken(file: Path) -> str:
    """The settings that say where packages are and which."""
    lines = read_file(file, _MOST, error=ProgramFailed).decode("utf-8", "replace").splitlines()
    return "".join(f"{line.strip()}\n" for line in lines if _TAKEN.fullmatch(line.strip()))
