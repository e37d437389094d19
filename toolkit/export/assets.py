"""Files of others that pages load: fetched while they are there, pinned by their hash, with what they load in turn.

In: addresses with their places, a client for files elsewhere. Out: the streams `edge.assets` (what each address gave)
and `edge.asset-paths` (what is served under which path). A path is the address without its scheme, so that what a style
sheet or module names relative to itself lies beside it. One that names others by whole addresses is served with paths
in their place, unless a page says what its content is. Nothing is kept that is not what a page's `integrity` says.
"""

import hashlib
import json
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from posixpath import relpath
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

import httpx

from toolkit import strays
from toolkit.errors import OfframpError, ProgramFailed
from toolkit.export import within
from toolkit.export.asset_types import ending
from toolkit.export.dataset import Page, Record, Stream, present
from toolkit.export.integrity import holds
from toolkit.export.transport import literal_is_private, transport
from toolkit.model import LoadedFile

FETCHED, SERVED = "edge.assets", "edge.asset-paths"
# what is asked: hosts of fonts give whoever is no new browser old formats, and not all letters
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
MOST_FILES = 2_000
_MOST_HOPS = 5  # redirects one after the other
_TRIES = 3
_TIMEOUT = httpx.Timeout(20.0, connect=10.0)
_LONGEST = 60.0  # seconds for one file
_LONGEST_RUN = 3600.0
_LONGEST_URL = 2_000
_TRANSIENT = {429, 500, 502, 503, 504}
_MOVED = {301, 302, 303, 307, 308}
_KEPT_IN_PATH = "".join(chr(one) for one in range(33, 127) if chr(one) not in '"#<>?`{}^|\\ ')
_KEPT_IN_QUERY = "".join(chr(one) for one in range(33, 127) if chr(one) not in "\"#<>' ")
_UNPACKED = ("", "identity", "gzip", "deflate")
_PORTS = {"https": 443, "http": 80}


class Limits(NamedTuple):
    """Bytes: of one file, of all together."""

    file: int = 16 * 2**20
    all: int = 512 * 2**20


class Wanted(NamedTuple):
    """An address to fetch. `by`: the address that led to it; empty where a page does."""

    url: str
    integrity: tuple[str, ...] = ()
    by: str = ""
    hops: int = 0


class _Answer(NamedTuple):
    """What an address gave: a body, the place it moved to, or why there is nothing to keep."""

    body: bytes = b""
    content_type: str = ""
    moved: str = ""
    missing: str = ""


def client(*, allow_private: bool = False) -> httpx.Client:
    """Asks as a browser does, sends nobody's cookies, follows nothing by itself."""
    headers = {"User-Agent": BROWSER, "Accept": "*/*", "Accept-Encoding": "identity"}
    return httpx.Client(headers=headers, timeout=_TIMEOUT, transport=transport(public_only=not allow_private))


def streams(
    http: httpx.Client,
    files: Sequence[LoadedFile],
    folder: Path,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    *,
    allow_private: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Stream]:
    """Dataset → stream."""
    fetcher = _Fetcher(http, limits, allow_private=allow_private, sleep=sleep)
    return {FETCHED: partial(_fetched, fetcher, files, folder), SERVED: partial(_served, folder)}


def missing(folder: Path) -> Iterator[str]:
    """Of a complete export, what could not be kept and why; what is not what a page says comes first."""
    fetched = {one["path"]: one for one in _records(folder, FETCHED)}
    for record in sorted(fetched.values(), key=lambda one: not one.get("refused", False)):
        of = record.get("by") or ", ".join(record.get("places", ()))
        if why := record.get("missing", ""):
            yield f"{record['url']} ({of}): {why}"
        elif not _end(record["path"], fetched):
            yield f"{record['url']} ({of}): it leads to {record['moved']}, of which there is no copy"


def refused(folder: Path) -> int:
    """How many files are not what a page's `integrity` says."""
    return sum(one.get("refused", False) for one in _records(folder, FETCHED))


