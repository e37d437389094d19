"""What a checkout says about the programs it holds: enough to draft `[[application]]` tables to correct.

In: roots. Out: `Program`s, each value with its place. Stacks say which programs stand where (`find`); files that
describe how one runs say more of it (`read`), in the order of trust below. See docs/programs.md.
"""

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from toolkit.collect.programs import (
    clocks,
    compiled,
    compose,
    dockerfiles,
    managed,
    node,
    php,
    platforms,
    procfiles,
    python,
    ruby,
    static,
    supervisor,
    units,
    versions,
)
from toolkit.collect.programs.addresses import of_each
from toolkit.collect.programs.choose import Told, program
from toolkit.collect.programs.environment import names
from toolkit.collect.programs.facts import Fact, Standing
from toolkit.collect.programs.kept import kept
from toolkit.collect.programs.lacking import lacking
from toolkit.collect.programs.listening import literal_port
from toolkit.collect.programs.manifests import runtime_of
from toolkit.collect.programs.naming import name, renamed
from toolkit.collect.programs.sharing import shared
from toolkit.collect.programs.tree import Tree, above, at, homes, read_tree
from toolkit.program import Program

_STACKS = (python, ruby, php, managed, compiled, node, static)
_BEFORE = (procfiles, platforms)  # more trusted than a stack's convention
_AFTER = (versions, dockerfiles, compose, units, clocks, supervisor)
_BUILDS = re.compile(r"pom\.xml|build\.gradle(?:\.kts)?|.*\.(?:cs|fs|es)proj")
_BUILT_IN = frozenset({"Go", "Spring Boot", "Quarkus", "Micronaut", "ASP.NET", "Phoenix"})
_MOST = 20  # a monorepo of libraries is not twenty programs


def find_programs(roots: Mapping[str, Path]) -> tuple[Program, ...]:
    """The programs of every root, outer folders first."""
    found = [one for root in roots.values() for one in _in_tree(read_tree(root))]
    return tuple(renamed(of_each(found[:_MOST])))


def _in_tree(tree: Tree) -> Iterator[Program]:
    before = [fact for reader in _BEFORE for fact in reader.read(tree)]
    after = [fact for reader in _AFTER for fact in reader.read(tree)]
    standing = _alone(
        tree,
        [one for stack in _STACKS for one in stack.find(tree)],
        {fact.folder for fact in (*before, *after) if fact.kind == "start"},
    )
    standing += _described(tree, standing, [*before, *after])
    yield from shared([*_read(tree, standing, before, after)])


def _read(tree: Tree, standing: list[Standing], before: list[Fact], after: list[Fact]) -> Iterator[Program]:
    for one in sorted(standing, key=lambda one: (one.folder.count("/"), one.folder)):
        others = [other for other in standing if other is not one]
        told = Told(
            [fact for fact in before if _is_of(fact, one, others)],
            list(one.facts),
            [fact for fact in after if _is_of(fact, one, others)],
            [] if one.page else [*names(tree, one), *kept(tree, one), *literal_port(tree, one), *lacking(tree, one)],
        )
        yield program(tree, one, told, name(tree, one))


def _alone(tree: Tree, standing: list[Standing], started: set[str]) -> list[Standing]:
    """One stack for a folder, and no page that is built into the program around it."""
    kept: list[Standing] = []
    for one in standing:
        same = [other for other in kept if other.folder == one.folder]
        if any(other.stack != one.stack for other in same):
            continue
        kept.append(one)
    pages = [one for one in kept if _is_built_in(one, kept, started) or _is_module(tree, one)]
    inner = {one: server for one in kept if one.page and (server := _server_around(one, kept))}
    rest = [_with_assets(tree, one) for one in kept if one not in pages and one not in inner]
    rest = [
        _with_inner(tree, one, [page for page, server in inner.items() if server.folder == one.folder]) for one in rest
    ]
    return [_with_pages(one, pages) if one.stack == "Go" else one for one in rest]


_USUAL = {  # what the blueprint does where `install` is empty
    "php": ("composer.json", "composer install --no-dev --no-interaction"),
    "python": ("requirements.txt", "pip install --requirement requirements.txt"),
}


def _with_assets(tree: Tree, one: Standing) -> Standing:
    """PHP and Python do not build what their browsers load: npm does, after their own installation. What Go embeds is
    built before."""
    folder = one.folder if one.within is None else one.within
    embedded = one.stack == "Go" and compiled.embeds(tree, folder)
    built = one.runtime in _USUAL or embedded
    added = [*node.assets(tree, folder)] if built and "package.json" in tree.folders[folder] else []
    if not added:
        return one
    if embedded:
        return one._replace(facts=(*added, *one.facts))
    return one._replace(facts=(*_usually(tree, one), *one.facts, *added))


