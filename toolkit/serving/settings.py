"""The settings of a service: one TOML file with secrets in it."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from toolkit.errors import BadInput

Settings = TypeVar("Settings")


def read(path: Path, kind: type[Settings], check: Callable[[Settings], None], *, manual: str) -> Settings:
    """The file as a `kind`. BadInput says which key is wrong, never its value; `manual` is the page to look into.

    `check` raises ValueError for what the types do not say.
    """
    hint = f"see {manual}"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as err:
        raise BadInput(f"cannot be read: {err}", where=path, hint=hint) from err
    except tomllib.TOMLDecodeError as err:
        raise BadInput(f"is no valid TOML: {err}", where=path) from None
    try:
        settings = msgspec.convert(raw, kind)
        check(settings)
    except (msgspec.ValidationError, ValueError) as err:
        raise BadInput(str(err), where=path, hint=hint) from None
    return settings
