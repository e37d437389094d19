"""Settings that choose one of several providers, as code and settings write them.

In: the text of a file that counts. Out: what it says of such settings: a word that one may be, the word it is by
default, the word it is set to. Which words are providers the catalogue knows (`choices.py`). Each language's way to ask
is a pattern in a table; what they have in common is a name and a word.

A setting is known by the words of its name: `process.env.STORAGE_PROVIDER`, `config.storage.provider` and
`Storage:Provider` are one; a name of a single word ("provider") holds within its file alone.
"""

import contextlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal, NamedTuple

import hyperscan

Kind = Literal["option", "default", "set"]

_MOST = 400  # facts of one file
_LONGEST = 400  # characters of a line
_FARTHEST = 120  # lines of one block
# how the name of a setting that chooses ends, or what is in it
TELLING = frozenset({
    "adapter", "backend", "broker", "cache", "captcha", "channel", "client", "connection", "connector", "delivery",
    "disk", "driver", "engine", "filesystem", "gateway", "implementation", "kind", "mail", "mailer", "method",
    "mode", "provider", "queue", "search", "sender", "service", "sms", "storage", "store", "strategy", "system",
    "transport", "type", "uploader", "vendor",
})  # fmt: skip
# of a chain that leads to a setting: they name no setting
_NOISE = frozenset({
    "app", "application", "c", "cfg", "cmd", "conf", "config", "configuration", "ctx", "default", "defaults",
    "django", "env", "environ", "environment", "flags", "get", "import", "meta", "next", "nuxt", "options", "opts",
    "os", "params", "private", "process", "public", "rails", "react", "s", "self", "server", "settings", "spring",
    "svc", "this", "viper", "vite",
})  # fmt: skip
# parts of such paths that name no provider
_OF_PATHS = frozenset({
    "app", "apps", "backend", "backends", "client", "core", "default", "django", "driver", "drivers", "email",
    "engine", "impl", "lib", "mail", "mailer", "provider", "sender", "service", "services", "src", "storage",
    "storages", "transport",
})  # fmt: skip
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")

_NAME = r"([A-Za-z_][\w.:\-]{2,80})"
# a word, or the path of a module or class that does it: "warehouse.captcha.hcaptcha.Service"
_WORD = r"([A-Za-z][\w\-]{1,40}(?:\.[A-Za-z_]\w{0,40}){0,8})"
_QUOTED = rf"[\"'`:]{_WORD}[\"'`]?"
_READ = (
    r"(?:\b\w{0,20}(?:env|Env|ENV|environ|getenv|Getenv|LookupEnv|config|Config|settings?|Settings?)\b"
    r"[\w.?]{0,30}[(\[.]{1,2}\s?[\"':`]?)"
)
_CHAIN = r"([A-Za-z_$@][\w$]{0,40}(?:(?:\??\.|->|::|\[[\"':]|\([\"':]|[\"']\]|[\"']\))+[A-Za-z_]?\w{0,40}){0,6})"


class _Shape(NamedTuple):
    """One way to say something of a setting: groups for the setting and for the word."""

    kind: Kind
    marks: tuple[str, ...]  # a line without any of these is not one
    pattern: re.Pattern[str]


