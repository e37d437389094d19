"""What signals a catalogue had, small enough for every audit: by it `offramp diff` tells new from newly known.

In: signal ids. Out: a Bloom filter as text, 8 bits a signal (one in about 46 unknown signals is taken for known, so a
change is sooner laid on the code than on the catalogue). https://en.wikipedia.org/wiki/Bloom_filter
"""

import base64
import binascii
import hashlib
from collections.abc import Collection

_BITS = 8  # of the filter, for each signal
_NUMBERS = range(5)  # of hashes


def remember(signals: Collection[str]) -> str:
    """The same text for the same signals, in whatever order."""
    size = max(8, len(signals) * _BITS)
    field = bytearray((size + 7) // 8)
    bits = len(field) * 8
    for signal in signals:
        for bit in _bits(signal, bits):
            field[bit >> 3] |= 1 << (bit & 7)
    return base64.b64encode(bytes(field)).decode()


def knew(memory: str, signal: str) -> bool | None:
    """Whether the signal was looked for; None where the audit does not say (it was made by an older Offramp)."""
    try:
        field = base64.b64decode(memory, validate=True)
    except (binascii.Error, ValueError):
        return None
    return all(field[bit // 8] & 1 << bit % 8 for bit in _bits(signal, len(field) * 8)) if field else None


def _bits(signal: str, size: int) -> list[int]:
    """Two hashes combined make as many as are wanted (Kirsch and Mitzenmacher 2006)."""
    digest = hashlib.blake2b(signal.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    first, step = int.from_bytes(digest[:8]), int.from_bytes(digest[8:]) | 1
    return [(first + number * step) % size for number in _NUMBERS]
