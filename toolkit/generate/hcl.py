"""Values as Terraform expressions. Whatever a string holds, Terraform reads back exactly that string."""

import re
from collections.abc import Mapping

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BARE_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def literal(value: object, indent: int = 0) -> str:
    """`value` (None, bool, number, str, sequence, mapping with string keys) in HCL, as `terraform fmt` lays it out."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case str():
            return _string(value)
        case Mapping():
            return _mapping(value, indent)
        case list() | tuple():
            return f"[{', '.join(literal(item, indent) for item in value)}]"
    raise TypeError(f"no HCL for {type(value).__name__}")


def _string(text: str) -> str:
    escaped = "".join(_ESCAPES.get(char) or (char if char.isprintable() else _code_point(char)) for char in text)
    # a template marker is escaped by doubling its first character
    return '"' + escaped.replace("${", "$${").replace("%{", "%%{") + '"'


def _code_point(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"


def _mapping(table: Mapping[str, object], indent: int) -> str:
    if not table:
        return "{}"
    keys = {key: key if _BARE_KEY.fullmatch(key) else _string(key) for key in table}
    width = max(map(len, keys.values()))
    multiline = any(isinstance(value, Mapping) and value for value in table.values())
    pad = " " * (indent + 2)
    rows = (
        f"{pad}{keys[key] if multiline else keys[key].ljust(width)} = {literal(value, indent + 2)}"
        for key, value in table.items()
    )
    return "{\n" + "\n".join(rows) + "\n" + " " * indent + "}"
