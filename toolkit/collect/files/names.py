"""Host, URI-scheme and environment-variable names inside any text, for all parsers alike.

In: text of any kind. Out: (name, offset or line) pairs. Every pattern is linear-time: no nested quantifiers.
"""

import re
from collections.abc import Iterator

# A label is letters, digits, dashes or underscores; templates in a host ("${region}.amazonaws.com") end it on the left.
_HOST = re.compile(r"(?<![A-Za-z0-9_.\-@])(?:[A-Za-z0-9_\-]{1,63}\.){1,10}[A-Za-z]{2,24}(?![A-Za-z0-9_\-])")
_ENV = re.compile(r"(?<![A-Za-z0-9_])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![A-Za-z0-9_])")
