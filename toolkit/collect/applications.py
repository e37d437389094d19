"""What a checkout says about the programs it holds: enough to draft `[[application]]` tables to correct."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from toolkit.model import Application

_PROCESS = re.compile(r"^([A-Za-z0-9_-]+):\s*(.+)$")
# A value that is set in the command itself (unless it is a variable, a number or a plain word), a password in a URL
_SECRET = re.compile(
    r"\b[A-Z][A-Z0-9_]*=(?!\$|\d{1,5}\b|[a-z]{1,16}\b)\S|://[^\s/]*@|(?i:passw|secret|token|key|credential)"
)
_MANIFESTS = {  # package.json last: most Rails, Django and Laravel programs have one for their assets
    "Gemfile": "ruby", "composer.json": "php", "requirements.txt": "python", "pyproject.toml": "python",
    "Pipfile": "python", "go.mod": "binary", "Cargo.toml": "binary", "package.json": "node",
}  # fmt: skip
_MOST = 20  # a monorepo of libraries is not twenty programs
_LARGEST = 1 << 20


def find_applications(roots: Mapping[str, Path]) -> tuple[Application, ...]:
    """Programs in each root and its first two levels of folders. A folder needs a manifest and a way to start.

    `source` is absolute; a start command that is only a guess, or has what may be a secret in it, is left empty for
    the user.
    """
    found = [application for root in roots.values() for application in _in_root(root)]
    return tuple(found[:_MOST])


def _in_root(root: Path) -> Iterator[Application]:
    for folder in (root, *sorted(_folders(root, depth=2))):
        runtime = next((runtime for name, runtime in _MANIFESTS.items() if _is_own(folder / name)), None)
        processes = _processes(folder)
        if runtime and processes:
            yield Application(
                name=re.sub(r"[^a-z0-9-]+", "-", folder.name.lower()).strip("-") or "app",
                source=str(folder),
                runtime=runtime,  # type: ignore[arg-type]  # the table above holds the literal's values only
                start=processes.get("web", ""),
                release=(processes["release"],) if "release" in processes else (),
                workers={name: command for name, command in processes.items() if name not in ("web", "release")},
            )


def _folders(folder: Path, depth: int) -> Iterator[Path]:
    for child in folder.iterdir():
        if child.name.startswith((".", "node_modules", "vendor")) or child.is_symlink() or not child.is_dir():
            continue
        if not os.access(child, os.R_OK | os.X_OK) or not str(child).isprintable():
            continue  # offramp.toml can only name what has a printable name; the audit says what could not be read
        yield child
        if depth > 1:
            yield from _folders(child, depth - 1)


def _processes(folder: Path) -> dict[str, str]:
    """Process name → command, from a Procfile, else package.json's start script, else "web" with no command where a
    Dockerfile or a well-known entry point shows that something is started here."""
    if text := _text(folder / "Procfile"):
        found = (match for line in text.splitlines() if (match := _PROCESS.match(line)))
        return {match[1]: "" if _SECRET.search(match[2]) else match[2].strip() for match in found}
    if (text := _text(folder / "package.json")) and _start_script(text):
        return {"web": "npm start"}
    entry_points = ("Dockerfile", "manage.py", "wsgi.py", "config.ru", "artisan")
    return {"web": ""} if any(_is_own(folder / name) for name in entry_points) else {}


def _start_script(text: str) -> bool:
    try:
        scripts = json.loads(text).get("scripts", {})
    except (ValueError, AttributeError):
        return False
    return isinstance(scripts, dict) and "start" in scripts


def _text(file: Path) -> str:
    if not _is_own(file) or file.stat().st_size > _LARGEST or not os.access(file, os.R_OK):
        return ""
    return file.read_text(encoding="utf-8", errors="replace")


def _is_own(file: Path) -> bool:
    """A regular file of the checkout itself: a link may lead out of it."""
    return file.is_file() and not file.is_symlink()
