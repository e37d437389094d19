"""Keycloak's Admin REST API from the host itself, with nothing but Python's standard library.

In: {url, client_id, client_secret, realm}: a service account of the realm `master`. Out: decoded JSON; `Refused` for
an answer that is no success, with Keycloak's own words.
"""

import http.client
import json
import time
from urllib.parse import quote, urlencode, urlsplit

PAGE = 1000


class Refused(Exception):
    """Keycloak's answer: status and what it says."""

    def __init__(self, status, said, request):
        super().__init__(f"{request}: {status} {said}")
        self.status, self.said = status, said


class Admin:
    """A connection that is kept open, and a token that is renewed before it expires."""

    def __init__(self, access):
        parts = urlsplit(access["url"])
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=300)
        self.access = access
        self.realm = access["realm"]
        self.token, self.expires = "", 0.0

    def get(self, path, **query):
        return self.call("GET", path, query=query)

    def post(self, path, body, **query):
        return self.call("POST", path, body, query)

    def put(self, path, body=None, **query):
        return self.call("PUT", path, body, query)

    def delete(self, path):
        return self.call("DELETE", path)

    def pages(self, path, **query):
        """Every record of a list that comes in pages."""
        first = 0
        while True:
            found = self.get(path, first=first, max=PAGE, **query)
            yield from found
            if len(found) < PAGE:
                return
            first += PAGE

    def call(self, method, path, body=None, query=None):
        """`path` begins below /admin/realms: "" is the list of realms, "/name/users" a realm's users."""
        if time.monotonic() > self.expires:
            self._log_in()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        target = f"/admin/realms{path}" + (f"?{urlencode(query)}" if query else "")
        return self._ask(method, target, None if body is None else json.dumps(body).encode(), headers)

    def _log_in(self):
        form = {
            "grant_type": "client_credentials",
            "client_id": self.access["client_id"],
            "client_secret": self.access["client_secret"],
        }
        answer = self._ask("POST", "/realms/master/protocol/openid-connect/token", urlencode(form).encode(),
                           {"Content-Type": "application/x-www-form-urlencoded"})  # fmt: skip
        self.token, self.expires = answer["access_token"], time.monotonic() + answer["expires_in"] / 2

    def _ask(self, method, target, body, headers):
        try:
            self.connection.request(method, target, body, headers)
            response = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):  # it was idle for too long
            self.connection.close()
            self.connection.request(method, target, body, headers)
            response = self.connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        if response.status >= 300:
            raise Refused(response.status, text[:500], f"{method} {target.partition('?')[0]}")
        return json.loads(text) if text else None


def segment(text):
    """A name as one segment of a path."""
    return quote(text, safe="")


def differs(wanted, found):
    """Whether anything of `wanted` (values, tables within tables) is otherwise in `found`."""
    if isinstance(wanted, dict):
        return not isinstance(found, dict) or any(differs(value, found.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list):
        return sorted(map(str, wanted)) != sorted(map(str, found or []))
    return wanted != found


def merged(found, wanted):
    """`found` with `wanted` written over it, tables within tables."""
    result = dict(found)
    for key, value in wanted.items():
        result[key] = merged(result.get(key) or {}, value) if isinstance(value, dict) else value
    return result
