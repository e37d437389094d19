"""The settings a program reads from its environment, by name: from samples of `.env`, and from its settings files.

The samples are lines `NAME=value`. What code reads is found by the audit's own parser of its language. Values only help
to recognise an engine; none is ever written down, but for words that choose a mode of the program.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from toolkit.collect.files.claims import Claims
from toolkit.collect.files.mention import Unparsed
from toolkit.collect.files.parsers import discover
from toolkit.collect.programs import prefixed, pydantic
from toolkit.collect.programs.facts import LANGUAGES, Fact, Standing, line
from toolkit.collect.programs.tree import Tree, above, at, below, split, text

_SAMPLE = (
    r"\.env(?:\.[\w-]+)?(?:\.|-|_)(?:example|sample|dist|template|tpl)|\.?env\.?(?:example|"
    r"sample|dist|template)|(?:example|sample)\.env|[\w.-]+\.env\.(?:example|sample|dist|"
    r"template)|(?:docker|config)/\.env(?:\.(?:example|sample|dist))?|\.env(?:\.prod\w*)?"
)
_ASSIGNED = re.compile(r"\s*(?:export\s+)?([A-Za-z_][\w.]{1,100})\s*=\s*(.*)")
_OPTIONAL = re.compile(r"\s*#\s?(?:export\s+)?([A-Z][A-Z0-9_]{2,100})\s*=(.*)")
_MOST_FILES, _LARGEST = 150, 200_000
_WORDS = (
    r"(?:env\w*|config\w*|settings?\w*|conf|options|constants|database\w*|db|datasource|"
    r"data-source|redis\w*|cache|mail\w*|email\w*|smtp\w*|storage|s3\w*|secrets?|auth\w*|"
    r"session\w*|queue\w*|server|index|app|main|bootstrap|knexfile|ormconfig|client|prisma|"
    r"connection|pool|setup|startup|program)"
)
_SETTINGS: dict[str, str] = {
    "python": (
        rf"(?:[\w-]+/){{0,5}}(?:{_WORDS}|base|prod\w*|common|local|defaults?|core|celery\w*)\.py|"
        rf"(?:[\w-]+/){{0,4}}(?:settings|config|conf)/(?:\w+/)?\w+\.py"
    ),
    "ruby": r"config/(?:[\w-]+/){0,2}[\w-]+\.(?:rb|yml|yaml)|(?:app|config|server|database|environment)\.rb",
    "php": (
        r"config/[\w-]+\.(?:php|yaml|yml)|config/packages/[\w-]+\.(?:yaml|yml)|(?:config|settings|"
        r"index|app/\w+|src/\w+|app/constants|app/common)\.php|config\.default\.php|"
        r"config/(?:[\w-]+/){1,2}[\w.-]+\.php|(?:[\w-]+/){0,5}Env\w*\.php"
    ),
    "node": (
        rf"(?:[\w.@-]+/){{0,5}}{_WORDS}(?:\.[\w-]+)?\.(?:ts|js|mts|mjs|cjs)|"
        rf"(?:[\w-]+/){{0,4}}(?:config|env|settings|lib|db)/[\w.-]+\.(?:ts|js|mjs|cjs)|"
        rf"(?:[\w-]+/){{0,3}}schema\.prisma"
    ),
    "go": rf"(?:[\w.-]+/){{0,5}}{_WORDS}\.go|(?:[\w-]+/){{0,4}}(?:config|env|settings|conf)/\w+\.go",
    "rust": rf"(?:[\w.-]+/){{0,5}}{_WORDS}\.rs",
    "java": (
        r"src/main/resources/(?:application|bootstrap)[\w.-]*\.(?:properties|ya?ml)|"
        r"src/main/resources/[\w-]+/application[\w.-]*\.(?:properties|ya?ml)"
    ),
    "dotnet": r"appsettings(?:\.Production)?\.json|(?:Program|Startup|\w*Configuration|\w*Options)\.cs",
    "elixir": (
        r"config/(?:runtime|prod|config|releases)(?:\.secret)?\.exs|"
        r"lib/(?:[\w-]+/){0,3}(?:repo|application|endpoint|mailer|config|settings|env)\w*\.ex"
    ),
}  # fmt: skip
_FOR_OTHERS = re.compile(r"(?i)(?:.*[._-])?(?:ci|tests?|testing|dev|development|local)(?:[._-].*)?\.\w+")
_CASE = re.compile(r"""\bcase\s+([A-Z][A-Z0-9_]+)\s*=\s*['"]\1['"]""")
_NAMED = re.compile(r"BaseSettings|\b[A-Z][A-Z0-9]+_[A-Z]|ENV\[|\bDB\b|PORT|SECRET")
# calls of dj-database-url, django-environ and their like that read a variable without naming it
_OF_ITS_OWN = r"\((?![^)]{0,300}\benv\s*=)"
_FIRST = r"\(\s*(?:\)|default\s*=)"
_UNNAMED = tuple(
    (re.compile(form), name)
    for form, name in (
        (rf"\b(?:dj_database_url\.config{_OF_ITS_OWN}|env\.(?:dj_)?db(?:_url)?{_FIRST})", "DATABASE_URL"),
        (rf"\b(?:dj_email_url\.config{_OF_ITS_OWN}|env\.(?:dj_)?email(?:_url)?{_FIRST})", "EMAIL_URL"),
        (rf"\b(?:django_cache_url\.config{_OF_ITS_OWN}|env\.(?:dj_)?cache(?:_url)?{_FIRST})", "CACHE_URL"),
        (r"\bdjango_(?:on_)?heroku\.settings\(", "DATABASE_URL"),
    )
)
_URL_ENGINES = (
    (re.compile(r"(?i)^[\"']?(?:jdbc:)?(?:postgres|postgresql|postgis|pgsql)(?:ql)?\b"), "postgresql"),
    (re.compile(r"(?i)^[\"']?(?:jdbc:)?(?:mysql|mariadb)"), "mysql"),
    (re.compile(r"(?i)^[\"']?(?:sqlite|file:.*\.db)"), "sqlite"),
)


