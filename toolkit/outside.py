"""Folders that a document names: inside of what the user named, or refused.

In: the platform of an offramp.toml, an audit or a plan, which may be a stranger's. Out: BadInput at the first folder
that lies elsewhere, links followed. Every stage that opens such a folder asks here first.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from toolkit.errors import BadInput
from toolkit.model import Platform

Key = Literal["repositories", "source", "catalog"]
_ALL: tuple[Key, ...] = ("repositories", "source", "catalog")
_OTHERWISE: dict[Key, str] = {
    "repositories": ", or name the folder on the command line, too",
    "source": ", or name a folder that has it on the command line, too",
    "catalog": ", or name the folder on the command line, too",
}


def refuse_outside(
    platform: Platform, base: Path, *, where: Path, inside: Iterable[Path] = (), keys: Iterable[Key] = _ALL
) -> None:
    """BadInput unless all that `keys` name lies in `base`, to which they are relative, or in one of `inside`.

    `where` is the document that names them.
    """
    trusted = [folder.resolve() for folder in (base, *inside)]
    for key in keys:
        for name in _named(platform, key):
            place = _resolved(base, name, where)
            if not any(place.is_relative_to(folder) for folder in trusted):
                raise BadInput(
                    f"`{key}` names a folder outside: {name!r}",
                    where=where,
                    hint=f"if you trust this file: --allow-outside{_OTHERWISE[key]}",
                )


def _named(platform: Platform, key: Key) -> Iterator[str]:
    match key:
        case "repositories":
            yield from platform.repositories
        case "source":
            for application in platform.applications:
                yield from (application.source, *application.container.archives)
        case "catalog":
            yield from platform.catalog


def _resolved(base: Path, name: str, where: Path) -> Path:
    try:
        return (base / name).resolve()
    except (OSError, RuntimeError, ValueError) as err:  # links in a circle, a zero byte
        raise BadInput(f"no folder can be called {name!r}", where=where) from err
