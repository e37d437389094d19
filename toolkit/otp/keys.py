"""Codes and the keys that guard them.

In: the operator's secret. Out: codes that follow from a random identifier and the secret, keyed hashes of what must be
recognised but not read, and messages encrypted for as long as they wait to be sent.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import NamedTuple

from cryptography.fernet import Fernet, InvalidToken


class Keys(NamedTuple):
    """One key per purpose, all derived from one secret."""

    codes: bytes
    limits: bytes
    reports: bytes
    messages: Fernet


def derive(secret: str) -> Keys:
    """The keys of a secret; the same at every start."""
    codes, limits, reports, messages = (
        hmac.digest(secret.encode(), b"otp:" + purpose, "sha256")
        for purpose in (b"codes", b"limits", b"reports", b"messages")
    )
    return Keys(codes, limits, reports, Fernet(base64.urlsafe_b64encode(messages)))


def code_of(keys: Keys, verification: str, length: int) -> str:
    """The code of a verification: decimal digits, each code as likely as any other, and the same each time it is asked.

    The identifier is random; who has it but not the secret learns nothing of the code.
    """
    drawn = hmac.digest(keys.codes, f"code of {verification}".encode(), "sha512")
    return f"{int.from_bytes(drawn) % 10**length:0{length}}"  # 2^512 is no multiple: a bias of 10^-140


def new_sid(kind: str) -> str:
    """An identifier in Twilio's form: two letters and 32 hexadecimal digits."""
    return kind + secrets.token_hex(16)


def code_hash(keys: Keys, verification: str, code: str) -> str:
    """What is stored of a code. It is bound to its verification, so equal codes have unequal hashes."""
    return keyed(keys.codes, f"{verification}:{code}")


def is_code(keys: Keys, verification: str, code: str, hashes: Iterable[str]) -> bool:
    """Whether the code is one of these; takes as long whether it is or not."""
    given = code_hash(keys, verification, code)
    return sum(hmac.compare_digest(given, known) for known in hashes) > 0  # not `any`, which stops early


def seal(keys: Keys, text: str) -> str:
    """A text, encrypted."""
    return keys.messages.encrypt(text.encode()).decode()


def unseal(keys: Keys, sealed: str) -> str | None:
    """What was sealed; None under another secret than it was sealed with."""
    try:
        return keys.messages.decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def keyed(key: bytes, text: str) -> str:
    """HMAC-SHA256 in hexadecimal digits."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
