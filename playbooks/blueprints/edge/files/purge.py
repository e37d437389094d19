#!/usr/bin/env python3
"""Purges of the edge's cache, as CDN's clients ask for them: `purge.py SETTINGS`.

In: a file of settings (JSON: port, pages, state, names, secret, authority, peers); HTTP from HAProxy: CloudFront's
CreateInvalidation and GetInvalidation (signed with AWS's version 4, key id "edge"), Cloudflare's purge_cache (a bearer
token). A distribution is called as a public name, or "all"; a zone is not looked at.
Out: files of nginx's cache removed here and at the other edges. What one of them does not answer is tried again until
it does: until then an invalidation is "InProgress".
"""

import hashlib
import hmac
import json
import re
import secrets
import ssl
import sys
import threading
import time
import urllib.request
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

KEY_ID = "edge"
LARGEST = 256 * 1024  # bytes of a request
MOST_PATHS = 3000  # of one invalidation, as CloudFront's own limit
KEPT = 200  # invalidations remembered
AHEAD = 16 * 1024  # bytes at the start of a cached file that its key is among
SKEW = timedelta(minutes=15)
NAMESPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
INVALIDATIONS = re.compile(r"/2020-05-31/distribution/([^/]+)/invalidation(?:/([A-Z0-9]+))?")
CLOUDFLARE = re.compile(r"/client/v4/zones/[^/]+/purge_cache")
SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/,]+)/(\d{8})/([^/,]+)/([^/,]+)/aws4_request, *"
    r"SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})"
)


class Refused(Exception):
    """What is not done: HTTP status, the vendor's code for it, a sentence."""

    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code = status, code


# --- the cache --------------------------------------------------------------------------------------------------------
def purge(pages, wanted):
    """Remove every cached page that one of `wanted` means: {host: "" for any, path, prefix: bool}. Returns how many."""
    removed = 0
    for file in Path(pages).rglob("*"):
        key = key_of(file) if file.is_file() else None
        if key and any(means(one, *key) for one in wanted):
            file.unlink(missing_ok=True)
            removed += 1
    return removed


def key_of(file):
    """(host, path with its query) that nginx wrote into a cached file."""
    try:
        with file.open("rb") as opened:
            head = opened.read(AHEAD)
    except OSError:
        return None
    found = re.search(rb"\nKEY: ([^/\n]*)(/[^\n]*)\n", head)
    return (found[1].decode(errors="replace"), unquote(found[2].decode(errors="replace"))) if found else None


def means(wanted, host, path):
    """Whether a cached page is meant. A path means all its queries."""
    if wanted["host"] not in ("", host):
        return False
    if wanted["prefix"]:
        return path.startswith(wanted["path"])
    return path == wanted["path"] or path.startswith(f"{wanted['path']}?")


def wanted_path(host, path):
    """A path as CloudFront writes it: encoded, with one * at its end or none."""
    if not path.startswith("/") or "*" in path[:-1]:
        raise Refused(400, "InvalidArgument", "a path begins with a slash, and has a * at its end or nowhere")
    prefix = path.endswith("*")
    return {"host": host, "path": unquote(path[:-1] if prefix else path), "prefix": prefix}


# --- invalidations, remembered ----------------------------------------------------------------------------------------
class Invalidations:
    """What was asked for, on disk: which edges have yet to do it."""

    def __init__(self, settings):
        self.settings, self.folder, self.lock = settings, Path(settings["state"]), threading.Lock()
        self.context = ssl.create_default_context(cafile=settings["authority"])

    def add(self, name, paths, reference, wanted):
        with self.lock:
            same = [one for one in self._all() if (one["name"], one["reference"]) == (name, reference)]
            if same:
                if same[0]["paths"] != paths:
                    raise Refused(400, "InvalidationBatchAlreadyExists", "this CallerReference was for other paths")
                return same[0]
            one = {
                "id": "I" + secrets.token_hex(7).upper(),
                "name": name,
                "paths": paths,
                "reference": reference,
                "wanted": wanted,
                "created": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),  # noqa: UP017  # Python 3.10
                "pending": list(self.settings["peers"]),
            }
            self._write(one)
            self._forget()
        purge(self.settings["pages"], wanted)
        self.tell(one)
        return one

    def find(self, id_):
        return next((one for one in self._all() if one["id"] == id_), None)

    def tell(self, one):
        """The other edges that have yet to do it."""
        for peer in list(one["pending"]):
            if peer not in self.settings["peers"] or self._told(peer, one["wanted"]):
                with self.lock:
                    one["pending"].remove(peer)
                    self._write(one)

    def again(self):
        """For ever: what other edges did not answer."""
        while True:
            time.sleep(2)
            for one in self._all():
                if one["pending"]:
                    self.tell(one)

    def _told(self, peer, wanted):
        head = {"Authorization": f"Bearer {self.settings['secret']}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{peer}/peer", json.dumps(wanted).encode(), head, method="POST")  # noqa: S310  # of settings
        try:
            with urllib.request.urlopen(request, timeout=5, context=self.context) as answer:  # noqa: S310
                return answer.status == 200
        except OSError as err:
            print(f"{peer}: {err}", file=sys.stderr)
            return False

    def _all(self):
        files = sorted(self.folder.glob("I*.json"), key=lambda file: file.stat().st_mtime)
        return [json.loads(file.read_text()) for file in files]

    def _write(self, one):
        part = self.folder / f"{one['id']}.part"
        part.write_text(json.dumps(one))
        part.replace(self.folder / f"{one['id']}.json")

    def _forget(self):
        done = [one for one in self._all() if not one["pending"]]
        for one in done[:-KEPT]:
            (self.folder / f"{one['id']}.json").unlink(missing_ok=True)


