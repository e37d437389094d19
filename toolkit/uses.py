"""How far one piece of evidence speaks for use: at work, only possible, or on workstations alone.

In: the kind of the signal, the source that saw it and the role of its place. Out: its `Use`. Where code is reached only
with a setting, or a file is a sample, the source has already said "optional"; where it is for the build or for a
developer's machine, it has said that.
"""

import re

from toolkit.model import Evidence, Use

STRONGEST_FIRST: tuple[Use, ...] = ("in use", "possible", "developer")

PACKAGES = frozenset({"pypi", "npm", "gem", "golang", "composer", "maven", "nuget", "cargo", "hex", "pub", "swift"})
# these read imports in code; the same names in a manifest are packages
_CODE = frozenset({"files.javascript", "files.components", "files.go", "files.statements"})
# what these say is production's own, whatever its kind: a variable set there is set
_PRODUCTION = frozenset({
    "files.hcl", "files.terraform_json", "files.tfstate", "files.cloudformation", "files.azure_templates",
    "files.kubernetes", "files.ansible", "files.platforms", "files.zone",
})  # fmt: skip
# where a program's own code names a host
_PROGRAMS = frozenset({
    "files.python", "files.ruby", "files.php", "files.javascript", "files.go", "files.jvm", "files.csharp",
    "files.elixir", "files.rust", "files.components",
})  # fmt: skip
_POSSIBLE = frozenset({"env", "setting", "host", "uri", "arn", "txt", "tf_provider"})
_NOT_PRODUCTION = re.compile(r"preview|docs?(?![a-z])|storybook|review|(?<![a-z])pr(?![a-z])|pull|demo|sandbox|test")
_CLIENTS = frozenset({"python", "jvm", "ruby", "php", "dotnet", "rust", "call"})
# a page loads what it names
_PAGES = frozenset({"files.html"})
_MAIL_SERVER = re.compile(r"(?:[a-z]{1,10}-)?smtp(?:-[a-z]{1,10})?")


def is_preview(where: str) -> bool:
    """Whether a pipeline's file says that what it deploys is no production: a preview, documentation, a demo."""
    return _NOT_PRODUCTION.search(where.rpartition(":")[0].lower()) is not None


def is_package(kind: str, source: str) -> bool:
    """Whether this is a line of a manifest, and not an import in code."""
    return kind in PACKAGES and source not in _CODE


def use_of(evidence: Evidence) -> Use:
    """The class of one piece of evidence."""
    kind, _, value = evidence.signal.partition("#")[2].partition(":")
    if evidence.role == "developer":
        return "developer"
    if evidence.role == "optional":
        return "possible"
    if is_package(kind, evidence.source):
        return "developer" if evidence.role == "build/ci" else "possible"
    if evidence.role == "build/ci" or evidence.source in _PRODUCTION - {"files.hcl"}:
        return "possible" if kind == "arn" else "in use"
    if evidence.source in _PAGES and kind == "host":
        return "in use"
    if kind == "host" and evidence.source in _PROGRAMS and is_interface(value):
        return "in use"
    return "possible" if kind in _POSSIBLE else "in use"


def is_of_a_program(evidence: Evidence) -> bool:
    """Whether a program that runs says it in its own code."""
    return evidence.role == "runtime" and evidence.source in _PROGRAMS


def is_called(evidence: Evidence) -> bool:
    """Whether a program that runs works with it: a client, a library that code imports, an interface it names."""
    kind, _, value = evidence.signal.partition("#")[2].partition(":")
    works = kind in _CLIENTS or (kind in PACKAGES and evidence.source in _CODE)
    return is_of_a_program(evidence) and (works or (kind == "host" and is_interface(value)))


def is_embedded(evidence: Evidence) -> bool:
    """Whether a page loads it."""
    return evidence.source in _PAGES and evidence.role in ("runtime", "optional")


def is_interface(host: str) -> bool:
    """Whether only programs talk to it: `api.example.com`, `example.com/api`, `smtp.example.com`. Nobody links to
    these."""
    if host.startswith(("api.", "*.api.")) or host.endswith("/api"):
        return True
    return any(map(_MAIL_SERVER.fullmatch, host.split(".")[:2]))
