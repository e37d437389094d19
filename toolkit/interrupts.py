"""Ctrl-C and SIGTERM: a KeyboardInterrupt in the main thread, wherever it is, that is never lost.

In: signals. Out: the exception, at once, or at the end of the block where `held_back` says so.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from toolkit.errors import INTERRUPTED

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_came: list[int] = []  # signals belong to the process, and so does what became of them


def catch() -> None:
    """Begin to raise. What the caller has ignored (nohup, a background job of a script) stays ignored."""
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _raise)
    sys.unraisablehook = _again


def came() -> bool:
    """Whether there was one, whatever became of its exception: some code takes any for a failure of its own."""
    return bool(_came)


def ignore() -> None:
    """From here on the process ends as it has begun to end."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def end() -> NoReturn:
    """End the process, interrupted. At once: no thread is waited for, and nothing can fail at the interpreter's end."""
    ignore()
    with contextlib.suppress(OSError):
        print("offramp: interrupted; nothing half-written was left", file=sys.stderr, flush=True)
    os._exit(INTERRUPTED)


@contextmanager
def held_back() -> Iterator[Callable[[], bool]]:
    """Let nothing come between the statements of the block; one that came meanwhile is raised at its end.

    What it yields says whether one waits.
    """
    waiting: list[int] = []
    if threading.current_thread() is not threading.main_thread():  # only the main thread is interrupted
        yield lambda: False
        return
    kept = {number: signal.signal(number, lambda number, _frame: waiting.append(number)) for number in SIGNALS}
    try:
        yield lambda: bool(waiting)
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
        if waiting:
            signal.raise_signal(waiting[0])


def _raise(number: int, _frame: FrameType | None) -> None:
    _came.append(number)
    raise KeyboardInterrupt


def _again(unraisable: "UnraisableHookArgs") -> None:
    """One that came where nothing can be raised (a destructor, a call-back from C) comes again."""
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    else:
        sys.__unraisablehook__(unraisable)
