"""Strings of scanned repositories are hostile: nothing of theirs may act in a terminal, in Markdown or in a page.

`visible` is the ground of all formats; HTML and XML escaping proper is done by the template engine and the XML writer.
"""

import re
import unicodedata

# Control, format (bidirectional overrides, zero-width), surrogate, private-use characters, line and paragraph
# separators. https://www.unicode.org/reports/tr36/ says why the invisible ones are as dangerous as the escape key.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\x1b": "\\e"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+.!|~$-])")


def visible(text: str) -> str:
    """The same text on one line, with every character that has no shape of its own written as `\\n` or `\\u{202e}`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    if unicodedata.category(char) not in _INVISIBLE:
        return char
    return _SHORT.get(char) or f"\\u{{{ord(char):04x}}}"


def markdown(text: str) -> str:
    """Text that stands for itself in GitHub-flavoured Markdown, also within a table cell.

    Colons of URLs become entities; a zero-width space follows the signs of mentions and references: nothing turns
    into a link and nobody is notified.
    """
    text = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _MARKDOWN.sub(r"\\\1", text).replace("\\#", "\\#&#8203;").replace("@", "@&#8203;")
    return text.replace("://", "&#58;//")


def code(text: str) -> str:
    """Text as a Markdown code span, also within a table cell: its fence is longer than any run of backticks in it."""
    text = visible(text).replace("|", "\\|") or " "
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{padding}{text}{padding}{fence}"
