"""Whether a line of code is reached only when some setting is there.

In: the lines of a program and a line's number. Out: whether the line itself, a block around it, or a return before it
asks for a setting: `if ENV["X"]`, `key ? a : b`, `return unless configured?`. Who gives up where the setting is missing
(`raise unless key`) cannot do without it, so that is no guard. Well laid out code of any language tells its blocks by
indentation, so no grammar is needed: a line's blocks are opened by the nearest lines above that stand further left.
Templates are laid out as the page is: their blocks are counted by their ends.
"""

import re
from collections.abc import Sequence

CODE = re.compile(
    r".*\.(?:rb|rake|ru|py|[cm]?[jt]sx?|vue|svelte|astro|php|go|java|kt|kts|scala|groovy|cs|fs|exs?|rs|swift|dart|erb"
    r"|haml|slim|[hl]?eex|jinja2?|j2|html?|twig|njk|ejs|hbs|liquid|gohtml|tmpl)|(?:.*/)?config/storage\.ya?ml"
)
# what reads a setting, or asks which of several was chosen
_SETTING = (
    r"(?:\bENV\b|getenv|get_env|\benv\b|environ\b|\b[Cc]onf(?:ig)?\w*[.(\[]|[Ss]ettings?\w*[.(\[]|\boptions?\.\w"
    r"|(?:[Ee]nabled|[Cc]onfigured|available)\b|\b(?:dsn|provider|adapter|driver|backend)\b|(?:key|token|secret|(?:app|client|site|project)_id)\.present"
    r"|_(?:KEY|TOKEN|SECRET|DSN|ID|URL|ENABLED|PROVIDER)\b)"
)
# asking for the environment is no switch: production is one
_STAGE = re.compile(
    r"config_env\b|(?-i:_ENV\b)|Rails\.env|NODE_ENV|\.env\.(?:PROD|DEV|MODE)|production|development|\bstag(?:e|ing)\b|\bdebug\b",
    re.I,
)
_ASKS = re.compile(rf"(?:^|[\s{{(;%@-])(?:if|elsif|elif|unless|when|case|switch|cond|match)\b.*{_SETTING}")
_READS = re.compile(_SETTING)
_TERNARY = re.compile(rf"{_SETTING}[^\n?]*(?:\s\?\s|\?$|\s&&\s)")
# whether a setting is there, as a value: env.KEY !== undefined, ENV["KEY"].present?
_COMPARED = re.compile(
    rf"{_SETTING}[^\n]*?(?:[!=]==?\s?(?:null|nil|None|undefined|''|\"\")(?!\w)|\bis\s(?:not\s)?None\b|\.(?:present|nil|blank)\?)"
)
# one arm of a block, which many lay out as far left as the block's head
_ARM = re.compile(r"\s*(?:case\b.*:\s*$|default\s*:|when\b)")
_HEAD = re.compile(r"\s*(?:switch|match|case)\b")
_LEAVES = re.compile(r"(?:^|[\s{(;)])(?:return|next|continue|redirect)\b")
_GIVES_UP = re.compile(r"(?:^|[\s{(;):.>])(?:raise|throw|panic|abort|die|exit|fail|Exit)\b|\b[Ff]atal\w{0,20}\(")
# read with nothing as the default: env("X", null), config("X", default=None). An empty text is none: it only says that
# the variable is a text, and nobody asks for it
_EMPTY = r"(?:None|null|nil|undefined|False|false)"
_WITHOUT = re.compile(
    rf"(?:env|config|get|getenv|get_env|fetch)\(\s*['\"][\w.]+['\"]\s*,\s*(?:default\s*[=:]\s*)?{_EMPTY}\s*[,)]"
    rf"|\benv\.\w+\s*(?:\?\?|\|\|)\s*{_EMPTY}"
)
# Go's struct tags: a field that is neither required nor has a default may stay empty
_FIELD = re.compile(r"`[^`]*\benv(?:config)?:\"[A-Z][A-Z0-9_]+(?:,[^\"]*)?\"[^`]*`")
_FILLED = re.compile(r"required|notEmpty|default", re.I)
_TEMPLATE = re.compile(
    r".*\.(?:html?|erb|haml|slim|[hl]?eex|jinja2?|j2|twig|njk|liquid|hbs|ejs|tmpl|gohtml|blade\.php)"
)
# what opens and what closes a block in Go's, Jinja's, ERB's, Blade's and Handlebars' templates
_OPENS = re.compile(
    r"\{\{[-~]?\s*(?:if|with|range|block|define)\b|\{%-?\s*(?:if|for|with|block|unless)\b|<%[-=]?\s*(?:if|unless|case)\b"
    r"|<%[^%]*\bdo\b[^%]*%>|\{\{[~]?#\w|(?:^|\s)@(?:if|isset|unless|auth|env|production|foreach|section|push)\b"
)
# an element of a page: what one of its attributes asks for is not whether it is there
_ELEMENT = re.compile(r"\s*<[a-zA-Z]")
_CLOSES = re.compile(r"\{\{[-~]?\s*(?:end\b|/)|\{%-?\s*end\w*|<%-?\s*(?:end\b|\})|(?:^|\s)@end\w+")
# where frameworks list adapters side by side, of which another setting picks one
_ADAPTERS = re.compile(
    r"(?:^|/)config/(?:storage\.ya?ml|(?:services|filesystems|cache|queue|mail|logging|broadcasting|scout|sms|session)\.php)"
)
_ASSIGNED = re.compile(r"^\s*(?:(?:const|let|var|val|final|string|String)\s+)?(@?\$?\w+)\s*(?::=|=)\s")
_LONGEST = 500  # of a line; the patterns take quadratic time for one
_FARTHEST = 200  # lines above that are looked at
_NEAR = 12  # lines above in which a return may stand
_AFTER = 25  # lines below in which what was read is asked about