def names(tree: Tree, one: Standing) -> Iterator[Fact]:
    """Settings and engines: those of samples first, the program's own before those of the folders above."""
    for path in islice(below(tree, one.folder, _SAMPLE), 10):
        yield from _sample(tree, path, one.folder)
    for folder in [*above(one.folder)][1:]:
        for name in sorted(tree.folders.get(folder, ())):
            if re.fullmatch(_SAMPLE, name):
                yield from _sample(tree, folder + name, one.folder)
    for path in settings_files(tree, one):
        content = text(tree, path)
        if _NAMED.search(content):
            yield from _read(path, one.folder, content)
            if "BaseSettings" in content:
                yield from pydantic.declared(path, one.folder, content)
            yield from _enumerated(path, one.folder, content)
        if path.endswith(".py"):
            yield from _unnamed(path, one.folder, content)
        yield from prefixed.named(tree, one.folder, path, content)


def settings_files(tree: Tree, one: Standing) -> Iterator[str]:
    """The files of its stack that settings are read in."""
    form = _SETTINGS.get(LANGUAGES.get(one.stack, one.runtime), _SETTINGS["rust"])
    for path in islice(below(tree, one.folder, form), _MOST_FILES):
        if not _FOR_OTHERS.fullmatch(split(path)[1]) and len(text(tree, path)) <= _LARGEST:
            yield path


def _enumerated(path: str, folder: str, content: str) -> Iterator[Fact]:
    """Names that are the cases of an enumeration: `case DB_DRIVER = 'DB_DRIVER';` in a file that reads variables."""
    if re.search(r"(?i)getenv|fromEnv|\benv\(|\$_ENV", content):
        for match in islice(_CASE.finditer(content), 300):
            yield Fact(folder, "env", "", at(path, content.count("\n", 0, match.start()) + 1), match[1])


def _unnamed(path: str, folder: str, content: str) -> Iterator[Fact]:
    for form, name in _UNNAMED:
        if match := form.search(content):
            yield Fact(folder, "env", "", at(path, content.count("\n", 0, match.start()) + 1), name)


def _sample(tree: Tree, path: str, folder: str) -> Iterator[Fact]:
    for number, row in enumerate(text(tree, path).split("\n")[:2000], 1):
        where = at(path, number)
        if match := _ASSIGNED.fullmatch(row):
            value = line(match[2].partition(" #")[0].strip())
            yield Fact(folder, "env", value, where, match[1])
            yield from engine_of(folder, match[1], value, where)
        elif match := _OPTIONAL.match(row):
            yield Fact(folder, "option", "", where, match[1])
            yield from engine_of(folder, match[1], match[2].strip(), where)


def engine_of(folder: str, name: str, value: str, where: str) -> Iterator[Fact]:
    """The engine that a setting's value speaks of."""
    if re.search(r"DATABASE|DB|DATASOURCE|POSTGRES|MYSQL|CONNECTION", name.upper()):
        for form, engine in _URL_ENGINES:
            if form.match(value):
                yield Fact(folder, "engine", engine, where)


@cache
def _claims() -> Claims:
    return Claims(discover())


def _read(path: str, folder: str, content: str) -> Iterator[Fact]:
    parsers, _ = _claims().of(path, split(path)[1])
    seen: set[str] = set()
    for parser in parsers:
        try:
            for mention in parser.parse(path, content):
                if mention.kind == "env" and mention.discard is None and mention.value not in seen:
                    seen.add(mention.value)
                    yield Fact(folder, "env", "", at(path, mention.line), mention.value)
        except (Unparsed, RecursionError):
            continue
