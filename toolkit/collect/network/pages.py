"""What an HTTP answer shows: headers, cookies, what the page loads. In: its parts. Out: `Seen` names.

Values of headers and cookies are never kept, only names are compared. The page is read by the HTML
parser of checkouts: what it loads counts, what it only links to does not.
"""

from collections.abc import Iterable, Iterator

from toolkit.collect.files.parsers import html
from toolkit.collect.network.signs import Seen

_LONGEST_NAME = 200
_MOST_HEADERS = 500


def of_headers(source: str, headers: Iterable[tuple[str, str]], where: str) -> Iterator[Seen]:
    """Names of headers and of the cookies they set."""
    for number, (name, value) in enumerate(headers):
        if number >= _MOST_HEADERS:
            return
        if name == "set-cookie":
            yield of_cookie(source, value.partition(";")[0].partition("=")[0].strip(), where)
        else:
            yield Seen(source, "header", name[:_LONGEST_NAME], where, "runtime", bare=False)


def of_cookie(source: str, name: str, where: str) -> Seen:
    return Seen(source, "cookie", name[:_LONGEST_NAME], where, "runtime", bare=False)


def of_page(source: str, text: str, where: str) -> Iterator[Seen]:
    """What the page loads, and whose markup it has."""
    for mention in html.parse("index.html", text):
        if mention.discard is None:
            bare = mention.kind == "host"
            yield Seen(source, mention.kind, mention.value, where, "runtime", bare=bare)