# --- who asks ---------------------------------------------------------------------------------------------------------
def check_signature(request, body, secret):
    """AWS's signature, version 4 (https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html)."""
    found = SIGNED.fullmatch(request.headers.get("Authorization", ""))
    if not found or found[1] != KEY_ID:
        raise Refused(403, "AccessDenied", f"sign with the access key id {KEY_ID}")
    _, day, region, service, names, signature = found.groups()
    when = request.headers.get("X-Amz-Date", "")
    check_time(when, day)
    if "host" not in names.split(";"):
        raise Refused(403, "SignatureDoesNotMatch", "the host is not signed")
    url = urlsplit(request.path)
    query = "&".join(f"{quote(k, '~')}={quote(v, '~')}" for k, v in sorted(parse_qsl(url.query, True)))
    heads = "".join(f"{name}:{' '.join((request.headers.get(name) or '').split())}\n" for name in names.split(";"))
    payload = hashlib.sha256(body).hexdigest()
    canonical = "\n".join([request.command, quote(url.path, "/~"), query, heads, names, payload])
    scope = f"{day}/{region}/{service}/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{when}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    if not hmac.compare_digest(hmac.new(key, to_sign.encode(), "sha256").hexdigest(), signature):
        raise Refused(403, "SignatureDoesNotMatch", "the signature is not that of this request and secret")


def check_time(when, day):
    try:
        signed = datetime.strptime(when, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)  # noqa: UP017
    except ValueError:
        raise Refused(403, "IncompleteSignature", "X-Amz-Date is missing, or no time") from None
    if not when.startswith(day) or abs(datetime.now(timezone.utc) - signed) > SKEW:  # noqa: UP017
        raise Refused(403, "RequestExpired", "signed more than 15 minutes ago, or ahead")


def check_token(request, secret):
    given = request.headers.get("Authorization", "").encode(errors="replace")
    if not hmac.compare_digest(given, f"Bearer {secret}".encode()):
        raise Refused(403, "10000", "Authentication error")


# --- what they ask ----------------------------------------------------------------------------------------------------
def batch(body):
    """(paths, caller's reference) of CloudFront's InvalidationBatch."""
    try:
        root = ElementTree.fromstring(body)  # noqa: S314  # only who has the secret gets here; expat bounds entities
    except ElementTree.ParseError:
        raise Refused(400, "MalformedInput", "this is no XML") from None
    paths = [one.text or "" for one in root.iterfind(".//{*}Items/{*}Path")]
    reference = root.findtext("{*}CallerReference", "")
    if not paths or not reference:
        raise Refused(400, "InvalidArgument", "paths and a CallerReference are needed")
    if len(paths) > MOST_PATHS:
        raise Refused(413, "BatchTooLarge", f"at most {MOST_PATHS} paths")
    return paths, reference


def of_cloudflare(body):
    """What Cloudflare's purge_cache means."""
    try:
        asked = json.loads(body)
        everything = [wanted_path("", "/*")] if asked.get("purge_everything") is True else []
        urls = [one["url"] if isinstance(one, dict) else one for one in asked.get("files", [])]
        prefixes = [f"//{one}" for one in asked.get("prefixes", [])]
        hosts = [{"host": one.lower(), "path": "/", "prefix": True} for one in asked.get("hosts", [])]
        of_urls = [one_url(url, prefix=False) for url in urls] + [one_url(url, prefix=True) for url in prefixes]
    except (ValueError, TypeError, AttributeError, KeyError):
        raise Refused(400, "1012", "Request must contain one of purge_everything, files, prefixes or hosts") from None
    wanted = [*everything, *of_urls, *hosts]
    if not wanted or asked.get("tags"):
        raise Refused(400, "1012", "Request must contain one of purge_everything, files, prefixes or hosts")
    return wanted