class Guards:
    """The lines of one file; asked only for the lines on which something was found."""

    def __init__(self, path: str, text: str) -> None:
        self._adapters = _ADAPTERS.search(path) is not None
        self._template = _TEMPLATE.fullmatch(path) is not None
        self._lines = [] if self._adapters else [line[:_LONGEST] for line in text.split("\n")]
        self._known: dict[int, bool] = {}

    def guarded(self, number: int) -> bool:
        """Whether the line (from 1) is reached only with a setting."""
        if self._adapters:
            return True
        if number not in self._known:
            at = number - 1
            if self._template:
                self._known[number] = _in_block(self._lines, at) or _guarded(_without_element(self._lines, at), at)
            else:
                self._known[number] = _guarded(self._lines, at)
        return self._known[number]


def _guarded(lines: Sequence[str], at: int) -> bool:
    if not 0 <= at < len(lines):
        return False
    line = lines[at]
    if (_asks(line) and not _gives_up(lines, at)) or _WITHOUT.search(line) or _asked_later(lines, at):
        return True
    if (field := _FIELD.search(line)) and not _FILLED.search(field[0]):
        return True
    indent = _indent(line)
    in_arm = _ARM.match(line) is not None
    for above in range(at - 1, max(-1, at - _FARTHEST), -1):
        other = lines[above]
        if not other.strip():
            continue
        if _indent(other) < indent:
            indent = _indent(other)
            in_arm = _ARM.match(other) is not None
            if _asks(other) and not _gives_up(lines, above):
                return True
        elif _indent(other) == indent:
            if in_arm and _HEAD.match(other) and not _ARM.match(other):
                in_arm = False
                if _asks(other):
                    return True
            if at - above <= _NEAR and _returns(lines, above):
                return True
    return False


def _without_element(lines: Sequence[str], at: int) -> Sequence[str]:
    """The lines, without what the attributes of an element on this line ask for."""
    if not 0 <= at < len(lines) or not _ELEMENT.match(lines[at]):
        return lines
    return [*lines[:at], " " * _indent(lines[at]) + "<>", *lines[at + 1 :]]


def _in_block(lines: Sequence[str], at: int) -> bool:
    """Whether a block of a template that asks for a setting is open above the line."""
    closed = 0
    for above in range(min(at, len(lines)) - 1, max(-1, at - _FARTHEST), -1):
        line = lines[above]
        closed += len(_CLOSES.findall(line))
        for _ in _OPENS.finditer(line):
            if closed:
                closed -= 1
            elif _asks(line):
                return True
    return False


def _asks(line: str) -> bool:
    """`init(key) if key`, `key ? new X(key) : null`, `if (key) init(key)`."""
    asks = _ASKS.search(line) or _TERNARY.search(line) or _COMPARED.search(line)
    return asks is not None and not _STAGE.search(line)


def _asked_later(lines: Sequence[str], at: int) -> bool:
    """`key = ENV["X"]`, and then `return unless key` or `if key`."""
    assigned = _ASSIGNED.match(lines[at])
    if not assigned or not _READS.search(lines[at], assigned.end()):  # a vendor's answer is no setting
        return False
    name = re.escape(assigned[1])
    asks = re.compile(rf"(?:^|[\s{{(;])(?:if|elsif|unless)\b[^\n]*(?<![\w.]){name}\b|(?<![\w.]){name}\s+(?:\?|&&)\s")
    following = range(at + 1, min(len(lines), at + 1 + _AFTER))
    return any(asks.search(lines[below]) and not _gives_up(lines, below) for below in following)


def _returns(lines: Sequence[str], at: int) -> bool:
    """`return unless key`, `if (!key) return;`, and the same over two lines."""
    line = lines[at]
    if not _ASKS.search(line) or _STAGE.search(line):
        return False
    return bool(_LEAVES.search(line) or _LEAVES.match(_first_inside(lines, at)))


def _gives_up(lines: Sequence[str], at: int) -> bool:
    """`raise Missing unless key`, `if (!key) throw …`, and the same over two lines: without the key nothing works."""
    return bool(_GIVES_UP.search(lines[at]) or _GIVES_UP.search(_first_inside(lines, at)))


def _first_inside(lines: Sequence[str], at: int) -> str:
    """The first line of the block that the line opens, without its indentation; empty where it opens none."""
    following = lines[at + 1] if at + 1 < len(lines) else ""
    return following.strip() if _indent(following) > _indent(lines[at]) else ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
