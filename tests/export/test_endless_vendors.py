"""Vendors whose pages never end, and stores whose objects arrive cut: the export ends, and nothing counts as whole."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from exports import export_auth0, export_okta, export_zendesk
from flask import Flask, jsonify, request
from vendor import Vendor

from toolkit.errors import ProgramFailed
from toolkit.export import dataset, s3
from toolkit.export.dns import cloudflare as cloudflare_zones
from toolkit.export.dns import digitalocean

Sleep = Callable[[float], None]
CIRCLE = "lead in a circle"


def _app(answer: Callable[[str], Any]) -> Flask:
    app = Flask("endless")

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST"])
    @app.route("/<path:path>", methods=["GET", "POST"])
    def any_path(path: str) -> Any:
        return answer(path)

    return app


def test_members_of_a_group_in_a_circle(vendor: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    def okta(path: str) -> Any:
        if path.endswith("/users") and "groups" in path:
            response = jsonify([{"id": "u1"}])
            response.headers["Link"] = f'<{request.base_url}?after=1>; rel="next"'
            return response
        return jsonify([{"id": "g1", "profile": {"name": "all"}, "type": "OKTA_GROUP"}] if "groups" in path else [])

    vendor.app = _app(okta)
    with pytest.raises(ProgramFailed, match=CIRCLE):
        export_okta(vendor, tmp_path / "okta", sleep)


def test_members_of_a_role_in_a_circle(vendor: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    def auth0(path: str) -> Any:
        if path.endswith("/users"):
            return jsonify({"users": [{"user_id": "u1"}], "next": "again"})
        if path.endswith("roles"):
            return jsonify({"roles": [{"id": "r1", "name": "all"}], "start": 0, "total": 1})
        if path.endswith("clients"):
            return jsonify({"clients": [], "start": 0, "total": 0})
        if "jobs" in path:
            return jsonify({"id": "job_1", "status": "completed", "location": f"{vendor.url}/file"})
        return b""

    vendor.app = _app(auth0)
    with pytest.raises(ProgramFailed, match=CIRCLE):
        export_auth0(vendor, tmp_path / "auth0", sleep)


def test_memberships_of_a_desk_in_a_circle(vendor: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    def zendesk(path: str) -> Any:
        if "memberships" in path:
            again = {"next": f"{vendor.url}/api/v2/group_memberships.json?again"}
            return jsonify({"group_memberships": [], "meta": {"has_more": True}, "links": again})
        return jsonify({"users": [], "organizations": [], "end_of_stream": True, "after_url": None, "meta": {}})

    vendor.app = _app(zendesk)
    with pytest.raises(ProgramFailed, match=CIRCLE):
        export_zendesk(vendor, tmp_path / "zendesk", sleep)


@pytest.mark.parametrize("service", ["digitalocean", "cloudflare"])
def test_zones_on_pages_with_nothing_in_them(vendor: Vendor, tmp_path: Path, sleep: Sleep, service: str) -> None:
    ocean = {"domains": [], "links": {"pages": {"next": "https://next.example"}}}
    flare = {"result": [], "result_info": {"total_pages": 10**12}}
    vendor.app = _app(lambda _: jsonify(ocean | flare))
    module = {"digitalocean": digitalocean, "cloudflare": cloudflare_zones}[service]
    with module.client("token", vendor.url) as client:
        streams = module.streams(client, (), lambda _: [], sleep=sleep)
        with pytest.raises(ProgramFailed, match=CIRCLE):
            dataset.export(streams, tmp_path / "zones", source=service, log=print)


# --- stores -----------------------------------------------------------------------------------------------------------
class _Store(BaseHTTPRequestHandler):
    """One object of five bytes; of its body three come, and then the connection ends."""

    versions_end = True

    def do_GET(self) -> None:
        if "versions" in self.path:
            more = (
                ""
                if self.versions_end
                else "<NextKeyMarker>a</NextKeyMarker><NextVersionIdMarker>b</NextVersionIdMarker>"
            )
            ends = str(not self.versions_end).lower()
            return self._answer(f"<ListVersionsResult><IsTruncated>{ends}</IsTruncated>{more}</ListVersionsResult>")
        if "list-type" in self.path:
            one = "<Contents><Key>a</Key><Size>5</Size></Contents>"
            return self._answer(f"<ListBucketResult><IsTruncated>false</IsTruncated>{one}</ListBucketResult>")
        if "?" in self.path:
            return self._answer("<Empty/>")
        self.send_response(200)
        self.send_header("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT")
        self.end_headers()
        self.wfile.write(b"abc")
        return None

    def _answer(self, text: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Iterator[Any]:
    handler = type("Store", (_Store,), {"versions_end": getattr(request, "param", True)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{server.server_port}", region_name="us-east-1",
            aws_access_key_id="test", aws_secret_access_key="test", config=Config(s3={"addressing_style": "path"}),
        )  # fmt: skip
        server.shutdown()
        thread.join()


def test_an_object_that_ends_early_is_none(store: Any, tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed, match="3 read, but total bytes expected is 5"):
        dataset.export(s3.streams(store, ["b"], tmp_path), tmp_path, source="s3", log=print)
    assert not (tmp_path / dataset.MANIFEST).exists()
    assert not [path for path in tmp_path.glob("objects/*/*") if path.is_file()]


@pytest.mark.parametrize("store", [False], indirect=True)
def test_versions_in_a_circle(store: Any, tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed, match=CIRCLE):
        dataset.export(s3.streams(store, ["b"], tmp_path), tmp_path, source="s3", log=print)
