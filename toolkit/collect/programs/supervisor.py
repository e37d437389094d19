"""Supervisor's configuration: programs that run beside the one that serves, by their names."""

import re
from collections.abc import Iterator

from toolkit.collect.programs.dockerfiles import relative
from toolkit.collect.programs.facts import Fact, line, unwrapped
from toolkit.collect.programs.manifests import has_manifest
from toolkit.collect.programs.tree import Tree, above, at, named, split, text

_SECTION = re.compile(r"\[(?:program:)?([^\]\s]{1,60})\]")
_COMMAND = re.compile(r"command\s*=\s*(\S.*)")
_SERVES = re.compile(
    r"\b(?:uwsgi|gunicorn|uvicorn|hypercorn|daphne|nginx|apache2?|httpd|php-fpm[\d.]*|caddy|supervisord|redis-server|postgres"
    r"|mysqld|puma|sshd|crond?|memcached|rsyslogd)\b"
)


def read(tree: Tree) -> Iterator[Fact]:
    """Workers for the nearest folder above that is a project; servers of requests and of data are none."""
    for path in named(tree, r"supervisor[\w.-]*\.(?:conf|ini)|[\w.-]+\.supervisor\.conf"):
        home = next((folder for folder in above(split(path)[0]) if has_manifest(tree, folder)), "")
        section = ""
        for number, row in enumerate(text(tree, path).split("\n")[:1000], 1):
            if found := _SECTION.fullmatch(row.strip()):
                section = found[1] if row.strip().startswith("[program:") else ""
            elif section and (command := _COMMAND.fullmatch(row.strip())):
                plain = _portable(command[1])
                if plain and not _SERVES.search(plain):
                    yield Fact(home, "worker", plain, at(path, number), section)


def _portable(command: str) -> str:
    """A command that works outside of the image; "" for one that does not."""
    plain = unwrapped(line(relative(command, "/app")))
    plain = re.sub(r"^(?:/usr(?:/local)?)?/bin/(?=\S)|^\S*/(?:venv|\.venv|env)/bin/", "", plain)
    return "" if re.search(r"(?:^|[\s=])/(?!dev/)|%\(", plain) else plain
