"""`${address.url}` and its kin in an application's environment: where people reach it, by its own domains.

In: a text of the user's, the application's domains. Out: the text with them. Without a domain they are empty.
"""

import re
from collections.abc import Sequence

_REFERENCE = re.compile(r"\$\{address\.(url|domain|domains)\}")


def addressed(text: str, domains: Sequence[str]) -> str:
    """The first domain, its address over HTTPS, or all domains with commas between."""
    first = next(iter(domains), "")
    values = {"domain": first, "url": first and f"https://{first}", "domains": ",".join(domains)}
    return _REFERENCE.sub(lambda match: values[match[1]], text)
