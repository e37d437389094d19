"""Reading many files on all processors.

In: a `Reader` and files. Out: the findings of those that say something. Worker processes are forked, so they share the
compiled catalogue with the parent; where forking is not safe (macOS, a program with threads)
files are read one after the other. A parser that takes its process down, or would never end, costs one file: the
kernel ends a worker whose file takes too much processor time, in whatever C code it is.
"""

import gc
import mmap
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing import get_context
from typing import NamedTuple

import msgspec

from toolkit.collect.files.read import Findings, Reader
from toolkit.collect.files.walk import File

_WORTH_FORKING = 1_000  # files
_LARGE = 200_000  # bytes; a file of that size can keep a slow parser busy for minutes
_CHUNK = 200  # files
_OBJECTS = 50_000  # new ones before a worker looks for garbage; reading a file leaves next to none in cycles
_MOST_WORKERS = 8  # each holds its largest file
# Processor time for one file. The slowest parsers take 2 seconds for a megabyte.
_SECONDS, _BYTES_PER_SECOND = 10.0, 300_000


class _Job(NamedTuple):
    """What worker processes are forked for."""

    reader: Reader
    root: str
    current: mmap.mmap  # shared: number, in its chunk, of the file that is being read


_job: list[_Job] = []  # in a worker process
_decoder = msgspec.msgpack.Decoder(dict[int, Findings])


def read_all(reader: Reader, root: str, files: Iterable[File]) -> Iterator[tuple[File, Findings | None]]:
    """The findings of all files, in any order; None for files that say nothing.

    Files are read while others are still being sought: `files` may be a walk that is under way.
    """
    coming = iter(files)
    first = list(islice(coming, _WORTH_FORKING))
    workers = min(_MOST_WORKERS, _processors()) if len(first) == _WORTH_FORKING else 1
    harmless = workers < 2 and all(file.size < _LARGE for file in first)
    if harmless or sys.platform != "linux" or threading.active_count() > 1:
        for file in chain(first, coming):
            yield file, reader.read(root, file) or None
        return
    job = _Job(reader, root, mmap.mmap(-1, 8))
    left: list[list[File]] = []
    with _workers(workers, job) as pool:
        for chunk, future in [(chunk, _submitted(pool, chunk)) for chunk in _chunks(chain(first, coming))]:
            found = _result(future)
            if found is None:
                left.append(chunk)
            else:
                yield from ((file, found.get(number)) for number, file in enumerate(chunk))
    for chunk in left:
        yield from _carefully(job, chunk)


def _chunks(files: Iterator[File]) -> Iterator[list[File]]:
    while chunk := list(islice(files, _CHUNK)):
        yield chunk


def _carefully(job: _Job, chunk: list[File]) -> Iterator[tuple[File, Findings | None]]:
    """Files among which one may take a process down: alone in a process that notes where it is."""
    while chunk:
        job.current[:] = bytes(8)
        with _workers(1, job) as pool:
            found = _result(_submitted(pool, chunk))
        if found is not None:
            yield from ((file, found.get(number)) for number, file in enumerate(chunk))
            return
        deadly = int.from_bytes(job.current[:], "little")
        yield from _carefully(job, chunk[:deadly])
        yield chunk[deadly], Findings([], [], [("files", 0, "reading it crashed a process or took too long")])
        chunk = chunk[deadly + 1 :]


def _submitted(pool: ProcessPoolExecutor, chunk: list[File]) -> "Future[bytes] | None":
    try:
        return pool.submit(_read_chunk, chunk)
    except BrokenProcessPool:
        return None


def _result(future: "Future[bytes] | None") -> dict[int, Findings] | None:
    """The findings by number in the chunk; None where its process has died."""
    try:
        return _decoder.decode(future.result()) if future else None
    except BrokenProcessPool:
        return None


def _workers(count: int, job: _Job) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, get_context("fork"), _start, (job,))


def _start(job: _Job) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends the process
    gc.freeze()  # what came from the parent stays shared memory, and is never looked through
    gc.set_threshold(_OBJECTS)
    _job[:] = [job]


def _read_chunk(files: list[File]) -> bytes:
    """The findings by number of file, as msgpack: little to send where little was found."""
    reader, root, current = _job[0]
    found = {}
    for number, file in enumerate(files):
        current[:] = number.to_bytes(8, "little")
        signal.setitimer(signal.ITIMER_PROF, _SECONDS + file.size / _BYTES_PER_SECOND)
        if findings := reader.read(root, file):
            found[number] = findings
    signal.setitimer(signal.ITIMER_PROF, 0)
    return msgspec.msgpack.encode(found)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
