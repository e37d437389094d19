"""One file: read once, prefiltered, parsed, matched.

In: a file the walk found. Out: its `Findings`, or None when it says nothing. Never raises for what is in the file: a
parser's failure keeps what it understood and adds an `Unread`.
"""

import os
import re
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from toolkit.catalog.entries import Hosts, Naming
from toolkit.collect.files import own, paths
from toolkit.collect.files.claims import Claims
from toolkit.collect.files.guards import CODE, Guards
from toolkit.collect.files.host_words import kind_of
from toolkit.collect.files.hosts import HostFinder, Named
from toolkit.collect.files.invitations import invitation, is_readme
from toolkit.collect.files.literals import COMMAND
from toolkit.collect.files.match import Matcher
from toolkit.collect.files.mention import Mention, OverBudget, Place, Unparsed
from toolkit.collect.files.menus import Offered, menus
from toolkit.collect.files.parsers import Parser, python
from toolkit.collect.files.prefilter import Hit, Prefilter, Wanted, only_in_comments
from toolkit.collect.files.resource_names import ResourceFound, resource_names
from toolkit.collect.files.switches import Said, switches
from toolkit.collect.files.walk import File
from toolkit.globs import Globs
from toolkit.model import DiscardReason, Role, SkipReason
from toolkit.uses import is_interface

TEXT_LIMIT = 16 * 2**20  # bytes; larger files are read only where their name says what they are
CLAIMED_LIMIT = 128 * 2**20  # bytes; lock files of 50 MB exist
_MOST_MENTIONS = 500_000  # of one file
_HEAD = 8192  # bytes that tell whether a file is binary
_AT_ONCE = 128 * 1024  # bytes of a file that are read before that is known
_BOM = b"\xef\xbb\xbf"
_HEADER = python.HEADER.encode()  # comments that are none
_HOST = frozenset({"host"})
_ESCAPED_HOST = re.compile(rb"\\\.[a-z]{2,6}(?![a-z])")  # in regular expressions, where no literal meets hosts
_OPERATED = ("runtime", "infra")
# where a provider is chosen although nothing of its own stands there
_CHOOSING = re.compile(
    r"(?:storage|mail|sms|provider|factory|config|settings|driver|adapter|upload|queue|cache|\benv|compose|application)"
    r"[^/]{0,30}$|(?:storage|mail\w*|providers?|config|settings|drivers?|adapters?|uploads?|media|backends?|jobs)/[^/]{1,60}$",
    re.IGNORECASE,
)
_MOST_SWITCHING = 500_000  # bytes of a file that chooses
_RUN_WITH = frozenset({"env", "setting"})  # what a deployed program is given
_SWITCHED = frozenset(
    {"env", "setting", "config", "call", "python", "jvm", "ruby", "php", "dotnet", "rust", "host", "uri"}
)
_IMPORTS = frozenset({"python", "npm", "golang", "jvm", "ruby", "php", "dotnet", "rust"})


class Sign(Struct, frozen=True, array_like=True):
    """Evidence within one file."""

    source: str
    signal: int
    line: int
    role: Role
    quantity: int


class Dropped(Struct, frozen=True, array_like=True):
    """Discarded evidence within one file."""

    source: str
    signal: int
    line: int
    reason: DiscardReason


class Findings(Struct, array_like=True):
    """What one file says; `signal` is a number in the matcher's list."""

    signs: list[Sign]
    dropped: list[Dropped]
    unread: list[tuple[str, int, str]]  # source, line (0: the whole file), reason
    skipped: SkipReason | None = None
    hosts: list[Named] = msgspec.field(default_factory=list)  # of nobody the catalogue knows
    said: list[Said] = msgspec.field(default_factory=list)  # of settings that choose a provider
    names: list[ResourceFound] = msgspec.field(default_factory=list)
    invites: int = 0  # the line that invites others to run the program themselves

    def __bool__(self) -> bool:
        told = self.signs or self.dropped or self.unread or self.skipped
        return bool(told or self.hosts or self.said or self.names or self.invites)


