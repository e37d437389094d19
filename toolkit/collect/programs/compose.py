"""Compose files: services that are built here, with their command, ports, health, volumes, variables and engines."""

import json
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from toolkit.collect.files.parsers._images import normal
from toolkit.collect.files.yamltree import ITEM, Leaf
from toolkit.collect.programs.dockerfiles import relative
from toolkit.collect.programs.facts import Fact, argv, line, yaml_leaves
from toolkit.collect.programs.tree import Tree, at, named, split, text
from toolkit.start_commands import instead_of_development

_PATTERN = (
    r"(?:docker-|container-)?compose(?:[.-](?!dev|test|ci|local|e2e|override)[\w-]+)*\.ya?ml|"
    r"prod\w*-docker-compose\.ya?ml"
)
_PORT = re.compile(r"(?:[\d.]+:)?(?:(?:\$\{[^}]*\}|\d+):)?(\d{2,5})(?:/tcp)?")
_DEFAULT = re.compile(r"\$\{[A-Za-z_]\w*:?-([^{}]*)\}")
_ENGINES = {
    "postgres": "postgresql", "postgresql": "postgresql", "postgis": "postgresql", "timescaledb": "postgresql",
    "pgvector": "postgresql", "mysql": "mysql", "mariadb": "mysql", "percona": "mysql", "redis": "redis",
    "valkey": "redis", "keydb": "redis", "mongo": "mongodb", "mongodb": "mongodb", "memcached": "memcached",
    "rabbitmq": "amqp", "elasticsearch": "elasticsearch", "opensearch": "elasticsearch",
}  # fmt: skip
_FOR_DEVELOPERS = re.compile(
    r"test|playwright|cypress|e2e|lint|dev|docs|selenium|chrome|storybook|webpack|vite|proxy|nginx"
)
_OF_IMAGES = re.compile(
    r"node_modules|bundle|gems|cache|vendor|\.venv|site-packages|\.next|tmp|/go/|/target(?:/|$)|docker\.sock"
)
# what is mounted is the checkout itself, a file, or a part of the machine
_SOURCE = re.compile(r"\.{0,2}/?|/.*|~.*|\$.*|.*\.\w{1,5}")
_DATA = re.compile(r"data|storage|uploads?|media|files|db|database|logs?|attachments?|var", re.IGNORECASE)
_DEVELOPMENT = re.compile(r"\.?dev\w*|local|tests?|ci")
_OF_THE_MACHINE = ("privileged", "network_mode", "pid", "ipc", "userns_mode", "cap_add", "devices")
_INSTEAD = {
    "/var/run/docker.sock": "whoever has that socket is root of the host; have it do without",
    "network_mode": "it has the host's addresses by itself, and listens on the port it is given",
    "privileged": "have it do without, or run this program by hand",
    "cap_add": "have it do without, or run this program by hand",
    "devices": "have it do without, or run this program by hand",
}
_Service = Mapping[str, Sequence[tuple[tuple[str, ...], Leaf]]]


def read(tree: Tree) -> Iterator[Fact]:
    """Facts of every service that has a `build`; a second one of the same folder works beside the first."""
    for path in sorted(named(tree, _PATTERN), key=lambda path: ("prod" not in path, path)):
        folder, _ = split(path)
        if any(map(_DEVELOPMENT.fullmatch, folder.split("/"))):
            continue
        services = _services(text(tree, path))
        seen: set[str] = set()
        for name, service in services.items():
            place = _context(folder, service)
            if place is None or place not in tree.folders or _FOR_DEVELOPERS.search(name):
                continue
            yield from _service(path, place, name, service, first=place not in seen)
            seen.add(place)
            yield from _engines(path, place, services)


def _services(content: str) -> dict[str, _Service]:
    services: dict[str, dict[str, list[tuple[tuple[str, ...], Leaf]]]] = defaultdict(lambda: defaultdict(list))
    for leaf in yaml_leaves(content):
        if leaf.path[:1] == ("services",) and len(leaf.path) > 2:
            services[leaf.path[1]][leaf.path[2]].append((leaf.path[3:], leaf))
    return {name: dict(service) for name, service in services.items()}


def _context(folder: str, service: _Service) -> str | None:
    """The folder a service is built in; None for one that is somebody's image, or lies outside."""
    for keys, leaf in service.get("build", ()):
        if keys in ((), ("context",)):
            place = posixpath.normpath(posixpath.join(folder, leaf.value))
            if place.startswith(("..", "/")):
                return None
            return "" if place == "." else f"{place}/"
    return folder if "build" in service else None


