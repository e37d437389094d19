"""Three DNS services' interfaces, each with the zone board.example: pages, logins and forms as their documents say.

https://developers.cloudflare.com/api/resources/dns/ · https://api.gandi.net/docs/livedns/ ·
https://docs.digitalocean.com/reference/api/reference/domain-records/
"""

from typing import Any

from flask import Flask, Response, jsonify, request
from vendor import Vendor, recorded

TOKEN = "the-token"


def _admitting(name: str) -> Flask:
    app = Flask(name)

    @app.before_request
    def admit() -> tuple[Response, int] | None:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return jsonify(message="not allowed"), 401
        return None

    return app


def _cut(vendor: Vendor, entries: list[Any]) -> tuple[list[Any], int, int]:
    """The page that was asked for, its number, and how many pages there are."""
    size = min(request.args.get("per_page", 20, int), vendor.largest)
    page = request.args.get("page", 1, int)
    return entries[(page - 1) * size : page * size], page, max(-(-len(entries) // size), 1)


def cloudflare(vendor: Vendor) -> Flask:
    app = _admitting("cloudflare")
    told = recorded("cloudflare/board.example")

    def answer(entries: list[Any]) -> Response:
        found, page, pages = _cut(vendor, entries)
        info = {"page": page, "per_page": len(found), "total_pages": pages, "total_count": len(entries)}
        return jsonify(result=found, result_info=info, success=True, errors=[], messages=[])

    @app.get("/client/v4/zones")
    def zones() -> Response:
        return answer(told["zones"])

    @app.get("/client/v4/zones/<zone>/dns_records")
    def records(zone: str) -> Response:
        return answer(told["records"] if zone == told["zones"][0]["id"] else [])

    @app.get("/client/v4/zones/<zone>/dnssec")
    def dnssec(zone: str) -> Response:
        return jsonify(result=told["dnssec"], success=True, errors=[], messages=[])

    return app


def gandi(vendor: Vendor) -> Flask:
    app = _admitting("gandi")
    told = recorded("gandi/board.example")

    def answer(entries: list[Any]) -> Response:
        found, _, _ = _cut(vendor, entries)
        response = jsonify(found)
        response.headers["Total-Count"] = str(len(entries))
        return response

    @app.get("/v5/livedns/domains")
    def domains() -> Response:
        return answer(told["domains"])

    @app.get("/v5/livedns/domains/board.example/records")
    def records() -> Response:
        return answer(told["records"])

    @app.get("/v5/livedns/domains/board.example/keys")
    def keys() -> Response:
        return jsonify(told["keys"])

    return app


def digitalocean(vendor: Vendor) -> Flask:
    app = _admitting("digitalocean")
    told = recorded("digitalocean/board.example")

    def answer(key: str) -> Response:
        found, page, pages = _cut(vendor, told[key])
        following = f"{vendor.url}{request.path}?page={page + 1}"
        links = {"pages": {"next": following, "last": following}} if page < pages else {}
        return jsonify({key: found, "links": links, "meta": {"total": len(told[key])}})

    @app.get("/v2/domains")
    def domains() -> Response:
        return answer("domains")

    @app.get("/v2/domains/board.example/records")
    def records() -> Response:
        return answer("domain_records")

    return app
