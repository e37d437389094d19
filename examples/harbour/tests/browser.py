"""A visitor: keeps cookies, follows redirects, fills in forms with the CSRF token of their page."""

import itertools
import re

import requests

from tests.stand_ins.verify import VerifyServer

NUMBERS = itertools.count(1)


class Browser:
    """One browser session against the site at `base`."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.base + path, timeout=30)

    def submit(
        self, page: str, fields: dict[str, str], picture: bytes | None = None, action: str = ""
    ) -> requests.Response:
        """Open `page`, then send `fields` to `action` (default: the same address)."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)
        assert token, f"{page} has no form"
        files = {"picture": ("picture.jpg", picture)} if picture is not None else None
        data = fields | {"csrf_token": token[1]}
        return self.session.post(self.base + (action or page), data=data, files=files, timeout=30)

    def sign_up(self, verify: VerifyServer, email: str = "") -> tuple[str, str]:
        """Become a new member; returns the name and the phone number."""
        name, number = new_member()
        assert self.submit("/signup", {"name": name, "phone": number, "email": email}).url.endswith("/verify")
        self.submit("/verify", {"code": verify.codes[number]})
        return name, number

    def post(self, body: str, picture: bytes | None = None) -> requests.Response:
        return self.submit("/", {"body": body}, picture, action="/posts")


def new_member() -> tuple[str, str]:
    """A name and a phone number that no test has used."""
    number = next(NUMBERS)
    return f"member{number}", f"+4477009{number:05}"
