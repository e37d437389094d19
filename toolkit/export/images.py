"""Images that a text in HTML or Markdown shows: which addresses, and their replacement.

In: a text, and what its addresses are to become. Out: the text; everything but those addresses is as it was.
"""

import html
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from urllib.parse import parse_qs, unquote, urlsplit

_END = r"(?=[\"'<>\s)\]]|$)"  # what follows an address, so that no longer one is cut


class _Images(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, None] = {}  # in their order, once each

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        source = dict(attrs).get("src") if tag == "img" else None
        if source:
            self.found[source.strip()] = None


def shown(text: str) -> tuple[str, ...]:
    """The addresses of the images in a piece of HTML, as a browser reads them."""
    parser = _Images()
    parser.feed(text)
    parser.close()
    return tuple(parser.found)


def moved(text: str, places: Mapping[str, str]) -> str:
    """The text with each address replaced by its place, in whichever way HTML spells it."""
    spelled = {way: place for url, place in places.items() for way in (url, html.escape(url), html.escape(url, False))}
    longest_first = sorted(spelled, key=len, reverse=True)
    if not longest_first:
        return text
    pattern = "(?:" + "|".join(map(re.escape, longest_first)) + ")" + _END
    return re.sub(pattern, lambda found: spelled[found[0]], text)


def name(url: str) -> str | None:
    """The file name that an attachment's address carries."""
    parts = urlsplit(url)
    given = parse_qs(parts.query).get("name", [""])[0] or unquote(parts.path).rstrip("/").rpartition("/")[2]
    return given or None
