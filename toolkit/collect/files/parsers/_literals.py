"""Names that mean the same in every language: hosts, URI schemes, ARNs and environment variables.

In: text, or bytes decoded as Latin-1 so that offsets are bytes (all names sought are ASCII). Out: `Literal`s with their
offset. Every pattern is linear: alternatives start with different characters, repetitions are bounded.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from toolkit.catalog import SignalKind

# "${region}", "#{region}", "{{ region }}", "%s", "<account>": what a program fills in is unknown to us
_TEMPLATE = re.compile(
    r"[$#%]?\{\{?[^{}\n]{0,80}\}\}?|\$\([^()\n]{0,80}\)|\$[A-Za-z_][A-Za-z0-9_]{0,40}|%[sd]|<[A-Za-z_][^<>\n]{0,40}>"
)
_BRACED = re.compile(r"[$#]\{[^{}\n]{0,80}\}|\{\{[^{}\n]{0,80}\}\}|\{[A-Za-z0-9_.]{0,40}\}")
_MASK = re.compile(r"\x00+")
_URL = re.compile(
    r"(?:(?<![A-Za-z0-9+.\-])([A-Za-z][A-Za-z0-9+.\-]{1,20}):|(?<=[\"'`( =]))//"
    r"((?:[^\s\"'`<>/\\?#(){}$,;|]|[$#]?\{\{?[^{}\n]{0,80}\}\}?|\$\([^()\n]{0,80}\)|\$[A-Za-z_]"
    r"|<[A-Za-z_][^<>\s]{0,40}>){1,200})"
)
_FIRST_STEP = re.compile(r"/([A-Za-z0-9_\-]{2,30})(?![A-Za-z0-9_\-])")
_LAST_LABELS = (  # of hosts without a scheme: what stands in code as often as in a file's name ("rs", "py") is left out
    r"(?:com|net|org|io|dev|app|cloud|ai|co|eu|uk|us|de|fr|nl|ca|au|jp|cn|br|se|no|fi|ch|at|be|it|es|pl|gov|edu|info|biz"
    r"|sh|ly|to|gg|me|tv|fm|im|link|site|tech|tools|run|online|store|aws|goog)"
)
_BARE = re.compile(
    r"(?<![A-Za-z0-9_.@/\\\-\x00])((?:[A-Za-z0-9_\-\x00]{1,100}\.){1,8}"
    + _LAST_LABELS
    + r")(?![A-Za-z0-9_(\-]|\.[A-Za-z0-9])"
)
_IN_REGEX = re.compile(
    r"(?<![A-Za-z0-9_.\-])((?:[A-Za-z0-9_\-]{1,63}\\{1,2}\.){1,8}" + _LAST_LABELS + r")(?![A-Za-z0-9_])"
)
_HOST = re.compile(r"[a-z0-9*_\-]{1,100}(?:\.[a-z0-9*_\-]{1,100}){1,12}")
_ARN = re.compile(r"(?<![A-Za-z0-9])arn:(?:aws[a-z\-]{0,12}|[$#]\{[^{}\n]{1,60}\}):([a-z0-9\-]{2,40}):")
_IAM_ACTION = re.compile(r"[\"'\s]([a-z][a-z0-9\-]{1,30}):(?:\*|[A-Z][A-Za-z0-9]{1,80}\*?)(?=[\"'\s,]|$)", re.MULTILINE)
_ENV_QUOTED = re.compile(r"([\"'`:])([A-Z][A-Z0-9]{0,40}(?:_[A-Z0-9]{1,40}){1,12})(?=[\"'`\s,)])")
_ENV_MEMBER = re.compile(
    r"(?i:env|settings|config|conf|secrets|vars)\)?[!?]?\.([A-Z][A-Z0-9_]{2,80})(?![A-Za-z0-9_(.])"
)
_WEB = frozenset({"http", "https", "ws", "wss", "ftp", "ftps", "git", "ssh", "git+ssh", "git+https", ""})


class Literal(NamedTuple):
    """One name at an offset. `certain` is false for a host without a scheme: it only counts inside a string."""

    kind: SignalKind
    value: str
    offset: int
    certain: bool = True


def host_of(authority: str) -> str | None:
    """'user:pw@S3.${region}.amazonaws.com:443' → 's3.*.amazonaws.com'; None when it is no host name."""
    plain = _TEMPLATE.sub("*", authority).rpartition("@")[2]
    plain = plain.partition(":")[0].lower().strip(".")
    if not _HOST.fullmatch(plain) or plain.replace(".", "").isdigit():
        return None
    last = plain.rpartition(".")[2]
    return plain if last.isalpha() and len(last) > 1 else None


def urls(text: str) -> Iterator[Literal]:
    """The host of each URL, and the scheme where it is not the web's."""
    for match in _URL.finditer(text):
        scheme = (match[1] or "").lower()
        if scheme not in _WEB:
            yield Literal("uri", scheme, match.start())
        if host := host_of(match[2]):
            yield Literal("host", host, match.start())
            if step := _FIRST_STEP.match(text, match.end()):  # "www.youtube.com/embed" is not any page of YouTube
                yield Literal("host", f"{host}/{step[1].lower()}", match.start())


def bare_hosts(text: str) -> Iterator[Literal]:
    """Host names that stand alone: "api.twilio.com", and in regular expressions, where the dots are escaped."""
    masked = _BRACED.sub(lambda found: "\x00" * len(found[0]), text) if "{" in text else text
    for match in _BARE.finditer(masked):
        yield Literal("host", _MASK.sub("*", match[1].lower()), match.start(), certain=False)
    if "\\." in text:
        for match in _IN_REGEX.finditer(text):
            yield Literal("host", match[1].replace("\\", "").lower(), match.start(), certain=False)


def arns(text: str) -> Iterator[Literal]:
    """Service prefixes of ARNs and of IAM actions."""
    for match in _ARN.finditer(text):
        yield Literal("arn", match[1], match.start())
    for match in _IAM_ACTION.finditer(text):
        yield Literal("arn", match[1], match.start(1))


def environment(text: str) -> Iterator[Literal]:
    """Names of environment variables: quoted whole ("X_Y"), or members of an environment or settings object."""
    for match in _ENV_QUOTED.finditer(text):
        if match[1] == ":" or text[match.end() : match.end() + 1] == match[1]:
            yield Literal("env", match[2], match.start())
    for match in _ENV_MEMBER.finditer(text):
        yield Literal("env", match[1], match.start(1))


def names(text: str) -> Iterator[Literal]:
    """All of the above."""
    yield from urls(text)
    yield from bare_hosts(text)
    yield from arns(text)
    yield from environment(text)


def without_templates(text: str) -> str:
    """What is computed at run time becomes `*`: '${ACCOUNT}.dkr.ecr' → '*.dkr.ecr'."""
    return _TEMPLATE.sub("*", text)
