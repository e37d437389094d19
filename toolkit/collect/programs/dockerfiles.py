"""Dockerfiles: what the stage that runs says of ports, health, packages, commands and folders.

The parser is the audit's. A Dockerfile speaks for the folder that is its context: its own, or the nearest above it that
holds a manifest. Commands count where they would work outside the image as well.
"""

import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from toolkit.collect.files.parsers._images import normal
from toolkit.collect.files.parsers.dockerfile import Instruction, instructions
from toolkit.collect.packages import needed_packages
from toolkit.collect.programs.facts import Fact, argv, line, unwrapped
from toolkit.collect.programs.manifests import has_manifest
from toolkit.collect.programs.tree import Tree, above, at, named, split, text

PATTERN = (
    r"(?:Dockerfile|Containerfile)(?:[.-](?!dev|test|local|debug|ci|playwright|cypress|e2e)[\w.-]+)?"
    r"|(?!dev|test)[\w-]+\.[Dd]ockerfile"
)
_DEPLOYS = (
    r"heroku\.ya?ml|fly(?:\.prod[\w-]*)?\.toml|render\.ya?ml|railway\.(?:json|toml)|captain-definition"
    r"|(?:docker-)?compose[.-]prod[\w-]*\.ya?ml"
)
_NAMED = re.compile(r"(?<![\w.$}/-])(?:[\w.-]{1,100}/){0,8}[\w.-]{0,100}(?:Docker|Container)file[\w.-]{0,100}")
_WITH_ENGINES = re.compile(r"(?i)(?:multi-?process|all-?in-?one|aio|standalone)\b")
_OTHER = re.compile(r"(?i)dev|test|debug|lint|ci")
_RUNTIMES = re.compile(
    r".*/(python|node|ruby|php|golang|rust|openjdk|eclipse-temurin|amazoncorretto|elixir|sdk|aspnet)"
)
_NAMES = {"golang": "go", "openjdk": "java", "eclipse-temurin": "java", "amazoncorretto": "java", "sdk": "dotnet",
          "aspnet": "dotnet"}  # fmt: skip
_INSTALLS = re.compile(r"(?:apt-get|apt|aptitude)\s(?:[^&|;]*?\s)?install\s([^&|;]*)|install_packages\s([^&|;]*)")
_ADDS = re.compile(r"\bapk\s(?:[^&|;]*?\s)?add\s([^&|;]*)")
_OF_ALPINE = {  # programs that others call, as Debian names them; libraries are another matter
    **{name: name for name in (
        "chromium", "ffmpeg", "ghostscript", "gifsicle", "git", "git-lfs", "graphviz", "imagemagick", "inkscape",
        "jpegoptim", "jq", "libreoffice", "mariadb-client", "mercurial", "openssl", "optipng", "pandoc", "pngquant",
        "poppler-utils", "postgresql-client", "potrace", "rclone", "restic", "rsync", "subversion", "tesseract-ocr",
        "unzip", "wkhtmltopdf", "yt-dlp", "zip", "zstd",
    )},
    "exiftool": "libimage-exiftool-perl", "mysql-client": "default-mysql-client", "openssh": "openssh-client",
    "openssh-client": "openssh-client", "sqlite": "sqlite3", "tidyhtml": "tidy", "xz": "xz-utils",
}  # fmt: skip
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]{1,60}")
_OF_IMAGES = frozenset({
    "ca-certificates", "curl", "wget", "gnupg", "gnupg2", "sudo", "tini", "dumb-init", "gosu", "locales", "tzdata",
    "apt-utils", "apt-transport-https", "lsb-release", "software-properties-common", "vim", "nano", "less", "procps",
    "bash", "nginx", "supervisor", "apt", "apt-get", "install", "systemd", "netcat", "netcat-openbsd", "iputils-ping",
})  # fmt: skip
# what starts by itself on a host, beside what the blueprints set up
_SERVICES = re.compile(
    r"(?:apache2|libapache2|nginx|php[\d.]*-fpm|cron|anacron|mysql-server|mariadb-server|redis-server|postgresql(?:-\d+)?|rsyslog"
    r"|postfix|exim4|openssh-server|memcached|rabbitmq-server|adduser|python3|ruby)(?:$|-mod|-bin|-light|-full)"
)
_PHP = re.compile(r"(?:docker-php-ext-install|install-php-extensions)\s([^&|;]*)")
_HEALTH = re.compile(
    r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])(?::[\w${}:-]{1,60})?(/[\w./~%${}-]{0,200})?"
)
_SCRIPT = re.compile(r"(?:^|/)[\w.-]*(?:entrypoint|entry|init|start|run|boot)[\w.-]*(?:\.sh)?$|\.sh$")
# folders that a build makes, and no checkout has
_MADE = re.compile(
    r"(?:[\w.-]+/)*(?:target|build|dist|out|_?output|publish(?:ed)?|releases?|artifacts?)(?:/[\w.*${}-]+)*/?"
)
_FOLDER = re.compile(r"(?:\./)?([\w-][\w./-]*?)/?\s+\./?")  # `COPY shop .`: its content
_FOR_BROWSERS = re.compile(r"(?i)http|web|app|^port$")
_ARGUMENT = re.compile(r"([A-Za-z_]\w*)(?:=|\s+)(\"[^\"]*\"|'[^']*'|\S*)")


