"""Keys of age (https://age-encryption.org, https://c2sp.org/age): X25519 pairs in its own spelling, Bech32.

In: nothing, or 32 bytes of a private key. Out: an identity, which decrypts, and its recipient, for whom is encrypted.
"""

from collections.abc import Iterable, Iterator

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def new_pair() -> tuple[str, str]:
    """A new identity and its recipient."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    return pair(X25519PrivateKey.generate().private_bytes_raw())


def pair(private: bytes) -> tuple[str, str]:
    """Identity and recipient of a private key."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    public = X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    return _bech32("age-secret-key-", private).upper(), _bech32("age", public)


def _bech32(prefix: str, data: bytes) -> str:
    """BIP 173, with no limit on the length."""
    words = list(_five_bits(data))
    expanded = [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]
    rest = _checksum([*expanded, *words, 0, 0, 0, 0, 0, 0]) ^ 1
    check = [rest >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{prefix}1{''.join(_ALPHABET[word] for word in [*words, *check])}"


def _five_bits(data: bytes) -> Iterator[int]:
    """The bits in fives, filled up with zeros."""
    bits = "".join(f"{byte:08b}" for byte in data)
    for start in range(0, len(bits), 5):
        yield int(bits[start : start + 5].ljust(5, "0"), 2)


def _checksum(words: Iterable[int]) -> int:
    rest = 1
    for word in words:
        top = rest >> 25
        rest = (rest & 0x1FFFFFF) << 5 ^ word
        for place, value in enumerate(_GENERATOR):
            rest ^= value if top >> place & 1 else 0
    return rest