def _usually(tree: Tree, one: Standing) -> list[Fact]:
    """What the blueprint does where nothing is said: to be said, where more is."""
    folder = one.folder if one.within is None else one.within
    file, usual = _USUAL.get(one.runtime, ("", ""))
    if file not in tree.folders.get(folder, ()) or any(fact.kind == "install" for fact in one.facts):
        return []
    return [Fact(folder, "install", usual, at(folder + file, 1))]


def _with_pages(one: Standing, pages: list[Standing]) -> Standing:
    """Go embeds files that are there when it builds: its pages are built first. Other stacks' builds call them."""
    added: list[Fact] = []
    for page in pages:
        home = page.folder if page.within is None else page.within
        if not home.startswith(one.folder) or home == one.folder:
            continue
        steps = [fact for fact in page.facts if fact.kind == "install"]
        inside = shlex.quote(home[len(one.folder) :].rstrip("/"))
        added += [Fact(one.folder, "install", f"(cd {inside} && {fact.text})", fact.where) for fact in steps]
        added += [Fact(one.folder, "package", package, steps[0].where) for package in ("nodejs", "npm") if steps]
    return one._replace(facts=(*added, *one.facts))


def _server_around(page: Standing, standing: list[Standing]) -> Standing | None:
    """The program into whose folder a page is built, where that is outside of the page's own."""
    for fact in page.facts:
        if fact.kind == "serve" and fact.text.startswith("../"):
            built = posixpath.normpath(posixpath.join(page.folder, fact.text)) + "/"
            return next((one for one in standing if not one.page and built.startswith(one.folder)), None)
    return None


def _with_inner(tree: Tree, one: Standing, pages: list[Standing]) -> Standing:
    """A program with what builds the pages that it serves itself, after its own installation."""
    top = one.folder if one.within is None else one.within
    own = {fact.text for fact in one.facts if fact.kind == "install"}
    added: list[Fact] = []
    for page in pages:
        home = page.folder if page.within is None else page.within
        inside = shlex.quote(home[len(top) :].rstrip("/")) if home.startswith(top) and home != top else ""
        for fact in page.facts:
            if fact.kind == "install" and fact.text not in own:
                command = f"(cd {inside} && {fact.text})" if inside else fact.text
                added.append(Fact(one.folder, "install", command, fact.where, "home"))
        tools = () if one.runtime == "node" else ("nodejs", "npm")
        added += [Fact(one.folder, "package", tool, at(f"{page.folder}package.json", 1)) for tool in tools]
    return one._replace(facts=(*_usually(tree, one), *one.facts, *added)) if added else one


def _is_module(tree: Tree, one: Standing) -> bool:
    """A page that another build tool builds: for the program it is a module of."""
    return one.page and any(map(_BUILDS.fullmatch, tree.folders[one.folder]))


def _is_built_in(one: Standing, standing: list[Standing], started: set[str]) -> bool:
    return (
        one.page
        and one.folder not in started
        and any(
            other.stack in _BUILT_IN and other is not one and one.folder.startswith(other.folder) for other in standing
        )
    )


def _described(tree: Tree, standing: list[Standing], facts: list[Fact]) -> Iterator[Standing]:
    """Folders that a file starts something in, and no stack knows. An image has to listen: others are tools."""
    started = {fact.folder: fact for fact in reversed(facts) if fact.kind == "start" and fact.key != "unit"}
    candidates = set(homes(tree)) & set(started)
    for folder in sorted(candidates):
        spoken = {fact.key for fact in facts if fact.folder == folder and fact.kind == "version"}
        of_image = next((name for name in ("python", "node", "ruby", "php") if name in spoken), None)
        runtime = of_image or runtime_of(tree, folder)
        of_file = started[folder].key != "image"
        listens = of_file or any(fact.folder == folder and fact.kind == "port" for fact in facts)
        runtime = runtime or ("binary" if _is_told(folder, facts) else None)
        if runtime and listens and not any(_is_around(one, folder) for one in standing):
            yield Standing(folder, "Procfile" if of_file else "Dockerfile", runtime)


def _is_told(folder: str, facts: list[Fact]) -> bool:
    """Whether an image of a folder says all that is known of it: it listens, and somebody gave it a start."""
    of_folder = {fact.kind for fact in facts if fact.folder == folder}
    return {"image", "port"} <= of_folder


def _is_around(one: Standing, folder: str) -> bool:
    """Whether a program stands in the folder, below it, or around it."""
    return one.folder.startswith(folder) or folder == one.within or (one.folder != "" and folder.startswith(one.folder))


def _is_of(fact: Fact, one: Standing, others: list[Standing]) -> bool:
    """Whether a fact of a folder is about this program: its own folder, or one above that speaks of no other."""
    if fact.program and one.program and fact.program != one.program:
        return False
    if fact.folder == one.folder:
        return True
    if fact.folder not in above(one.folder):
        return False
    if fact.kind in ("version", "range"):
        return True
    alone = not any(other.folder.startswith(fact.folder) for other in others)
    return alone and (fact.folder == one.within or fact.kind not in ("start", "worker", "release", "install"))
