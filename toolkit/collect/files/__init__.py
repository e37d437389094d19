"""What a checkout says about its vendors: one walk, each file read once, a parser per format.

In: folders and the catalogue. Out: a `Survey` of kind "checkout". What is not looked at, and why, is in
docs/architecture/files.md.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

import msgspec

from toolkit.catalog import Catalog
from toolkit.collect import merge
from toolkit.collect.files.cache import Cache
from toolkit.collect.files.claims import Claims
from toolkit.collect.files.match import Matcher
from toolkit.collect.files.parsers import discover
from toolkit.collect.files.pool import read_all
from toolkit.collect.files.prefilter import load_prefilter
from toolkit.collect.files.read import Findings, Reader
from toolkit.collect.files.walk import File, walk
from toolkit.errors import BadInput
from toolkit.model import Discarded, Evidence, Root, Survey, Unread

__all__ = ["collect_files"]


def collect_files(
    roots: Mapping[str, Path],
    catalog: Catalog,
    *,
    ignore: Iterable[str] = (),
    cache: Path | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Survey:
    """All that the checkouts say.

    `roots`: root id → folder. `ignore`: gitignore-style globs whose files are discarded as "ignored". `cache`: a folder
    for compiled patterns and for the results of files that do not change. `on_progress` hears how many files were
    looked at so far. A root that is no readable folder is `BadInput`.
    """
    signals = tuple(sorted(catalog.signals(), key=lambda signal: (signal.id, signal.weak)))
    parsers = discover()
    ignored = tuple(ignore)
    matcher = Matcher(signals)
    prefilter = load_prefilter(signals, (hint for parser in parsers for hint in parser.hints), catalog.hash, cache)
    reader = Reader(matcher, prefilter, Claims(parsers), ignored)
    survey = partial(_one, reader=reader, matcher=matcher, cache=Cache(cache, catalog.hash, ignored))
    done = 0
    parts = []
    for name, folder in roots.items():
        if not folder.is_dir():
            raise BadInput("no such folder", where=folder, hint="name a checkout: offramp audit PATH")
        part, count = survey(name, folder, on_progress=_from(done, on_progress))
        parts.append(part)
        done += count
    return merge(*parts)


def _from(done: int, on_progress: Callable[[int], None] | None) -> Callable[[int], None]:
    return lambda count: on_progress(done + count) if on_progress else None


def _one(
    name: str, folder: Path, *, reader: Reader, matcher: Matcher, cache: Cache, on_progress: Callable[[int], None]
) -> tuple[Survey, int]:
    """The survey of one root, and how many files it has."""
    started = time.time_ns()
    root = str(folder.resolve())
    unread: list[Unread] = []
    known = cache.load(folder)
    files = [
        file
        for found in walk(root, lambda path, why: unread.append(Unread("files", name, _shown(path), why)))
        for file in found
    ]
    fresh = [file for file in files if file not in known]
    on_progress(len(files) - len(fresh))
    results = {file: known[file] for file in files if file in known}
    for count, (file, found) in enumerate(read_all(reader, root, fresh), len(results) + 1):
        results[file] = found
        on_progress(count)
    if fresh or len(known) != len(files):
        cache.save(folder, results.items(), started)
    survey = _survey(name, folder, results, matcher)
    return msgspec.structs.replace(survey, unread=(*survey.unread, *unread)), len(files)


def _survey(name: str, folder: Path, results: Mapping[File, Findings | None], matcher: Matcher) -> Survey:
    """Findings in the words of the model."""
    evidence, discarded, unread = [], [], []
    for file, found in results.items():
        if not found:
            continue
        path = _shown(file.path)
        for sign in found.signs:
            signal = matcher.signals[sign.signal].id
            evidence.append(Evidence(sign.source, signal, name, f"{path}:{sign.line}", sign.role, sign.quantity))
        for drop in found.dropped:
            signal = matcher.signals[drop.signal].id
            discarded.append(Discarded(drop.source, signal, name, f"{path}:{drop.line}", drop.reason))
        for source, line, reason in found.unread:
            unread.append(Unread(source, name, f"{path}:{line}" if line else path, reason))
    return Survey(
        roots=(Root(name, "checkout", str(folder)),),
        sources=("files",),
        evidence=tuple(evidence),
        discarded=tuple(discarded),
        unread=tuple(unread),
    )


def _shown(path: str) -> str:
    """A path as text: bytes that are no UTF-8 cannot go into a report."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
