"""Shell commands, wherever they stand: scripts, CI steps, `RUN` lines, Procfiles.

In: a script and the number of its first line. Out: `<program>-cli(<subcommand>)` calls, hosts, environment names.
Quoting is followed only as far as words need it; nothing is expanded.
"""

import re
from collections.abc import Iterator

from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._named import named
from toolkit.model import Role

_SEPARATOR = re.compile(r"&&|\|\|?|;|\$\(|`|\(|\bthen\b|\bdo\b|\belse\b|(?<=\s)!(?=\s)")
_WORD = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|[^\s\"']+")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_PROGRAM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+\-]{0,40}")
_SUBCOMMAND = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/\-]{0,60}")
_VARIABLE = re.compile(
    r"\$\{?([A-Z][A-Z0-9_]{2,80})|(?:^|[\s;])(?:export\s+)?([A-Z][A-Z0-9]{0,40}(?:_[A-Z0-9]{1,40}){1,12})="
)
_PREFIXES = frozenset(
    [
        "sudo",
        "env",
        "exec",
        "time",
        "nohup",
        "command",
        "if",
        "while",
        "until",
        "elif",
        "then",
        "do",
        "else",
        "-",
        "@",
        "npx",
        "shell",
        "bunx",
    ]
)
_OPTIONS_TRIED = 3  # after "--region x" the next word may be the option's value or the subcommand: both are yielded


def commands(script: str, line: int, role: Role | None = None) -> Iterator[Mention]:
    """Everything a script mentions. Lines that are comments yield discarded hosts only."""
    joined = script.replace("\x00", " ").replace("\\\n", " \x00")  # a continued line keeps the number of its first part
    number = line
    for raw in joined.split("\n"):
        text = raw.replace("\x00", "")
        if text.lstrip().startswith("#"):
            for mention in named(text, number):
                if mention.kind == "host":
                    yield Mention("host", mention.value, number, discard="comment")
        else:
            for part in _SEPARATOR.split(text):
                yield from _command(part, number, role)
            for found in _VARIABLE.finditer(text):
                yield Mention("env", found[1] or found[2], number, role=role)
            yield from named(text, number, role)
        number += 1 + raw.count("\x00")


def _command(text: str, line: int, role: Role | None) -> Iterator[Mention]:
    """One simple command: its program and first words that are no options."""
    words = [word.strip("\"'") for word in _WORD.findall(text)[:40]]
    while words and (words[0] in _PREFIXES or _ASSIGNMENT.match(words[0])):
        words.pop(0)
    if not words:
        return
    program = words[0].rpartition("/")[2].lstrip("@-")
    if not _PROGRAM.fullmatch(program):
        return
    tried, after_option = 0, False
    for word in words[1:]:
        if word.startswith("-"):
            after_option = "=" not in word
            continue
        if _SUBCOMMAND.fullmatch(word):
            yield Mention("call", f"{program}-cli({word})", line, role=role)
        tried += 1
        if not after_option or tried == _OPTIONS_TRIED:
            return
        after_option = False
    if not tried:
        yield Mention("call", f"{program}-cli", line, role=role)
