"""Answers: what a page's form hands to the application, and that to siteverify.

An answer says in itself for which site and host name it was given and until when, and is signed: what is forged is
refused before the database is asked. Stored is its keyed hash, so that each counts once.
"""

import base64
import hmac
import json
import secrets
from typing import NamedTuple

from toolkit.guard.keys import Keys, keyed

LONGEST = 2_048  # letters


class Claims(NamedTuple):
    """What an answer says of itself."""

    site: str
    hostname: str
    action: str
    issued: float
    expires: float
    random: str


def make(keys: Keys, *, site: str, hostname: str, action: str, issued: float, expires: float) -> str:
    """A new answer."""
    claims = Claims(site, hostname, action, round(issued, 3), round(expires, 3), secrets.token_urlsafe(18))
    body = base64.urlsafe_b64encode(json.dumps(claims, separators=(",", ":")).encode()).rstrip(b"=").decode()
    return f"{body}.{keyed(keys.outages, body)}"


def read(keys: Keys, answer: str) -> Claims | None:
    """What it says; None for what is none of ours."""
    body, _, signature = answer.partition(".")
    if len(answer) > LONGEST or not answer.isascii():
        return None
    if not hmac.compare_digest(keyed(keys.outages, body).encode(), signature.encode()):
        return None
    return Claims(*json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))


def stored(keys: Keys, answer: str) -> str:
    """Its key in the database."""
    return keyed(keys.hashes, f"answer:{answer}")
