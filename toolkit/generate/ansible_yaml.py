"""YAML for Ansible by PyYAML's emitter: text from outside reaches the hosts byte for byte.

Where Jinja could find something in it, it carries the tag `!unsafe`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml


class Unsafe(str):
    """Text that came from outside: Ansible must take it as it stands."""

    __slots__ = ()


# Neither a template nor an expression: no braces, brackets, parentheses, quotes, pipes or percent signs.
_HARMLESS = re.compile(r"[\w ./:@+,=~<-]*")
_FOLDS = re.compile(r'["\\\n]|.{90}')  # what double quotes would have to escape, or break with a backslash
_TEXT = "tag:yaml.org,2002:str"
# A task that another comes before: what ends above is no key that begins a list
_TASK = re.compile(r"(?m)^(.*[^:\n]\n)(    - name: )")
_types = yaml.resolver.Resolver()


_WIDTH = 100


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)  # lists indented under their key


def _represent_unsafe(dumper: yaml.SafeDumper, text: Unsafe) -> yaml.ScalarNode:
    """ansible-core ≥ 2.19 forgets the quotes of a tagged scalar: `!unsafe "no"` would become False.

    So what another scalar could be taken for goes without the tag, in quotes, which every version honours.
    """
    plain = _HARMLESS.fullmatch(text) or _looks_typed(text)
    return dumper.represent_scalar(_TEXT if plain else "!unsafe", str(text))


def _represent_own(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Expressions of ours have single quotes in them: `when: "'web' in group_names"`, not `'''web'' in …`."""
    quoted = text.startswith(("'", "{{")) and "'" in text and not _FOLDS.search(text)
    return dumper.represent_scalar(_TEXT, text, style='"' if quoted else None)


def _looks_typed(text: str) -> bool:
    """Whether YAML 1.1 reads the text as something else where it has no quotes; none of it means anything to Jinja."""
    tag: str = _types.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]  # PyYAML
    return tag != _TEXT


_Dumper.add_representer(Unsafe, _represent_unsafe)
_Dumper.add_representer(str, _represent_own)


def dump(value: object) -> str:
    """The document for `value`: plain dicts, lists, numbers, strings (Jinja acts in them) and `Unsafe` strings."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)


def dump_plays(plays: Iterable[Mapping[str, Any]]) -> str:
    """A playbook: an empty line before each play but the first, and before each task but a play's first."""
    texts = (dump([dict(play)]) for play in plays)
    return "\n".join(_TASK.sub(r"\1\n\2", text) for text in texts) or "[]\n"


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
