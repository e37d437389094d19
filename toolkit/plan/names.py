"""Names: what the audit knows of each lost dependency that its commands ask for in capitals, and where the rest stands.

In: what is lost, the audit. Out: the same with names (an account's ARNs, `[[choice]]` inputs, domains, settings of
applications) and with places, for what no source keeps: the text of a file is never stored, its line is.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from toolkit.model import Audit, Dependency, Platform
from toolkit.plan.losses import Gone, Names

_ARNS = {
    "aws/s3": re.compile(r"arn:[\w-]+:s3:::(?P<BUCKET>[^/:]+)$"),
    "aws/rds": re.compile(r"arn:[\w-]+:rds:(?P<REGION>[\w-]+):\d*:db:(?P<INSTANCE>[^/:]+)$"),
    "aws/cognito": re.compile(r"arn:[\w-]+:cognito-idp:(?P<REGION>[\w-]+):\d*:userpool/(?P<POOL_ID>[^/:]+)$"),
}
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,252}")  # nothing that a shell would read otherwise
_WORD = re.compile(r"(?<![$\w])[A-Z][A-Z_]{2,}(?![\w=])")
_LISTED = re.compile(r"(?P<option>--[a-z]+) (?P<word>BUCKET|DOMAIN)\b")  # options that may be given more than once
_NO_NAMES = frozenset({"CREATE", "PUBLICATION", "FOR", "ALL", "TABLES", "SELECT", "DROP", "SUBSCRIPTION"})
_MOST_PLACES = 6


def named(lost: Sequence[Gone], audit: Audit) -> tuple[Gone, ...]:
    """Each with what is known of it."""
    return tuple(
        replace(one, names=tuple(_names(one.dependency, audit)), places=tuple(_places(one.dependency, audit)))
        for one in lost
    )


def fill(command: str, gone: Gone) -> tuple[str, ...]:
    """The command with the names, once for each of several things of a kind; as it is where nothing is known."""
    words = set(_WORD.findall(command))
    fitting = [names for names in gone.names if words & set(names)]
    if listed := _LISTED.search(command):
        known = list(dict.fromkeys(names[listed["word"]] for names in fitting if listed["word"] in names))
        if known:
            options = " ".join(f"{listed['option']} {name}" for name in known)
            command = command.replace(listed[0], options)
            fitting = [names for names in fitting if listed["word"] not in names]
    filled = dict.fromkeys(_WORD.sub(lambda word: names.get(word[0], word[0]), command) for names in fitting)  # noqa: B023
    return tuple(filled) or (command,)


def open_words(commands: Sequence[str]) -> tuple[str, ...]:
    """The words in capitals that a person still has to fill in."""
    found = dict.fromkeys(word for command in commands for word in _WORD.findall(command))
    return tuple(word for word in found if word not in _NO_NAMES)


def _names(dependency: Dependency, audit: Audit) -> Iterator[Names]:
    region = _region(audit.platform) if dependency.vendor == "aws" else {}
    arn = _ARNS.get(dependency.id)
    for position in dependency.evidence if arn else ():
        if match := arn.match(audit.survey.evidence[position].where) if arn else None:
            yield _safe(region | match.groupdict())
    if "data.object-storage" in dependency.capabilities:
        for choice in audit.platform.choices:
            buckets = choice.inputs.get("buckets", ()) if choice.capability == "data.object-storage" else ()
            yield from (_safe({"BUCKET": str(name)}) for name in buckets)
    if any(one in ("edge.dns", "edge.registrar") for one in dependency.capabilities):
        yield from (_safe({"DOMAIN": name}) for name in audit.platform.domains)
    if region:
        yield _safe(region)


def _region(platform: Platform) -> Names:
    """Where the applications' settings say so, and agree."""
    told = {one.environment[name] for one in platform.applications for name in _REGIONS if name in one.environment}
    return {"REGION": told.pop()} if len(told) == 1 else {}


def _safe(names: Names) -> Names:
    """Names of others go into a shell: only those that mean nothing else there."""
    return {word: name for word, name in names.items() if _PLAIN.fullmatch(name)}


def _places(dependency: Dependency, audit: Audit) -> Iterator[str]:
    """Lines that declare a resource first, then other infrastructure, for these name things; then of the programs."""
    signs = [audit.survey.evidence[position] for position in dependency.evidence]
    lines = [
        sign for sign in signs if re.search(r":\d+$", sign.where) and sign.role in ("infra", "runtime", "optional")
    ]
    lines.sort(key=lambda sign: ("#tf_resource:" not in sign.signal, sign.role != "infra", sign.root, sign.where))
    yield from list(dict.fromkeys(f"{sign.root}/{sign.where}" for sign in lines))[:_MOST_PLACES]