_SHAPES: tuple[_Shape, ...] = (
    # env("NAME", "word"), os.getenv("NAME", default="word"), ENV.fetch("NAME", "word")
    _Shape(
        "default",
        ("nv(", "nv.get(", "etch(", "onfig(", "get"),
        re.compile(
            rf"(?:env|ENV|environ|etenv|fetch|config|conf|get\w{{0,12}})\(\s?[\"':]{_NAME}[\"']?\s?,"
            rf"\s?(?:default\s?[=:]\s?)?{_QUOTED}"
        ),
    ),
    # process.env.NAME ?? "word", ENV["NAME"] || "word"
    _Shape(
        "default",
        ("??", "||", "?:", " or "),
        re.compile(rf"{_READ}{_NAME}[\"'\])]{{0,3}}\s?(?:\?\?|\|\||\?:|or)\s?{_QUOTED}"),
    ),
    # ${NAME:-word}, ${name.of:word}
    _Shape("default", ("${",), re.compile(rf"\$\{{{_NAME}:-?{_WORD}\}}")),
    # envconfig:"NAME" default:"word", env:"NAME" envDefault:"word"
    _Shape(
        "default",
        ("efault:",),
        re.compile(rf"env\w{{0,8}}:\"{_NAME}[^\"]{{0,30}}\"[^`]{{0,60}}(?:envD|d)efault:\"{_WORD}\""),
    ),
    # viper.SetDefault("name.of", "word")
    _Shape("default", ("efault",), re.compile(rf"[Ss]et_?[Dd]efault\w{{0,8}}\(\s?\"{_NAME}\"\s?,\s?{_QUOTED}")),
    # config.active_storage.service = :word
    _Shape("set", ("config.",), re.compile(rf"\bconfig\.{_NAME}\s?=\s?:{_WORD}")),
    # setting == "word", setting.equals("word")
    _Shape(
        "option",
        ("==", "!=", "quals", ".eql"),
        re.compile(rf"{_CHAIN}\s?(?:===?|!==?|\.equals(?:IgnoreCase)?\(|\.eql\?|\.Equals\()\s?{_QUOTED}"),
    ),
    _Shape("option", ("==", "!="), re.compile(rf"{_CHAIN}\s?(?:===?|!==?)\s?(?:\w+\.)+{_WORD}\b")),
    # String.Equals(setting, "word")
    _Shape("option", (".Equals(",), re.compile(rf"\.Equals\({_CHAIN}\s?,\s?{_QUOTED}")),
)
# groups: the setting, the words in quotes, the rest of the line
_LISTS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    ((".enum(",), re.compile(rf"{_NAME}[\"']?\??:\s?z\s?\.?\s?\.enum\(\[(.{{3,200}}?)\](.{{0,80}})")),
    (
        ("|", "Literal["),
        re.compile(
            rf"{_NAME}[\"']?\??:\s?(?:Literal\[)?"
            r"([\"'][\w\-]{1,40}[\"'](?:\s?[|,]\s?[\"'][\w\-]{1,40}[\"'])+)(.{0,40})"
        ),
    ),
    (
        ("oneof", "valid", "allow", "enum", "choices", "in:"),
        re.compile(
            rf"{_NAME}\b.{{0,80}}?(?:oneof|valid|allow|enum|choices|in:)\W{{1,4}}([\w\"',|\s\-]{{3,200}})(.{{0,60}})"
        ),
    ),
)
_DEFAULT_OF_LIST = re.compile(rf"(?:\.default\(\s?|=\s?|default\W{{1,4}}){_QUOTED}")
_IN_LIST = re.compile(r"[A-Za-z][\w\-]{1,40}")
_ALIAS = re.compile(
    rf"(?:^|[\s(,])(?:(?:const|let|var|val|final|string|String)\s)?[@$]?(\w{{2,40}})\s?(?::=|=)\s?[^=\n]{{0,60}}?{_READ}{_NAME}"
)
_SWITCH = re.compile(
    rf"(?:^|[\s=(])(?:switch|match|case|when)\b[\s(]{{1,3}}{_CHAIN}[)\s]{{0,4}}(?:\{{|do|:|with)?\s?$|{_CHAIN}\s(?:switch|match)\s?\{{?$"
)
_SWITCHES = re.compile(r"[\s\w=]{0,60}\b(?:switch|match|case)\b")
_READ_WITH_DEFAULT = _SHAPES[0].pattern
_ARM = re.compile(r"\s{0,80}(?:case|when)\s(.{1,200})|\s{0,80}([\"':.]?[A-Za-z][\w.\"'\-, |:]{1,80}?)\s?(?:=>|->)")
_ARM_WORD = re.compile(r"[\"':]([A-Za-z][\w\-]{1,40})|(?:\w+(?:\.|::))+([A-Za-z]\w{1,40})|^\s?([A-Z]\w{2,60})\s?:?\s?$")
_OTHERWISE = re.compile(r"\s{0,80}(?:default\b|else\b|case _|_ ?(?:=>|->))")
_ASSIGNED = re.compile(
    rf"\s{{0,40}}(?:export\s|-\s|ENV\s)?[\"']?{_NAME}[\"']?\s?(?:=|:(?=\s))\s?[\"']?{_WORD}[\"']?,?\s{{0,20}}(?:#.*)?$"
)
_KEY_ABOVE = re.compile(r"\s{0,80}[\"']?([A-Za-z][\w.\-]{0,60})[\"']?\s?:\s{0,4}[{\[]?\s{0,4}$")
_OFFERED = re.compile(
    r"(?:available|possible|valid|allowed|supported)\s(?:options?|values?|drivers?|providers?|backends?)?\W{0,8}(.{3,200})"
    r"|one of\W{1,6}(.{3,200})|options?\s?(?:are)?:\s?(.{3,200})",
    re.IGNORECASE,
)
_OFFER = re.compile(r"\s{0,4}[\"'`(]?([A-Za-z][\w\-]{1,40})[\"'`)]?\s{0,3}(\(default\))?", re.IGNORECASE)
_ON_PROPERTY = re.compile(r"@ConditionalOnProperty\s{0,4}\(([^()]{5,400})\)", re.DOTALL)
_PART = re.compile(r"(\w+)\s?=\s?\{?\s?\"([^\"]{1,80})\"")
_LARAVEL = re.compile(r"(?:^|/)config/(?:filesystems|mail|queue|cache|broadcasting|scout|sms|session|services)\.php$")
_LARAVEL_DRIVER = re.compile(r"'(?:driver|transport)'\s?=>\s?'([\w\-]{2,40})'")
_LARAVEL_DEFAULT = re.compile(r"'(?:default|driver)'\s?=>\s?env\('([A-Z_]{3,60})',\s?'([\w\-]{2,40})'\)")
_RAILS_STORAGE = re.compile(r"(?:^|/)config/storage\.ya?ml$")
_RAILS_SERVICE = re.compile(
    r"^([a-z]\w{0,40}):\s*\n(?:[ \t]+.*\n|[ \t]*#.*\n)*?[ \t]+service:\s?[\"']?(\w{2,40})", re.MULTILINE
)
_ENV_FILE = re.compile(r"(?:^|/)(?:\.env[^/]*|[^/]*\.env(?:\.[^/]*)?|env\.(?:example|sample|template))$")
_SAMPLE = re.compile(r"example|sample|dist|template|tpl")
_SETTINGS = re.compile(r".*\.(?:ya?ml|properties|toml|ini|conf|cfg|json)(?:\.\w+)?")
_COMMENT = re.compile(r"\s{0,80}(?:#|//|/?\*)")
_TELLS = re.compile(r"[\"'`:{]\w|\b(?:switch|match|case)\b|==")  # a word in quotes, a question
_HINTS = (
    b"provider", b"driver", b"backend", b"adapter", b"transport", b"storage", b"mailer", b"_type", b"delivery_method",
    b"_service", b"_engine", b"_vendor", b"broker", b"queue_", b"cache_", b"sender", b"gateway", b"uploader", b"disk",
)  # fmt: skip
_MOST_HINTS = 2_000


