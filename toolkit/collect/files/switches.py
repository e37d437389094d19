"""Settings that choose one of several providers, as code and settings write them.

In: the text of a file that counts. Out: what it says of such settings: a word that one may be, the word it is by
default, the word it is set to. Which words are providers the catalogue knows (`choices.py`). Each language's way to ask
is a pattern in a table; what they have in common is a name and a word.

A setting is known by the words of its name: `process.env.STORAGE_PROVIDER`, `config.storage.provider` and
`Storage:Provider` are one; a name of a single word ("provider") holds within its file alone.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

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
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")

_NAME = r"([A-Za-z_][\w.:\-]{2,80})"
_WORD = r"([A-Za-z][\w\-]{1,40})"
_QUOTED = rf"[\"'`:]{_WORD}[\"'`]?"
_READ = (
    r"(?:\b\w{0,20}(?:env|Env|ENV|environ|getenv|Getenv|LookupEnv|config|Config|settings?|Settings?)\b"
    r"[\w.?]{0,30}[(\[.]{1,2}\s?[\"':`]?)"
)
_CHAIN = r"([A-Za-z_$@][\w$]{0,40}(?:(?:\??\.|->|::|\[[\"':]|\([\"':]|[\"']\]|[\"']\))+[A-Za-z_]?\w{0,40}){0,6})"

# kind of fact, its pattern: a group for the setting, then one for the word
_SAYINGS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    # env("NAME", "word"), os.getenv("NAME", default="word"), ENV.fetch("NAME", "word")
    (
        "default",
        re.compile(
            rf"(?:env|ENV|environ|etenv|fetch|config|conf|get\w{{0,12}})\(\s?[\"':]{_NAME}[\"']?\s?,\s?(?:default\s?[=:]\s?)?{_QUOTED}"
        ),
    ),
    # process.env.NAME ?? "word", ENV["NAME"] || "word"
    ("default", re.compile(rf"{_READ}{_NAME}[\"'\])]{{0,3}}\s?(?:\?\?|\|\||\?:|or)\s?{_QUOTED}")),
    # ${NAME:-word}, ${name.of:word}
    ("default", re.compile(rf"\$\{{{_NAME}:-?{_WORD}\}}")),
    # envconfig:"NAME" default:"word", env:"NAME" envDefault:"word"
    ("default", re.compile(rf"env\w{{0,8}}:\"{_NAME}[^\"]{{0,30}}\"[^`]{{0,60}}(?:envD|d)efault:\"{_WORD}\"")),
    # viper.SetDefault("name.of", "word")
    ("default", re.compile(rf"[Ss]et_?[Dd]efault\w{{0,8}}\(\s?\"{_NAME}\"\s?,\s?{_QUOTED}")),
    # config.active_storage.service = :word
    ("set", re.compile(rf"\bconfig\.{_NAME}\s?=\s?:{_WORD}")),
    # setting == "word", setting.equals("word")
    ("option", re.compile(rf"{_CHAIN}\s?(?:===?|!==?|\.equals(?:IgnoreCase)?\(|\.eql\?|\.Equals\()\s?{_QUOTED}")),
    ("option", re.compile(rf"{_CHAIN}\s?(?:===?|!==?)\s?(?:\w+\.)+{_WORD}\b")),
    # String.Equals(setting, "word")
    ("option", re.compile(rf"\.Equals\({_CHAIN}\s?,\s?{_QUOTED}")),
)
# (name, rest of the line with words in quotes)
_LISTS: tuple[re.Pattern[str], ...] = (
    re.compile(rf"{_NAME}[\"']?\??:\s?z\s?\.?\s?\.enum\(\[(.{{3,200}}?)\](.{{0,80}})"),
    re.compile(
        rf"{_NAME}[\"']?\??:\s?(?:Literal\[)?([\"'][\w\-]{{1,40}}[\"'](?:\s?[|,]\s?[\"'][\w\-]{{1,40}}[\"'])+)(.{{0,40}})"
    ),
    re.compile(
        rf"{_NAME}\b.{{0,80}}?(?:oneof|valid|allow|enum|choices|in:|is_in)\W{{1,4}}([\w\"',|\s\-]{{3,200}})(.{{0,60}})"
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
_READ_WITH_DEFAULT = _SAYINGS[0][1]
_ARM = re.compile(r"\s{0,80}(?:case|when)\s(.{1,200})|\s{0,80}([\"':.]?[A-Za-z][\w.\"'\-, |:]{1,80}?)\s?(?:=>|->)")
_ARM_WORD = re.compile(r"[\"':]([A-Za-z][\w\-]{1,40})|(?:\w+(?:\.|::))+([A-Za-z]\w{1,40})|^\s?([A-Z]\w{2,60})\s?:?\s?$")
_OTHERWISE = re.compile(r"\s{0,80}(?:default\b|else\b|case _|_ ?(?:=>|->))")
_ASSIGNED = re.compile(
    rf"\s{{0,40}}(?:export\s|-\s|ENV\s)?[\"']?{_NAME}[\"']?\s?(?:=|:(?=\s))\s?[\"']?{_WORD}[\"']?,?\s{{0,20}}(?:#.*)?$"
)
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
_HINT = re.compile(
    r"provider|driver|backend|adapter|transport|storage|mailer|_type|Type|service|engine|vendor|method|broker|queue|cache",
    re.IGNORECASE,
)


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


def switches(path: str, text: str) -> list[Said]:
    """All that one file says, each thing once."""
    if not _HINT.search(text):
        return []
    return list(dict.fromkeys(_all(path, text)))[:_MOST]


def _all(path: str, text: str) -> Iterator[Said]:
    if _LARAVEL.search(path):
        yield from _laravel(text)
        return
    if _RAILS_STORAGE.search(path):
        yield from _rails(text)
        return
    yield from _on_property(text)
    lines = [line[:_LONGEST] for line in text.split("\n")]
    if _ENV_FILE.search(path):
        yield from _environment(lines, "default" if _SAMPLE.search(path.rpartition("/")[2]) else "set")
        return
    if _SETTINGS.fullmatch(path):
        yield from _assigned(lines)
    aliases: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not _HINT.search(line) or _COMMENT.match(line):
            continue
        if found := _ALIAS.search(line):
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


def _said(line: str, number: int, aliases: dict[str, str]) -> Iterator[Said]:
    for kind, pattern in _SAYINGS:
        for found in pattern.finditer(line):
            setting = _meant(found[1], aliases)
            if _tells(setting) and (kind != "option" or _is_setting(setting)):
                yield Said(setting, found[2], number, kind)
    for pattern in _LISTS:
        if (found := pattern.search(line)) and _tells(found[1]):
            yield from (Said(found[1], word, number, "option") for word in _IN_LIST.findall(found[2]))
            if default := _DEFAULT_OF_LIST.search(found[3]):
                yield Said(found[1], default[1], number, "default")


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


def _assigned(lines: list[str], kind: Kind = "set") -> Iterator[Said]:
    """Keys of settings whose value is one bare word, with the key above them."""
    above: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        if (
            key := re.match(r"(\s{0,80})[\"']?([A-Za-z][\w.\-]{0,60})[\"']?\s?:\s{0,4}[{\[]?\s{0,4}$", line)
        ) is not None:
            above = [*(one for one in above if one[0] < len(key[1])), (len(key[1]), key[2])][-4:]
        if (found := _ASSIGNED.match(line)) and not _COMMENT.match(line) and _tells(found[1]):
            parent = next((name for indent, name in reversed(above) if indent < _indent(line)), "")
            alone = len(words_of(found[1])) < 2
            yield Said(f"{parent}.{found[1]}" if alone and parent else found[1], found[2], number, kind)


def _environment(lines: list[str], kind: Kind) -> Iterator[Said]:
    """Names with what the comments above them offer."""
    offered: list[tuple[str, bool, int]] = []
    for number, line in enumerate(lines, 1):
        bare = line.lstrip("# ")
        if (found := _ASSIGNED.match(bare)) and "=" in bare:
            commented = line.lstrip().startswith("#")
            yield from (Said(found[1], word, at, "default" if chosen else "option") for word, chosen, at in offered)
            if not commented and _tells(found[1]):
                yield Said(found[1], found[2], number, kind)
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
