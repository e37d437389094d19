"""Keys: one per purpose, all derived from the operator's secret, and what is made with them."""

import hashlib
import hmac
import secrets
from typing import NamedTuple


class Keys(NamedTuple):
    """`challenges` signs them, `solutions` their solutions, `hashes` recognises what is stored."""

    challenges: bytes
    solutions: bytes
    hashes: bytes
    outages: bytes


def derive(secret: str) -> Keys:
    """The keys of a secret; the same at every start."""
    return Keys(*(hmac.digest(secret.encode(), b"guard:" + name.encode(), "sha256") for name in Keys._fields))


def keyed(key: bytes, text: str) -> str:
    """HMAC-SHA256 in hexadecimal digits."""
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def new_code() -> str:
    """What nobody guesses: 256 bits, in letters that pass through forms and addresses as they are."""
    return secrets.token_urlsafe(32)


def secret_hash(secret: str) -> str:
    """What is stored of a site's secret. It is random and long: no salt, no stretching."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