def read(tree: Tree) -> Iterator[Fact]:
    """Facts of every Dockerfile that is for production."""
    told: set[str] = set()
    deployed = _deployed(tree)
    for path in sorted(
        named(tree, PATTERN), key=lambda path: (_unmade(tree, path)[0] != "", path not in deployed, *_telling(path))
    ):
        folder = context(tree, path)
        if folder not in told:
            told.add(folder)
            yield from facts(tree, path, folder)


def _deployed(tree: Tree) -> frozenset[str]:
    """Those that what deploys the program names: a platform's file, a compose file for production, a workflow."""
    return frozenset(
        _within(file.rpartition("/")[0], word)
        for file in named(tree, _DEPLOYS)
        for word in _NAMED.findall(text(tree, file))
    )


def _within(folder: str, word: str) -> str:
    """The path that a file of the folder means by a relative one."""
    return posixpath.normpath(posixpath.join(folder, word))


def _telling(path: str) -> tuple[bool, bool, int, str]:
    """One for production, then the plain name, then shallow ones; of several, not the one with its engines inside."""
    name = path.rpartition("/")[2]
    whole = _WITH_ENGINES.search(path) is not None
    plain = name in ("Dockerfile", "Containerfile")
    return "prod" not in name.lower(), not plain, path.count("/") + whole, path


def _unmade(tree: Tree, path: str) -> tuple[str, int]:
    """What an image takes from its context that a build elsewhere has to make before, and the line; "" for nothing."""
    folder = _built_in(tree, path, context(tree, path))
    for word, line_ in _taken(tree, path):
        if _MADE.fullmatch(word) and not _is_there(tree, folder + word):
            return word, line_
    return "", 0


def _taken(tree: Tree, path: str) -> Iterator[tuple[str, int]]:
    """What it copies from where it is built, and the line."""
    for found in (one for stage in _stages(text(tree, path)) for one in stage):
        if found.name in ("COPY", "ADD") and "from" not in found.options:
            for word in found.rest.split()[:-1]:
                yield word.removeprefix("./").lstrip("/"), found.line


def _built_in(tree: Tree, path: str, folder: str) -> str:
    """The folder that holds most of what it copies: the program's, or one above that it shares with others."""
    taken = [word for word, _ in _taken(tree, path) if word not in (".", "") and "://" not in word]
    return max(above(folder), key=lambda one: sum(_is_there(tree, one + word) for word in taken))


def _is_there(tree: Tree, path: str) -> bool:
    """Whether the checkout has such a file or folder, or what a path that ends in a pattern may mean."""
    plain = re.split(r"[*$]", path)[0]
    whole, name = split(plain)
    if plain == path and name in tree.folders.get(whole, ()):
        return True
    return any(folder.startswith(f"{whole}{name}".rstrip("/") + "/") for folder in tree.folders)


def context(tree: Tree, path: str) -> str:
    """The folder that is its context: one that its name names (`Dockerfile.sites.public`), or where it copies."""
    folder, name = split(path)
    words = re.sub(r"^Dockerfile[.-]|\.[Dd]ockerfile$", "", name).replace(".", "/")
    for inside in (words, f"apps/{words}", f"packages/{words}", f"services/{words}"):
        if has_manifest(tree, f"{folder}{inside}/"):
            return f"{folder}{inside}/"
    return next((one for one in above(folder) if has_manifest(tree, one)), folder)