class Reader:
    """Reads files of one root. Holds what is compiled from the catalogue."""

    def __init__(
        self,
        matcher: Matcher,
        prefilter: Prefilter,
        claims: Claims,
        ignored: Iterable[str] = (),
        hosts: Hosts = Hosts(),  # noqa: B008 - frozen
        namings: Iterable[tuple[str, Naming]] = (),
    ) -> None:
        self._matcher, self._prefilter, self._claims = matcher, prefilter, claims
        self._hosts = HostFinder(matcher, hosts)
        self._ignored = Globs((glob, True) for glob in ignored)
        self._names = Globs(
            (signal.value, number) for number, signal in enumerate(matcher.signals) if signal.kind == "file"
        )
        self._namings = tuple(namings)
        self._naming = Globs((glob, number) for number, (_, one) in enumerate(self._namings) for glob in one.files)
        self._wanted: dict[tuple[Parser, ...], tuple[Wanted, bool]] = {}

    def read(self, root: str, file: File) -> Findings:
        """Everything this file says."""
        if file.name == own.SETTINGS:
            return Findings([], [], [], "own settings")
        found = Findings([], [], [])
        parsers, certain = self._claims.of(file.path, file.name)
        named = self._names.match(file.path, file.name)
        data = b""
        if file.size and (certain or not paths.is_binary_name(file.name)):
            data = content(root, file, CLAIMED_LIMIT if certain else TEXT_LIMIT, found)
            if (not certain or file.name == own.PLAN) and own.is_output(file.name, data):
                return Findings([], [], [], "own output")
        if named:
            self._existing(file, named, data, found)
        if data and is_readme(file.path):
            found.invites = invitation(data)
        if data:
            self._text(file, data, parsers, certain, found)
            self._strangers(file, data, found)
            self._called(file, data, found)
            if len(data) <= _MOST_SWITCHING and (found.signs or _CHOOSING.search(file.path)) and kind_of(file.name):
                self._switches(file, data, found)
        return found

    def _switches(self, file: File, data: bytes, found: Findings) -> None:
        """What a program or its settings say of settings that choose a provider."""
        if self._why(file) is None and paths.role_of_content(file.path, data) in _OPERATED:
            found.said.extend(switches(file.path, data))

    def _called(self, file: File, data: bytes, found: Findings) -> None:
        """What things are called at vendors, where a program runs or is deployed from."""
        numbers = sorted(set(self._naming.match(file.path, file.name))) if len(data) <= _MOST_SWITCHING else []
        if not numbers or self._why(file) or paths.role_of_content(file.path, data) == "developer":
            return
        found.names.extend(resource_names(file.path, _decode(data), [(n, self._namings[n][1]) for n in numbers]))

    def _strangers(self, file: File, data: bytes, found: Findings) -> None:
        """Hosts of nobody, where a program runs or its settings lie."""
        hosts = self._hosts.find(file.path, data)
        if not hosts or self._why(file) or paths.reason_of_content(file.path, data):
            return
        if paths.role_of_content(file.path, data) in _OPERATED:
            found.hosts.extend(hosts)

    def _why(self, file: File) -> DiscardReason | None:
        return "ignored" if self._ignored.match(file.path, file.name) else paths.reason(file.path)

    def _existing(self, file: File, numbers: list[int], data: bytes, found: Findings) -> None:
        """Signals that the file's mere existence is."""
        why = self._why(file)
        for number in numbers:
            if why:
                found.dropped.append(Dropped("files.name", number, 1, why))
            else:
                role = _stricter(self._matcher.signals[number].role, paths.role_of_content(file.path, data))
                found.signs.append(Sign("files.name", number, 1, role, 1))

    def _text(self, file: File, data: bytes, parsers: tuple[Parser, ...], certain: bool, found: Findings) -> None:
        hits = [] if certain else self._hits(data, parsers)
        if not certain and not hits:
            return
        why = self._why(file) or paths.reason_of_content(file.path, data)
        if why is None and not certain and file.name.endswith(".txt") and paths.is_word_list(data):
            why = "prose"
        if why and not certain:
            found.dropped.extend(self._unparsed(data, hits, parsers, why))
            return
        if not certain and all(only_in_comments(data, hit) for hit in hits) and _HEADER not in data:
            found.dropped.extend(self._unparsed(data, hits, parsers, "comment"))
            return
        text = _decode(data)
        near = None if certain else self._places(data, text, hits)
        for parser in parsers:
            keep = _Keep(self._matcher, _Place(file.path, data, text, why), "files." + parser.name, found)
            self._parse(file.path, text, parser, near, keep)
        if why is None and CODE.fullmatch(file.path):
            self._offered(text, found)
        if why:
            found.unread.clear()  # broken files among tests and fixtures are broken on purpose

    def _offered(self, text: str, found: Findings) -> None:
        """What a table offers among others is an option, whichever of them is picked."""
        hosts = [(sign, self._matcher.signals[sign.signal]) for sign in found.signs]
        offered = [
            Offered(sign.line, signal.dependency, signal.about)
            for sign, signal in hosts
            if signal.kind == "host" and signal.engine is None and sign.role == "runtime"
        ]
        lines = menus(text, offered)
        if lines:
            found.signs = [_as_option(sign) if sign.line in lines else sign for sign in found.signs]

    def _hits(self, data: bytes, parsers: tuple[Parser, ...]) -> list[Hit]:
        """The literals in it that are a reason to run these parsers."""
        telling = self._wanted.get(parsers)
        if telling is None:
            kinds = frozenset[str]().union(*(_accepted(parser) for parser in parsers))
            telling = self._prefilter.wanted(kinds), any(parser.scattered for parser in parsers)
            self._wanted[parsers] = telling
        wanted, scattered = telling
        return self._prefilter.hits(data, wanted, scattered=scattered)

    def _unparsed(
        self, data: bytes, hits: list[Hit], parsers: tuple[Parser, ...], why: DiscardReason
    ) -> Iterator[Dropped]:
        """What a file that does not count would have said, straight from the prefilter."""
        source = "files." + (parsers[0].name if parsers else "name")
        for hit in hits:
            for number in self._prefilter.literals[hit.literal].signals:
                yield Dropped(source, number, data.count(b"\n", 0, hit.ends[0]) + 1, why)

    def _places(self, data: bytes, text: str, hits: list[Hit]) -> list[Place] | None:
        """Where in the text the hits are, in order; None where that is unknown."""
        if "\ufffd" in text or any(hit.cut_short for hit in hits):
            return None
        known = self._prefilter.literals
        spans = [(end - len(known[hit.literal].text), end, hit.literal) for hit in hits for end in hit.ends]
        if b"\\." in data:
            spans += [(*found.span(), -1) for found in _ESCAPED_HOST.finditer(data)]
        spans.sort()
        places, last = [], 0
        dropped = len(_BOM) if data.startswith(_BOM) else 0  # bytes that are not in the text
        returns = b"\r\n" in data
        for start, end, number in spans:
            dropped += data.count(b"\r\n", last, start) if returns else 0
            last = start
            places.append(Place(start - dropped, end - dropped, known[number].kinds if number >= 0 else _HOST))
        return places

    def _parse(self, path: str, text: str, parser: Parser, near: list[Place] | None, keep: "_Keep") -> None:
        try:
            mentions = parser.parse(path, text, near) if parser.near else parser.parse(path, text)
            for count, mention in enumerate(mentions):
                keep.add(mention)
                if count >= _MOST_MENTIONS:
                    raise Unparsed(mention.line, f"more than {_MOST_MENTIONS} names in one file")  # noqa: TRY301
        except Unparsed as err:
            keep.unread(err.line, err.reason.encode("utf-8", "replace").decode())
        except (OverBudget, MemoryError) as err:
            keep.unread(0, cut_short(err))
        except Exception as err:  # noqa: BLE001 - the one-source boundary: a parser never costs more than its file
            keep.unread(0, f"the parser failed: {type(err).__name__}")


