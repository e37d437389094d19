"""conda's environment.yml: Python packages by their conda name, and pip's inside it."""

import re
from collections.abc import Iterator

from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers.pypi_requirements import development

CLAIMS = ("environment*.yml", "environment*.yaml", "conda*.yml", "conda*.yaml", "meta.yaml")
KINDS = frozenset({"pypi"})

_ITEM = re.compile(r"\s+-\s+[\"']?(?:[\w\-]+::)?([A-Za-z0-9][A-Za-z0-9._\-]{0,100})[\"']?\s*(?:[=<>!~\[ #;@]|$)")
_KEY = re.compile(r"(\s*)(?:- )?([A-Za-z_][\w\-]*):(?:\s|$)")


def parse(path: str, text: str) -> Iterator[Mention]:
    """The items under `dependencies:` (conda) and `pip:`."""
    inside = False
    role = development(path.rpartition("/")[2])
    for number, line in enumerate(text.split("\n"), 1):
        if key := _KEY.match(line):
            inside = key[2] in ("dependencies", "pip", "run", "host")
        elif inside and (found := _ITEM.match(line)):
            yield Mention("pypi", found[1], number, role)
