"""Keycloak's Admin REST API from the host itself, with nothing but Python's standard library.

In: {url, client_id, client_secret, realm}: a service account of the realm `master`. Out: decoded JSON; `Refused` for
an answer that is no success, with Keycloak's own words, and for none at all.
"""

import http.client
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlencode, urlsplit

# Before each query Keycloak looks through everything its transaction holds: what a request costs grows with the square
# of the accounts in it. 500 accounts in one page took 14 times the processor time of 5 pages of 100.
PAGE = 100
AT_ONCE = 4  # requests; Keycloak and its database share two cores, and more only queue up
NO_ANSWER = 0


class Refused(Exception):
    """Keycloak's answer: status (NO_ANSWER: the server is gone) and what it says."""

    def __init__(self, status, said, request):
        super().__init__(f"{request}: {status or ''} {said}")
        self.status, self.said = status, said


class Admin:
    """A connection for each thread, kept open, and a token that is renewed before it expires."""

    def __init__(self, access):
        self.access = access
        self.realm = access["realm"]
        self.own = threading.local()
        self.logging_in = threading.Lock()
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

    def all_at_once(self, path, count, **query):
        """Every record of a list of `count`, its pages read side by side."""
        starts = range(0, count, PAGE)
        found = at_once(lambda first: self.get(path, first=first, max=PAGE, **query), starts)
        return [one for page in found for one in page]

    def call(self, method, path, body=None, query=None):
        """`path` begins below /admin/realms: "" is the list of realms, "/name/users" a realm's users."""
        with self.logging_in:
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
        asked = f"{method} {target.partition('?')[0]}"
        try:
            status, text = self._exchange(method, target, body, headers)
        except (http.client.HTTPException, OSError) as err:
            raise Refused(NO_ANSWER, f"Keycloak does not answer ({type(err).__name__})", asked) from err
        if status >= 300:
            raise Refused(status, text[:500], asked)
        return json.loads(text) if text else None

    def _exchange(self, method, target, body, headers):
        """Status and text. A connection that was idle for too long is opened again, once."""
        connection, fresh = self._connection()
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            if fresh:
                raise
            connection.close()
            connection.request(method, target, body, headers)
            response = connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace")

    def _connection(self):
        """This thread's connection, and whether it is a new one."""
        if fresh := not hasattr(self.own, "connection"):
            parts = urlsplit(self.access["url"])
            self.own.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=300)
        return self.own.connection, fresh


def at_once(do, items):
    """`do` of every item, a few at a time, in their order. The first that fails ends it; what was not begun is not."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(do, one) for one in items]
        try:
            return [one.result() for one in waiting]
        finally:
            pool.shutdown(cancel_futures=True)


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
