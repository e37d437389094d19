"""Reading many files on all processors.

In: a `Reader` and files. Out: the findings of each. Worker processes are forked, so they share the compiled catalogue
with the parent; where forking is not safe (macOS, a program with threads) files are read one after the other. A parser
that takes its process down costs one file, which is found by halving.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from toolkit.collect.files.read import Findings, Reader
from toolkit.collect.files.walk import File

_WORTH_FORKING = 1_000  # files
_CHUNK = 200  # files
_MOST_WORKERS = 8  # each holds its largest file

_Job = tuple[Reader, str]
_job: list[_Job] = []  # in a worker process: what it was forked for


def read_all(reader: Reader, root: str, files: Sequence[File]) -> Iterator[tuple[File, Findings]]:
    """The findings of all files, in any order."""
    workers = min(_MOST_WORKERS, _processors(), len(files) // _WORTH_FORKING + 1)
    if workers < 2 or sys.platform != "linux" or threading.active_count() > 1:
        for file in files:
            yield file, reader.read(root, file)
        return
    chunks = [files[start : start + _CHUNK] for start in range(0, len(files), _CHUNK)]
    left: list[Sequence[File]] = []
    with _workers(workers, reader, root) as pool:
        futures = [pool.submit(_read_chunk, chunk) for chunk in chunks]
        for chunk, future in zip(chunks, futures, strict=True):
            found = _result(future)
            if found is None:
                left.append(chunk)
                continue
            yield from zip(chunk, found, strict=True)
    for chunk in left:
        yield from _carefully(reader, root, chunk)


def _carefully(reader: Reader, root: str, files: Sequence[File]) -> Iterator[tuple[File, Findings]]:
    """Files among which one takes a process down."""
    with _workers(1, reader, root) as pool:
        found = _result(pool.submit(_read_chunk, files))
    if found is not None:
        yield from zip(files, found, strict=True)
    elif len(files) == 1:
        yield files[0], Findings([], [], [("files", 0, "reading it crashed a process")])
    else:
        half = len(files) // 2
        yield from _carefully(reader, root, files[:half])
        yield from _carefully(reader, root, files[half:])


def _result(future: "Future[list[Findings]]") -> list[Findings] | None:
    try:
        return future.result()
    except BrokenProcessPool:
        return None


def _workers(count: int, reader: Reader, root: str) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, get_context("fork"), _start, ((reader, root),))


def _start(job: _Job) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    _job[:] = [job]


def _read_chunk(files: Sequence[File]) -> list[Findings]:
    reader, root = _job[0]
    return [reader.read(root, file) for file in files]


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
