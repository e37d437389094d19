"""Names: what the audit knows of each lost dependency that its commands ask for in capitals, and where the rest stands.

In: what is lost, the audit. Out: the same with names (an account's ARNs, `[[choice]]` inputs, domains, settings of
applications) and with places, for what no source keeps: the text of a file is never stored, its line is.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.model import Audit, Dependency, Platform
from toolkit.plan.losses import Gone, Names

_ARNS = {
    "aws/s3": re.compile(r"arn:[\w-]+:s3:::(?P<BUCKET>[^/:]+)$"),
    "aws/rds": re.compile(r"arn:[\w-]+:rds:(?P<REGION>[\w-]+):\d*:db:(?P<INSTANCE>[^/:]+)$"),
    "aws/cognito": re.compile(r"arn:[\w-]+:cognito-idp:(?P<REGION>[\w-]+):\d*:userpool/(?P<POOL_ID>[^/:]+)$"),
}
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,252}")  # nothing that a shell would read otherwise
_WORD = re.compile(r"(?<![$\w])[A-Z][A-Z_]{2,}(?!\w|=(?!\d))")  # "WORKER=0" is one, "LC_ALL=C" none
_LISTED = re.compile(r"(?P<option>--[a-z]+) (?P<word>BUCKET|DOMAIN)\b")  # options that may be given more than once
_DOMAINS = re.compile(r"--[a-z]+ (?:DOMAIN\b|'\*\.DOMAIN')")
_NO_NAMES = frozenset({"CREATE", "PUBLICATION", "FOR", "ALL", "TABLES", "SELECT", "DROP", "SUBSCRIPTION"})
_MOST_PLACES = 6
_MOST_COMMANDS = 12
_STAGE = re.compile(
    r"(?:^|[^a-z])(?:stag(?:e|ing)|tests?|qa|uat|dev|develop(?:ment)?|preview|review|canary|sandbox|demo|example)(?:$|[^a-z])"
)


def named(lost: Sequence[Gone], audit: Audit, catalog: Catalog) -> tuple[Gone, ...]:
    """Each with what is known of it."""
    return tuple(
        replace(one, names=tuple(_names(one.dependency, audit, catalog)), places=tuple(_places(one.dependency, audit)))
        for one in lost
    )


def fill(command: str, gone: Gone) -> tuple[str, ...]:
    """The command with the names, once for each of several things of a kind; as it is where nothing is known."""
    if listed := _LISTED.search(command):
        known = list(dict.fromkeys(names[listed["word"]] for names in gone.names if listed["word"] in names))
        if known:
            options = " ".join(f"{listed['option']} {name}" for name in known)
            command = command.replace(listed[0], options)
    return fill_words(command, gone.names)


def with_domains(command: str, domains: Sequence[str]) -> str:
    """The command with every domain of the platform where an option asks for one; a pattern (*.DOMAIN) of each too."""
    safe = [name for name in domains if _PLAIN.fullmatch(name)]
    for option in _DOMAINS.finditer(command) if safe else ():
        each = " ".join(option[0].replace("DOMAIN", name) for name in safe)
        command = command.replace(option[0], each)
    return command


def fill_words(command: str, known: Sequence[Names]) -> tuple[str, ...]:
    """The command with these names; where several things are called for, one for each, up to a dozen."""
    for word in _WORD.findall(command):
        fitting = [names for names in known if word in names]
        if fitting:
            filled = (_with(command, names) for names in fitting)
            return tuple(dict.fromkeys(one for each in filled for one in fill_words(each, known)))[:_MOST_COMMANDS]
    return (command,)


def _with(command: str, names: Names) -> str:
    return _WORD.sub(lambda word: names.get(word[0], word[0]), command)


def open_words(commands: Sequence[str]) -> tuple[str, ...]:
    """The words in capitals that a person still has to fill in."""
    found = dict.fromkeys(word for command in commands for word in _WORD.findall(command))
    return tuple(word for word in found if word not in _NO_NAMES)


def names_of(ident: str, audit: Audit, catalog: Catalog) -> tuple[list[Names], set[str]]:
    """What files call things at this vendor, service or runner, and the words for programs of which there are none.
    Names of stages that people do not use are left out: whoever copies the database of "board-staging" loses the one
    that people wrote to. What lies in a stage's folder counts where nothing else does: others call it the same."""
    seen = [one for one in audit.survey.names if one.of == ident and _PLAIN.fullmatch(one.name)]
    live = [one for one in seen if not (_STAGE.search(one.name.lower()) or _STAGE.search(one.where.lower()))]
    told = {one.word for one in live}
    kept = [*live, *(one for one in seen if one.word not in told and not _STAGE.search(one.name.lower()))]
    one_of = {one.word for one in catalog.named(ident) if one.single}
    torn = {word for word in one_of if len({one.name for one in kept if one.word == word}) > 1}
    names = [{one.word: one.name} for one in kept if one.word not in torn]
    if ident.partition("/")[0] == "aws" and (region := _region(audit.platform)):
        names.append(region)
    namings = [one for one in catalog.named(ident) if one.programs]
    words = {one.word for one in namings}
    found = {one.word for one in seen}
    if not found & words:
        names += [{one.word: one.otherwise} for one in namings if one.otherwise]
        found |= {one.word for one in namings if one.otherwise}
    absent = words - found if found & words else set()
    return list(map(dict, dict.fromkeys(tuple(one.items()) for one in names))), absent


def _names(dependency: Dependency, audit: Audit, catalog: Catalog) -> Iterator[Names]:
    for ident in dict.fromkeys((dependency.id, dependency.vendor)):
        yield from names_of(ident, audit, catalog)[0]
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
