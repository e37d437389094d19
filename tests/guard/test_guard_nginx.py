"""The door with a real nginx, configured as docs/guard.md says: the application knows nothing of it."""

import http.server
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from guards import ROOT, SITES, World, free_port, world_of

from toolkit.guard.settings import Settings, Work

DOCUMENTED = (ROOT / "docs/guard.md").read_text().partition("```nginx\n")[2].partition("```")[0]
CONFIG = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1; user root;
events {{ worker_connections 64; }}
http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
server {{ listen 127.0.0.1:{port}; {documented} }} }}
"""


class Application(http.server.BaseHTTPRequestHandler):
    """Takes every form it is sent."""

    def do_GET(self) -> None:
        self._say(b"form")

    def do_POST(self) -> None:
        self._say(b"signed up: " + self.rfile.read(int(self.headers["Content-Length"])))

    def _say(self, text: bytes) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def door(tmp_path: Path) -> Iterator[tuple[World, str]]:
    """The guard, and the address of nginx before an application."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin")
    if program is None:
        pytest.skip("nginx is not installed")
    settings = Settings(
        f"sqlite:///{tmp_path}/guard.sqlite",
        "s" * 40,
        SITES,
        base_url="https://guard.board.example",
        work=Work(cost=1, rounds=3),
    )
    world, port = world_of(settings), free_port()
    application = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Application)
    threading.Thread(target=application.serve_forever, daemon=True).start()
    documented = DOCUMENTED.replace("127.0.0.1:8000", f"127.0.0.1:{application.server_port}")
    documented = documented.replace("127.0.0.1:8087", re.sub("^http://", "", str(world.http.base_url)).rstrip("/"))
    file = tmp_path / "nginx.conf"
    file.write_text(CONFIG.format(folder=tmp_path, port=port, documented=documented))
    process = subprocess.Popen([program, "-p", str(tmp_path), "-c", str(file)])
    try:
        _wait_for(port, process)
        yield world, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)
        application.shutdown()
        application.server_close()
        world.close()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        assert process.poll() is None, "nginx ended"
        try:
            httpx.get(f"http://127.0.0.1:{port}/.guard/", timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("nginx does not answer")


def test_a_form_gets_through_once_for_each_pass(door: tuple[World, str]) -> None:
    world, site = door
    with httpx.Client(base_url=site, timeout=30) as visitor:
        turned_away = visitor.post("/signup", data={"name": "eve"})
        assert (turned_away.status_code, turned_away.headers["Location"]) == (303, f"{site}/.guard/?next=/signup")
        assert "cf-turnstile" in visitor.get("/.guard/?next=/signup").text
        answer = world.answer(hostname="127.0.0.1", address="127.0.0.1")
        passed = visitor.post("/.guard/?next=/signup", data={"cf-turnstile-response": answer})
        assert (passed.status_code, passed.headers["Location"]) == (303, "/signup")
        cookie = {"Cookie": passed.headers["Set-Cookie"].partition(";")[0]}  # it is for TLS only
        assert visitor.get("/signup", headers=cookie).text == "form"
        assert visitor.post("/signup", data={"name": "ada"}, headers=cookie).text == "signed up: name=ada"
        assert visitor.post("/signup", data={"name": "ada2"}, headers=cookie).status_code == 303


def test_nobody_asks_the_gate_from_outside_and_a_guard_that_is_out_lets_nobody_in(door: tuple[World, str]) -> None:
    world, site = door
    assert httpx.get(f"{site}/.guard/gate").status_code == 404
    world.server.should_exit = True
    world.thread.join(30)
    assert httpx.post(f"{site}/signup", data={"name": "eve"}).status_code == 500