class Said(NamedTuple):
    """One thing that a file says of a setting."""

    setting: str
    word: str
    line: int
    kind: Kind
    also: str = ""  # what the word means where the file says so: `amazon: {service: S3}`


def words_of(name: str) -> tuple[str, ...]:
    """`process.env.STORAGE_PROVIDER` → storage, provider."""
    found = [word.lower() for word in _HUMPS.split(name) if word]
    while len(found) > 1 and found[0] in _NOISE:
        del found[0]
    return tuple(found)


def switches(path: str, data: bytes) -> list[Said]:
    """All that one file says, each thing once."""
    offsets = hinted(data)
    if not offsets:
        return []
    numbers, at, number = [], 0, 1
    for offset in sorted(offsets):
        number += data.count(b"\n", at, offset)
        at = offset
        numbers.append(number)
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    return list(dict.fromkeys(_all(path, text, dict.fromkeys(numbers))))[:_MOST]


def hinted(data: bytes) -> list[int]:
    """Where one of the words stands that names of such settings have, at most `_MOST_HINTS` of them."""
    found: list[int] = []

    def note(_id: int, _start: int, end: int, _flags: int, _context: object) -> bool | None:
        found.append(end)
        return len(found) >= _MOST_HINTS or None

    database, scratch = _hints()
    with contextlib.suppress(hyperscan.ScanTerminated):
        database.scan(data, match_event_handler=note, scratch=scratch)
    return found


