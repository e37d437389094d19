"""CloudFormation, SAM and synthesised CDK templates: resource types, transforms, and types of parameters.

Read line by line: templates are often not plain YAML (Jinja, tags of other tools), and a type is never split.
"""

import re
from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention

CLAIMS = ("*.yml", "*.yaml", "*.json", "*.template", "*.cfn", "*.cform")
KINDS: frozenset[SignalKind] = frozenset({"cfn"})

_TYPE = re.compile(
    r"[\"']?(?:Type|Transform|TypeName|resourceType)[\"']?\s{0,8}:\s{0,8}\[?\s{0,8}[\"']?"
    r"([A-Za-z0-9]{2,40}(?:::[A-Za-z0-9\-]{1,60}){1,4})"
)
_NESTED = re.compile(r"<([A-Z][A-Za-z0-9]{1,40}(?:::[A-Za-z0-9]{1,60}){1,4})>")


def parse(path: str, text: str) -> Iterator[Mention]:
    """One mention per line that has a type; on comment lines they are discarded."""
    if "::" not in text:
        return
    for number, line in enumerate(text.split("\n"), 1):
        if "::" not in line:
            continue
        commented = line.lstrip().startswith(("#", "//"))
        for found in (*_TYPE.finditer(line[:2000]), *_NESTED.finditer(line[:2000])):
            yield Mention("cfn", found[1], number, role="infra", discard="comment" if commented else None)
