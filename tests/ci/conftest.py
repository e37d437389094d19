"""A forge on this machine: artefacts, comments, and the runner that runs an action's own shell steps."""

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest


class Forge:
    """What lies at the forge, and what was asked of it."""

    def __init__(self) -> None:
        self.artefacts: list[dict[str, Any]] = []
        self.archives: dict[int, bytes] = {}
        self.comments: list[dict[str, Any]] = []
        self.raw: bytes | None = None  # of GitLab: the default branch's audit.json
        self.may_write = True
        self.asked: list[tuple[str, str, str]] = []  # method, path, token
        self.url = ""

    def keep(self, content: bytes, *, branch: str = "main", fork: bool = False, created: str = "2026-01-01") -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("audit.json", content)
        number = len(self.artefacts) + 1
        run = {"head_branch": branch, "repository_id": 1, "head_repository_id": 2 if fork else 1}
        self.artefacts.append({"id": number, "created_at": created, "expired": False, "workflow_run": run})
        self.archives[number] = packed.getvalue()

    def said(self, body: str, login: str) -> None:
        author = {"login": login, "id": 7 if login == "me" else 8}
        self.comments.append({"id": len(self.comments) + 1, "body": body, "user": author, "author": author})


def _handler(forge: Forge) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

        def do_GET(self) -> None:
            path, page = self._noted(), parse_qs(urlsplit(self.path).query).get("page", ["1"])[0]
            if path == "/store/elsewhere":
                return self._answer(200, forge.archives[1])
            if path.endswith("/zip"):
                return self._answer(200, forge.archives[int(path.split("/")[-2])])
            if path.endswith("/actions/artifacts"):
                return self._answer(200, {"artifacts": forge.artefacts})
            if "/jobs/artifacts/" in path:
                return self._answer(200 if forge.raw else 404, forge.raw or b"")
            if path == "/user":
                return self._answer(200, {"id": 7})
            return self._answer(200, forge.comments if page == "1" else [])

        def do_POST(self) -> None:
            self._noted()
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]
            if forge.may_write:
                forge.said(body, "me" if "merge_requests" in self.path else "github-actions[bot]")
            self._answer(201 if forge.may_write else 403, {})

        def do_PATCH(self) -> None:
            self._noted()
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]
            number = int(urlsplit(self.path).path.rpartition("/")[2])
            forge.comments[number - 1]["body"] = body
            self._answer(200, {})

        do_PUT = do_PATCH

        def _noted(self) -> str:
            path = urlsplit(self.path).path
            token = self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or ""
            forge.asked.append((self.command, path, token or self.headers.get("JOB-TOKEN") or ""))
            return path

        def _answer(self, status: int, body: object) -> None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


@pytest.fixture
def forge() -> Iterator[Forge]:
    made = Forge()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()
