"""What Offramp itself has written is never read: an audit that reads its own output finds itself.

In: names and bytes of files, and the manifests beside them. Out: whether a file is Offramp's own.
Documents say so at their head. Of a generated project or an export only those files are Offramp's that
its manifest lists, as they were when written: a forged manifest hides nothing that it does not list, and
the report says how many files each one has hidden.
"""

import hashlib
import os
import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from toolkit.model import Explanation, Simulation, Verdict

PROJECT, EXPORT = "offramp-manifest.json", "manifest.json"
SETTINGS = "offramp.toml"
PLAN = "plan.json"  # so Terraform's users call theirs, and the README ours
_MANIFEST_LIMIT = 4 * 2**20  # bytes
_FILE_LIMIT = 16 * 2**20  # bytes; larger ones are not compared, and so are read or `Unread` as any other
_MOST_FILES = 20_000  # of one manifest
_HEAD = 2_000  # bytes in which a document says what it is
# What a generated project consists of. A manifest that lists anything else hides nothing of it.
_GENERATED = re.compile(
    r"(?:(?:roles|modules|inventory)/[^\0]{1,300}|[\w.-]{1,60}\.(?:tf|yml|md|cfg|example)|\.gitignore)"
)
_MADE_BY_TERRAFORM = frozenset({"terraform.tfstate", "terraform.tfstate.backup", ".terraform.lock.hcl"})

_VERSIONED = re.compile(rb'\A\s*\{\s*"schema_version":\s*"[\d.]+",\s*"tool":\s*"offramp [\w.+-]+"')
_KINDS = ("catalog", "platform")  # keys of every document of that head
_OUTCOME = re.compile(rb'\A\s*\{\s*"(?:passed|losses|dependency)":')
_GENERATOR = re.compile(rb'<meta name="generator" content="offramp">')
_SUITE = re.compile(rb'<testsuites>\s*<testsuite name="offramp (?:gate|audit)"')
_LAST_LINE = re.compile(rb"\nMade by offramp [\w.+-]{1,40}(?:, [^\n]{1,100})?\.?\s*\Z")


class Listing(NamedTuple):
    """The files that one manifest lists."""

    folder: str  # "" or "a/b/"
    manifest: str  # its path
    hashes: dict[str, str]  # path within the folder → SHA-256


# --- files that a manifest lists --------------------------------------------------------------------------------------
class _Project(msgspec.Struct):
    schema_version: str
    tool: str
    target: str
    files: dict[str, str]


class _Exported(msgspec.Struct):
    file: str
    sha256: str


class _Export(msgspec.Struct):
    schema_version: str
    source: str
    complete: bool
    datasets: dict[str, _Exported]


def listing(root: str, folder: str, names: set[str]) -> Listing | None:
    """What the manifest in this folder lists; None without one."""
    if PROJECT in names:
        path = f"{folder}{PROJECT}"
        hashes = _of_project(_bytes(f"{root}/{path}", _MANIFEST_LIMIT))
    elif EXPORT in names:
        path = f"{folder}{EXPORT}"
        hashes = _of_export(_bytes(f"{root}/{path}", _MANIFEST_LIMIT))
    else:
        return None
    return Listing(folder, path, hashes) if 0 < len(hashes) <= _MOST_FILES else None


def _of_project(data: bytes) -> dict[str, str]:
    try:
        project = msgspec.json.decode(data, type=_Project)
    except (msgspec.DecodeError, RecursionError):
        return {}
    if not project.tool.startswith("offramp "):
        return {}
    return {path: digest for path, digest in project.files.items() if _GENERATED.fullmatch(path)}


def _of_export(data: bytes) -> dict[str, str]:
    try:
        export = msgspec.json.decode(data, type=_Export)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return {one.file: one.sha256 for one in export.datasets.values() if one.file.endswith(".jsonl")}


def listed_by(root: str, listings: Sequence[Listing], path: str, size: int) -> str | None:
    """The manifest that lists this file as it is now; the innermost folder's decides."""
    for listing_ in reversed(listings):
        inside = path.removeprefix(listing_.folder)
        if path == listing_.manifest or _is_as_written(root, listing_, inside, size):
            return listing_.manifest
        if inside in _MADE_BY_TERRAFORM and _is_as_written(root, listing_, "main.tf", 0):
            return listing_.manifest
    return None


def _is_as_written(root: str, listing_: Listing, inside: str, size: int) -> bool:
    """Also a newer version that was laid beside a file somebody has edited."""
    wanted = listing_.hashes.get(inside) or listing_.hashes.get(inside.removesuffix(".new"))
    if wanted is None or size > _FILE_LIMIT:
        return False
    data = _bytes(f"{root}/{listing_.folder}{inside}", _FILE_LIMIT)
    return hashlib.sha256(data).hexdigest() == wanted


def _bytes(path: str, limit: int) -> bytes:
    """A regular file's content; empty for what cannot be read, is a link or is too large."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as stream:
            data = stream.read(limit + 1)
    except OSError:
        return b""
    return data if len(data) <= limit else b""


# --- documents that say so --------------------------------------------------------------------------------------------
class _Driver(msgspec.Struct):
    name: str


class _Tool(msgspec.Struct):
    driver: _Driver


class _Run(msgspec.Struct):
    tool: _Tool


class _Sarif(msgspec.Struct):
    runs: list[_Run]


class _Components(msgspec.Struct):
    components: list[_Driver]


class _Metadata(msgspec.Struct):
    tools: _Components


class _CycloneDX(msgspec.Struct):
    bomFormat: str
    metadata: _Metadata


def is_output(name: str, data: bytes, *, whole: bool = True) -> bool:
    """Whether this is a report or a document that Offramp wrote. `whole`: `data` is more than the file's head."""
    ending = name.rpartition(".")[2].lower()
    if ending in ("json", "sarif", "cdx"):
        return _is_json(data, whole=whole)
    if ending in ("html", "htm"):
        return _GENERATOR.search(data, 0, _HEAD) is not None
    if ending == "xml":
        return _SUITE.search(data, 0, _HEAD) is not None
    return (
        ending in ("md", "markdown", "txt", "text", "log")
        and _LAST_LINE.search(data, max(0, len(data) - 200)) is not None
    )


def _is_json(data: bytes, *, whole: bool) -> bool:
    if _VERSIONED.match(data):
        return not whole or all(f'"{key}":'.encode() in data for key in _KINDS)
    if not whole or (b'"offramp"' not in data[:_HEAD] and not _OUTCOME.match(data)):
        return False
    return _is_sarif(data) or _is_cyclonedx(data) or _is_outcome(data)


def _is_sarif(data: bytes) -> bool:
    try:
        runs = msgspec.json.decode(data, type=_Sarif).runs
    except (msgspec.DecodeError, RecursionError):
        return False
    return bool(runs) and all(run.tool.driver.name == "offramp" for run in runs)


def _is_cyclonedx(data: bytes) -> bool:
    try:
        tools = msgspec.json.decode(data, type=_CycloneDX).metadata.tools.components
    except (msgspec.DecodeError, RecursionError):
        return False
    return bool(tools) and all(tool.name == "offramp" for tool in tools)


def _is_outcome(data: bytes) -> bool:
    for kind in (Verdict, Simulation, Explanation):  # they refuse unknown keys
        try:
            msgspec.json.decode(data, type=kind)
        except (msgspec.DecodeError, RecursionError):
            continue
        return True
    return False
