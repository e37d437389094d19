"""Names that mean the same in every language: hosts, URI schemes, ARNs, environment variables, headers of an edge.

In: text, or bytes decoded as Latin-1 so that offsets are bytes (all names sought are ASCII). Out: `Literal`s with their
offset. Every pattern is linear: alternatives start with different characters, repetitions are bounded. Patterns that
see whole files begin with a literal ("//", ".com", ":"), which `re` finds by searching, and look back from there.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Place
from toolkit.collect.files.parsers._settings import settings

# "${region}", "#{region}", "{{ region }}", "%s", "<account>": what a program fills in is unknown to us
_TEMPLATE = re.compile(
    r"[$#%]?\{\{?[^{}\n]{0,80}\}\}?|\$\([^()\n]{0,80}\)|\$[A-Za-z_][A-Za-z0-9_]{0,40}|%[sd]|<[A-Za-z_][^<>\n]{0,40}>"
)
_BRACED = re.compile(r"[$#]\{[^{}\n]{0,80}\}|\{\{[^{}\n]{0,80}\}\}|\{[A-Za-z0-9_.]{0,40}\}")
_PATH_AFTER = re.compile(r"(\.[a-z]{2,10})\*$")  # "https://api.github.com${path}"
_MASK = re.compile(r"\x00+")
_AUTHORITY = re.compile(
    r"//((?:[^\s\"'`’”<>/\\?#(){}$,;|]|[$#]?\{\{?[^{}\n]{0,80}\}\}?|\$\([^()\n]{0,80}\)|\$[A-Za-z_]"
    r"|<[A-Za-z_][^<>\s]{0,40}>){1,200})"
)
_SCHEME = re.compile(r"(?<![A-Za-z0-9+.\-])([A-Za-z][A-Za-z0-9+.\-]{1,20}):$")
_FIRST_STEP = re.compile(r"/(\.?[A-Za-z0-9_\-]{1,30})(?![A-Za-z0-9_\-])")
_LAST_LABEL = re.compile(  # of hosts without a scheme: what often ends a file's name ("rs", "py") is left out
    r"\.(?:com|net|org|io|dev|app|cloud|ai|co|eu|uk|us|de|fr|nl|ca|au|jp|cn|br|se|no|fi|ch|at|be|it|es|pl|gov|edu|info|biz"
    r"|sh|ly|to|gg|me|tv|fm|im|link|site|tech|tools|run|online|store|aws|goog)(?![A-Za-z0-9_])"
)
_LABELS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.\\\x00")
_BARE = re.compile(r"(?<![A-Za-z0-9_.\-])(?:[A-Za-z0-9_\x00][A-Za-z0-9_\-\x00]{0,100}\\{0,2}\.){1,8}[a-z]{2,6}")
_HOST = re.compile(r"[a-z0-9*_\-]{1,100}(?:\.[a-z0-9*_\-]{1,100}){1,12}")
_ARN = re.compile(r"arn:(?<![A-Za-z0-9]arn:)(?:aws[a-z\-]{0,12}|[$#]\{[^{}\n]{1,60}\}):([a-z0-9\-]{2,40}):")
_PATTERN_OF_ARN = re.compile(
    r"[^\s\"'`]{0,40}?(?:\\[dw]|\[0-9|\(\?)"
)  # ~r"^arn:aws:iam::\d{12}:role/": what others may enter
# To look at what there is ("ecs:Describe*") is no use of it, and all of it ("ecs:*") is allowed to those who deploy:
# whoever works with it is allowed something in particular
_IAM_ACTION = re.compile(r":(?!Describe|List)[A-Z][A-Za-z0-9]{1,80}\*?(?=[\"'\s,]|$)", re.MULTILINE)
_IAM_SERVICE = re.compile(r"[\"'\s]([a-z][a-z0-9\-]{1,30})$")
_ENV_QUOTED = re.compile(r"[\"'`:](?<!::)([A-Z][A-Z0-9]{0,40}(?:_[A-Z0-9]{1,40}){1,12})(?=[\"'`\s,)])")
# what only an edge adds to a request: where the visitor is. Names of headers that answers have tell nothing in code
_OF_VISITOR = re.compile(
    r"[\"'`:]((?:[a-z]{2,12}-){1,3}(?:ipcountry|(?:ip-)?(?:country|city|region)|connecting-ip|client-ip|connection-ip))"
    r"(?=[\"'`])",
    re.IGNORECASE,
)
_UNSET = re.compile(r"[\"'`]?\s{0,4}(?::|=>)\s{0,4}(?:None|null|nil|undefined)\b")  # a default that leaves it out
_ENV_MEMBER = re.compile(r"\.([A-Z][A-Z0-9_]{2,80})(?![A-Za-z0-9_(.])")
_ENV_OBJECTS = ("env", "settings", "config", "conf", "secrets", "vars")
_WEB = frozenset({"http", "https", "ws", "wss", "ftp", "ftps", "git", "ssh", "git+ssh", "git+https"})
_CAMPAIGN = re.compile(r"[^\s\"'`<>]{0,300}[?&;]utm_(?:source|medium|campaign)=")  # a link for people, never a request
_URL_STARTS = ('"', "'", "`", "(", " ", "=")  # a URL without a scheme follows one of these
_WILDCARD_AFTER = ('"', "'", "`", "*", ">")
_NO_HOST_AFTER = ("@", "/", "\\")  # an e-mail address, a path; in a regular expression slashes are no paths


_LONGEST_URL = 220  # characters that are looked at
_TOLD = 4  # plain words before a URL
_BEFORE_MEMBER = ("", " ", "\t", "\n", "{", ",")
# how the name of a setting ends
SETTING = re.compile(
    r".*_(?:KEY|KEYS|TOKEN|TOKENS|SECRET|SECRETS|URL|URLS|URI|HOST|HOSTS|HOSTNAME|ENDPOINT|DSN|ID|IDS|SID|ARN|API|USER"
    r"|USERNAME|PASS|PASSWORD|DOMAIN|BUCKET|REGION|PORT|EMAIL|FROM|PROJECT|ORG|ACCOUNT|WEBHOOK|ENABLED|NAME|CREDENTIALS)"
)


class Literal(NamedTuple):
    """One name at an offset. `certain` is false for a host without a scheme: it only counts inside a string."""

    kind: SignalKind
    value: str
    offset: int
    certain: bool = True


def host_of(authority: str) -> str | None:
    """'user:pw@S3.${region}.amazonaws.com:443' → 's3.*.amazonaws.com'; None when it is no host name."""
    plain = _TEMPLATE.sub("*", authority).rpartition("@")[2]
    plain = _PATH_AFTER.sub(r"\1", plain.partition(":")[0].lower().strip("."))
    if not _HOST.fullmatch(plain) or plain.replace(".", "").isdigit():
        return None
    last = plain.rpartition(".")[2]
    return plain if last.isalpha() and len(last) > 1 else None


def urls(text: str) -> Iterator[Literal]:
    """The host of each URL, and the scheme where it is not the web's."""
    for match in _AUTHORITY.finditer(text):
        before = text[max(match.start() - 23, 0) : match.start()]
        named = _SCHEME.search(before)
        if named is None and before[-1:] not in _URL_STARTS:
            continue
        start = match.start() - len(named[0]) if named else match.start()
        if "utm_" in text[match.end() : match.end() + 320] and _CAMPAIGN.match(text, match.end()):
            continue
        if named and (scheme := named[1].lower()) not in _WEB:
            yield Literal("uri", scheme, start)
        if host := host_of(match[1]):
            yield Literal("host", host, start)
            if step := _FIRST_STEP.match(text, match.end()):  # "www.youtube.com/embed" is not any page of YouTube
                yield Literal("host", f"{host}/{step[1].lower()}", start)


