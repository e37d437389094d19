"""Password hashes in the spellings that providers and frameworks keep them in, brought to one.

In: a hash as it stands in an export or a table. Out: the text that Keycloak's `offramp-imported` checks, in the PHC
string format (https://github.com/P-H-C/phc-string-format): `$scheme$name=number,…$SALT$HASH`, Base64 without padding.
A hash that nothing can be made of is `Unusable`, which says what it is, never what it holds.
"""

import base64
import binascii
import re
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_BCRYPT = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}")
_ARGON2 = re.compile(
    r"\$argon2(?:id|i|d)\$v=(?:16|19)\$m=(\d{1,8}),t=(\d{1,8}),p=(\d{1,3})\$[\w+/]+\$[\w+/]+", re.ASCII
)
_PLAIN = re.compile(r"(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{128})")
_ASPNET = re.compile(r"A[A-Za-z0-9+/]{40,}={0,2}")
# What Keycloak spends on one check; the same bounds are in ImportedPasswords.java.
_MOST_MEMORY = 256 * 2**20  # bytes
_MOST_ITERATIONS = 10_000_000
_HIGHEST_BCRYPT_COST = 16
_ASPNET_DIGESTS = {0: "sha1", 1: "sha256", 2: "sha512"}


class Unusable(ValueError):
    """A hash that cannot come along, with why."""


def phc(spelled: str) -> str:
    """A hash of bcrypt, Argon2, PBKDF2 or scrypt, as its program wrote it.

    Known spellings: modular crypt (Devise, Laravel, Auth0, Supabase, Clerk, Phoenix), PHC, Django's, Werkzeug's
    (Flask), passlib's, ASP.NET Core Identity's (versions 2 and 3).
    """
    for begins, read in _SPELLINGS:
        if begins.match(spelled):
            with _whole():
                return read(spelled)
    if _PLAIN.fullmatch(spelled):
        raise Unusable("a bare digest (MD5, SHA) without salt or iterations: too weak to go on with")
    raise Unusable("a spelling that is not known")


def firebase(hashed: str, salt: str, parameters: "FirebaseParameters") -> str:
    """One user of `firebase auth:export`, whose hash and salt are Base64."""
    salts, key = _decoded(salt) + parameters.salt_separator, parameters.signer_key
    return _scrypt("firebase-scrypt", parameters.mem_cost, parameters.rounds, 1, salts, key, _decoded(hashed))


class FirebaseParameters:
    """The project's hash parameters, as the console shows them (Authentication, Users, Password hash parameters)."""

    def __init__(self, *, signer_key: str, salt_separator: str, rounds: int, mem_cost: int) -> None:
        self.signer_key, self.salt_separator = _decoded(signer_key), _decoded(salt_separator)
        self.rounds, self.mem_cost = rounds, mem_cost


@contextmanager
def _whole() -> Iterator[None]:
    """What a library says of a broken hash quotes it."""
    try:
        yield
    except Unusable:
        raise
    except (ValueError, LookupError, struct.error):
        raise Unusable("a hash that is damaged or cut off") from None


def _bcrypt(spelled: str) -> str:
    if not (found := _BCRYPT.fullmatch(spelled)):
        raise Unusable("a bcrypt hash that is damaged or cut off")
    _at_most(int(found[1]), _HIGHEST_BCRYPT_COST, "bcrypt's cost")
    return spelled


def _django_bcrypt(spelled: str) -> str:
    kind, _, inner = spelled.partition("$")
    return ("$django-bcrypt-sha256" if kind == "bcrypt_sha256" else "") + _bcrypt(inner)


def _argon2(spelled: str) -> str:
    if not (found := _ARGON2.fullmatch(spelled)):
        raise Unusable("an Argon2 hash that is damaged or cut off")
    memory, time = int(found[1]), int(found[2])
    _at_most(memory * 1024, _MOST_MEMORY, "Argon2's memory")
    _at_most(memory * time, _MOST_ITERATIONS, "Argon2's time")
    return spelled


def _django_pbkdf2(spelled: str) -> str:
    name, iterations, salt, hashed = _words(spelled, 4)
    return _pbkdf2(name.removeprefix("pbkdf2_"), int(iterations), salt.encode(), _decoded(hashed))


def _werkzeug_pbkdf2(spelled: str) -> str:
    method, salt, hashed = _words(spelled, 3)
    _, digest, iterations = _words(method, 3, by=":")
    return _pbkdf2(digest, int(iterations), salt.encode(), bytes.fromhex(hashed))


