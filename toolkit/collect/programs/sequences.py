"""A start command that first prepares: `flask db upgrade; gunicorn app`, or a script of the checkout that does so.

What comes before the server belongs to a release: it runs once, and may write. In: the command. Out: the server alone,
and what comes before it; nothing where the script does more than to call programs one after the other.
"""

import re
from typing import NamedTuple

from toolkit.collect.programs.facts import line, unwrapped
from toolkit.collect.programs.tree import Tree, text

_SCRIPT = re.compile(r"(?:(?:ba)?sh\s+)?(?:\./)?([\w./-]+\.sh)")
_LINES = 60
# words of the shell that choose, repeat or define: such a script is taken as it is
_MORE = re.compile(r"(?:if|then|elif|else|fi|for|while|until|do|done|case|esac|function)\b|.*[(){}|&`]|.*\$\(")
_QUIET = re.compile(r"#.*|set\s+-\S+.*|echo\b.*|cd\s+\"?\$.*|")
_PREPARES = re.compile(
    r"migrat|upgrade|db:|collectstatic|compile|seed|init|setup|prepare|assets|build|clear|cache|load|create|generate|check"
)


class Sequence(NamedTuple):
    """What prepares, in order, and what then serves."""

    before: tuple[str, ...]
    server: str


def sequence(tree: Tree, folder: str, command: str) -> Sequence | None:
    """The parts of a start command; None where it has but one, or where its parts cannot be told apart."""
    if script := _SCRIPT.fullmatch(command):
        parts = _of_script(text(tree, folder + script[1].removeprefix("./")))
    elif re.search(r"[|&]\s*$|\|\||[^&]&[^&]|[({`|]|\$\(", command):
        return None
    else:
        parts = [part.strip() for part in re.split(r"\s*(?:;|&&)\s*", command) if part.strip()]
    if len(parts) < 2 and not script:
        return None
    *before, server = parts or [""]
    if not server or not all(_PREPARES.search(part) for part in before):
        return None
    return Sequence(tuple(before), server)


def _of_script(content: str) -> list[str]:
    rows = [line(row) for row in content.replace("\\\n", " ").split("\n")[:_LINES]]
    rows = [row for row in rows if not _QUIET.fullmatch(row)]
    if not rows or any(_MORE.match(row) for row in rows):
        return []
    return [unwrapped(row) for row in rows]
