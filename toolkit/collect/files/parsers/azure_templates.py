"""Azure's own templates: Bicep and ARM (JSON). Resource types, without the version of the API they are written for.

Read line by line, like CloudFormation: a type is never split, and templates are seldom plain JSON.
"""

import re
from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._named import commented, named

CLAIMS = ("*.bicep", "*.json", "*.bicepparam")
KINDS: frozenset[SignalKind] = frozenset({"arm", "host", "env", "uri", "arn"})

# 'Microsoft.Web/sites@2022-03-01' in Bicep and azapi, "type": "Microsoft.Web/sites" in ARM
_TYPE = re.compile(
    r"(?:type[\"']?\s{0,4}[:=]\s{0,4}|resource\s{1,4}\w{1,80}\s{1,4})[\"']"
    r"(Microsoft\.[A-Za-z]{2,40}(?:\.[A-Za-z]{2,40})?(?:/[A-Za-z]{2,60}){1,4})(?:@[\w\-]{4,40})?[\"']",
    re.IGNORECASE,
)


def parse(path: str, text: str) -> Iterator[Mention]:
    """One mention per resource; nested deployments yield nothing. In Bicep also the names in its values."""
    for number, line in enumerate(text.split("\n"), 1):
        commented_out = line.lstrip().startswith("//")
        yield from types(line, number, commented_out=commented_out)
    if not path.endswith(".json"):
        yield from dict.fromkeys(commented(text, "//"))
        code = "\n".join("" if line.lstrip().startswith("//") else line for line in text.split("\n"))
        yield from dict.fromkeys(named(code, 1))


def types(line: str, number: int, *, commented_out: bool = False) -> Iterator[Mention]:
    """The resource types that one line of a template, or of Terraform's azapi, declares."""
    if "icrosoft." not in line:
        return
    for found in _TYPE.finditer(line[:2_000]):
        yield Mention("arm", found[1], number, role="infra", discard="comment" if commented_out else None)
