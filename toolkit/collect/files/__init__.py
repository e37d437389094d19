"""What a checkout says about its vendors: one walk, each file read once, a parser per format.

In: folders and the catalogue. Out: a `Survey` of kind "checkout". What is not looked at, and why, is in
docs/architecture/files.md.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path

from msgspec.structs import replace

from toolkit.catalog.entries import Catalog, Signal
from toolkit.collect import merge
from toolkit.collect.commits import commit_of
from toolkit.collect.files.cache import Cache
from toolkit.collect.files.choices import choices
from toolkit.collect.files.claims import Claims
from toolkit.collect.files.match import Matcher
from toolkit.collect.files.parsers import discover
from toolkit.collect.files.people import program_and_accounts
from toolkit.collect.files.pool import read_all
from toolkit.collect.files.prefilter import load_prefilter
from toolkit.collect.files.read import Findings, Reader
from toolkit.collect.files.strangers import strangers
from toolkit.collect.files.walk import File, Folder, walk
from toolkit.errors import BadInput
from toolkit.model import Discarded, Evidence, ResourceName, Root, Skipped, Survey, Unread

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
    ignored = tuple(ignore)

    @lru_cache(maxsize=1)
    def signals() -> tuple[Signal, ...]:
        return tuple(sorted(catalog.signals(), key=lambda signal: (signal.id, signal.weak)))

    @lru_cache(maxsize=1)
    def reader() -> Reader:
        parsers = discover()
        hints = [hint for parser in parsers for hint in parser.hints]
        prefilter = load_prefilter(signals(), hints, cache)
        return Reader(Matcher(signals()), prefilter, Claims(parsers), ignored, catalog.hosts, catalog.namings())

    known = Cache(cache, catalog.hash, ignored)
    done = 0
    parts = []
    for name, folder in roots.items():
        if not folder.is_dir():
            raise BadInput("no such folder", where=folder, hint="name a checkout: offramp audit PATH")
        survey, count = _one(name, folder, reader, signals, catalog, known, _from(done, on_progress))
        parts.append(survey)
        done += count
    return parts[0] if len(parts) == 1 else merge(*parts)


def _from(done: int, on_progress: Callable[[int], None] | None) -> Callable[[int], None]:
    return lambda count: on_progress(done + count) if on_progress else None


def _one(
    name: str,
    folder: Path,
    reader: Callable[[], Reader],
    signals: Callable[[], Sequence[Signal]],
    catalog: Catalog,
    cache: Cache,
    on_progress: Callable[[int], None],
) -> tuple[Survey, int]:
    """The survey of one root, and how many files were looked at. What is compiled is only compiled when needed."""
    started = time.time_ns()
    root = str(folder.resolve())
    unread: list[Unread] = []

    def failed(path: str, reason: str) -> None:
        unread.append(Unread("files", name, _shown(path), reason))

    last = cache.load(name, folder)
    if survey := last.unchanged():
        on_progress(0)
        return survey, 0
    known = last.results()
    folders: list[Folder] = []
    results: dict[File, Findings] = {}  # of files that say something
    listed: Counter[str] = Counter()  # manifests, and how many files of theirs were Offramp's own
    count = 0

    def found(file: File, findings: Findings | None) -> None:
        nonlocal count
        count += 1
        if findings:
            results[file] = findings
        on_progress(count)

    def changed() -> Iterator[File]:
        for folder_ in walk(root, failed):
            folders.append(folder_)
            listed.update(manifest for manifest, _ in folder_.own)
            for file in folder_.files:
                if file in known:
                    found(file, known[file])
                else:
                    yield file

    fresh = changed()
    for first in fresh:
        for file, findings in read_all(reader(), root, chain((first,), fresh)):
            found(file, findings)
    apart = [Skipped(name, _shown(manifest), "own output", files) for manifest, files in listed.items()]
    hosts = strangers(name, {_shown(file.path): found.hosts for file, found in results.items() if found.hosts}, catalog)
    seen = _survey(name, folder, results, signals(), catalog)
    own = {file for file, found_ in results.items() if found_.skipped}
    program, accounts = program_and_accounts(
        file.path for folder_ in folders for file in folder_.files if file not in own
    )
    root_ = replace(seen.roots[0], program=_shown(program), accounts=_shown(accounts))
    seen = replace(seen, roots=(root_,))
    chosen = choices({_shown(file.path): found.said for file, found in results.items() if found.said}, catalog)
    survey = merge(seen, Survey(unread=tuple(unread), skipped=tuple(apart), hosts=hosts, choices=chosen))
    cache.save(name, folder, folders, results, survey, started)
    return survey, count


def _survey(
    name: str, folder: Path, results: Mapping[File, Findings], signals: Sequence[Signal], catalog: Catalog
) -> Survey:
    """Findings in the words of the model."""
    evidence, discarded, unread, skipped, names = [], [], [], [], []
    namings = tuple(catalog.namings())
    for file, found in results.items():
        path = _shown(file.path)
        for sign in found.signs:
            signal = signals[sign.signal].id
            evidence.append(Evidence(sign.source, signal, name, f"{path}:{sign.line}", sign.role, sign.quantity))
        for drop in found.dropped:
            signal = signals[drop.signal].id
            discarded.append(Discarded(drop.source, signal, name, f"{path}:{drop.line}", drop.reason))
        for source, line, reason in found.unread:
            unread.append(Unread(source, name, f"{path}:{line}" if line else path, reason))
        for one in found.names:
            of, naming = namings[one.naming]
            names.append(ResourceName(of, naming.word, one.name, name, f"{path}:{one.line}"))
        if found.skipped:
            skipped.append(Skipped(name, path, found.skipped))
    invites = sorted(f"{_shown(file.path)}:{found.invites}" for file, found in results.items() if found.invites)
    return Survey(
        roots=(Root(name, "checkout", _shown(str(folder)), invites[0] if invites else "", commit=commit_of(folder)),),
        sources=("files",),
        evidence=tuple(evidence),
        discarded=tuple(discarded),
        unread=tuple(unread),
        skipped=tuple(skipped),
        names=tuple(names),
    )


def _shown(path: str) -> str:
    """A path as text: bytes that are no UTF-8 cannot go into a report."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
