"""An Auth0 tenant: three people in the file of an export job, two roles, three clients.

The paths, parameters and limits are those of the Management API's OpenAPI document; the file lies on another server, as
it does at Auth0: here it is the same one, which notes that it is given no token.
"""

import gzip
from typing import Any

from flask import Flask, Response, jsonify, request
from vendor import ANSWERS, Vendor, recorded

TOKEN = "the-token"
FILE = "/files/users.gz"
PACKED = gzip.compress((ANSWERS / "auth0/users.ndjson").read_bytes())


def job(status: str, **more: Any) -> dict[str, Any]:
    """An export job as the vendor shows it."""
    known = {"id": "job_1", "type": "users_export", "connection_id": "con_1", "format": "json"}
    return {**known, "status": status, "created_at": "2020-09-13T12:26:40.000Z", **more}


def tenant(vendor: Vendor) -> Flask:
    """Its API, to be `vendor.app`."""
    app = Flask("auth0")
    steps = [job("pending"), job("processing", percentage_done=50, time_left_seconds=5)]

    @app.before_request
    def admit() -> Response | None:
        if request.path == FILE:
            return None
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _error(401, "Unauthorized", "Invalid token")
        if vendor.budget and vendor.budget.refused():
            return _error(429, "Too Many Requests", "Global limit has been reached")
        return None

    @app.after_request
    def limits(response: Response) -> Response:
        if budget := vendor.budget:
            told = {"Limit": budget.count, "Remaining": budget.left, "Reset": budget.reset}
            response.headers.extend({f"X-RateLimit-{name}": str(value) for name, value in told.items()})
        return response

    @app.post("/api/v2/jobs/users-exports")
    def start() -> Response:
        return jsonify(job("pending", fields=(request.json or {}).get("fields", [])))

    @app.get("/api/v2/jobs/job_1")
    def look() -> Response:
        return jsonify(steps.pop(0) if steps else job("completed", location=vendor.url + FILE))

    @app.get(FILE)
    def file() -> Response:
        return Response(PACKED, mimetype="application/gzip")

    @app.get("/api/v2/roles")
    def list_roles() -> Response:
        return _numbered(vendor, "roles", recorded("auth0/roles"))

    @app.get("/api/v2/roles/<role>/users")
    def list_role_users(role: str) -> Response:
        return _taken(vendor, recorded("auth0/role-users")[role])

    @app.get("/api/v2/clients")
    def list_clients() -> Response:
        wanted = request.args.get("fields", "").split(",")
        clients = recorded("auth0/clients")
        if request.args.get("include_fields") == "true":
            clients = [{name: value for name, value in one.items() if name in wanted} for one in clients]
        return _numbered(vendor, "clients", clients)

    return app


def _numbered(vendor: Vendor, key: str, entries: list[dict[str, Any]]) -> Response:
    """Pages by number; the vendor says how many it gave."""
    page, asked = request.args.get("page", 0, int), request.args.get("per_page", 50, int)
    if not 0 < asked <= 100:
        return _error(400, "Bad Request", "Query validation error: per_page")
    size = min(asked, vendor.largest)
    found = entries[page * size : (page + 1) * size]
    if request.args.get("include_totals") != "true":
        return jsonify(found)
    return jsonify({"start": page * size, "limit": size, "total": len(entries), key: found})


def _taken(vendor: Vendor, entries: list[dict[str, Any]]) -> Response:
    """Pages by checkpoint: `from` is what the last page called `next`."""
    start, size = int(request.args.get("from", "0")), min(request.args.get("take", 50, int), vendor.largest)
    following = {"next": str(start + size)} if entries[start + size :] else {}
    return jsonify({"users": entries[start : start + size], **following})


def _error(status: int, error: str, message: str) -> Response:
    response = jsonify(statusCode=status, error=error, message=message)
    response.status_code = status
    return response
