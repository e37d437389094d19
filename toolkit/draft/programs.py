"""Programs → the `[[application]]` tables of a drafted offramp.toml: each value with where it was read.

What nobody could read follows as comments. Every table is one that `offramp plan` takes: a port for each that listens,
no server for development without a word, nothing that looks like a secret.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import tomlkit
from tomlkit.items import AoT, Array, InlineTable, Table

from toolkit.calendars import calendars
from toolkit.program import Program, Said
from toolkit.start_commands import instead_of_development, port_of

PROGRAMS = """\
Programs: read from what the checkout says of them (docs/programs.md); the remark behind a value says where.
Correct them. What is open is below each as a comment."""
_LOWEST, _HIGHEST = 1024, 65535  # what a program without rights may listen on
_MOST_NAMES = 12  # of keys that others give, in one comment


def program_tables(programs: Sequence[Program], base: Path) -> AoT:
    """A table for each program. Folders are written relative to `base`."""
    tables = tomlkit.aot()
    for one, port in zip(programs, _ports(programs), strict=True):
        tables.append(_table(one, port, base, alone=len(programs) == 1))
    return tables


def relative(folder: Path, base: Path) -> str:
    """The way from `base` to the folder."""
    import os.path  # pathlib's relative_to cannot climb before Python 3.12

    return Path(os.path.relpath(folder.resolve(), base.resolve())).as_posix()


def _ports(programs: Sequence[Program]) -> list[int]:
    """A port for each: the one that it listens on whatever it is told, if nobody has it; else the next that is free."""
    named = [_named(one) for one in programs]
    free = (port for port in itertools.count(8000) if port not in named)
    given: list[int] = []
    for port in named:
        given.append(port if port and port not in given else next(free))
    return given


def _named(one: Program) -> int | None:
    port = int(one.port.text) if one.port else port_of(one.start.text) if one.start else None
    return port if port and _LOWEST <= port <= _HIGHEST else None


def _table(one: Program, port: int, base: Path, *, alone: bool) -> Table:
    table = tomlkit.table()
    table.add("name", tomlkit.item(one.name))
    _put(table, "source", relative(Path(one.source), base), [f"{one.stack}, {one.folder or './'}"])
    if one.image:
        _put(table, "run", "container", [one.image.where])
        if one.image.text not in ("Dockerfile", "Containerfile"):
            _put(table, "container", _inline({"dockerfile": one.image.text}), [])
    else:
        _runtime(table, one)
    _listed(table, "packages", one.packages)
    _listed(table, "install", one.install)
    _listed(table, "release", one.release)
    if one.start or not (one.serve or one.image):
        _put(table, "start", one.start.text if one.start else "", [one.start.where] if one.start else [])
    if one.start or one.image or not one.serve:
        _put(table, "port", port, [one.port.where] if one.port and int(one.port.text) == port else [])
    _listed(table, "paths", one.paths)
    if one.serve:
        folders = {path: said.text for path, said in one.serve.items()}
        _put(table, "serve", _inline(folders), dict.fromkeys(said.where for said in one.serve.values()))
    if one.fallback:
        _put(table, "fallback", one.fallback.text, [one.fallback.where])
    if one.start or one.image or not one.serve:
        _put(table, "health", one.health.text if one.health else "/", [one.health.where] if one.health else [])
    _listed(table, "writable", one.writable)
    if one.secrets:
        _listed(table, "secrets", [Said(name, said.where) for name, said in one.secrets.items()])
    for line in _open(one, alone=alone):
        table.add(tomlkit.comment(line))
    _settings(table, "workers", one.workers)
    _jobs(table, one)
    _settings(table, "environment", _on_port(one.environment, port) if one.image else one.environment)
    return table


def _on_port(settings: Mapping[str, Said], port: int) -> dict[str, Said]:
    """Settings that tell an image's program where it listens: no shell fills them in."""
    return {name: Said(said.text.replace("$PORT", str(port)), said.where) for name, said in settings.items()}


def _runtime(table: Table, one: Program) -> None:
    asked = [f"{one.version.text} is asked for, {one.version.where}"] if one.version else []
    _put(table, "runtime", one.runtime, asked)


def _inline(values: Mapping[str, str]) -> InlineTable:
    table = tomlkit.inline_table()
    table.update(values)
    return table


def _jobs(table: Table, one: Program) -> None:
    """What is run by the clock, under the last word of each command that could be a name."""
    jobs = tomlkit.table()
    for when, said in one.cron:
        if not _is_time(when):
            continue
        plainer = re.sub(r"\.(?:py|rb|js|mjs|ts|php|sh)\b", "", said.text.lower())
        words = [re.sub(r"[^a-z0-9]+", "-", word).strip("-") for word in plainer.split()]
        named = [word[:20].strip("-") for word in words if re.match(r"[a-z][a-z-]{2}", word)]
        plain = named[-1] if named else "job"
        name = next(name for name in (plain, *(f"{plain}-{number}" for number in range(2, 1000))) if name not in jobs)
        jobs.add(name, _inline({"when": when, "run": said.text}).comment(said.where))
    if jobs:
        table.add("jobs", jobs)


def _is_time(when: str) -> bool:
    try:
        return bool(calendars(when))
    except ValueError:
        return False


def _put(table: Table, key: str, value: str | int | InlineTable, remarks: Iterable[str]) -> None:
    item = value if isinstance(value, InlineTable) else tomlkit.item(value)
    if said := "; ".join(remarks):
        item.comment(said)
    table.add(key, item)


def _listed(table: Table, key: str, values: Sequence[Said]) -> None:
    """A list, with the place of each item; in one line where all are from one place."""
    if not values:
        return
    places = list(dict.fromkeys(said.where for said in values))
    array: Array = tomlkit.array()
    if len(places) == 1 and sum(len(said.text) for said in values) < 90:
        array.extend(said.text for said in values)
        array.comment(places[0])
    else:
        for said in values:
            array.add_line(said.text, comment=said.where)
        array.add_line(indent="")
    table.add(key, array)


def _settings(table: Table, key: str, values: Mapping[str, Said]) -> None:
    """A table of its own, after everything else that belongs to the application."""
    if not values:
        return
    inner = tomlkit.table()
    for name, said in values.items():
        _put(inner, name, said.text, [said.where])
    table.add(key, inner)


def _open(one: Program, *, alone: bool) -> Iterator[str]:
    """What its user has to say, and what there is no key for."""
    if not (one.start or one.serve or one.image):
        yield "start: fill in the command that serves 127.0.0.1:$PORT"
    for name, said in {"start": one.start, **one.workers}.items():
        if said and (instead := instead_of_development(said.text)):
            yield f"{name} is a server for development; use {instead}"
    if one.port and not one.image and not _LOWEST <= int(one.port.text) <= _HIGHEST:
        yield f"it listens on {one.port.text} ({one.port.where}): tell it to take $PORT"
    if not alone and not one.together:
        yield f'domains = ["{one.name}.example.org"]  # its own, or paths on one it shares: paths = ["/{one.name}"]'
    for when, said in one.cron:
        if not _is_time(when):
            yield f"to be run on a schedule: {when}  {said.text} ({said.where})"
    yield from one.open
    if one.brought:
        names = ", ".join(list(one.brought)[:_MOST_NAMES]) + (", …" if len(one.brought) > _MOST_NAMES else "")
        yield f"keys of others that it reads, for `secrets` if they are used: {names}"
