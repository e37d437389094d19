"""What a program writes on its own disk: folders for data that the checkout keeps empty or tells Git to leave out,
database files, folders that its configuration names.

In: a tree, where a program stands. Out: facts "writable", paths from the folder of the program.
"""

import re
from collections.abc import Iterator

from toolkit.collect.programs.environment import settings_files
from toolkit.collect.programs.facts import Fact, Standing
from toolkit.collect.programs.tree import Tree, above, at, line_of, text

# what keeps a folder in Git that holds nothing else, and what keeps visitors out of it
_PLACEHOLDERS = frozenset({
    ".gitkeep", ".keep", ".gitignore", ".empty", ".placeholder", ".htaccess", "web.config", "index.html", "README.md",
    "_dummy", "dummy", "empty", ".dummy",
})  # fmt: skip
_KEEPS = (
    r"(?:data|storage|uploads?|uploaded|media|var|db|database|databases|logs?|cache|caches|tmp|instance|attachments?"
    r"|files|backups?|sessions?|private|plugins)"
)
_KEPT = re.compile(rf"(?:[\w.-]+/){{0,3}}{_KEEPS}/(?:[\w.-]+/){{0,4}}", re.IGNORECASE)
_OUTERMOST = re.compile(rf"(?:[\w.-]+/)*?{_KEEPS}/", re.IGNORECASE)
_IGNORED = re.compile(
    r"/?(?P<folder>(?:[\w.-]+/){0,3}(?:data|storage|uploads?|uploaded|media|attachments?|user[_-]?(?:data|files)))(?:/\*{0,2})?"
)
_OF_TESTS = re.compile(r"(?i)(?:^|/)_?tests?/")
# all of a folder for settings but what a release brings
_ADDED_TO = re.compile(r"/?(?P<folder>(?:[\w.-]+/)?(?:conf|config|cfg|settings|etc))/\*{1,2}")
_DATABASES = (
    # join(BASE, "data", "app.sqlite3"), BASE / "data" / "app.sqlite3"
    re.compile(r"""['"](?P<folder>[\w-][\w./-]*)['"]\s*[,/]\s*['"](?P<name>[\w-]+\.(?:sqlite3?|db3?))['"]"""),
    re.compile(
        r"""['"](?:sqlite:/{2,3}|file:)?(?:\./)?(?P<folder>[\w-][\w./-]*/)?(?P<name>[\w-]+\.(?:sqlite3?|db3?))"""
        r"""(?:\?[^'"]*)?['"]"""
    ),
)
_BEHIND = re.compile(r"([\w.$]+)[)\]]*\s*[,./+]\s*\Z")
_BASE = re.compile(r"(?i)base|root|project|__dir|cwd|here")
_CONFIGURED = re.compile(
    r"""(?im)^\s*["']?(?:[\w.]+[._-])?(?:data|uploads?|storage|media|attachments?|files?)[_-]?"""
    r"""(?:path|dir|folder|directory|root)["']?\s*[:=]\s*["'](?:\./)?(?P<folder>[\w-][\w./-]*)["']"""
)
_CONFIGURATION = re.compile(
    r"(?:config|settings|app|application)(?:[.-]\w+)?\.(?:toml|ya?ml|json|ini)(?:[.-](?:template|sample|example|dist|default))?"
)
_OF_CODE = re.compile(r"\.(?:php|py|rb|[cm]?[jt]sx?|go|rs|java|exs?|sql|cs)$")
_TAG = re.compile(r"\b(?:json|yaml|toml|koanf|db|mapstructure|env):\Z")  # a field of Go's, and no file
_FOR_TESTS = re.compile(r"(?i)test|example|fixture|memory|dev\.(?:sqlite|db)")


def kept(tree: Tree, one: Standing) -> Iterator[Fact]:
    """Every folder and file, with where it is read."""
    if one.page:
        return
    yield from _empty_folders(tree, one.folder)
    yield from _left_out(tree, one.folder)
    yield from _added_to(tree, one.folder)
    for path in settings_files(tree, one):
        content = text(tree, path)
        yield from _databases(tree, one.folder, path, content)
    for folder in dict.fromkeys((one.folder, one.folder if one.within is None else one.within)):
        for name in sorted(tree.folders.get(folder, ())):
            if _CONFIGURATION.fullmatch(name):
                yield from _configured(tree, folder, folder + name, text(tree, folder + name))


