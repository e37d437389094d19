"""Lock files of Poetry, uv, PDM and Pipenv: what a manifest did not ask for itself is transitive."""

import re
from collections.abc import Iterator

from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._places import Lines

CLAIMS = ("poetry.lock", "uv.lock", "pdm.lock", "pylock*.toml", "Pipfile.lock", "?*.py.lock")
KINDS = frozenset({"pypi"})

_TABLE = re.compile(r'^\[\[packages?\]\]\nname = "([^"\n]{1,100})"', re.MULTILINE)
_KEY = re.compile(r'^ {8}"([A-Za-z0-9][^"\n]{0,100})": \{', re.MULTILINE)


def parse(path: str, text: str) -> Iterator[Mention]:
    """Every locked package. Read by pattern: these files are large, written by programs, and always laid out alike."""
    lines = Lines(text)
    for found in (_KEY if path.endswith("Pipfile.lock") else _TABLE).finditer(text):
        yield Mention("pypi", found[1], lines.at(found.start(1)), discard="transitive")