def _service(path: str, folder: str, name: str, service: _Service, *, first: bool) -> Iterator[Fact]:
    command = _command(service)
    if command and not instead_of_development(command[0]):
        where = at(path, command[1])
        worker = not first or re.search(r"worker|sidekiq|celery|queue|beat|cron|jobs?\b|scheduler|horizon", name)
        if "entrypoint" not in command[0] and not command[0].startswith("/"):
            yield Fact(folder, "worker" if worker else "start", command[0], where, name if worker else "image")
    if not first:
        return
    for keys, leaf in service.get("ports", ()):
        match = _PORT.fullmatch(_DEFAULT.sub(r"\1", leaf.value))
        if match and keys in ((ITEM,), (ITEM, "target")):
            yield Fact(folder, "port", match[1], at(path, leaf.line))
    for keys, leaf in service.get("volumes", ()):
        outside, _, inside = _DEFAULT.sub(r"\1", leaf.value).partition(":") if keys == (ITEM,) else ("", "", "")
        inside = inside.partition(":")[0]
        if inside and not _OF_IMAGES.search(inside) and not _is_source(outside, inside):
            yield Fact(folder, "writable", line(inside), at(path, leaf.line))
    yield from _reaching(path, folder, service)
    for name_, value, number in variables(service.get("environment", ())):
        yield Fact(folder, "env", value, at(path, number), name_)
    for _, leaf in service.get("healthcheck", ()):
        if match := re.search(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)[^/\s]*(/[\w./~%-]+)", leaf.value):
            yield Fact(folder, "health", match[1], at(path, leaf.line))


def _reaching(path: str, folder: str, service: _Service) -> Iterator[Fact]:
    """What would give the program a part of the machine: it does not get that, and its user has to know."""
    refused = {
        key: leaf for key in _OF_THE_MACHINE for _, leaf in service.get(key, ()) if _is_reaching(key, leaf.value)
    }
    for keys, leaf in service.get("volumes", ()):
        outside = leaf.value.partition(":")[0]
        if keys in ((ITEM,), (ITEM, "source")) and outside.startswith("/") and not outside.startswith("/etc/localtime"):
            refused[line(outside)] = leaf
    for name, leaf in refused.items():
        change = _INSTEAD.get(name, "what it reads there, copy into a folder that `writable` names")
        yield Fact(
            folder, "open", f"compose gives it {name}, which it does not get here: {change}", at(path, leaf.line)
        )


def _is_reaching(key: str, value: str) -> bool:
    return value.lower() == "true" if key == "privileged" else key in ("cap_add", "devices") or value == "host"


def _is_source(outside: str, inside: str) -> bool:
    """Whether a volume is no place for data: a folder of the checkout counts where its name says so."""
    if outside.startswith("."):
        words = re.split(r"[/._-]+", outside)
        return not any(map(_DATA.fullmatch, words)) or _SOURCE.fullmatch(inside.rpartition("/")[2]) is not None
    return _SOURCE.fullmatch(outside) is not None


def variables(found: Sequence[tuple[tuple[str, ...], Leaf]]) -> Iterator[tuple[str, str, int]]:
    """Name, value and line of `environment`, in its list or its table form."""
    for keys, leaf in found:
        name, _, value = (keys[0], "", leaf.value) if keys and keys[0] != ITEM else leaf.value.partition("=")
        if re.fullmatch(r"[A-Za-z_][\w.]{0,100}", name):
            yield name, line(_DEFAULT.sub(r"\1", value)), leaf.line


def _command(service: _Service) -> tuple[str, int] | None:
    found = service.get("command", ())
    if not found:
        return None
    workdir = next((leaf.value for _, leaf in service.get("working_dir", ())), "/app")
    plain = [leaf.value for keys, leaf in found]
    text_ = argv(plain[0]) if found[0][0] == () else argv(json.dumps(plain))
    return (relative(text_, workdir), found[0][1].line) if text_ else None


def _engines(path: str, folder: str, services: Mapping[str, _Service]) -> Iterator[Fact]:
    for service in services.values():
        for _, leaf in service.get("image", ()):
            image = (normal(leaf.value) or "").rpartition("/")[2]
            if engine := _ENGINES.get(image):
                yield Fact(folder, "engine", engine, at(path, leaf.line))