def _passlib_pbkdf2(spelled: str) -> str:
    _, name, iterations, salt, hashed = _words(spelled, 5)
    digest = name.removeprefix("pbkdf2").removeprefix("-") or "sha1"
    return _pbkdf2(digest, int(iterations.removeprefix("i=")), _decoded(salt), _decoded(hashed))


def _aspnet(spelled: str) -> str:
    content = _decoded(spelled)
    if content[0] == 0 and len(content) == 49:  # version 2: salt of 16 bytes, key of 32
        return _pbkdf2("sha1", 1000, content[1:17], content[17:])
    if content[0] != 1 or len(content) < 29:
        raise Unusable("a spelling that is not known")
    digest, iterations, length = struct.unpack(">III", content[1:13])
    if digest not in _ASPNET_DIGESTS or 13 + length >= len(content):
        raise Unusable("an ASP.NET Identity hash that is damaged")
    return _pbkdf2(_ASPNET_DIGESTS[digest], iterations, content[13 : 13 + length], content[13 + length :])


def _django_scrypt(spelled: str) -> str:
    _, n, salt, r, p, hashed = _words(spelled, 6)
    return _scrypt("scrypt", _exponent(int(n)), int(r), int(p), salt.encode(), _decoded(hashed))


def _werkzeug_scrypt(spelled: str) -> str:
    method, salt, hashed = _words(spelled, 3)
    _, n, r, p = _words(method, 4, by=":")
    return _scrypt("scrypt", _exponent(int(n)), int(r), int(p), salt.encode(), bytes.fromhex(hashed))


def _phc_scrypt(spelled: str) -> str:
    _, _, settings, salt, hashed = _words(spelled, 5)
    numbers = dict(one.split("=", 1) for one in settings.split(","))
    ln, r, p = (int(numbers[name]) for name in ("ln", "r", "p"))
    return _scrypt("scrypt", ln, r, p, _decoded(salt), _decoded(hashed))


def _pbkdf2(digest: str, iterations: int, salt: bytes, hashed: bytes) -> str:
    if digest not in _ASPNET_DIGESTS.values() or not (salt and hashed):
        raise Unusable("a PBKDF2 hash with a digest that is not known, or without salt or hash")
    _at_most(iterations, _MOST_ITERATIONS, "PBKDF2's iterations")
    return f"$pbkdf2-{digest}$i={iterations}${_encoded(salt)}${_encoded(hashed)}"


def _scrypt(scheme: str, ln: int, r: int, p: int, *parts: bytes) -> str:
    if not all(parts):
        raise Unusable("an scrypt hash without salt, key or hash")
    _at_most(ln, 30, "scrypt's cost")
    _at_most((128 << ln) * r, _MOST_MEMORY, "scrypt's memory")
    _at_most(p, 64, "scrypt's parallelism")
    return "$".join([f"${scheme}", f"ln={ln},r={r},p={p}", *map(_encoded, parts)])


def _at_most(asked: int, most: int, what: str) -> None:
    if not 0 < asked <= most:
        raise Unusable(f"{what} is beyond what is spent on one check")


def _exponent(n: int) -> int:
    if n < 2 or n & (n - 1):
        raise Unusable("scrypt's N is no power of two")
    return n.bit_length() - 1


def _words(text: str, count: int, *, by: str = "$") -> list[str]:
    words = text.split(by)
    if len(words) != count:
        raise Unusable("a hash that is damaged or cut off")
    return words


def _decoded(text: str) -> bytes:
    """Base64 in any of its alphabets ("." for "+" is passlib's), with padding or without."""
    plain = text.strip().rstrip("=").translate(str.maketrans("-_.", "+/+"))
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        raise Unusable("a hash that is damaged: its Base64 is broken") from None


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode().rstrip("=")


_SPELLINGS: list[tuple[re.Pattern[str], Callable[[str], str]]] = [
    (re.compile(r"\$2[aby]\$"), _bcrypt),
    (re.compile(r"bcrypt(?:_sha256)?\$"), _django_bcrypt),
    (re.compile(r"\$argon2"), _argon2),
    (re.compile(r"argon2\$argon2"), lambda spelled: _argon2(spelled.removeprefix("argon2"))),
    (re.compile(r"pbkdf2_"), _django_pbkdf2),
    (re.compile(r"pbkdf2:"), _werkzeug_pbkdf2),
    (re.compile(r"\$pbkdf2"), _passlib_pbkdf2),
    (re.compile(r"scrypt\$"), _django_scrypt),
    (re.compile(r"scrypt:"), _werkzeug_scrypt),
    (re.compile(r"\$scrypt\$"), _phc_scrypt),
    (_ASPNET, _aspnet),
]