@cache
def _hints() -> tuple[hyperscan.Database, hyperscan.Scratch]:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flags = [hyperscan.HS_FLAG_CASELESS] * len(_HINTS)
    database.compile(
        expressions=list(_HINTS), ids=list(range(len(_HINTS))), elements=len(_HINTS), flags=flags, literal=True
    )
    return database, hyperscan.Scratch(database)


def _all(path: str, text: str, numbers: Iterable[int]) -> Iterator[Said]:
    if _LARAVEL.search(path):
        yield from _laravel(text)
        return
    if _RAILS_STORAGE.search(path):
        yield from _rails(text)
        return
    if "ConditionalOnProperty" in text:
        yield from _on_property(text)
    lines = [line[:_LONGEST] for line in text.split("\n")]
    if _ENV_FILE.search(path):
        yield from _environment(lines, "default" if _SAMPLE.search(path.rpartition("/")[2]) else "set")
        return
    if _SETTINGS.fullmatch(path):
        yield from _assigned(lines, numbers)
    aliases: dict[str, str] = {}
    for number in numbers:
        line = lines[number - 1]
        if _COMMENT.match(line) or not _TELLS.search(line):
            continue
        if "=" in line and (found := _ALIAS.search(line)):
            aliases[found[1]] = found[2]
        yield from _said(line, number, aliases)
        if found := _SWITCH.search(line):
            yield from _arms(lines, number, _meant(found[1] or found[2], aliases))
        elif _SWITCHES.match(line) and (found := _READ_WITH_DEFAULT.search(line)):
            yield from _arms(lines, number, f"env.{found[1]}")


def _meant(chain: str, aliases: dict[str, str]) -> str:
    """The setting that a chain of names reads: a variable stands for what it was read from."""
    flat = re.sub(r"[^\w.]+", ".", chain).strip(".")
    last = flat.rpartition(".")[2]
    return aliases.get(flat) or (aliases.get(last, flat) if "." not in flat else flat)


def _tells(setting: str) -> bool:
    return not TELLING.isdisjoint(words_of(setting))


def _is_setting(setting: str) -> bool:
    """Whether a name that is compared is a setting, and not data: it comes out of one, or is written like one."""
    bare = setting.rpartition(".")[2]
    return (
        bare.isupper()
        or re.search(r"(?:env|conf|cfg|settings?|options?|opts|props?)\w{0,10}\.", setting, re.I) is not None
    )


def provider_of(word: str) -> str:
    """The word itself; of a path the last part that says more than what kind of thing it is: hcaptcha, SESBackend."""
    parts = word.split(".")
    telling = [part for part in parts if not _OF_PATHS.issuperset(words_of(part))]
    return telling[-1] if len(parts) > 1 and telling else word


def _said(line: str, number: int, aliases: dict[str, str]) -> Iterator[Said]:
    for shape in _SHAPES:
        if not any(mark in line for mark in shape.marks):
            continue
        for found in shape.pattern.finditer(line):
            setting = _meant(found[1], aliases)
            if _tells(setting) and (shape.kind != "option" or _is_setting(setting)):
                yield Said(setting, provider_of(found[2]), number, shape.kind)
    for marks, pattern in _LISTS:
        if any(mark in line for mark in marks) and (listed := pattern.search(line)) and _tells(listed[1]):
            yield from (Said(listed[1], word, number, "option") for word in _IN_LIST.findall(listed[2]))
            if default := _DEFAULT_OF_LIST.search(listed[3]):
                yield Said(listed[1], default[1], number, "default")