def _as_option(sign: Sign) -> Sign:
    return replace(sign, role="optional") if sign.role == "runtime" else sign


def cut_short(err: OverBudget | MemoryError) -> str:
    """Why a file was not read to its end. What was understood before stays."""
    what = "memory" if isinstance(err, MemoryError) else "processor time"
    return f"reading it takes more {what} than a file may"


def _accepted(parser: Parser) -> frozenset[str]:
    """Kinds of literals that are a reason to run this parser. Commands stand in scripts, not in programs."""
    commands = {COMMAND} if "call" in parser.kinds and not parser.kinds & _IMPORTS else set()
    return frozenset({*parser.kinds, *commands, *("hint:" + hint for hint in parser.hints)})


class _Place:
    """What the place says of every name in one file: why it does not count, or what it is for."""

    def __init__(self, path: str, data: bytes, text: str, why: DiscardReason | None) -> None:
        self.why = why
        self._role = paths.role_of_content(path, data)
        self._environment = why is None and paths.sets_environment(path, data)
        self._guards = Guards(path, text) if why is None and CODE.fullmatch(path) else None

    def role(self, mention: Mention, of_signal: Role | None) -> Role:
        """The role of one mention."""
        if mention.role == "developer":
            return "developer"
        called = of_signal == "build/ci" and self._role == "runtime" and self._guards and _is_called(mention)
        if (of_signal and not called) or self._role == "developer":
            return _stricter(of_signal, self._role)
        if self._environment and mention.kind in _RUN_WITH and mention.role in (None, "infra"):
            return "runtime"
        role = mention.role or self._role
        if role == "runtime" and mention.kind in _SWITCHED and self._guards and self._guards.guarded(mention.line):
            return "optional"
        return role


