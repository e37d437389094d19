"""JSON and TOML read as a whole. What is broken is `Unparsed` at its line; nothing of its text is in the reason."""

import re
import tomllib
from typing import Any

import msgspec

from toolkit.collect.files.mention import Unparsed
from toolkit.documents import deep_key

_BYTE = re.compile(r"\(byte (\d+)\)$")
_LINE = re.compile(r"\(at line (\d+), ")


def json_document(text: str, into: Any = Any) -> Any:
    """The value of a JSON text, as an `into`."""
    content = text.encode("utf-8", "replace")
    try:
        return msgspec.json.decode(content, type=into)
    except msgspec.ValidationError as err:
        raise Unparsed(1, "not the document its name says") from err
    except msgspec.DecodeError as err:
        place = _BYTE.search(str(err))  # without one, it ends too early
        raise Unparsed(content.count(b"\n", 0, int(place[1]) if place else None) + 1, "no valid JSON") from err
    except RecursionError as err:
        raise Unparsed(1, "nested too deeply") from err


def toml_document(text: str) -> dict[str, Any]:
    """The tables of a TOML text."""
    if (deep := deep_key(text)) is not None:
        raise Unparsed(text.count("\n", 0, deep) + 1, "nested too deeply")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        place = _LINE.search(str(err))  # without one, it ends too early
        raise Unparsed(int(place[1]) if place else text.count("\n") + 1, "no valid TOML") from err
    except RecursionError as err:
        raise Unparsed(1, "nested too deeply") from err