def _arms(lines: list[str], number: int, setting: str) -> Iterator[Said]:
    """The words in the arms of the block that line `number` opens."""
    if not (_tells(setting) and _is_setting(setting)):
        return
    indent = _indent(lines[number - 1])
    last: list[str] = []
    for at in range(number, min(len(lines), number + _FARTHEST)):
        line = lines[at]
        if not line.strip():
            continue
        arm = _ARM.match(line)
        if _indent(line) < indent or (_indent(line) == indent and not arm and not _OTHERWISE.match(line)):
            return
        if _OTHERWISE.match(line):
            if last and (_ARM.match(lines[at - 1]) or _OTHERWISE.match(lines[at - 1])):  # `case "local": default:`
                yield Said(setting, last[-1], at + 1, "default")
            continue
        if arm and not _COMMENT.match(line):
            last = [next(filter(None, found.groups())) for found in _ARM_WORD.finditer(arm[1] or arm[2])]
            yield from (Said(setting, word, at + 1, "option") for word in last)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _assigned(lines: list[str], numbers: Iterable[int]) -> Iterator[Said]:
    """Keys of settings whose value is one bare word, with the key above them."""
    for number in numbers:
        line = lines[number - 1]
        if (found := _ASSIGNED.match(line)) and not _COMMENT.match(line) and _tells(found[1]):
            parent = _above(lines, number) if len(words_of(found[1])) < 2 else ""
            yield Said(f"{parent}.{found[1]}" if parent else found[1], provider_of(found[2]), number, "set")


def _above(lines: list[str], number: int) -> str:
    """The key that the key on this line stands under."""
    indent = _indent(lines[number - 1])
    for line in lines[max(0, number - _FARTHEST) : number - 1][::-1]:
        if (key := _KEY_ABOVE.match(line)) and _indent(line) < indent:
            return key[1]
    return ""


def _environment(lines: list[str], kind: Kind) -> Iterator[Said]:
    """Names with what the comments above them offer."""
    offered: list[tuple[str, bool, int]] = []
    for number, line in enumerate(lines, 1):
        bare = line.lstrip("# ")
        if (found := _ASSIGNED.match(bare)) and "=" in bare:
            commented = line.lstrip().startswith("#")
            yield from (Said(found[1], word, at, "default" if chosen else "option") for word, chosen, at in offered)
            if not commented and _tells(found[1]):
                yield Said(found[1], provider_of(found[2]), number, kind)
            offered = []
        elif empty := re.match(rf"{_NAME}=", bare):
            yield from (Said(empty[1], word, at, "default" if chosen else "option") for word, chosen, at in offered)
            offered = []
        elif not line.strip():
            offered = []
        elif found := _OFFERED.search(line):
            offered += [(word, chosen, number) for word, chosen in _offers(next(filter(None, found.groups())))]


def _offers(text: str) -> Iterator[tuple[str, bool]]:
    for part in re.split(r"[|,/]|\bor\b|\band\b", text.split(". ")[0]):
        if found := _OFFER.fullmatch(part.strip().rstrip(".")) or _OFFER.match(part):
            yield found[1], found[2] is not None


def _on_property(text: str) -> Iterator[Said]:
    for found in _ON_PROPERTY.finditer(text):
        parts = dict(_PART.findall(found[1]))
        name = parts.get("name") or parts.get("value") or ""
        setting = ".".join(filter(None, (parts.get("prefix", ""), name)))
        if name and (word := parts.get("havingValue", "")) and _tells(setting):
            missing = re.search(r"matchIfMissing\s?=\s?true", found[1]) is not None
            yield Said(setting, word, text.count("\n", 0, found.start()) + 1, "default" if missing else "option")


def _laravel(text: str) -> Iterator[Said]:
    default = _LARAVEL_DEFAULT.search(text)
    if default is None:
        return
    for found in _LARAVEL_DRIVER.finditer(text):
        yield Said(default[1], found[1], text.count("\n", 0, found.start()) + 1, "option")
    yield Said(default[1], default[2], text.count("\n", 0, default.start()) + 1, "default")


def _rails(text: str) -> Iterator[Said]:
    """`amazon: {service: S3}`: what `config.active_storage.service = :amazon` means."""
    for found in _RAILS_SERVICE.finditer(text):
        if found[1] != "test":
            line = text.count("\n", 0, found.start()) + 1
            yield Said("active_storage.service", found[1], line, "option", also=found[2])