def _is_called(mention: Mention) -> bool:
    """Whether a program calls the interface of who else only builds: it works on what lies there."""
    return mention.kind == "host" and is_interface(mention.value)


def _stricter(of_signal: Role | None, of_place: Role) -> Role:
    """What the catalogue says of a vendor holds where programs run; a workstation stays one."""
    return of_place if of_signal is None or of_place == "developer" else of_signal


class _Keep:
    """Turns mentions of one file and parser into signs, each once."""

    def __init__(self, matcher: Matcher, place: _Place, source: str, found: Findings) -> None:
        self._matcher, self._place, self._source, self._found = matcher, place, source, found
        self._seen: set[tuple[int, int | str, str | None]] = set()

    def add(self, mention: Mention) -> None:
        for number in self._matcher.meets(mention.kind, mention.value):
            reason = self._place.why or mention.discard or _placeholder(mention)
            if reason:
                if (number, reason, None) not in self._seen:
                    self._seen.add((number, reason, None))
                    self._found.dropped.append(Dropped(self._source, number, mention.line, reason))
                continue
            signal = self._matcher.signals[number]
            # an image is fetched once, but the engine in it runs: its registry is "build/ci", the engine is not
            placed = replace(mention, role=None) if signal.engine and mention.kind == "image" else mention
            role = self._place.role(placed, signal.role)
            if (number, mention.line, role) not in self._seen:
                self._seen.add((number, mention.line, role))
                self._found.signs.append(Sign(self._source, number, mention.line, role, mention.quantity))

    def unread(self, line: int, reason: str) -> None:
        self._found.unread.append((self._source, line, reason))


_INVENTED = re.compile(r"(?:your|my)[-_]?\w*|\w*example\w*|x{3,}|placeholder|changeme|subdomain|tenant")

_FILLED_IN = re.compile(r"(?:your|my)[-_]\w+")  # email-smtp.YOUR-REGION.amazonaws.com


def _placeholder(mention: Mention) -> DiscardReason | None:
    """A host that only shows where the real one goes: example.okta.com, your-domain.auth0.com."""
    first, *others = mention.value.partition("/")[0].split(".") if mention.kind == "host" else ("",)
    invented = _INVENTED.fullmatch(first) or any(map(_FILLED_IN.fullmatch, others[:-2]))
    return "example" if invented and mention.value.count(".") > 1 else None


def content(root: str, file: File, limit: int, found: Findings) -> bytes:
    """The file's bytes; empty when it is binary, too large or cannot be read."""
    try:
        handle = os.open(f"{root}/{file.path}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as err:
        found.unread.append(("files", 0, err.strerror or "cannot be opened"))
        return b""
    try:
        head = os.read(handle, file.size if file.size <= _AT_ONCE else _HEAD)
        utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
        if head.find(0, 0, _HEAD) >= 0 and not utf16:
            return b""
        if file.size > limit and own.is_output(file.name, head, whole=False):
            found.skipped = "own output"
            return b""
        if file.size > limit:
            found.unread.append(("files", 0, f"larger than {limit // 2**20} MiB"))
            return b""
        data = head if len(head) >= file.size else _rest(handle, head, file.size)
        return data.decode("utf-16", "replace").encode() if utf16 else data
    except OSError as err:
        found.unread.append(("files", 0, err.strerror or "cannot be read"))
        return b""
    finally:
        os.close(handle)


def _rest(handle: int, head: bytes, size: int) -> bytes:
    chunks, got = [head], len(head)
    while got < size and (chunk := os.read(handle, size - got)):
        chunks.append(chunk)
        got += len(chunk)
    return b"".join(chunks)


def _decode(data: bytes) -> str:
    return data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
