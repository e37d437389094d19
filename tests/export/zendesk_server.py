"""A Zendesk account: three people, one organisation, three tickets of which one is deleted, and a help centre.

Paths are those of the Support API's OpenAPI document. Cursor pagination and the ten requests a minute of incremental
exports are described in its text: https://developer.zendesk.com/api-reference/introduction/
"""

import json
from typing import Any

from flask import Flask, Response, jsonify, redirect, request
from vendor import Vendor, recorded
from werkzeug.routing import BaseConverter

EMAIL, TOKEN = "admin@example.org", "the-token"
PICTURE = b"\x89PNG\r\n\x1a\n!"
_KINDS = ("organizations", "groups", "group_memberships", "ticket_fields", "macros", "triggers")
_HELP = ("categories", "sections", "articles")


class _Suffixed(BaseConverter):
    """A path's last part, with or without ".json"."""

    regex = r"[^/.]+(?:\.json)?"

    def to_python(self, value: str) -> str:
        return value.removesuffix(".json")


def account(vendor: Vendor) -> Flask:
    """Its API, to be `vendor.app`."""
    app = Flask("zendesk")
    app.url_map.converters["name"] = _Suffixed

    @app.before_request
    def admit() -> Response | None:
        login = request.authorization
        if request.path.startswith("/api") and not (login and login.parameters == _login()):
            return _error(401, "Couldn't authenticate you")
        if request.path.startswith("/api/v2/incremental") and vendor.budget and vendor.budget.refused():
            refusal = _error(429, "Number of allowed incremental ticket export API requests per minute exceeded")
            refusal.headers["Retry-After"] = str(int(vendor.budget.reset - vendor.now))
            return refusal
        return None

    @app.get("/api/v2/<name:kind>")
    def listed(kind: str) -> Response:
        return _page(vendor, kind, recorded(f"zendesk/{kind}")) if kind in _KINDS else _error(404, "InvalidEndpoint")

    @app.get("/api/v2/help_center/<name:kind>")
    def help_center(kind: str) -> Response:
        return _page(vendor, kind, recorded(f"zendesk/{kind}")) if kind in _HELP else _error(404, "InvalidEndpoint")

    @app.get("/api/v2/help_center/articles/<int:_article>/<name:_attachments>")
    def article_attachments(_article: int, _attachments: str) -> Response:
        return _page(vendor, "article_attachments", [])

    @app.get("/api/v2/tickets/<ticket>/<name:_comments>")
    def comments(ticket: str, _comments: str) -> Response:
        text = json.dumps(recorded("zendesk/comments")[ticket]).replace("BASE", vendor.url)
        found: list[dict[str, Any]] = json.loads(text)
        if request.args.get("include_inline_images") != "true":
            for one in found:
                one["attachments"] = [file for file in one["attachments"] if not file["inline"]]
        return _page(vendor, "comments", found)

    @app.get("/api/v2/incremental/<kind>/<name:_cursor>")
    def incremental(kind: str, _cursor: str) -> Response:
        return _stream(vendor, kind, recorded(f"zendesk/{kind}"))

    @app.get("/attachments/token/abc/")
    def attachment() -> Any:
        return redirect(f"{vendor.url}/storage/91")

    @app.get("/attachments/token/<any(inl, unlisted):_token>/")
    def inline_image(_token: str) -> Response:
        return Response(PICTURE, mimetype="image/png")

    @app.get("/storage/91")
    def storage() -> Response:
        return Response(PICTURE, mimetype="image/png")

    return app


def _login() -> dict[str, str]:
    return {"username": f"{EMAIL}/token", "password": TOKEN}


def _page(vendor: Vendor, key: str, entries: list[dict[str, Any]]) -> Response:
    """Cursor pagination, which `page[size]` asks for; without it all, by the older pagination with numbers."""
    if "page[size]" not in request.args:
        return jsonify({key: entries, "count": len(entries), "next_page": None, "previous_page": None})
    asked = request.args.get("page[size]", 0, int)
    if not 0 < asked <= 100:
        return _error(400, "page[size] must be between 1 and 100")
    start, size = int(request.args.get("page[after]", "0")), min(asked, vendor.largest)
    more = bool(entries[start + size :])
    url = f"{vendor.url}{request.path}?page%5Bafter%5D={start + size}&page%5Bsize%5D={asked}"
    meta = {"has_more": more, "after_cursor": str(start + size), "before_cursor": str(start)}
    links = {"next": url if more else None, "prev": None}
    return jsonify({key: entries[start : start + size], "meta": meta, "links": links})


def _stream(vendor: Vendor, kind: str, entries: list[dict[str, Any]]) -> Response:
    """A page of an incremental export."""
    if not {"cursor", "start_time"} & set(request.args):
        return _error(400, "start_time is missing")
    start, size = int(request.args.get("cursor", "0")), min(request.args.get("per_page", 1000, int), vendor.largest)
    end = start + size
    cursors = {"after_cursor": str(end), "after_url": f"{vendor.url}{request.path}?cursor={end}"}
    return jsonify({kind: entries[start:end], **cursors, "end_of_stream": not entries[end:]})


def _error(status: int, message: str) -> Response:
    response = jsonify(error=message)
    response.status_code = status
    return response
