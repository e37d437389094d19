"""XML as a flat stream of elements with their lines, by expat alone: no entities, no external files, no tree.

In: text. Out: each element when it ends, with its children's text. Declared entities are refused: they are how a small
file becomes a large one.
"""

from collections.abc import Iterator
from xml.parsers import expat

from msgspec import Struct, field

from toolkit.collect.files.mention import Unparsed
from toolkit.collect.files.parsers._places import by_feeds

_DEEPEST = 200
_LONGEST_TEXT = 2_000


class Element(Struct):
    """One element that has ended."""

    name: str  # without its namespace
    line: int
    attributes: dict[str, str]
    path: tuple[str, ...]  # names of the elements around it, outermost first
    text: str = ""
    children: list[tuple[str, str]] = field(default_factory=list)  # name and text of direct children

    def child(self, name: str) -> str:
        """The text of the first child of this name; "" where there is none."""
        return next((text for child, text in self.children if child == name), "")


def elements(text: str) -> Iterator[Element]:
    """All elements, inner ones first. What came before broken input is yielded before `Unparsed` is raised."""
    done: list[Element] = []
    problem: Unparsed | None = None
    line_of = by_feeds(text)
    try:
        _parser(done).Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as err:
        problem = Unparsed(line_of(err.lineno), f"no valid XML: {expat.ErrorString(err.code)}")
    except _RefusedError as err:
        problem = Unparsed(line_of(err.line), str(err))
    for element in done:
        element.line = line_of(element.line)
        yield element
    if problem:
        raise problem


class _RefusedError(Exception):
    """XML that is valid and not wanted."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def _parser(done: list[Element]) -> "expat.XMLParserType":
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    opened: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(opened) >= _DEEPEST:
            raise _RefusedError(parser.CurrentLineNumber, f"nested more than {_DEEPEST} deep")
        plain = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        path = tuple(element.name for element in opened[-4:])
        opened.append(Element(name.rpartition(":")[2], parser.CurrentLineNumber, plain, path))

    def end(_name: str) -> None:
        element = opened.pop()
        element.text = element.text.strip()
        if opened:
            opened[-1].children.append((element.name, element.text))
        done.append(element)

    def characters(text: str) -> None:
        if opened and len(opened[-1].text) < _LONGEST_TEXT:
            opened[-1].text += text[:_LONGEST_TEXT]

    def entity(*_declaration: object) -> None:
        raise _RefusedError(parser.CurrentLineNumber, "it declares entities")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.EntityDeclHandler = characters, entity
    return parser
