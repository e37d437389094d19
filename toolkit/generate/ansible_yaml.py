"""YAML for Ansible by PyYAML's emitter: text from outside carries the tag `!unsafe`, so Jinja never reads it."""

from typing import Any

import yaml


class Unsafe(str):
    """Text that came from outside: Ansible must take it as it stands."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)  # lists indented under their key


def _represent_unsafe(dumper: yaml.SafeDumper, text: Unsafe) -> yaml.ScalarNode:
    return dumper.represent_scalar("!unsafe", str(text))


_Dumper.add_representer(Unsafe, _represent_unsafe)


def dump(value: object) -> str:
    """The document for `value`: plain dicts, lists, numbers, strings (Jinja acts in them) and `Unsafe` strings."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def outside(value: Any) -> Any:
    """The same value with every string in it, keys excepted, marked as coming from outside."""
    match value:
        case str():
            return Unsafe(value)
        case dict():
            return {key: outside(item) for key, item in value.items()}
        case list() | tuple():
            return [outside(item) for item in value]
    return value
