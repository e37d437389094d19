"""Whether a checkout holds a program that runs, and whether people have accounts there: what files are called.

In: the paths of a checkout. Out: the first path that says so, for each of the two; empty where none does. A program
whose parts are called neither after accounts nor after signing in, and that keeps no records, has no members.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

from toolkit.collect.files import paths
from toolkit.collect.files.guards import CODE
from toolkit.collect.files.host_words import kind_of, parts

# as words of a path: "user_controller.rb", "app/login/page.tsx", "RegistrationForm.php"
_WORDS = frozenset({
    "account", "accounts", "auth", "authentication", "authenticate", "authenticator", "login", "logins", "logon",
    "member", "members", "password", "passwords", "profile", "profiles", "register", "registration", "registrations",
    "signin", "signon", "signup", "user", "users",
})  # fmt: skip
_PAIRS = frozenset({("log", "in"), ("log", "on"), ("sign", "in"), ("sign", "on"), ("sign", "up")})
_PERHAPS = re.compile(r"log.?[io]n|sign.?(?:in|on|up)|account|auth|member|password|profile|regist|user", re.IGNORECASE)


def program_and_accounts(listed: Iterable[str]) -> tuple[str, str]:
    """The first file of a program that runs, and the first that is called after people's accounts."""
    program = accounts = ""
    for path in listed:
        telling = not accounts and _is_called_so(path)
        if program and not telling:
            continue
        if CODE.fullmatch(path) and _runs(path):
            program = program or path
            accounts = accounts or (path if telling else "")
        if program and accounts:
            break
    return program, accounts


def _is_called_so(path: str) -> bool:
    if not _PERHAPS.search(path):
        return False
    words = parts(path)
    return not _WORDS.isdisjoint(words) or not _PAIRS.isdisjoint(pairwise(words))


def _runs(path: str) -> bool:
    name = path.rpartition("/")[2]
    return kind_of(name) in ("code", "page") and paths.reason(path) is None and paths.role(path) == "runtime"
