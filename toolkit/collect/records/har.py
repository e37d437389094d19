"""HARs, the recordings of a browser's requests: whose hosts a page really loads, scripts and all.

In: the file's bytes. Out: `Seen` names. Bodies, addresses' paths and the values of headers and cookies are not kept;
most are not even decoded. Headers and cookies count where one of the platform's own hosts set them.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import msgspec

from toolkit.collect.network import pages
from toolkit.collect.network.names import host_name, is_beneath
from toolkit.collect.network.signs import Seen
from toolkit.collect.network.suffixes import registrable
from toolkit.errors import BadInput

SOURCE = "records.har"
_WEB = ("http", "https", "ws", "wss")
_LONGEST_URL = 2000


class _Named(msgspec.Struct):
    name: str = ""
    value: str = ""


class _Cookie(msgspec.Struct):
    name: str = ""


class _Request(msgspec.Struct):
    url: str = ""


class _Response(msgspec.Struct):
    headers: list[_Named] = []
    cookies: list[_Cookie] = []


class _Entry(msgspec.Struct):
    request: _Request
    response: _Response = msgspec.field(default_factory=_Response)


class _Log(msgspec.Struct):
    entries: list[_Entry] = []


class _Har(msgspec.Struct):
    log: _Log


def read(data: bytes, file: Path) -> tuple[list[Seen], set[str], list[tuple[str, str]]]:
    """Names, the domain that was visited, and nothing that could not be read: a HAR is read whole or not at all."""
    try:
        entries = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_Har).log.entries
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as err:
        hint = "save it again: the browser's developer tools, network, save all as HAR"
        raise BadInput("this is no complete HAR", where=file, hint=hint) from err
    asked = [(entry, target) for entry in entries if (target := _target(entry.request.url))]
    if not asked:
        raise BadInput("this HAR holds no request of a web page", where=file)
    ours = {registrable(_host(asked[0][1]))}
    seen = [item for entry, target in asked for item in _of_entry(entry, target, ours)]
    return seen, ours, []


def _target(url: str) -> SplitResult | None:
    try:
        target = urlsplit(url[:_LONGEST_URL])
        named = target.scheme in _WEB and bool(host_name(target.hostname or ""))
    except ValueError:
        return None
    return target if named else None


def _host(target: SplitResult) -> str:
    return host_name(target.hostname or "") or ""


def _of_entry(entry: _Entry, target: SplitResult, ours: set[str]) -> Iterator[Seen]:
    host = _host(target)
    yield Seen(SOURCE, "host", host, host, "runtime")
    if step := target.path[1:].partition("/")[0][:60].lower():
        yield Seen(SOURCE, "host", f"{host}/{step}", host, "runtime", bare=False)
    if is_beneath(host, ours):
        headers = [(header.name.lower(), header.value) for header in entry.response.headers]
        yield from pages.of_headers(SOURCE, headers, host)
        yield from (pages.of_cookie(SOURCE, cookie.name, host) for cookie in entry.response.cookies)
