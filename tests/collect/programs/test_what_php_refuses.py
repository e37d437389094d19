"""What nobody may have of a PHP program whose scripts lie beside its data: uWSGI reads no .htaccess."""

import re
import shlex
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.collect.programs.test_stacks import only

_DENY = "<IfModule mod_authz_core.c>\n    Require all denied\n</IfModule>\n"
_FILES = {
    "index.php": "<?php echo 'front';\n",
    ".gitignore": ".htaccess\n",
    ".htaccess": "# Deny from all\nRewriteEngine on\n",
    "data/.htaccess": _DENY,
    "data/board.txt": "secret",
    "app/inner/.htaccess": "Order allow,deny\nDeny from all\n",
    "app/inner/x.php": "<?php echo 'ran';\n",
    "assets/a.css": "body {}",
    ".well-known/security.txt": "mail",
    ".env": "PASSWORD=x",
    "board.sqlite": "secret",
}
_REFUSED = ["/data/board.txt", "/data/", "/app/inner/x.php", "/.env", "/board.sqlite", "/assets/..%2fdata/board.txt"]
_ANSWERED = ["/", "/assets/a.css", "/.well-known/security.txt", "/none/database", "/data-sheet"]


def _start(root: Path, *, public: str = "") -> str:
    files = {f"{public}{name}": content for name, content in _FILES.items()}
    program = only(root, {**files, "composer.json": "{}"})
    assert program.start
    return program.start.text


@pytest.mark.parametrize("public", ["", "public/"])
def test_hidden_files_and_denied_folders_are_refused(tmp_path: Path, public: str) -> None:
    words = shlex.split(_start(tmp_path, public=public))
    form = words[words.index("--route") + 1].split(" ", 1)[0]
    refused = [path.replace("%2f", "/") for path in _REFUSED if public == "" or path != "/board.sqlite"]
    assert [path for path in (*refused, *_ANSWERED) if re.search(form, path)] == refused


@pytest.mark.skipif(shutil.which("uwsgi_php") is None, reason="needs Debian's uwsgi-plugin-php")
def test_uwsgi_refuses_them(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = _start(tmp_path).replace("$PORT", str(port))
    with subprocess.Popen(["sh", "-c", f"exec {command}"], cwd=tmp_path, stderr=subprocess.DEVNULL) as server:
        try:
            statuses = {path: _status(f"http://127.0.0.1:{port}{path}") for path in (*_REFUSED, *_ANSWERED)}
            server.terminate()
            server.wait(timeout=30)  # systemd would kill it then
        finally:
            server.kill()
    assert statuses == {**dict.fromkeys(_REFUSED, 403), **dict.fromkeys(_ANSWERED, 200)}


def _status(address: str) -> int:
    for _ in range(50):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as err:
            return err.code
        except OSError:
            time.sleep(0.1)
    return 0