def _configured(tree: Tree, home: str, path: str, content: str) -> Iterator[Fact]:
    yield from _databases(tree, home, path, content)
    for match in _CONFIGURED.finditer(content):
        yield Fact(home, "writable", match["folder"], at(path, line_of(content, match[0].strip())))


def _databases(tree: Tree, home: str, path: str, content: str) -> Iterator[Fact]:
    """Paths of database files, with the key "file" where their folder holds what a release brings; a name that is put
    behind a folder which only the program knows is none."""
    seen: set[str] = set()
    for form in _DATABASES:
        for match in form.finditer(content):
            inside = "/".join(filter(None, [(match["folder"] or "").rstrip("/"), match["name"]]))
            behind = _BEHIND.search(content, max(0, match.start() - 60), match.start())
            known = match["folder"] or not behind or _BASE.search(behind[1])
            known = known and not _TAG.search(content, max(0, match.start() - 20), match.start())
            known = known and not (path.endswith(".py") and _is_module(content, match["name"]))
            if known and match["name"] not in seen and not _FOR_TESTS.search(inside):
                seen.add(match["name"])
                apart = _holds_nothing(tree, home + inside.rpartition("/")[0] + "/")
                yield Fact(
                    home, "writable", inside, at(path, line_of(content, match[0])), "database" if apart else "file"
                )


def _is_module(content: str, name: str) -> bool:
    """Whether a name with a dot is one of Python's modules: others of its package stand beside it."""
    package, _, last = name.rpartition(".")
    return re.search(rf"""['"]{re.escape(package)}(?:\.(?!{last}\b)[\w.]+)?['"]""", content) is not None


def _empty_folders(tree: Tree, home: str) -> Iterator[Fact]:
    """Folders whose names say that something is kept there, and that hold nothing yet; the outermost that is so."""
    for folder in sorted(tree.folders):
        inside = folder[len(home) :]
        if not inside or not folder.startswith(home) or not _KEPT.fullmatch(inside):
            continue
        outer = _OUTERMOST.match(inside)
        place = home + (outer[0] if outer else inside)
        if tree.folders[folder] and (_holds_nothing(tree, place) or _is_told_apart(tree, place)):
            yield Fact(home, "writable", place[len(home) :].rstrip("/"), f"{folder}{min(tree.folders[folder])}")


def _is_told_apart(tree: Tree, place: str) -> bool:
    """Whether a folder without code has its own list of what Git leaves out, or the list at the top names several of
    its folders: its program writes there."""
    left_out = {row.lstrip("/") for row in text(tree, ".gitignore").split("\n")[:500]}
    inner = [row for row in left_out if re.fullmatch(rf"{re.escape(place)}[\w.-]+/\*{{0,2}}", row)]
    listed = ".gitignore" in tree.folders.get(place, ()) or len(inner) > 1
    return listed and not any(
        _OF_CODE.search(name) for folder, names in tree.folders.items() if folder.startswith(place) for name in names
    )


def _left_out(tree: Tree, home: str) -> Iterator[Fact]:
    """Folders for data that .gitignore names: what is in them is made by the program."""
    for place in above(home):
        for number, row in enumerate(text(tree, f"{place}.gitignore").split("\n")[:500], 1):
            match = _IGNORED.fullmatch(row.strip())
            if not match:
                continue
            found = match["folder"] if "/" in match["folder"] or row.startswith("/") else ""
            inside = f"{place}{found}"[len(home) :] if found and f"{place}{found}".startswith(home) else ""
            plain = match["folder"] if not found and place == home else inside
            if plain and not _OF_TESTS.search(f"{plain}/") and _holds_nothing(tree, f"{home}{plain}/"):
                yield Fact(home, "writable", plain, at(f"{place}.gitignore", number))


def _added_to(tree: Tree, home: str) -> Iterator[Fact]:
    """A folder for settings that an installer or its user adds to: which of them, its user has to say."""
    rows = [row.strip() for row in text(tree, f"{home}.gitignore").split("\n")[:500]]
    for number, row in enumerate(rows, 1):
        match = _ADDED_TO.fullmatch(row)
        if match and not _holds_nothing(tree, f"{home}{match['folder']}/"):
            added = f"Git leaves out what is added to {match['folder']}"
            said = f"{added}: where the program writes there, name it in `writable`"
            yield Fact(home, "open", said, at(f"{home}.gitignore", number))


def _holds_nothing(tree: Tree, folder: str) -> bool:
    return all(names <= _PLACEHOLDERS for other, names in tree.folders.items() if other.startswith(folder))
