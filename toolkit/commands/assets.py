"""`offramp export assets PATH…`: copies of what the pages of checkouts load from others, while it is there."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit.commands.knowledge import known
from toolkit.commands.options import ANY_PATH, EXISTING, catalog_option, outside_option
from toolkit.console import say, say_visibly
from toolkit.errors import BadInput, ProgramFailed
from toolkit.export.options import announce, dry_run_option, report, sign_option, signed, to_option

if TYPE_CHECKING:
    from toolkit.model import LoadedFile, NotTold

_MOST_NAMED = 40


@click.command()
@click.argument("paths", nargs=-1, type=ANY_PATH)
@click.option("--platform", "platform_file", type=EXISTING, help="offramp.toml; default: the one in PATH, if any.")
@click.option("--url", "urls", multiple=True, metavar="URL", help="One more, which pages make up later; repeatable.")
@click.option("--largest", type=click.IntRange(1, 256), default=16, show_default=True, help="MB of one file.")
@click.option("--most", type=click.IntRange(1, 8192), default=512, show_default=True, help="MB of all together.")
@click.option("--allow-private", is_flag=True, help="Also from private addresses: a mirror of your own.")
@to_option
@sign_option
@dry_run_option
@outside_option
@catalog_option
def assets(
    paths: tuple[Path, ...],
    platform_file: Path | None,
    urls: tuple[str, ...],
    largest: int,
    most: int,
    allow_private: bool,
    folder: Path,
    key: Path | None,
    dry_run: bool,
    allow_outside: bool,
    overlays: tuple[Path, ...],
) -> None:
    """Scripts, styles, fonts and pictures that your pages load from others: fetched, and pinned by their hash.

    What style sheets load comes along; what a page's `integrity` says is checked.

    PATH: checkouts; default: here. With --dry-run only the list, with file and line.
    """
    files, left = _loaded(paths, platform_file, overlays, allow_outside=allow_outside)
    files = (*files, *_named(urls, files))
    _list(files, left)
    if not files:
        raise BadInput("nothing to fetch: no page loads a file of others", hint="name checkouts, or files with --url")
    if not dry_run:
        _fetch(files, folder, key, (largest * 2**20, most * 2**20), allow_private=allow_private)


def _loaded(
    paths: tuple[Path, ...], platform_file: Path | None, overlays: tuple[Path, ...], *, allow_outside: bool
) -> "tuple[tuple[LoadedFile, ...], tuple[NotTold, ...]]":
    from toolkit.collect.files.loaded import loaded_files
    from toolkit.collect.roots import find_platform, find_roots

    platform, base = find_platform(paths, platform_file)
    roots = find_roots(paths, platform, base, allow_outside=allow_outside)
    own = {*platform.domains, *(domain for one in platform.applications for domain in one.domains)}
    ignored = [one.path for one in platform.ignore if one.path]
    return loaded_files(roots, known(overlays, platform, base), own=own, ignore=ignored)


def _named(urls: tuple[str, ...], files: "tuple[LoadedFile, ...]") -> "list[LoadedFile]":
    from toolkit.export.assets import path_of
    from toolkit.model import LoadedFile

    for url in urls:
        if path_of(url) is None:
            raise BadInput("no address of a file", where=url, hint="https://cdn.example.com/a.js")
    have = {path_of(one.url) for one in files}
    return [LoadedFile(url, ("--url",), spelled=(url,)) for url in dict.fromkeys(urls) if path_of(url) not in have]


def _list(files: "tuple[LoadedFile, ...]", left: "tuple[NotTold, ...]") -> None:
    """Each file with the first place that names it; what is left out comes after."""
    for one in files:
        checked = " (integrity)" if one.integrity else ""
        more = f" and {len(one.places) - 1} more" if len(one.places) > 1 else ""
        say_visibly(f"{one.url}{checked}: {one.places[0]}{more}")
    if left:
        say(f"{len(left)} that cannot be copied:")
    for stays in left[:_MOST_NAMED]:
        say_visibly(f"  {stays.what}: {stays.place}: {stays.why}")
    if len(left) > _MOST_NAMED:
        say(f"  and {len(left) - _MOST_NAMED} more")


def _fetch(
    files: "tuple[LoadedFile, ...]", folder: Path, key: Path | None, most: tuple[int, int], *, allow_private: bool
) -> None:
    from toolkit.export import assets, dataset
    from toolkit.export.assets import Limits

    hosts = sorted({(assets.path_of(one.url) or "?").partition("/")[0] for one in files})
    announce("assets", hosts)
    with assets.client(allow_private=allow_private) as http, signed(folder, key):
        streams = assets.streams(http, files, folder, Limits(*most), allow_private=allow_private)
        made = dataset.export(streams, folder, source="assets", log=say)
    report(made, folder)
    missing = list(assets.missing(folder))
    if missing:
        say(f"{len(missing)} addresses gave nothing that can be kept:")
    for line in missing[:_MOST_NAMED]:
        say_visibly(f"  {line}")
    if wrong := assets.refused(folder):
        what = f"{wrong} files are not what the page's `integrity` says, and were not kept"
        hint = "they are named above: somebody changed them where they lie, or the page is wrong"
        raise ProgramFailed(what, where=folder, hint=hint)
