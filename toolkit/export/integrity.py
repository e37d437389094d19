"""Subresource Integrity (https://www.w3.org/TR/SRI/): whether content is what a page says it is.

In: the text of an `integrity` attribute, the content. Out: yes or no, as browsers decide: of the strongest hash that is
named one has to fit; what names no hash that is known says nothing.
"""

import base64
import binascii
import hashlib
import re

_STRENGTH = ("sha256", "sha384", "sha512")
_HASH = re.compile(r"(sha256|sha384|sha512)-([A-Za-z0-9+/_-]{1,100}={0,2})(?:\?[!-~]{0,200})?")


def holds(integrity: str, content: bytes) -> bool:
    """Whether a browser would take the content."""
    named = [(found[1], _decoded(found[2])) for word in integrity.split() if (found := _HASH.fullmatch(word))]
    if not named:
        return True
    strongest = max((name for name, _ in named), key=_STRENGTH.index)
    digest = hashlib.new(strongest, content).digest()
    return any(value == digest for name, value in named if name == strongest)


def _decoded(text: str) -> bytes:
    text = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return b""
