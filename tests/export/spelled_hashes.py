"""One password, hashed by the programs whose hashes people bring along; and Firebase's own example."""

import base64
import hashlib
import struct
from functools import cache

import argon2
import bcrypt
from werkzeug.security import generate_password_hash

from toolkit.export.password_hashes import FirebaseParameters

PASSWORD = "correct horse, bättery staple"


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def django_pbkdf2(digest: str = "sha256") -> str:
    hashed = hashlib.pbkdf2_hmac(digest, PASSWORD.encode(), b"saltsalt", 1000)
    return f"pbkdf2_{digest}$1000$saltsalt${b64(hashed)}"


def django_scrypt() -> str:
    """N stands before the salt: https://github.com/django/django/blob/main/django/contrib/auth/hashers.py."""
    hashed = hashlib.scrypt(PASSWORD.encode(), salt=b"saltsalt", n=2**12, r=8, p=5, maxmem=2**26, dklen=64)
    return f"scrypt$4096$saltsalt$8$5${b64(hashed)}"


def django_bcrypt() -> str:
    inner = hashlib.sha256(PASSWORD.encode()).hexdigest().encode()
    return f"bcrypt_sha256${bcrypt.hashpw(inner, bcrypt.gensalt(4)).decode()}"


def passlib_pbkdf2() -> str:
    """Its Base64 has "." for "+" and no padding; 0xfb makes one."""
    salt = b"\xfb\xef\xbe" * 5
    hashed = hashlib.pbkdf2_hmac("sha512", PASSWORD.encode(), salt, 1000)
    adapted = [b64(part).rstrip("=").replace("+", ".") for part in (salt, hashed)]
    return f"$pbkdf2-sha512$1000${adapted[0]}${adapted[1]}"


def aspnet(version: int) -> str:
    salt = b"0123456789abcdef"
    if version == 2:
        return b64(b"\0" + salt + hashlib.pbkdf2_hmac("sha1", PASSWORD.encode(), salt, 1000, 32))
    hashed = hashlib.pbkdf2_hmac("sha512", PASSWORD.encode(), salt, 1000, 32)
    return b64(b"\1" + struct.pack(">III", 2, 1000, len(salt)) + salt + hashed)


@cache
def spelled() -> dict[str, str]:
    """One hash of PASSWORD in each spelling."""
    plain = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    argon = argon2.PasswordHasher(time_cost=2, memory_cost=1024, parallelism=2).hash(PASSWORD)
    argon_i = argon2.PasswordHasher(time_cost=2, memory_cost=1024, type=argon2.Type.I).hash(PASSWORD)
    return {
        "bcrypt of Devise, Auth0, Supabase": plain,
        "bcrypt of Laravel": plain.replace("$2b$", "$2y$"),
        "bcrypt of old programs": plain.replace("$2b$", "$2a$"),
        "Django's bcrypt": django_bcrypt(),
        "Django's plain bcrypt": f"bcrypt${plain}",
        "Argon2id": argon,
        "Argon2i": argon_i,
        "Django's Argon2": f"argon2{argon}",
        "Django's PBKDF2": django_pbkdf2(),
        "Django's PBKDF2 with SHA-1": django_pbkdf2("sha1"),
        "Django's scrypt": django_scrypt(),
        "Werkzeug's PBKDF2": generate_password_hash(PASSWORD, "pbkdf2:sha256:1000"),
        "Werkzeug's scrypt": generate_password_hash(PASSWORD, "scrypt:4096:8:1"),
        "passlib's PBKDF2": passlib_pbkdf2(),
        "ASP.NET Identity 2": aspnet(2),
        "ASP.NET Identity 3": aspnet(3),
    }


# Google's own example: https://github.com/firebase/scrypt
FIREBASE = FirebaseParameters(
    signer_key="jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
    salt_separator="Bw==",
    rounds=8,
    mem_cost=14,
)
FIREBASE_USER = {
    "localId": "f1",
    "email": "ada@board.example",
    "salt": "42xEC+ixf3L2lw==",
    "passwordHash": "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
}
FIREBASE_PASSWORD = "user1password"
