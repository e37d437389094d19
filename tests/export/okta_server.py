"""An Okta organisation: four people, two groups, four applications. Pages by `after` and the Link header.

https://github.com/okta/okta-management-openapi-spec; limits of pages and names of parameters are that document's.
"""

from typing import Any

from flask import Flask, Response, jsonify, request
from vendor import Vendor, recorded
from werkzeug.datastructures import Headers

TOKEN = "the-token"
_LARGEST = {"/api/v1/users": 200, "/api/v1/groups": 10_000, "/api/v1/apps": 200}  # elsewhere 500


def organisation(vendor: Vendor) -> Flask:
    """Its API, to be `vendor.app`."""
    app = Flask("okta")
    users = {one["id"]: one for one in recorded("okta/users")}
    factors, memberships = recorded("okta/factors"), recorded("okta/memberships")

    @app.before_request
    def admit() -> Response | None:
        login = request.headers.get("Authorization", "")
        if login.partition("SSWS")[2].strip() != TOKEN:  # Okta's SDK leaves the space out
            return _error(401, "E0000011", "Invalid token provided")
        if vendor.budget and vendor.budget.refused():
            return _error(429, "E0000047", "API call exceeded rate limit due to too many requests.")
        return None

    @app.after_request
    def limits(response: Response) -> Response:
        if budget := vendor.budget:
            told = {"Limit": budget.count, "Remaining": budget.left, "Reset": budget.reset}
            response.headers.extend({f"X-Rate-Limit-{name}": str(value) for name, value in told.items()})
        return response

    @app.get("/api/v1/users")
    def list_users() -> Response:
        gone = request.args.get("filter") == 'status eq "DEPROVISIONED"'
        return _page(vendor, [one for one in users.values() if (one["status"] == "DEPROVISIONED") == gone])

    @app.get("/api/v1/users/<user>/factors")
    def list_factors(user: str) -> Response:
        return jsonify(factors[user]) if user in factors else _error(404, "E0000007", "Not found")

    @app.get("/api/v1/groups")
    def list_groups() -> Response:
        return _page(vendor, recorded("okta/groups"))

    @app.get("/api/v1/groups/<group>/users")
    def list_group_users(group: str) -> Response:
        return _page(vendor, [users[one] for one in memberships[group]])

    @app.get("/api/v1/apps")
    def list_applications() -> Response:
        return _page(vendor, recorded("okta/apps"))

    @app.get("/api/v1/apps/<_app>/users")
    def list_application_users(_app: str) -> Response:
        return _page(vendor, recorded("okta/app-users"))

    @app.get("/api/v1/apps/<_app>/groups")
    def list_application_groups(_app: str) -> Response:
        return _page(vendor, recorded("okta/app-groups"))

    return app


def _page(vendor: Vendor, entries: list[dict[str, Any]]) -> Response:
    """What follows the entry named by `after`, at most `limit` of it, and where the next page lies."""
    limit = request.args.get("limit", 200, int)
    if not 0 < limit <= _LARGEST.get(request.path, 500):
        return _error(400, "E0000001", "Api validation failed: limit")
    ids = [one["id"] for one in entries]
    start = ids.index(request.args["after"]) + 1 if "after" in request.args else 0
    size = min(limit, vendor.largest)
    page = entries[start : start + size]
    headers = Headers([("Link", f'<{vendor.url}{request.full_path}>; rel="self"')])
    if entries[start + size :]:
        others = "".join(f"&{key}={value}" for key, value in request.args.items() if key not in ("after", "limit"))
        url = f"{vendor.url}{request.path}?after={page[-1]['id']}&limit={limit}{others}"
        headers.add("Link", f'<{url}>; rel="next"')
    response = jsonify(page)
    response.headers.extend(headers)
    return response


def _error(status: int, code: str, summary: str) -> Response:
    response = jsonify(
        errorCode=code, errorSummary=summary, errorLink=code, errorId="oaeHfmOAx1iRLa0H10DeMz5fQ", errorCauses=[]
    )
    response.status_code = status
    return response
