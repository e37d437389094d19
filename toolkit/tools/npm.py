"""npm: everything a package-lock.json names, in a cache that `npm ci --offline` installs from. No script is run."""

import json
import shutil
from pathlib import Path

from toolkit import strays
from toolkit.errors import ProgramFailed
from toolkit.tools import process

_FILES = ("package.json", "package-lock.json", ".npmrc")
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
        words = [
            "ci",
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
    except (ValueError, RecursionError, AttributeError) as err:
        raise ProgramFailed("not a lock file of npm's", where=lock) from err
    names = {path.rpartition("node_modules/")[2] for path, one in packages.items() if one.get("hasInstallScript")}
    return [f"the install script of {name}" for name in sorted(names)]
