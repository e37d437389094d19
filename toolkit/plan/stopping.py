"""Stopping: the commands that stop whatever writes, where the platform runs, and start it again.

In: the audit, what is lost, the catalogue. Out: commands with the names that the platform's own files say. The host's
own way (`[stop]` of its service or vendor) comes first; else that of what runs programs there (checks/runners.toml), by
the programs that were found.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from toolkit.catalog.entries import Catalog, Stop
from toolkit.model import Audit, Dependency, Value
from toolkit.plan.losses import HOSTING, Gone, hosts
from toolkit.plan.names import fill_words, names_of, open_words

T = TypeVar("T")


class Stopping(Value):
    """What stops writers and workers, everywhere they run."""

    writers: tuple[str, ...] = ()
    workers: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()  # what prints the programs' settings, where their host has no way of its own
    notes: tuple[str, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()  # a word that is still to be filled in, and who knows it


def stopping(audit: Audit, lost: Sequence[Gone], catalog: Catalog) -> Stopping:
    """Of every host of the platform's programs, whether it is lost or stays; those that are lost first."""
    gone = {one.dependency.id for one in lost}
    places = [one for one in audit.dependencies if hosts(one) and _runs_programs(one)]
    places += [one.dependency for one in lost if one.assumed and not one.speaks]
    places.sort(key=lambda one: one.id not in gone)
    own = dict.fromkeys(ident for one in places if (ident := _own_way(one, catalog)))
    ways: list[tuple[str, Stop]] = [(ident, entry.stop) for ident in own if (entry := catalog.entry(ident))]
    if places and not ways:
        ways = _runner(audit, catalog)
    found = [_filled(ident, stop, audit, catalog) for ident, stop in ways]
    runners = [(ident, catalog.runners[ident]) for ident, _ in ways if ident in catalog.runners]
    return Stopping(
        _all(one.writers for one in found),
        _all(one.workers for one in found),
        _all(one.back for one in found),
        _all(_known(one.settings, ident=ident, audit=audit, catalog=catalog)[0] for ident, one in runners),
        _all(one.notes for one in found),
        _all(one.unknown for one in found),
    )


def _all(groups: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(one for group in groups for one in group))


def _runs_programs(dependency: Dependency) -> bool:
    return any(one in HOSTING and one != "hosting.static" for one in dependency.capabilities)


def _own_way(host: Dependency, catalog: Catalog) -> str:
    """Whose way to stop programs it is: the service's, or its vendor's."""
    entries = ((ident, catalog.entry(ident)) for ident in (host.id, host.vendor))
    return next((ident for ident, entry in entries if entry and entry.stop != Stop()), "")


def _runner(audit: Audit, catalog: Catalog) -> list[tuple[str, Stop]]:
    """The first of which programs were found, or none."""
    seen = {one.of for one in audit.survey.names}
    return [(ident, one.stop) for ident, one in catalog.runners.items() if ident in seen][:1]


def _filled(ident: str, stop: Stop, audit: Audit, catalog: Catalog) -> Stopping:
    writers, workers, back = _known(stop.writers, stop.workers, stop.back, ident=ident, audit=audit, catalog=catalog)
    words = open_words((*writers, *workers, *back))
    notes = (f"{ident}: {stop.note}",) if stop.note else ()
    return Stopping(writers, workers, back, (), notes, tuple((word, ident) for word in words))


def _known(*groups: Sequence[str], ident: str, audit: Audit, catalog: Catalog) -> list[tuple[str, ...]]:
    """Groups of commands with the names that are known; without those about programs of which there are none."""
    names, absent = names_of(ident, audit, catalog)
    names += names_of(ident.partition("/")[0], audit, catalog)[0] if "/" in ident else []
    kept = [[one for one in commands if not absent & set(open_words([one]))] for commands in groups]
    return [_all(fill_words(one, names) for one in commands) for commands in kept]
