"""Reading many files on all processors.

In: a `Reader` and files. Out: the findings of those that say something. Worker processes are forked, so they share the
compiled catalogue with the parent; where forking is not safe (macOS, a program with threads)
files are read one after the other. What a file may cost is bounded there: a timer ends the reading of one that takes
too much processor time, the kernel refuses it more memory. A parser that takes its process down, or does not come back
from C code, costs one file: the kernel ends such a worker, too.
"""

import contextlib
import gc
import mmap
import os
import resource
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import NamedTuple

import msgspec

from toolkit import interrupts
from toolkit.collect.files.mention import OverBudget
from toolkit.collect.files.read import Findings, Reader, cut_short
from toolkit.collect.files.walk import File

_WORTH_FORKING = 1_000  # files
_LARGE = 4_000  # bytes; what is smaller cannot keep a slow parser busy for long
_CHUNK = 200  # files
_OBJECTS = 50_000  # new ones before a worker looks for garbage; reading a file leaves next to none in cycles
_MOST_WORKERS = 8  # each holds its largest file
# What one file of a megabyte may cost, and what larger ones may cost above that
_MEGABYTE = 1_000_000
_SECONDS, _BYTES_PER_SECOND = 2.0, 300_000
_MEMORY, _MEMORY_PER_BYTE = 300_000_000, 8
_GRACE = 3.0  # times the seconds, before a process that does not come back is ended
# A tree of files that all cost too much is no platform: behind so many, the others may cost a tenth
_MANY, _FEWER = 20, 0.1


class _Job(NamedTuple):
    """What worker processes are forked for."""

    reader: Reader
    root: str
    current: mmap.mmap  # shared: number, in its chunk, of the file that is being read; how many were cut short


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
    job = _Job(reader, root, mmap.mmap(-1, 16))
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
        job.current[:8] = bytes(8)
        with _workers(1, job) as pool:
            found = _result(_submitted(pool, chunk))
        if found is not None:
            yield from ((file, found.get(number)) for number, file in enumerate(chunk))
            return
        deadly = int.from_bytes(job.current[:8], "little")
        yield from _carefully(job, chunk[:deadly])
        yield chunk[deadly], Findings([], [], [("files", 0, "reading it crashed a process or took too long")])
        chunk = chunk[deadly + 1 :]


def _submitted(pool: ProcessPoolExecutor, chunk: list[File]) -> "Future[bytes] | None":
    # processes are forked here: no signal may come to one before it knows what to do about it
    kept = signal.pthread_sigmask(signal.SIG_BLOCK, interrupts.SIGNALS)
    try:
        return pool.submit(_read_chunk, chunk)
    except BrokenProcessPool:
        return None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, kept)


def _result(future: "Future[bytes] | None") -> dict[int, Findings] | None:
    """The findings by number in the chunk; None where its process has died."""
    try:
        return _decoder.decode(future.result()) if future else None
    except BrokenProcessPool:
        return None


@contextmanager
def _workers(count: int, job: _Job) -> Iterator[ProcessPoolExecutor]:
    """Processes for as long as the block lasts; whoever leaves it early waits for none of them."""
    pool = ProcessPoolExecutor(count, get_context("fork"), _start, (job,))
    try:
        yield pool
    except BaseException:
        for process in active_children():
            process.kill()
        _close_pipes(pool)
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _close_pipes(pool: ProcessPoolExecutor) -> None:
    """Let the pool's threads see that its processes are gone.

    The pool keeps the other ends of its pipes open, too. So one of its threads would write for ever what nobody reads
    any more, where much was waiting (as Python 3.11 does until 3.11.8: python/cpython#94777), another would read for
    ever the second half of what a killed process began to send; and at the end the interpreter waits for both.
    """
    for queue, end in (("_call_queue", "_reader"), ("_result_queue", "_writer")):
        with contextlib.suppress(AttributeError, OSError):  # a Python that does it in another way
            getattr(getattr(pool, queue), end).close()


def _start(job: _Job) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGPROF, _stop)
    signal.signal(signal.SIGVTALRM, signal.SIG_DFL)  # ends the process
    signal.pthread_sigmask(signal.SIG_UNBLOCK, interrupts.SIGNALS)
    gc.freeze()  # what came from the parent stays shared memory, and is never looked through
    gc.set_threshold(_OBJECTS)
    _job[:] = [job]


def _read_chunk(files: list[File]) -> bytes:
    """The findings by number of file, as msgpack: little to send where little was found."""
    current, before = _job[0].current, _data()
    found = {}
    for number, file in enumerate(files):
        current[:8] = number.to_bytes(8, "little")
        if findings := _read(file, before):
            found[number] = findings
    _allow(0)
    return msgspec.msgpack.encode(found)


def _read(file: File, before: int) -> Findings:
    """One file within its budget. `before`: bytes that the process had before."""
    reader, root, current = _job[0]
    beyond = max(0, file.size - _MEGABYTE)
    many = int.from_bytes(current[8:], "little") >= _MANY
    try:
        try:
            _limit_memory(before + _MEMORY + _MEMORY_PER_BYTE * beyond)
            _allow((_SECONDS + beyond / _BYTES_PER_SECOND) * (_FEWER if many else 1))
            findings = reader.read(root, file)
        finally:
            _watching[:] = [False]
    except (OverBudget, MemoryError) as err:
        findings = Findings([], [], [("files", 0, cut_short(err))])
    if findings.unread and any(reason in _CUT for _, _, reason in findings.unread):
        current[8:] = (int.from_bytes(current[8:], "little") + 1).to_bytes(8, "little")
    return findings


_CUT = frozenset({cut_short(OverBudget()), cut_short(MemoryError())})
_watching = [False]  # whether a file is being read: a timer that ends a moment later stops nothing


def _stop(_number: int, _frame: object) -> None:
    if _watching[0]:
        raise OverBudget


def _allow(seconds: float) -> None:
    """From now on so much processor time, then `OverBudget`, again and again; then the end of the process."""
    _watching[:] = [seconds > 0]
    signal.setitimer(signal.ITIMER_PROF, seconds, seconds / 4)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds * _GRACE)


def _data() -> int:
    """Bytes of memory that this process has of its own."""
    pages = int(Path("/proc/self/statm").read_text().split()[5])
    return pages * resource.getpagesize()


def _limit_memory(most: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
