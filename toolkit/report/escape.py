"""Strings of scanned repositories are hostile: nothing of theirs may act in a terminal, in Markdown or in a page.

`visible` is the ground of all formats; HTML and XML escaping proper is done by the template engine and the XML writer.
"""

import json
import re
import unicodedata
from collections.abc import Iterator

# What json.dumps leaves as it is, though it acts in a terminal or an editor
_INVISIBLE_IN_JSON = re.compile(
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
# Control, format (bidirectional overrides, zero-width), surrogate, private-use and unassigned characters,
# line and paragraph separators: the invisible ones are as dangerous as the escape key (https://www.unicode.org/reports/tr36/).
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\x1b": "\\e"}
# an underscore between letters or digits begins nothing (CommonMark 6.2): DATABASE_URL is read as it stands
_MARKDOWN = re.compile(r"([\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_]))")

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?:[/?#][A-Za-z0-9./?#%_~+=&,;:@!()-]*)?")


def visible(text: str) -> str:
    """The same text on one line, with every character that has no shape of its own written as `\\n` or `\\u{202e}`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(char) for char in text)


def json_document(text: str) -> str:
    """The same JSON document, with characters that have no shape of their own as `\\u202e` within its strings."""
    return text if text.isascii() else _INVISIBLE_IN_JSON.sub(lambda match: json.dumps(match[0])[1:-1], text)


def _shown(char: str) -> str:
    if unicodedata.category(char) not in _INVISIBLE:
        return char
    return _SHORT.get(char) or f"\\u{{{ord(char):04x}}}"


def markdown(text: str) -> str:
    """Text that stands for itself within a line of GitHub-flavoured Markdown, also within a table cell.

    URLs lose the signs by which they become links; a zero-width space follows the signs of mentions and references, so
    that nobody is notified.
    """
    text = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _MARKDOWN.sub(r"\\\1", text)
    text = text.replace("://", "&#58;//").replace("www.", "www&#46;")
    return re.sub(r"(@|(?<!&)#)(?=\w)", r"\1&#8203;", text)


def code(text: str) -> str:
    """Text as a Markdown code span, also within a table cell: its fence is longer than any run of backticks in it."""
    text = visible(text).replace("|", "\\|") or " "
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def address(url: str) -> str:
    """A source's address as a link that can be read, clicked and copied; text where it is none."""
    return f"<{url}>" if _ADDRESS.fullmatch(url) else markdown(url)


def prose(text: str) -> str:
    """The catalogue's own sentences, with `commands` in backticks, as Markdown."""
    return "".join(code(part) if quoted else markdown(part) for part, quoted in spans(text))


def spans(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of a sentence, and whether they stand in backticks. An unpaired backtick stands for itself."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        parts[-2:] = ["`".join(parts[-2:])]
    yield from ((part, number % 2 == 1) for number, part in enumerate(parts) if part)


def block(text: str, language: str = "") -> str:
    """Lines as a fenced Markdown block; only the line feeds between them stay what they are."""
    lines = [visible(line) for line in text.expandtabs(4).split("\n")]
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *lines, fence])
