"""Sign what a drill or a tabletop came to, as the next record of its platform's chain."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
import platformdirs

from toolkit import console, proof
from toolkit.console import Targets, emit, say
from toolkit.model import Journal, Tabletop

Record = TypeVar("Record", Journal, Tabletop)
_RENDERERS = {Journal: "render_journal", Tabletop: "render_tabletop"}


def sealed(record: Record, key: Path, files: Sequence[Path]) -> Record:
    """The record with its place in the chain, written as JSON into each of the files, and each signed."""
    chain = proof.chain_folder(platformdirs.user_state_path("offramp"), record.platform)
    placed = record

    def make(previous: str) -> Sequence[Path]:
        nonlocal placed
        placed = msgspec.structs.replace(record, previous=previous)
        for file in files:
            console.write(_RENDERERS[type(record)], (placed,), "json", file)
        return files

    proof.seal(chain, key, make)
    say(f"signed: {', '.join(str(proof.signature_of(file)) for file in files)}; a copy is in {chain}/")
    return placed


def emit_sealed(record: Record, key: Path, kept: Path, chosen: str | None, targets: Targets) -> Record:
    """Print and write the record like `console.emit`, with its own file and what is written as JSON signed."""
    as_json: list[Path] = [path for name, path in targets if name == "json"]
    placed = sealed(record, key, [kept, *as_json])
    others = tuple((name, path) for name, path in targets if name != "json")
    if others or chosen or not as_json:
        emit(_RENDERERS[type(record)], (placed,), chosen, others)
    return placed
