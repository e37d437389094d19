"""The edge's filter: the blueprint's templates in Debian's nginx with ModSecurity and OWASP's rules, and its report.

DEBIAN_ROOT: where these packages are unpacked, if they are not installed.
"""

import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

EDGE = Path(__file__).parents[2] / "playbooks/blueprints/edge"
ROOT = Path(os.environ.get("DEBIAN_ROOT", "/"))
MODULE = ROOT / "usr/lib/nginx/modules/ngx_http_modsecurity_module.so"
INPUTS = {
    "ansible_managed": "Ansible",
    "edge_filter_without": [],
    "edge_cache_mb": 10,
    "edge_stale_hours": 1,
    "edge_cache_seconds": 10,
    "edge_rules": [],
    "edge_max_body_mb": 10,
    "edge_has_assets": False,
    "edge_rewrites": False,
}
ATTACK = "/who?q=%3Cscript%3Ealert(1)%3C/script%3E"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Origin(http.server.BaseHTTPRequestHandler):
    """Takes whatever comes."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, *_: object) -> None:
        """Quiet."""


class Filter:
    """A running one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **body: Any) -> int:
        """The status that a person gets."""
        transport = httpx.HTTPTransport(uds=str(self.folder / "buffer.sock"))
        seen = {"X-Forwarded-For": "203.0.113.9", "User-Agent": "Mozilla/5.0", **(headers or {})}
        with httpx.Client(transport=transport, timeout=60) as http_:
            return http_.request(method, f"http://board.example{path}", headers=seen, **body).status_code

    def report(self) -> str:
        words = [sys.executable, EDGE / "files/filter_report.py", self.folder / "filter.json"]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout


@pytest.fixture(params=["detect", "block"])
def filtering(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Filter]:
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin")
    if not MODULE.exists() or not program:
        pytest.skip("libnginx-mod-http-modsecurity is not installed")
    origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    places = {
        "/var/log/offramp-edge": tmp_path,
        "/usr/share/modsecurity-crs": ROOT / "usr/share/modsecurity-crs",
        "/etc/modsecurity/crs": ROOT / "etc/modsecurity/crs",
        "/usr/lib/nginx/modules": MODULE.parent,
        "unix:/run/haproxy/inner.sock max_fails=0": f"127.0.0.1:{origin.server_port}",
        "/run/offramp-edge-cache": tmp_path,
        "/var/cache/offramp-edge": tmp_path,
        "/etc/offramp/edge-filter.conf": tmp_path / "filter.conf",
    }
    for name in ("filter.conf", "cache.conf"):
        text = rendered(tmp_path, name, {**INPUTS, "edge_filter": request.param})
        for old, new in places.items():
            text = text.replace(old, str(new))
        (tmp_path / name).write_text(("user root;\n" if name == "cache.conf" else "") + text)
    with subprocess.Popen([program, "-e", "stderr", "-c", tmp_path / "cache.conf"]) as process:
        try:
            _wait(tmp_path / "buffer.sock", process)
            yield Filter(tmp_path)
        finally:
            process.terminate()
            origin.shutdown()
            origin.server_close()


def rendered(folder: Path, name: str, variables: dict[str, Any]) -> str:
    """A template as Ansible fills it in."""
    (folder / "variables.json").write_text(json.dumps(variables))
    words = ["ansible", "localhost", "-m", "ansible.builtin.template", "-e", f"@{folder}/variables.json"]
    words += ["-a", f"src={EDGE}/templates/{name}.j2 dest={folder}/{name}"]
    environment = {**os.environ, "ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_HOME": str(folder / "ansible")}
    environment.pop("LD_LIBRARY_PATH", None)
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return (folder / name).read_text()


def _wait(path: Path, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert process.poll() is None, "nginx ended"
        with socket.socket(socket.AF_UNIX) as probe:
            if path.exists() and not probe.connect_ex(str(path)):
                return
        time.sleep(0.05)
    raise AssertionError("nginx does not listen")


def test_attacks_are_noted_and_refused_only_when_told(filtering: Filter, request: pytest.FixtureRequest) -> None:
    refused = 403 if "block" in request.node.name else 200
    password = "name=ada&password=%27%20or%201%3D1%20--%20"
    assert filtering.ask("GET", ATTACK) == refused
    assert filtering.ask("GET", ATTACK, {"Cookie": "sessionid=of-ada"}) == refused
    assert filtering.ask("POST", "/login", FORM, content=password) == refused
    said = filtering.report()
    assert "941100: 2 times, from 1 addresses, on /who (2): XSS" in said
    assert "942100: 1 times, from 1 addresses, on /login (1): SQL Injection" in said
    assert "203.0.113.9" in (filtering.folder / "filter.json").read_text()
    assert "sessionid=of-ada" not in (filtering.folder / "filter.json").read_text()


def test_what_people_and_applications_do_passes(filtering: Filter) -> None:
    json_body = {"headers": {"Content-Type": "application/json"}, "content": b'{"text": "it is a nice day"}'}
    picture = {"picture": ("a.png", b"\x89PNG" + bytes(range(256)) * 400, "image/png")}
    asked = [
        filtering.ask("GET", "/news?q=hello+world&page=2"),
        filtering.ask("POST", "/login", FORM, content="name=ada&password=correct"),
        filtering.ask("POST", "/posts", FORM, content=b"\0" * 3_000_000),
        filtering.ask("POST", "/posts", files=picture, data={"text": "Where's the harbour?"}),
        filtering.ask("POST", "/files", {"Content-Type": "application/octet-stream"}, content=b"\0" * 300_000),
        filtering.ask("PUT", "/files/a.png", {"Content-Type": "image/png"}, content=b"\x89PNG"),
        filtering.ask("POST", "/inbox", {"Content-Type": "application/activity+json"}, content=b'{"type": "Follow"}'),
        *(filtering.ask(method, "/api/posts/1", **json_body) for method in ("POST", "PUT", "PATCH")),
        filtering.ask("DELETE", "/api/posts/1"),
    ]
    assert asked == [200] * len(asked)
    assert filtering.report() == "no rule met anything\n"
