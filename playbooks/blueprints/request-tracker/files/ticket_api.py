#!/usr/bin/env python3
"""The part of Zendesk's API that applications use to ask for help, in front of Request Tracker.

    POST /api/v2/tickets.json     {"ticket": {subject, comment: {body}, requester: {name, email}, tags, …}}   → 201
    POST /api/v2/requests.json    {"request": {the same}}                                                    → 201

(".json" may be left out, as with Zendesk.) Configured by the environment: TICKET_API_PORT (on 127.0.0.1),
TICKET_API_TOKEN (what callers send: Basic, any login, or Bearer), TICKET_API_QUEUE, RT_URL, RT_USER, RT_PASSWORD.
A ticket is answered with 201 only when Request Tracker has it. Errors have Zendesk's form.
"""

import base64
import hmac
import json
import os
import re
import urllib.error
import urllib.request
from email.utils import parseaddr
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LARGEST = 1 << 20  # bytes of one request
KINDS = {"/api/v2/tickets": "ticket", "/api/v2/requests": "request"}
SECONDS = 60
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class Refused(Exception):
    """status, Zendesk's name of the error, what is wrong."""


class Handler(BaseHTTPRequestHandler):
    server_version, sys_version = "ticket-api", ""
    timeout = SECONDS

    def do_POST(self):
        try:
            status, answer = 201, create(self.path, self.headers, self.rfile, self.server.settings)
        except Refused as refused:
            status, error, description = refused.args
            answer = {"error": error, "description": description}
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="Web Password"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, text, *values):
        """The journal has nginx's log; callers' data stays out of it."""


def create(path, headers, body, settings):
    """Answer of one POST; raises Refused."""
    kind = KINDS.get(path.partition("?")[0].removesuffix(".json"))
    if kind is None:
        raise Refused(404, "InvalidEndpoint", "Not found")
    authenticate(headers.get("Authorization", ""), settings["TICKET_API_TOKEN"])
    asked = read(headers, body).get(kind)
    if not isinstance(asked, dict):
        raise Refused(400, "Unprocessable", f"the body has no object {kind!r}")
    number = file(ticket(asked, settings["TICKET_API_QUEUE"]), settings)
    answer = {"id": number, "subject": asked.get("subject") or "", "status": "new", "tags": tags(asked)}
    if kind == "request":
        return {"request": answer}
    return {"ticket": answer, "audit": {"id": number, "ticket_id": number, "events": []}}


def authenticate(header, token):
    scheme, _, given = header.partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[2]
        except ValueError:
            given = ""
    if not hmac.compare_digest(given.encode(), token.encode()):
        raise Refused(401, "Couldn't authenticate you", "the token is wrong")


def read(headers, body):
    try:
        length = int(headers.get("Content-Length", ""))
    except ValueError:
        raise Refused(411, "LengthRequired", "Content-Length is missing") from None
    if not 0 <= length <= LARGEST:
        raise Refused(413, "PayloadTooLarge", f"at most {LARGEST} bytes")
    try:
        value = json.loads(body.read(length))
    except ValueError:
        raise Refused(400, "Unprocessable", "the body is not JSON") from None
    return value if isinstance(value, dict) else {}


def ticket(asked, queue):
    """Zendesk's ticket as Request Tracker's; raises Refused for what it cannot keep."""
    comment = asked.get("comment") or {}
    if not isinstance(comment, dict) or comment.get("uploads"):
        raise Refused(422, "RecordInvalid", "attachments are not taken here: send them by mail")
    html = comment.get("html_body")
    content = html or comment.get("body") or asked.get("description")
    requester = asked.get("requester") or {}
    address = parseaddr(str(requester.get("email", "")))[1] if isinstance(requester, dict) else ""
    if not content or "@" not in address:
        raise Refused(422, "RecordInvalid", "comment.body and requester.email are needed")
    return {
        "Queue": queue,
        "Subject": CONTROL.sub(" ", str(asked.get("subject") or "")).strip() or "(no subject)",
        "Requestor": CONTROL.sub("", address),
        "Content": str(content),
        "ContentType": "text/html" if html else "text/plain",
        "CustomFields": {"Tags": tags(asked)},
    }


def tags(asked):
    given = asked.get("tags")
    return [CONTROL.sub(" ", str(tag)) for tag in given] if isinstance(given, list) else []


def file(values, settings):
    """The number of the new ticket; raises Refused when Request Tracker does not take it."""
    login = base64.b64encode(f"{settings['RT_USER']}:{settings['RT_PASSWORD']}".encode()).decode()
    request = urllib.request.Request(  # noqa: S310  # RT_URL is the role's
        settings["RT_URL"] + "/REST/2.0/ticket",
        json.dumps(values).encode(),
        {"Content-Type": "application/json", "Authorization": f"Basic {login}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
            return int(json.load(response)["id"])
    except urllib.error.HTTPError as err:
        print(f"Request Tracker answered {err.code}", flush=True)
        raise Refused(503 if err.code >= 500 else 422, "RecordInvalid", "the desk does not take the ticket") from err
    except (OSError, ValueError, KeyError) as err:
        print(f"Request Tracker cannot be reached: {type(err).__name__}", flush=True)
        raise Refused(503, "ServiceUnavailable", "the desk cannot be reached") from err


def main():
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["TICKET_API_PORT"])), Handler)
    server.settings = dict(os.environ)
    server.serve_forever()


if __name__ == "__main__":
    main()
