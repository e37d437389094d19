"""What an application's .npmrc may ask of npm while packing, with the real npm and a registry on loopback."""

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from toolkit.errors import ProgramFailed
from toolkit.tools import npm

pytestmark = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A registry's address, and the Authorization header of everything it was asked: it has nothing."""
    headers: list[str] = []

    class Registry(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers.append(self.headers.get("Authorization", ""))
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}", headers
        finally:
            server.shutdown()
            thread.join()


def test_no_token_and_no_program_but_npm_follows_an_applications_settings(
    asked: tuple[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, headers = asked
    monkeypatch.setenv("NPM_TOKEN", "planted-token")
    ran = tmp_path / "ran"
    (tmp_path / "evil").write_text(f"#!/bin/sh\ntouch {ran}\nexit 1\n")
    (tmp_path / "evil").chmod(0o755)
    source = tmp_path / "board"
    source.mkdir()
    (source / ".npmrc").write_text(
        f"registry = http://{address}/\n//{address}/:_authToken=${{NPM_TOKEN}}\n"
        f"git={tmp_path}/evil\nscript-shell={tmp_path}/evil\nfetch-retries=0\n"
    )
    of_git = {"version": "1.0.0", "resolved": "git+https://git.invalid/x.git#" + "0" * 40}
    tiny = {"version": "1.0.0", "resolved": f"http://{address}/tiny.tgz", "integrity": "sha512-AAAA"}
    packages = {
        "": {"dependencies": {"tiny": "1.0.0", "x": of_git["resolved"]}},
        "node_modules/tiny": tiny,
        "node_modules/x": of_git,
    }
    about = {"name": "board", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": packages}
    (source / "package-lock.json").write_text(json.dumps(about))
    (source / "package.json").write_text(json.dumps({"name": "board", "version": "1.0.0", **packages[""]}))
    with pytest.raises(ProgramFailed):
        npm.fill_cache(source, tmp_path / "cache", cpu="x64")
    assert headers
    assert not any(headers)
    assert not ran.exists()