def facts(tree: Tree, path: str, folder: str) -> Iterator[Fact]:
    """What one Dockerfile says of the program that is built in this folder."""
    stages = _stages(text(tree, path))
    if not stages:
        return
    last = _running(stages)
    php = any("php" in (normal(stage[0].rest.split()[0]) or "") for stage in stages if stage[0].rest.split())
    chain = _chain(last, stages)
    yield Fact(folder, "image", path, at(path, last[0].line))
    if (whole := _built_in(tree, path, folder)) != folder:
        yield Fact(folder, "context", whole or ".", at(path, last[0].line))
    missing, line_ = _unmade(tree, path)
    if missing:
        said = f"its image copies {missing}, which the checkout lacks: something has to build that before"
        yield Fact(folder, "open", line(said), at(path, line_))
    yield from _bases(path, folder, stages)
    yield from _versions(path, folder, stages)
    variables = _variables(chain)
    for found in (instruction for stage in chain for instruction in stage):
        if found.name == "EXPOSE":
            yield from _ports(path, folder, found, variables)
        yield from _said(path, folder, found)
        if found.name == "RUN":
            yield from _of_alpine(path, folder, found)
    yield from _command(path, folder, [one for stage in chain for one in stage])
    for stage in stages:
        if any(one.name == "FROM" and "alpine" in one.rest for one in stage):
            continue
        for found in stage:
            if found.name == "RUN":
                yield from (fact for fact in _packages(path, folder, found) if not (php and fact.text.endswith("-dev")))


_Stage = list[Instruction]


def _stages(content: str) -> list[_Stage]:
    stages: list[_Stage] = []
    for found in instructions(content):
        if found.name == "FROM":
            stages.append([])
        if stages:
            stages[-1].append(found)
    return stages


def _name(stage: _Stage) -> str:
    words = stage[0].rest.split()
    return words[2].lower() if len(words) > 2 and words[1].lower() == "as" else ""


def _running(stages: Sequence[_Stage]) -> _Stage:
    """The stage that is built without `--target`; where that is for development, one that is named as production's."""
    if _OTHER.search(_name(stages[-1])):
        return next((stage for stage in reversed(stages) if not _OTHER.search(_name(stage))), stages[-1])
    return stages[-1]


def _chain(stage: _Stage, stages: Sequence[_Stage]) -> list[_Stage]:
    """The stage and those it begins from, the first of them first."""
    found = [stage]
    while len(found) < 20:
        base = (found[0][0].rest.split() or [""])[0].lower()
        before = next((one for one in stages if _name(one) == base and one not in found), None)
        if before is None:
            break
        found.insert(0, before)
    return found


def _bases(path: str, folder: str, stages: Sequence[_Stage]) -> Iterator[Fact]:
    """The images that it begins from, those it makes itself excepted."""
    own = {_name(stage) for stage in stages} | {"scratch"}
    for stage in stages:
        words = [word for word in stage[0].rest.split() if not word.startswith("--")]
        if words and words[0].lower() not in own and "$" not in words[0]:
            yield Fact(folder, "base", line(words[0]), at(path, stage[0].line))


def _versions(path: str, folder: str, stages: Sequence[_Stage]) -> Iterator[Fact]:
    for stage in stages:
        reference = (stage[0].rest.split() or [""])[0]
        match = _RUNTIMES.fullmatch(normal(reference) or "")
        tag = re.match(r"\d+(?:\.\d+)?", reference.rpartition("/")[2].partition(":")[2])
        if match and tag:
            yield Fact(folder, "version", tag[0], at(path, stage[0].line), _NAMES.get(match[1], match[1]))


def _variables(chain: Sequence[_Stage]) -> dict[str, str]:
    """What ENV and ARG give, by name."""
    rows = [found.rest for stage in chain for found in stage if found.name in ("ENV", "ARG")][:200]
    return {name: value.strip("\"'") for row in rows for name, value in _ARGUMENT.findall(row)[:100]}


