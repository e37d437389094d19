"""Proof of work: ALTCHA's published algorithm, version 2 (https://altcha.org/docs/v2/proof-of-work-v2/), with PBKDF2.

A challenge names a salt, a nonce and the first half of a key; solved is it by the counter whose key begins so. Which
counter that is was drawn when the challenge was made, from 1 to 2 × rounds, each as likely as any other: so the work
has an upper bound, and nobody saves by giving up early and asking again. Challenge and key are signed; nothing is
stored, and checking a solution costs one HMAC. Browsers compute PBKDF2 in machine code, so that phones are not as far
behind a script as with hashes in JavaScript. tests/guard/test_work.py holds it against ALTCHA's own library.
"""

import hashlib
import hmac
import json
import secrets
import struct
from collections.abc import Mapping
from typing import Any

ALGORITHM = "PBKDF2/SHA-256"
_KEY_BYTES = 32
_PREFIX_BYTES = 16


def challenge(
    key: bytes, key_of_solutions: bytes, *, cost: int, rounds: int, expires: int, data: Mapping[str, Any]
) -> dict[str, Any]:
    """A challenge as ALTCHA writes it: `parameters` and their `signature`. `data` is text and whole numbers."""
    nonce, salt = secrets.token_bytes(16), secrets.token_bytes(16)
    derived = _derive(nonce, salt, cost, 1 + secrets.randbelow(2 * rounds))
    parameters = {
        "algorithm": ALGORITHM,
        "nonce": nonce.hex(),
        "salt": salt.hex(),
        "cost": cost,
        "keyLength": _KEY_BYTES,
        "keyPrefix": derived[:_PREFIX_BYTES].hex(),
        "keySignature": hmac.new(key_of_solutions, derived, hashlib.sha256).hexdigest(),
        "expiresAt": expires,
        "data": dict(data),
    }
    return {"parameters": parameters, "signature": _signature(key, parameters)}


def is_ours(key: bytes, parameters: Any, signature: Any) -> bool:
    """Whether a challenge that came back is one of those made with this key, unchanged."""
    if not (isinstance(parameters, dict) and isinstance(signature, str)):
        return False
    return hmac.compare_digest(_signature(key, parameters).encode(), signature.encode("utf-8", "surrogatepass"))


def is_solved(key_of_solutions: bytes, parameters: Mapping[str, Any], derived: Any) -> bool:
    """Whether `derived` (hexadecimal digits) is the key that a challenge of ours asks for."""
    try:
        given = bytes.fromhex(derived) if isinstance(derived, str) else b""
    except ValueError:
        return False
    made = hmac.new(key_of_solutions, given, hashlib.sha256).hexdigest()
    return hmac.compare_digest(made, str(parameters["keySignature"]))


def _derive(nonce: bytes, salt: bytes, cost: int, counter: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", nonce + struct.pack(">I", counter), salt, cost, _KEY_BYTES)


def _signature(key: bytes, parameters: Mapping[str, Any]) -> str:
    """Of the parameters as JSON with sorted keys and no space, as JavaScript writes it."""
    text = json.dumps(parameters, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