def path_of(url: str) -> str | None:
    """Under which path a copy is served: the address as browsers send it, without its scheme. None: it is no address of
    the web, or one that no configuration should hold."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in _PORTS or not host or ":" in host or parts.username is not None:
        return None
    at = host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
    query = f"?{quote(parts.query, safe=_KEPT_IN_QUERY)}" if parts.query else ""
    path = f"{at}{quote(_without_dots(parts.path), safe=_KEPT_IN_PATH)}{query}"
    return None if set(path) & {"$", "\\", '"'} or len(path) > _LONGEST_URL else path


def _without_dots(path: str) -> str:
    kept: list[str] = []
    for part in path.split("/")[1:]:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    return "/" + "/".join(kept)


# --- fetching ---------------------------------------------------------------------------------------------------------
class _Fetcher:
    """Asks for one file after the other. Remembers who does not answer, and how much there is by now."""

    def __init__(
        self, http: httpx.Client, limits: Limits, *, allow_private: bool, sleep: Callable[[float], None]
    ) -> None:
        self._http, self.limits, self._allow_private, self._sleep = http, limits, allow_private, sleep
        self._silent: set[str] = set()
        self._until = time.monotonic() + _LONGEST_RUN

    def get(self, url: str, room: int) -> _Answer:
        """What the address gives. Raises ProgramFailed when the run has taken too long."""
        if time.monotonic() > self._until:
            hint = "run the same command again: it goes on"
            raise ProgramFailed(f"not done in {_LONGEST_RUN / 60:.0f} min", where="assets", hint=hint)
        host = urlsplit(url).netloc
        if literal_is_private(urlsplit(url).hostname or "") and not self._allow_private:
            return _Answer(missing="its address is in a private network: not followed")
        tries = 1 if host in self._silent else _TRIES
        for number in range(tries):
            try:
                answer = self._once(url, room)
            except httpx.HTTPError as err:
                answer, passing = _Answer(missing=f"no answer: {type(err).__name__}"), True
                self._silent |= {host} if number == tries - 1 else set()
            except (httpx.InvalidURL, OfframpError) as err:
                return _Answer(missing=_first_words(err))
            else:
                passing = answer.missing.endswith(tuple(f" {status}" for status in _TRANSIENT))
            if not passing:
                return answer
            if number < tries - 1:
                self._sleep(2.0**number)
        return answer

    def _once(self, url: str, room: int) -> _Answer:
        until = time.monotonic() + _LONGEST
        with self._http.stream("GET", url) as response:
            self._http.cookies.clear()
            if response.status_code in _MOVED:
                return _moved(url, response.headers.get("Location", ""))
            if response.status_code != httpx.codes.OK:
                return _Answer(missing=f"it was answered with {response.status_code}")
            if response.headers.get("Content-Encoding", "identity").lower() not in _UNPACKED:
                return _Answer(missing="it comes packed in a way that was not asked for")
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > min(room, self.limits.file):
                    of = "the file" if len(body) > self.limits.file else "what all files together are"
                    return _Answer(missing=f"{of} larger than allowed")
                if time.monotonic() > until:
                    return _Answer(missing=f"it did not end in {_LONGEST:.0f} s")
            return _Answer(bytes(body), response.headers.get("Content-Type", ""))


def _first_words(err: Exception) -> str:
    return str(getattr(err, "what", "") or err or type(err).__name__).splitlines()[0][:200]


def _moved(url: str, location: str) -> _Answer:
    try:
        to = urljoin(url, location)
    except ValueError:
        to = ""
    if not location or path_of(to) is None:
        return _Answer(missing="it leads to what is no address")
    if url.startswith("https:") and not to.startswith("https:"):
        return _Answer(missing="it leads from TLS to no TLS: not followed")
    return _Answer(moved=to)


# --- edge.assets ------------------------------------------------------------------------------------------------------
def _fetched(fetcher: _Fetcher, files: Sequence[LoadedFile], folder: Path, cursor: object) -> Iterator[Page]:
    """One record a page: the cursor is what is still to be fetched."""
    told = {one.url: one for one in files}
    if cursor is None:
        queue, done = deque(Wanted(one.url, one.integrity) for one in files), {}
    else:
        queue = deque(Wanted(url, tuple(say), by, hops) for url, say, by, hops in cursor)  # type: ignore[attr-defined]
        done = {one["path"]: one for one in _records(folder, FETCHED)}
    if not queue:
        yield Page((), None)
    size = sum(one.get("size", 0) for one in done.values())
    known = {*done, *(path_of(one.url) for one in queue)}
    while queue:
        wanted = queue.popleft()
        path = path_of(wanted.url) or ""
        record, more = _one(fetcher, wanted, path, told.get(wanted.url), folder, done, fetcher.limits.all - size)
        size += record.get("size", 0)
        done[path] = record
        for one in more:
            place = path_of(one.url)
            if place in known:
                queue = _also(queue, one) if one.integrity else queue
            elif len(known) < MOST_FILES:
                queue.append(one)
                known.add(place)
        yield Page((record,), [list(one) for one in queue] or None)


def _also(queue: deque[Wanted], one: Wanted) -> deque[Wanted]:
    """The queue, in which what is wanted already has to be what the other says as well."""
    both = [
        other._replace(integrity=tuple(dict.fromkeys((*other.integrity, *one.integrity))))
        if path_of(other.url) == path_of(one.url)
        else other
        for other in queue
    ]
    return deque(both)


def _one(
    fetcher: _Fetcher,
    wanted: Wanted,
    path: str,
    told: LoadedFile | None,
    folder: Path,
    done: Mapping[str, Record],
    room: int,
) -> tuple[Record, list[Wanted]]:
    """The record of one address, and what else has to be fetched for it."""
    common = present(
        id=hashlib.sha256(wanted.url.encode()).hexdigest(),
        source="page" if told else "file",
        url=wanted.url,
        path=path,
        by=wanted.by or None,
        places=list(told.places) if told else None,
        spelled=list(told.spelled) if told else None,
        integrity=list(wanted.integrity) or None,
    )
    if not path:
        return common | {"missing": "an address that cannot be asked for, or served"}, []
    answer = fetcher.get(wanted.url, room)
    if answer.moved:
        return _elsewhere(common, wanted, answer.moved, folder, done)
    kind = "" if answer.missing else ending(answer.content_type, wanted.url)
    why = answer.missing or ("" if kind else "no file that a page loads, by its type")
    if why:
        return common | {"missing": why}, []
    if not all(holds(one, answer.body) for one in wanted.integrity):
        return common | {"missing": "its content is not what the page's integrity says: not kept", "refused": True}, []
    record = common | _keep(folder, answer.body, kind)
    return record, _within(wanted.url, answer.body, kind)


def _elsewhere(
    common: Record, wanted: Wanted, to: str, folder: Path, done: Mapping[str, Record]
) -> tuple[Record, list[Wanted]]:
    """An address that leads to another one, which is a file of its own; what is said of the content goes along."""
    there = path_of(to) or ""
    if wanted.hops >= _MOST_HOPS or there == common["path"]:
        return common | {"missing": "it leads from one address to the next without an end"}, []
    known = done.get(there)
    if known and "file" in known:
        body = (folder / known["file"]).read_bytes()
        if not all(holds(one, body) for one in wanted.integrity):
            why = "its content is not what the page's integrity says: not kept"
            return common | {"missing": why, "refused": True}, []
    return common | {"moved": there}, [Wanted(to, wanted.integrity, wanted.url, wanted.hops + 1)]


def _within(url: str, body: bytes, kind: str) -> list[Wanted]:
    """What a style sheet or a module loads."""
    try:
        found = [urljoin(url, link).partition("#")[0] for link in within.links(body, kind)]
    except ValueError:
        return []
    return [Wanted(one, by=url) for one in dict.fromkeys(found) if path_of(one)]


def _keep(folder: Path, body: bytes, kind: str) -> Record:
    """The body in a file that is called by its hash, whole or not at all."""
    digest = hashlib.sha256(body).hexdigest()
    target = folder / "files" / f"{digest}.{kind}"
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not target.exists():
        name, handle = strays.create(folder / target.name, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
                Path(name).replace(target)
        finally:
            Path(name).unlink(missing_ok=True)
    return {"file": f"files/{target.name}", "sha256": digest, "size": len(body)}


def _records(folder: Path, name: str) -> Iterator[Record]:
    path = folder / f"{name}.jsonl"
    if path.exists():
        with path.open("rb") as lines:
            for line in lines:
                record: Record = json.loads(line)
                yield record


# --- edge.asset-paths -------------------------------------------------------------------------------------------------
def _served(folder: Path, _cursor: object) -> Iterator[Page]:
    """What is served under which path, made of what was fetched: from its beginning each time."""
    fetched = {one["path"]: one for one in _records(folder, FETCHED)}
    there = {path for path in fetched if _end(path, fetched)}
    yield Page(tuple(_path(fetched[path], there, folder) for path in sorted(there)), None)


def _end(path: str, fetched: Mapping[str, Record]) -> Record | None:
    """The file that a path leads to in the end."""
    for _ in range(_MOST_HOPS + 1):
        record = fetched.get(path, {})
        if "file" in record:
            return record
        path = record.get("moved", "")
    return None


def _path(record: Record, there: set[str], folder: Path) -> Record:
    common = present(id=record["path"], source=record["source"], url=record["url"], spelled=record.get("spelled"))
    if "moved" in record:
        return common | {"to": record["moved"]}
    kept = {name: record[name] for name in ("file", "sha256", "size")}
    kind = record["file"].rpartition(".")[2]
    if kind in within.KINDS and not record.get("integrity"):
        edited = _edited(record, (folder / record["file"]).read_bytes(), kind, there)
        if edited is not None:
            return common | _keep(folder, edited, kind) | {"edited": True}
    return common | kept


def _edited(record: Record, body: bytes, kind: str, there: set[str]) -> bytes | None:
    """The sheet or module with whole addresses of what is served replaced, and others made whole; None where nothing
    changes."""
    changed = []

    def place(url: str) -> str | None:
        new = _place(record["url"], record["path"], url, there)
        if new is not None:
            changed.append(url)
        return new

    try:
        edited = within.moved(body, kind, place)
    except ValueError:
        return None
    return edited if changed else None


def _place(base: str, path: str, url: str, there: set[str]) -> str | None:
    if not url or url.startswith(("#", "data:")):
        return None
    whole = urljoin(base, url)
    own, _, fragment = whole.partition("#")
    target = path_of(own)
    beside = not url.startswith("/") and not urlsplit(url).scheme
    if target in there:
        return None if beside else _relative(path, str(target), fragment)
    return whole if beside or (url.startswith("/") and not url.startswith("//")) else None


def _relative(path: str, target: str, fragment: str) -> str:
    bare, question, query = target.partition("?")
    found = relpath(bare, path.partition("?")[0].rpartition("/")[0])
    found = found if found.startswith("../") else f"./{found}"  # a module wants to see that it is a path
    return f"{found}{question}{query}{'#' if fragment else ''}{fragment}"
