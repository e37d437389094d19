"""systemd units and crontabs that lie in a checkout: what is started, and when."""

import posixpath
import re
from collections.abc import Iterator

from toolkit.collect.programs.dockerfiles import relative
from toolkit.collect.programs.facts import Fact, line
from toolkit.collect.programs.manifests import has_manifest
from toolkit.collect.programs.tree import Tree, above, at, named, split, text

_SETTING = re.compile(r"\s*([A-Za-z]+)\s*=\s*(.*)")
_CRON = re.compile(
    r"((?:[\d*/,-]+\s+){4}[\w*/,-]+|@(?:hourly|daily|weekly|monthly|reboot))\s+(?:root\s+|www-data\s+)?(\S.*)"
)
_WORKER = re.compile(r"worker|queue|celery|sidekiq|beat|job|scheduler|horizon|sendalerts|sendreports")


def read(tree: Tree) -> Iterator[Fact]:
    """Facts for the nearest folder above that is a project."""
    for path in named(tree, r"[\w@.-]+\.service(?:\.(?:example|sample|j2|tmpl))?"):
        yield from _unit(tree, path, _home(tree, path))
    for path in named(tree, r"crontab(?:\.txt|\.prod\w*)?|[\w-]+\.cron(?:tab)?"):
        for number, row in enumerate(text(tree, path).split("\n")[:500], 1):
            if found := _CRON.fullmatch(row.strip()):
                yield Fact(_home(tree, path), "cron", line(found[2]), at(path, number), " ".join(found[1].split()))


def _home(tree: Tree, path: str) -> str:
    return next((folder for folder in above(split(path)[0]) if has_manifest(tree, folder)), "")


def _is_of_a_user(name: str, said: dict[str, tuple[str, int]]) -> bool:
    """Whether somebody's own session starts it, or it speaks to a server and is none."""
    texts = [value for value, _ in said.values()]
    return said.get("WantedBy", ("", 0))[0] == "default.target" or "client" in name or any("%h" in one for one in texts)


def _unit(tree: Tree, path: str, folder: str) -> Iterator[Fact]:
    """A command that lies below the work folder, or is on the path; a timer beside it makes it a job."""
    said: dict[str, tuple[str, int]] = {}
    for number, row in enumerate(text(tree, path).split("\n")[:500], 1):
        if found := _SETTING.fullmatch(row):
            said.setdefault(found[1], (found[2], number))
    command, number = said.get("ExecStart", ("", 0))
    workdir = said.get("WorkingDirectory", ("/", 0))[0]
    plain = line(relative(command.lstrip("-@:+!"), workdir))
    plain = re.sub(r"^(?:/usr(?:/local)?)?/bin/(?=\S)|^\S*/(?:venv|\.venv|env)/bin/", "", plain)
    name = posixpath.basename(path).partition(".")[0].rstrip("@")
    if not plain or plain.startswith("/") or _is_of_a_user(name, said):
        return
    timer = re.sub(r"\.service.*$", ".timer", path)
    if when := re.search(r"(?m)^OnCalendar\s*=\s*(\S.*)$", text(tree, timer)):
        yield Fact(folder, "cron", plain, at(path, number), line(when[1]))
    elif _WORKER.search(name):
        yield Fact(folder, "worker", plain, at(path, number), name)
    else:
        yield Fact(folder, "start", plain, at(path, number), "unit")
