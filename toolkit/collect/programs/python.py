"""Python: Django by its manage.py; Flask, FastAPI and their like by the object that a server is given.

The object is found in the parsed tree of each file that names its class; nothing is imported.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tree_sitter import Node

from toolkit.collect.files.mention import Unparsed
from toolkit.collect.files.parsers._tree import Grammar, Source
from toolkit.collect.programs import django_files
from toolkit.collect.programs.facts import Fact, Standing, table, toml
from toolkit.collect.programs.locked import limited
from toolkit.collect.programs.manifests import runtime_of
from toolkit.collect.programs.tree import Tree, above, at, below, homes, line_of, split, text

_GRAMMAR = Grammar("tree_sitter_python", "python")
_ASGI = frozenset({"FastAPI", "Starlette", "Quart", "Litestar", "Sanic", "BlackSheep", "Robyn"})
_WSGI = frozenset({"Flask", "Bottle", "Pyramid", "APIFlask", "OpenAPI", "Dash"})
_SELDOM_ELSE = frozenset({"Pyramid", "OpenAPI", "Dash"})  # names that files without a server have too
_OWN_CLASS = re.compile(rf"(?m)^class\s+(\w{{1,60}})\((?:\w{{1,60}}\.)?({'|'.join(sorted(_ASGI | _WSGI))})\b")
_MAKER = re.compile(r"(?:create|make|get|build|init)_\w*app\w*|create\w*|app_factory|factory")
_LISTS = (
    r"(?:.*/)?requirements(?:[.-](?:prod\w*|base|common|main))?\.(?:txt|in)|"
    r"requirements/(?:prod\w*|base|common|main)\.(?:txt|in)"
)
_ROUTE = re.compile(
    r"""@\w+\.(?:get|route)\(\s*['"](/(?:[\w-]+/){0,3}(?:health\w*|ping|up|livez|readyz|heartbeat)/?)['"]"""
)
_DJANGO = re.compile(r"DJANGO_SETTINGS_MODULE|django\.core\.management")
_GROUP = re.compile(r"[A-Za-z0-9][\w.-]{0,60}")
_OF_DEVELOPERS = re.compile(
    r"(?i)(?:^|[-_.])(?:dev\w*|tests?|testing|lint\w*|docs?|typing|types|format\w*|ci|debug)(?:$|[-_.])"
)
_LIKELY = ("wsgi", "asgi", "main", "app", "server", "application", "__init__", "api", "run")


class _Made(NamedTuple):
    path: str
    line: int
    name: str  # of the object, or of the function that makes it, with its brackets
    kind: str  # the class


def find(tree: Tree) -> Iterator[Standing]:
    """Django first: what lies below a manage.py is its own."""
    django = [folder for folder in homes(tree) if _DJANGO.search(text(tree, f"{folder}manage.py"))]
    for folder in django:
        yield Standing(folder, "Django", "python", tuple(_django(tree, folder)), within=_home(tree, folder))
    for folder in homes(tree):
        if runtime_of(tree, folder) != "python" or any(one in above(folder) for one in django):
            continue
        inside = {
            split(path)[0] for path in below(tree, folder, r"(?:.*/)?(?:requirements\.txt|pyproject\.toml|Pipfile)")
        }
        if made := _served(tree, folder, (inside | set(django)) - {folder}):
            facts = (*_other(tree, folder, made), *limited(tree, folder))
            yield Standing(folder, made.kind, "python", facts)


def _home(tree: Tree, folder: str) -> str | None:
    """The folder that says what is installed: it, or the nearest above."""
    lists = ("requirements.txt", "pyproject.toml", "Pipfile", "setup.py")
    found = next((one for one in above(folder) if any(name in tree.folders.get(one, ()) for name in lists)), folder)
    return found if found != folder else None


def _wanted(tree: Tree, folder: str) -> str:
    """The text of everything that lists what is installed."""
    paths = list(below(tree, folder, _LISTS))[:20]
    paths += [f"{folder}{name}" for name in ("pyproject.toml", "Pipfile", "setup.py", "setup.cfg")]
    return "\n".join(text(tree, path) for path in paths)


def _wants(wanted: str, package: str) -> bool:
    return re.search(rf"(?im)(?:^|[\s'\"]){re.escape(package)}(?=$|[\s'\"\[=<>~!;@,])", wanted) is not None


def _install(tree: Tree, home: str, *extra: str) -> Iterator[Fact]:
    """How what is listed is installed. Nothing, where that is the runtime's usual way."""
    names = tree.folders.get(home, frozenset())
    pyproject = toml(text(tree, f"{home}pyproject.toml"))
    if "requirements.txt" in names:
        commands, where = ["pip install --requirement requirements.txt"], "requirements.txt"
    elif "uv.lock" in names:
        commands = ["pip install uv", "UV_PROJECT_ENVIRONMENT=../venv uv sync --frozen --no-dev"]
        where = "uv.lock"
    elif table(pyproject, "tool", "poetry"):
        commands = ["pip install poetry", "POETRY_VIRTUALENVS_CREATE=false poetry install --only main --no-root"]
        where = "pyproject.toml"
    elif "Pipfile.lock" in names:
        commands, where = ["pip install pipenv", "pipenv install --system --deploy"], "Pipfile.lock"
    elif listed := sorted(below(tree, home, _LISTS), key=lambda path: "prod" not in path):
        commands, where = [f"pip install --requirement {listed[0][len(home) :]}"], listed[0][len(home) :]
    elif groups := _groups(pyproject):
        # Debian's pip knows groups
        commands, where = [f"pip install {' '.join(f'--group {name}' for name in groups)}"], "pyproject.toml"
    elif "pyproject.toml" in names or "setup.py" in names:
        commands, where = ["pip install ."], "pyproject.toml" if "pyproject.toml" in names else "setup.py"
    else:
        return
    if len(commands) > 1 or extra or "requirements.txt" not in names:
        for command in (*commands, *(f"pip install {package}" for package in extra)):
            yield Fact(home, "install", command, at(f"{home}{where}", 1))


def _groups(pyproject: dict[str, Any]) -> list[str]:
    """The groups that a program needs whose pyproject.toml describes no package, and lists what it uses in groups."""
    if "project" in pyproject or "build-system" in pyproject:
        return []
    named = [name for name in table(pyproject, "dependency-groups") if _GROUP.fullmatch(name)]
    return [name for name in named if not _OF_DEVELOPERS.search(name)]


def _django(tree: Tree, folder: str) -> Iterator[Fact]:
    manage = text(tree, f"{folder}manage.py")
    found = re.search(r"DJANGO_SETTINGS_MODULE['\"],\s*['\"]([\w.]+)['\"]", manage)
    module = found[1] if found else _only_settings(tree, folder)
    where = at(f"{folder}manage.py", line_of(manage, module))
    better = _for_production(tree, folder, module)
    if better != module or not found:
        yield Fact(folder, "env", better, at(f"{folder}{better.replace('.', '/')}.py", 1), "DJANGO_SETTINGS_MODULE")
    home = _home(tree, folder)
    home = folder if home is None else home
    wanted = _wanted(tree, home)
    yield from _django_server(tree, folder, home, module, wanted)
    yield Fact(folder, "release", "python manage.py migrate --noinput", where)
    yield from django_files.served(tree, folder, _settings(tree, folder, module), wanted)
    yield from _celery(tree, folder, wanted)
    yield from limited(tree, home)


def _django_server(tree: Tree, folder: str, home: str, module: str, wanted: str) -> Iterator[Fact]:
    """gunicorn with the project's wsgi; where there is only asgi, or channels, uvicorn's worker."""
    found = sorted(below(tree, folder, r"(?:[\w-]+/){0,2}(?:wsgi|asgi)\.py"), key=lambda path: (path.count("/"), path))
    found.sort(key=lambda path: not split(path)[0][len(folder) :].startswith(module.partition(".")[0] + "/"))
    wsgi = next((path for path in found if path.endswith("wsgi.py")), "")
    asgi = next((path for path in found if path.endswith("asgi.py")), "")
    live = asgi and (not wsgi or _wants(wanted, "channels") or _wants(wanted, "daphne"))
    path = asgi if live else wsgi
    if not path:
        return
    name = path[len(folder) : -3].replace("/", ".")
    options = " --worker-class uvicorn.workers.UvicornWorker" if live else ""
    yield Fact(folder, "start", f"gunicorn --bind 127.0.0.1:$PORT{options} {name}:application", at(path, 1))
    missing = [one for one in ("gunicorn", *(["uvicorn"] if live else [])) if not _wants(wanted, one)]
    yield from _install(tree, home, *missing)


def _only_settings(tree: Tree, folder: str) -> str:
    """The settings that nothing names: beside a wsgi.py, the file or the ground of the folder."""
    for path in sorted(below(tree, folder, r"[\w-]+/wsgi\.py")):
        package = split(path)[0]
        plain = package[len(folder) :].rstrip("/")
        if "settings.py" in tree.folders[package]:
            return f"{plain}.settings"
        for name in ("production", "prod", "base", "common", "defaults"):
            if f"{name}.py" in tree.folders.get(f"{package}settings/", ()):
                return f"{plain}.settings.{name}"
    return "settings"


def _for_production(tree: Tree, folder: str, module: str) -> str:
    """The settings beside those of a developer that are named as production's."""
    head, _, last = module.rpartition(".")
    inside = tree.folders.get(f"{folder}{module.replace('.', '/')}/", frozenset())
    if name := next((one for one in ("production", "prod") if f"{one}.py" in inside), ""):
        return f"{module}.{name}"
    if not head or not re.fullmatch(r"dev\w*|local\w*|base|settings|test\w*", last):
        return module
    place = folder + head.replace(".", "/") + "/"
    names = tree.folders.get(place, frozenset())
    return next((f"{head}.{name}" for name in ("production", "prod", "settings_prod") if f"{name}.py" in names), module)


def _settings(tree: Tree, folder: str, module: str) -> list[str]:
    plain = folder + module.replace(".", "/")
    around = split(plain)[0]
    found = [f"{plain}.py", f"{plain}/__init__.py"]
    for place in (around, f"{plain}/"):
        found += [place + name for name in sorted(tree.folders.get(place, ())) if name.endswith(".py")][:20]
    return [path for path in dict.fromkeys(found) if text(tree, path)]


def _celery(tree: Tree, folder: str, wanted: str) -> Iterator[Fact]:
    if not _wants(wanted, "celery"):
        return
    paths = list(below(tree, folder, r"(?:[\w-]+/){0,2}(?:celery|celery_app|celeryapp|worker|tasks)\.py"))
    for path in sorted(paths, key=lambda path: (not _stem(path).startswith("celery"), path.count("/"), path)):
        content = text(tree, path)
        if re.search(r"=\s*Celery\(", content):
            name = path[len(folder) : -3].replace("/", ".")
            module = name.removesuffix(".celery")
            where = at(path, line_of(content, "Celery("))
            yield Fact(folder, "worker", f"celery --app {module} worker", where, "worker")
            if _wants(wanted, "django-celery-beat") or "beat_schedule" in content or "crontab(" in content:
                yield Fact(folder, "worker", f"celery --app {module} beat", where, "beat")
            return


def _served(tree: Tree, folder: str, others: set[str]) -> _Made | None:
    """The object that is most likely the program's."""
    paths = [
        path
        for path in below(tree, folder, r"(?:[\w-]+/){0,3}\w+\.py")
        if not any(path.startswith(other) for other in others)
    ]
    kinds = _kinds(tree, paths)
    named = re.compile(rf"\b(?:{'|'.join(sorted(kinds.keys() - _SELDOM_ELSE))})\(")
    found: list[_Made] = []
    for path in paths:
        if named.search(text(tree, path)):
            found += _objects(text(tree, path), path, kinds)
        if len(found) > 50:
            break
    makers = {made.name.removesuffix("()"): made.kind for made in found if made.name.endswith("()")}
    for path in paths if makers else ():
        if _stem(path) in _LIKELY and any(f"{maker}(" in text(tree, path) for maker in makers):
            found += _objects(text(tree, path), path, makers)
    return min(found, key=_likely, default=None)


def _kinds(tree: Tree, paths: list[str]) -> dict[str, str]:
    """Each class that a server is given an object of → the library's that it is; a program's own derive from those."""
    kinds = {name: name for name in _ASGI | _WSGI}
    for path in paths:
        for own, base in _OWN_CLASS.findall(text(tree, path))[:5]:
            kinds.setdefault(own, base)
    return kinds


def _stem(path: str) -> str:
    return split(path)[1].removesuffix(".py")


def _likely(made: _Made) -> tuple[bool, int, int, str]:
    stem = _stem(made.path)
    return "(" in made.name, _LIKELY.index(stem) if stem in _LIKELY else 99, made.path.count("/"), made.path


def _objects(content: str, path: str, kinds: Mapping[str, str]) -> Iterator[_Made]:
    """What is assigned from a call of these: objects of a module, and functions that make one."""
    try:
        source = Source(content, _GRAMMAR)
    except Unparsed:
        return
    for node in source.nodes("call"):
        callee = node.child_by_field_name("function")
        kind = kinds.get(source.slice(callee).rpartition(".")[2]) if callee else None
        if kind is None:
            continue
        parent = node.parent
        left = parent.child_by_field_name("left") if parent and parent.type == "assignment" else None
        if parent is None or left is None or _is_of_a_script(source, parent):
            continue
        line = source.line(node.start_byte)
        function = _outermost_function(parent)
        if function is None:
            yield _Made(path, line, source.slice(left), kind)
        elif name := function.child_by_field_name("name"):
            maker = source.slice(name)
            if _MAKER.fullmatch(maker):
                yield _Made(path, line, f"{maker}()", kind)


def _outermost_function(node: Node) -> Node | None:
    function, around = None, node.parent
    while around is not None:
        if around.type == "function_definition":
            function = around
        around = around.parent
    return function


def _is_of_a_script(source: Source, node: Node) -> bool:
    """Whether it happens only where the file itself is started: a server that imports it does not see it."""
    around = node.parent
    while around is not None:
        condition = around.child_by_field_name("condition") if around.type == "if_statement" else None
        if condition is not None and "__name__" in source.slice(condition):
            return True
        around = around.parent
    return False


def _health(tree: Tree, folder: str) -> Iterator[Fact]:
    """A route that is named as one for health."""
    for path in list(below(tree, folder, r"(?:[\w-]+/){0,3}\w+\.py"))[:300]:
        content = text(tree, path)
        if found := _ROUTE.search(content):
            yield Fact(folder, "health", found[1], at(path, line_of(content, found[0])))
            return


def _other(tree: Tree, folder: str, made: _Made) -> Iterator[Fact]:
    wanted = _wanted(tree, folder)
    module = made.path[len(folder) : -3].removesuffix("/__init__").removeprefix("src/").replace("/", ".")
    where = at(made.path, made.line)
    needed = ["gunicorn"]
    if made.kind in _ASGI:
        needed = ["uvicorn"]
        factory = "--factory " if made.name.endswith("()") else ""
        command = (
            f"uvicorn {factory}{module}:{made.name.removesuffix('()')} --host 127.0.0.1 --port $PORT --proxy-headers"
        )
    else:
        target = f"'{module}:{made.name}'" if made.name.endswith("()") else f"{module}:{made.name}"
        command = f"gunicorn --bind 127.0.0.1:$PORT {target}"
    yield Fact(folder, "start", command, where)
    yield from _health(tree, folder)
    covered = needed == ["uvicorn"] and re.search(r"(?i)fastapi\[(?:standard|all)", wanted)
    yield from _install(tree, folder, *(one for one in needed if not covered and not _wants(wanted, one)))
    if "alembic.ini" in tree.folders[folder]:
        yield Fact(folder, "release", "alembic upgrade head", f"{folder}alembic.ini:1")
    elif _wants(wanted, "flask-migrate") and f"{folder}migrations/" in tree.folders:
        yield Fact(folder, "release", f"flask --app {module} db upgrade", f"{folder}migrations")
    yield from _celery(tree, folder, wanted)