def one_url(url, *, prefix):
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return {"host": (parts.hostname or "").lower(), "path": unquote(path), "prefix": prefix}


def invalidation_xml(one):
    items = "".join(f"<Path>{escape(path)}</Path>" for path in one["paths"])
    status = "InProgress" if one["pending"] else "Completed"
    return (
        f'<?xml version="1.0"?><Invalidation xmlns="{NAMESPACE}"><Id>{one["id"]}</Id><Status>{status}</Status>'
        f"<CreateTime>{one['created']}</CreateTime><InvalidationBatch><Paths><Quantity>{len(one['paths'])}</Quantity>"
        f"<Items>{items}</Items></Paths><CallerReference>{escape(one['reference'])}</CallerReference>"
        "</InvalidationBatch></Invalidation>"
    )


def handler(settings, invalidations):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self):
            self._answer(self._get)

        def do_POST(self):
            self._answer(self._post)

        def _get(self, body):
            found = INVALIDATIONS.fullmatch(urlsplit(self.path).path)
            if not found or not found[2]:
                raise Refused(404, "NotImplemented", "CreateInvalidation, GetInvalidation and purge_cache are here")
            check_signature(self, body, settings["secret"])
            one = invalidations.find(found[2])
            if not one or one["name"] != unquote(found[1]):
                raise Refused(404, "NoSuchInvalidation", "there is no such invalidation, or it is forgotten")
            return 200, invalidation_xml(one)

        def _post(self, body):
            path = urlsplit(self.path).path
            if path == "/peer":
                check_token(self, settings["secret"])
                return 200, json.dumps({"removed": purge(settings["pages"], json.loads(body))})
            if CLOUDFLARE.fullmatch(path):
                check_token(self, settings["secret"])
                wanted = of_cloudflare(body)
                one = invalidations.add("all", [], secrets.token_hex(8), wanted)
                return 200, json.dumps({"success": True, "errors": [], "messages": [], "result": {"id": one["id"]}})
            found = INVALIDATIONS.fullmatch(path)
            if not found or found[2]:
                raise Refused(404, "NotImplemented", "CreateInvalidation, GetInvalidation and purge_cache are here")
            check_signature(self, body, settings["secret"])
            name = unquote(found[1])
            if name != "all" and name not in settings["names"]:
                raise Refused(404, "NoSuchDistribution", "a distribution is called as a public name, or all")
            paths, reference = batch(body)
            wanted = [wanted_path("" if name == "all" else name, one) for one in paths]
            return 201, invalidation_xml(invalidations.add(name, paths, reference, wanted))

        def _answer(self, work):
            try:
                length = int(self.headers.get("Content-Length") or 0)
                if not 0 <= length <= LARGEST:
                    raise Refused(413, "BatchTooLarge", f"at most {LARGEST} bytes")
                status, text = work(self.rfile.read(length))
            except Refused as refusal:
                status, text = refusal.status, self._refusal(refusal)
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json" if text.startswith("{") else "text/xml")
            self.send_header("Content-Length", str(len(data)))
            if status == 201:
                found = re.search("<Id>(.*?)</Id>", text)
                self.send_header("Location", f"{self.path}/{found[1]}")
            self.end_headers()
            self.wfile.write(data)

        def _refusal(self, refusal):
            if CLOUDFLARE.fullmatch(urlsplit(self.path).path):
                error = {"code": int(refusal.code) if refusal.code.isdigit() else 1000, "message": str(refusal)}
                return json.dumps({"success": False, "errors": [error], "messages": [], "result": None})
            return (
                f'<?xml version="1.0"?><ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type>'
                f"<Code>{refusal.code}</Code><Message>{escape(str(refusal))}</Message></Error>"
                f"<RequestId>{secrets.token_hex(8)}</RequestId></ErrorResponse>"
            )

        def log_message(self, format, *args):
            """Who asked is HAProxy's business."""

    return Handler


def main():
    settings = json.loads(Path(sys.argv[1]).read_text())
    invalidations = Invalidations(settings)
    threading.Thread(target=invalidations.again, daemon=True).start()
    ThreadingHTTPServer(("127.0.0.1", settings["port"]), handler(settings, invalidations)).serve_forever()


if __name__ == "__main__":
    main()
