"""What application platforms are told: app.json, heroku.yml, fly.toml, render.yaml, railway.json."""

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from toolkit.collect.files.yamltree import ITEM, Leaf
from toolkit.collect.programs.facts import Fact, inner, items, json_object, line, table, toml, words, yaml_leaves
from toolkit.collect.programs.procfiles import process
from toolkit.collect.programs.tree import Tree, at, line_of, named, split, text


def read(tree: Tree) -> Iterator[Fact]:
    """Facts of every platform's file, in the order of trust."""
    yield from _render(tree)
    yield from _heroku(tree)
    yield from _fly(tree)
    yield from _railway(tree)
    yield from _app_json(tree)


def _app_json(tree: Tree) -> Iterator[Fact]:
    """Heroku's manifest: variables with what they are for; `generator: secret` is a secret of the program's own."""
    for path in named(tree, r"app\.json"):
        folder, content = split(path)[0], text(tree, path)
        document = json_object(content)
        for name, said in table(document, "env").items():
            if not re.fullmatch(r"[A-Za-z_]\w{0,100}", name):
                continue
            where = at(path, line_of(content, f'"{name}"'))
            if isinstance(said, dict) and said.get("generator") == "secret":
                yield Fact(folder, "secret", "", where, name)
            else:
                value = said.get("value") if isinstance(said, dict) else said
                yield Fact(folder, "env", line(value) if isinstance(value, str) else "", where, name)
        if command := words(document, "scripts", "postdeploy"):
            yield Fact(
                folder, "open", f"after the first release run: {command}", at(path, line_of(content, "postdeploy"))
            )


def _heroku(tree: Tree) -> Iterator[Fact]:
    for path in named(tree, r"heroku\.yml"):
        folder = split(path)[0]
        for leaf in yaml_leaves(text(tree, path)):
            if leaf.path[:1] == ("run",) and len(leaf.path) in (2, 3, 4) and leaf.path[-1] not in ("image", "type"):
                yield process(folder, leaf.path[1], leaf.value, at(path, leaf.line))
            elif leaf.path[:2] == ("release", "command"):
                yield Fact(folder, "release", line(leaf.value), at(path, leaf.line))


def _fly(tree: Tree) -> Iterator[Fact]:
    for path in named(tree, r"fly(?:\.prod\w*)?\.toml"):
        folder, content = split(path)[0], text(tree, path)
        document = toml(content)

        def place(needle: str, path: str = path, content: str = content) -> str:
            return at(path, line_of(content, needle))

        if command := words(document, "deploy", "release_command"):
            yield Fact(folder, "release", command, place("release_command"))
        for name, command in table(document, "processes").items():
            if isinstance(command, str) and command:
                served = name in ("app", "web")
                yield Fact(
                    folder, "start" if served else "worker", line(command), place(command), "" if served else name
                )
        for name, value in table(document, "env").items():
            yield Fact(folder, "env", line(str(value)), place(name), name)
        for service in (table(document, "http_service"), *items(document.get("services"))):
            if isinstance(port := service.get("internal_port"), int):
                yield Fact(folder, "port", str(port), place("internal_port"))
            for check in (*items(service.get("checks")), *items(service.get("http_checks"))):
                if health := words(check, "path"):
                    yield Fact(folder, "health", health, place(health))
        mounts = document.get("mounts")
        for mount in [mounts] if isinstance(mounts, dict) else items(mounts):
            if folder_ := words(mount, "destination"):
                yield Fact(folder, "writable", folder_, place("destination"))


def _render(tree: Tree) -> Iterator[Fact]:
    """Render's services, by their `rootDir`; those after the first of a folder that are workers work beside it."""
    for path in named(tree, r"render\.ya?ml"):
        services: dict[int, dict[str, Leaf]] = defaultdict(dict)
        number, first = -1, ""
        for leaf in yaml_leaves(text(tree, path)):
            if leaf.path[:2] != ("services", ITEM):
                continue
            key = ".".join(leaf.path[2:])
            if number < 0 or (key == first and ITEM not in leaf.path[2:]):
                number, first = number + 1, key
            services[number].setdefault(key if ITEM not in leaf.path[2:] else f"{key}#{leaf.line}", leaf)
        for service in services.values():
            yield from _render_service(path, service)


def _render_service(path: str, service: dict[str, Leaf]) -> Iterator[Fact]:
    said = {key: leaf.value for key, leaf in service.items()}
    folder = _joined(split(path)[0], said.get("rootDir", ""))
    kind, name = said.get("type", "web"), said.get("name", "worker")
    for key, leaf in service.items():
        where, value = at(path, leaf.line), line(leaf.value)
        if key in ("startCommand", "dockerCommand") and value:
            if kind in ("web", "pserv"):
                yield Fact(folder, "start", value, where)
            elif kind == "cron":
                yield Fact(folder, "cron", value, where, line(said.get("schedule", "")))
            else:
                yield Fact(folder, "worker", value, where, name)
        elif key == "buildCommand" and kind == "web" and value and not value.startswith("./"):
            yield Fact(folder, "install", value, where)
        elif key == "preDeployCommand":
            yield Fact(folder, "release", value, where)
        elif key == "healthCheckPath":
            yield Fact(folder, "health", value, where)
        elif key == "disk.mountPath":
            yield Fact(folder, "writable", value, where)
        elif key.startswith("envVars.[].key"):
            yield Fact(folder, "env", "", where, value)


def _railway(tree: Tree) -> Iterator[Fact]:
    for path in named(tree, r"railway\.(?:json|toml)"):
        folder, content = split(path)[0], text(tree, path)
        document = json_object(content) if path.endswith(".json") else toml(content)
        for key, kind in (("startCommand", "start"), ("preDeployCommand", "release"), ("healthcheckPath", "health")):
            value = inner(document, "deploy", key)
            for command in value if isinstance(value, list) else [value]:
                if isinstance(command, str) and (said := line(command)):
                    yield Fact(folder, kind, said, at(path, line_of(content, key)))  # type: ignore[arg-type]  # above


def _joined(folder: str, inside: str) -> str:
    place = posixpath.normpath(posixpath.join(folder, inside or "."))
    return "" if place == "." or place.startswith(("..", "/")) else f"{place}/"