def _ports(path: str, folder: str, found: Instruction, variables: Mapping[str, str]) -> Iterator[Fact]:
    """The ports of an EXPOSE. Of several that have names, the one that browsers are for is first."""
    told: list[tuple[bool, str]] = []
    for word in found.rest.split()[:10]:
        name = re.match(r"\$\{?(\w+)", word)
        plain = variables.get(name[1], "") if name else word
        if port := re.fullmatch(r"(\d{2,5})(?:/tcp)?", plain):
            told.append((name is not None and _FOR_BROWSERS.search(name[1]) is not None, port[1]))
    for _, port_ in sorted(told, key=lambda one: not one[0])[:3]:
        yield Fact(folder, "port", port_, at(path, found.line))


def _said(path: str, folder: str, found: Instruction) -> Iterator[Fact]:
    where = at(path, found.line)
    if found.name == "HEALTHCHECK":
        if match := _HEALTH.search(found.rest):
            path = re.sub(r"/?\$\{?\w+(?::-)?\}?", "/", match[1] or "/").replace("//", "/")
            yield Fact(folder, "health", path, where)
    elif found.name == "WORKDIR":
        yield Fact(folder, "workdir", line(found.rest.strip().strip("\"'")), where)
    elif found.name == "COPY" and "from" not in found.options and (copied := _FOLDER.fullmatch(found.rest.strip())):
        yield Fact(folder, "copied", copied[1], where)
    elif found.name == "VOLUME":
        for word in re.findall(r"[\w./${}-]+", found.rest)[:20]:
            yield Fact(folder, "writable", word, where)
    elif found.name == "ENV":
        for name, value in _ARGUMENT.findall(found.rest)[:100]:
            yield Fact(folder, "env", line(value.strip("\"'")), where, name)


def _command(path: str, folder: str, found: Sequence[Instruction]) -> Iterator[Fact]:
    """What the image starts, if that would start outside of it."""
    last = {one.name: one for one in found}  # a later one replaces an earlier
    if "CMD" not in last and "ENTRYPOINT" not in last:
        return
    workdir = last["WORKDIR"].rest.strip() if "WORKDIR" in last else "/"
    entry = argv(last["ENTRYPOINT"].rest) if "ENTRYPOINT" in last else ""
    command = argv(last["CMD"].rest) if "CMD" in last else ""
    if entry and _SCRIPT.search(entry.split()[0]):
        entry = ""
    full = relative(unwrapped(f"{entry} {command}".strip()), workdir)
    if full:
        place = last["CMD"] if command else last["ENTRYPOINT"]
        yield Fact(folder, "start" if _is_portable(full) else "guess", full, at(path, place.line), "image")


def relative(command: str, workdir: str) -> str:
    """A command as it is outside the image, where the work folder has no place of its own."""
    top = workdir.rstrip("/").strip("\"'")
    return re.sub(rf"(?<![\w/.-]){re.escape(top)}/", "", command) if top else command


def _is_portable(command: str) -> bool:
    """Whether all it names is in the checkout or on the path, and no script that prepares an image."""
    first = command.split()[0]
    rooted = re.search(r"(?:^|[\s=])/(?!dev/(?:null|std))", command)
    return not rooted and not _SCRIPT.search(first) and not re.match(r"(?:sh|bash)\b", first) and first != "nginx"


def _packages(path: str, folder: str, found: Instruction) -> Iterator[Fact]:
    """Debian's names. What PHP's own image compiles is a package of Debian's."""
    for match in _PHP.finditer(found.rest.replace("\\\n", " ")):
        extensions = {f"ext-{word.lower()}": "*" for word in match[1].split()[:60] if word.isidentifier()}
        for package in needed_packages({"composer.json": json.dumps(extensions)}):
            yield Fact(folder, "package", package, at(path, found.line))
    for match in _INSTALLS.finditer(found.rest.replace("\\\n", " ")):
        for word in (match[1] or match[2]).split()[:200]:
            name = word.partition("=")[0]
            if _PACKAGE.fullmatch(name) and name not in _OF_IMAGES and not _SERVICES.match(name):
                yield Fact(folder, "package", name, at(path, found.line))


def _of_alpine(path: str, folder: str, found: Instruction) -> Iterator[Fact]:
    """Programs that an image of Alpine's has at hand when it runs."""
    for match in _ADDS.finditer(found.rest.replace("\\\n", " ")):
        for word in match[1].split()[:200]:
            if package := _OF_ALPINE.get(re.split(r"[=<>~@]", word)[0]):
                yield Fact(folder, "package", package, at(path, found.line))