def bare_hosts(text: str) -> Iterator[Literal]:
    """Host names that stand alone: "api.twilio.com", and in regular expressions, where the dots are escaped."""
    masked = _BRACED.sub(lambda found: "\x00" * len(found[0]), text) if "{" in text else text
    for match in _LAST_LABEL.finditer(masked):
        start = match.start()
        while start and masked[start - 1] in _LABELS and match.start() - start < 250:
            start -= 1
        if (name := _bare_host(masked, start, match.end())) and not _goes_on(masked, match.end()):
            yield Literal("host", name, start, certain=False)
            if step := _FIRST_STEP.match(masked, match.end() + masked.startswith("\\/", match.end())):
                yield Literal("host", f"{name}/{step[1].lower()}", start, certain=False)


def _bare_host(text: str, start: int, end: int) -> str | None:
    """The host in `text[start:end]`, a run of letters, digits, dots, dashes and backslashes."""
    if text[start] == "." and text[start - 1 : start] in _WILDCARD_AFTER:  # region + ".amazonaws.com"
        return f"*{_plain(text[start:end])}" if _BARE.fullmatch(text[start + 1 : end]) else None
    found = _BARE.search(text, start, end)
    if found is None or found.end() != end:
        return None
    if text[found.start() - 1 : found.start()] in _NO_HOST_AFTER and "\\" not in found[0]:
        return None
    return _plain(found[0])


def _plain(host: str) -> str:
    return _MASK.sub("*", host.replace("\\", "").lower())


def _goes_on(text: str, end: int) -> bool:
    """Whether a name that looks like a host is the beginning of something else: 'a.com-x', 'foo.to(', 'x.io.y'."""
    after = text[end : end + 3].lstrip("\\")
    return after[:1] in ("(", "-") or (after[:1] == "." and after[1:2].isalnum())


