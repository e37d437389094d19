"""`offramp-manifest.json`: what was generated from what, with a hash per file."""

import hashlib
from collections.abc import Sequence

import msgspec

from toolkit.model import SCHEMA_VERSION, GeneratedFile, Manifest, Plan

PATH = "offramp-manifest.json"


def content_hash(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def manifest_file(files: Sequence[GeneratedFile], plan: Plan, target: str, sources: str = "") -> GeneratedFile:
    """The manifest of these files. It holds no time: the same files give the same manifest."""
    manifest = Manifest(
        schema_version=SCHEMA_VERSION,
        tool=plan.tool,
        catalog=plan.catalog,
        platform=plan.platform.name,
        target=target,
        sources=sources,
        hosts=plan.hosts,
        journeys=plan.platform.journeys,
        drill=plan.platform.drill,
        files={file.path: content_hash(file.content.encode()) for file in files},
    )
    encoded = msgspec.json.format(msgspec.json.encode(manifest, order="deterministic"), indent=2)
    return GeneratedFile(path=PATH, content=encoded.decode() + "\n")
