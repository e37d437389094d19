"""What a command says and writes: results to stdout or files, talk to stderr, nothing else anywhere.

A *format* is a module of `toolkit/report/`; it offers a value by having the function that renders it
(`render` for audits, `render_plan`, `render_verdict`, `render_simulation`), so a new format costs one module.
"""

import importlib
import json
import os
import pkgutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

import click

from toolkit import documents, shipped
from toolkit.errors import BadInput

Render = Callable[..., str]
_LONGEST_ANSWER = 1000  # bytes
QUIET = "toolkit.quiet"  # in click's context: nothing is said but errors
WHOLE = "toolkit.whole"  # likewise: lists for a terminal are not cut
_EVERY = 0.1, 0.5  # seconds between two counts: on a terminal, as JSON Lines
_SOON = 1.0  # seconds before which nobody is told how long something takes
# not in click's context: errors are told after a command has ended
_as_json = ContextVar("toolkit.as_json", default=False)


@cache
def formats(function: str) -> tuple[str, ...]:
    """Names of the report formats that have `function`."""
    import toolkit.report

    names = (module.name for module in pkgutil.iter_modules(toolkit.report.__path__) if not module.ispkg)
    return tuple(sorted(name for name in names if _renderer(name, function) is not None))


def _renderer(name: str, function: str) -> Render | None:
    found: Render | None = getattr(importlib.import_module(f"toolkit.report.{name}"), function, None)
    return found


Targets = tuple[tuple[str, Path], ...]


def parse_targets(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> Targets:
    """`FORMAT=FILE` of `-o`."""
    return tuple(_target(value) for value in values)


def _target(value: str) -> tuple[str, Path]:
    name, equals, path = value.partition("=")
    if not (equals and name and path):
        raise click.BadParameter(f"{value!r} is not FORMAT=FILE, for example html=report.html")
    return name, Path(path)


def emit(function: str, arguments: tuple[object, ...], chosen: str | None, targets: Targets) -> None:
    """Print one result on stdout and write the others to their files.

    With `-o` and no `--format` the terminal summary is still shown, on stderr, so that stdout stays empty for pipes.
    """
    known = formats(function)
    for name in {chosen or "text", *(name for name, _ in targets)}:
        if name not in known:
            raise BadInput(f"there is no format {name!r} for this", hint=f"formats: {', '.join(known)}")
    _refuse_inputs(path for _, path in targets)
    for name, path in targets:
        write(function, arguments, name, path)
    if chosen or not targets:
        click.echo(_render(chosen or "text", function, arguments), nl=False)
    elif not _is_quiet():
        click.echo(_render("text", function, arguments), nl=False, err=True)


def _refuse_inputs(targets: Iterable[Path]) -> None:
    """What the command was given to read is not written over."""
    context = click.get_current_context(silent=True)
    values = context.params.values() if context else ()
    given = [one for value in values for one in (value if isinstance(value, tuple) else (value,))]
    read = {one.resolve() for one in given if isinstance(one, Path) and one.is_file()}
    for path in targets:
        if path.resolve() in read:
            raise BadInput("this is what the command reads, and would be gone", where=path, hint="-o FORMAT=ANOTHER")


def write(function: str, arguments: tuple[object, ...], name: str, path: Path) -> None:
    """Write one result to a file in the format of that name, whole, and say so."""
    text = _render(name, function, arguments, whole=True)
    documents.write_text(path, text + (_signature() if name == "text" else ""))
    say(f"wrote {path}")


def _render(name: str, function: str, arguments: tuple[object, ...], *, whole: bool | None = None) -> str:
    from toolkit.report.terminal import screen

    renderer = _renderer(name, function)
    if renderer is None:
        raise BadInput(f"there is no format {name!r} for this", hint=f"formats: {', '.join(formats(function))}")
    with screen.whole(_is_set(WHOLE) if whole is None else whole):
        text = renderer(*arguments)
    return text if text.endswith("\n") else text + "\n"


def _signature() -> str:
    """The last line of a text file, by which an audit knows that it need not read it."""
    return f"\nMade by {shipped.tool()}\n"


def say(text: str) -> None:
    """Talk, on stderr; not with --quiet."""
    if _is_quiet():
        return
    if _as_json.get():
        _event(said=text)
    else:
        click.echo(text, err=True)


def say_visibly(text: str) -> None:
    """Errors name what may come from a repository: nothing of it may act in a terminal."""
    from toolkit.report.escape import visible

    say("\n".join(map(visible, text.split("\n"))))


def talk_json(wanted: bool) -> None:
    """From here on stderr is JSON Lines: `{"said": text}` and the counts of `progress`."""
    _as_json.set(wanted)


def _event(**values: object) -> None:
    click.echo(json.dumps(values), err=True)  # ASCII: nothing of it acts in a terminal


def _is_quiet() -> bool:
    return _is_set(QUIET)


def _is_set(key: str) -> bool:
    context = click.get_current_context(silent=True)  # none: an error, after the command has ended
    return context is not None and bool(context.meta.get(key))


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A counter on stderr while something runs; silent when stderr is no terminal and JSON was not asked for.

    `total`: about how many there will be. The time that is left is told once there is something to tell it by.
    As JSON: `{"phase": title, "done": 1200, "total": 5000, "seconds": 1.5, "left": 4.7}`; unknown ones are null.
    """
    told = _as_json.get() and not _is_quiet()
    shown = told or (sys.stderr.isatty() and not _is_quiet())
    began, due, last = time.monotonic(), 0.0, 0

    def step(count: int) -> None:
        nonlocal due, last
        last = count
        if shown and (now := time.monotonic()) >= due:
            due = now + _EVERY[told]
            _count(title, count, total, now - began)

    yield step
    if told:
        _count(title, last, last, time.monotonic() - began)
    elif shown:
        click.echo("\r\x1b[K", nl=False, err=True)


def _count(title: str, done: int, total: int | None, seconds: float) -> None:
    total = total if total is None else max(done, total)
    left = seconds * (total - done) / done if total and done and seconds > _SOON else None
    if _as_json.get():
        rounded = None if left is None else round(left, 1)
        _event(phase=title, done=done, total=total, seconds=round(seconds, 1), left=rounded)
        return
    of = "" if total is None else f" of about {total:,}"
    more = "" if left is None else f", {left:.0f} s left"
    click.echo(f"\r{title}: {done:,}{of}{more}\x1b[K", nl=False, err=True)


@contextmanager
def log_file(path: Path) -> Iterator[Callable[[str], None]]:
    """Where lines of outside programs go: a file that its owner alone can read, begun anew."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    except OSError as err:
        raise BadInput(f"cannot be written: {err.strerror}", where=path) from err
    with os.fdopen(handle, "w", encoding="utf-8", buffering=1) as file:
        yield lambda line: print(line, file=file)


def ask(question: str) -> str:
    """What the user answers to a printable question; Enter skips. Raises EOFError when nobody can answer any more.

    Where the input is no terminal, no Enter ends the question's line: it is ended here.
    """
    given = sys.stdin  # None where it was closed
    click.echo(f"{question}: ", nl=given is None or not given.isatty(), err=True)
    line = given.buffer.readline(_LONGEST_ANSWER) if given else b""
    if not line:
        raise EOFError
    return line.decode("utf-8", "replace").strip()