def arns(text: str) -> Iterator[Literal]:
    """Service prefixes of ARNs and of IAM actions."""
    for match in _ARN.finditer(text):
        if not _PATTERN_OF_ARN.match(text, match.end()):
            yield Literal("arn", match[1], match.start())
    for match in _IAM_ACTION.finditer(text):
        start = max(match.start() - 33, 0)
        if found := _IAM_SERVICE.search(text[start : match.start()]):
            yield Literal("arn", found[1], start + found.start(1))


def _is_member(text: str, name: str, start: int) -> bool:
    """Whether this is a member of an enumeration, which says its own name: DROPBOX_FORMS = "DROPBOX_FORMS"."""
    before = text[max(start - len(name) - 8, 0) : start].rstrip(" \t:=\"'`")
    return before.removesuffix(name)[-1:] in _BEFORE_MEMBER and before.endswith(name) and not SETTING.fullmatch(name)


def environment(text: str) -> Iterator[Literal]:
    """Names of environment variables: quoted whole ("X_Y"), or members of an environment or settings object."""
    for match in _ENV_QUOTED.finditer(text):
        quoted = match[0][0] in (":", text[match.end() : match.end() + 1])
        if quoted and not _UNSET.match(text, match.end()) and not _is_member(text, match[1], match.start()):
            yield Literal("env", match[1], match.start())
    for match in _ENV_MEMBER.finditer(text):
        before = text[max(match.start() - 12, 0) : match.start()].rstrip(")!?")
        if before.lower().endswith(_ENV_OBJECTS):
            yield Literal("env", match[1], match.start(1))


def headers(text: str) -> Iterator[Literal]:
    """Headers by which an edge tells where a visitor is. Where several edges' are tried in turn, none is known."""
    found = list(_OF_VISITOR.finditer(text)) if "-" in text else []
    whose = {match[1].lower().removeprefix("x-").partition("-")[0] for match in found}
    if len(whose) == 1:
        yield from (Literal("header", match[1].lower(), match.start(1)) for match in found)


def names(text: str) -> Iterator[Literal]:
    """All of the above but the headers, which only programs have."""
    yield from urls(text)
    yield from bare_hosts(text)
    yield from arns(text)
    yield from environment(text)


KINDS: frozenset[str] = frozenset({"host", "uri", "arn", "env", "setting", "header"})  # all they can be


def near(text: str, places: Sequence[Place]) -> Iterator[Literal]:
    """Those on the lines of the places that can be part of one; `text` is Latin-1, its offsets are the places'."""
    done = -1
    for place in places:
        if place.end < done or not place.kinds & KINDS:
            continue
        start = text.rfind("\n", 0, place.start)  # the line break belongs to it: patterns look for white space before
        end = text.find("\n", place.end) + 1 or len(text)
        start, done = max(start, done - 1, 0), end
        line = text[start:end]
        yield from (found._replace(offset=start + found.offset) for found in names(line))
        if "header" in place.kinds:
            yield from (found._replace(offset=start + found.offset) for found in headers(line))
        if "setting" in place.kinds:
            yield from (Literal("setting", name, start + offset) for name, offset in settings(line))


# "https://login.example.com/{TENANT_HERE}/v2.0": whoever sets it up fills this in
_TO_FILL_IN = re.compile(
    r"/[^\s\"'`?#]{0,80}?(?:(?<=/)\.\.\.|(?<![a-z])(?:your|my)[-_][a-z]|[a-z][-_]here(?![a-z]))", re.IGNORECASE
)
_SHOWN = re.compile(r"\bplaceholder[\"']?\s?[=:]\s?\{?[\"'`](?:https?:)?(?://)?$", re.IGNORECASE)


def is_told(text: str, offset: int) -> bool:
    """Whether a URL is told to a reader: four plain words stand before it in its line's string, or "for example".

    What a form shows in an empty field is told as well, and so is a URL with a part that readers have to fill in.
    """
    authority = _AUTHORITY.search(text, offset, offset + _LONGEST_URL)
    if authority and _TO_FILL_IN.match(text, authority.end(), authority.end() + _LONGEST_URL):
        return True
    start = max(text.rfind("\n", 0, offset) + 1, offset - 300)
    before = text[start:offset]
    if _SHOWN.search(before):
        return True
    quote = max(before.rfind(mark) for mark in "\"'`>")
    words = before[quote + 1 :].lower().replace("‘", " ").replace("“", " ").split()
    words = [word.strip(".,:;(") for word in words]
    return words[-2:] == ["for", "example"] or words[-1:] == ["e.g"] or sum(map(str.isalpha, words)) >= _TOLD


def without_templates(text: str) -> str:
    """What is computed at run time becomes `*`: '${ACCOUNT}.dkr.ecr' → '*.dkr.ecr'."""
    return _TEMPLATE.sub("*", text)
