"""What a failed check says: an application's last words without its secrets, and tables with their rows."""

import importlib.util
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import ClassVar

import pytest

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
ENVIRONMENT = r"""
PORT="8000"
DATABASE_URL="postgresql://board:s3cret%21word@10.0.0.1:5432/board?sslmode=require"
SECRET_KEY="a\"quoted\\key"
PUBLIC_URL="https://board.example"
MODE="production"
SSL_CERT_FILE="/etc/ssl/certs/ca-certificates.crt"
"""


@pytest.fixture
def programs(tmp_path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("programs", PLAYBOOKS / "blueprints/web/files/programs.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.ENVIRONMENTS = tmp_path
    (tmp_path / "board.env").write_text(ENVIRONMENT)
    return module


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("no postgresql://board:s3cret%21word@10.0.0.1:5432/board?sslmode=require", "no [DATABASE_URL]"),
        ("password s3cret%21word", "password [DATABASE_URL]"),
        ("password s3cret!word", "password [DATABASE_URL]"),
        ('key a"quoted\\key', "key [SECRET_KEY]"),
        ("https://board.example in production on 8000", "https://board.example in production on 8000"),
        ("/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs/ca-certificates.crt"),
    ],
)
def test_values_of_the_environment_are_left_out(programs: ModuleType, line: str, said: str) -> None:
    assert programs.clean("board", line) == said


def test_an_application_without_an_environment_is_shown(programs: ModuleType) -> None:
    assert programs.clean("other", "as it is") == "as it is"


def compare(folder: Path, noted: object, found: object) -> tuple[int, str]:
    for name, note in (("noted", noted), ("found", found)):
        (folder / name).write_text(json.dumps(note))
    command = [sys.executable, PLAYBOOKS / "_base/files/compare.py", folder / "noted", folder / "found"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_tables_and_rows_are_named(tmp_path: Path) -> None:
    def table(rows: int, checksum: str = "a") -> dict:
        return {"rows": rows, "checksum": checksum}

    noted = {"board": {"public.same": table(1), "public.jobs": table(3), "public.old": table(2), "public.x": table(4)}}
    tables = {"public.same": table(1), "public.jobs": table(5), "public.new": table(0), "public.x": table(4, "b")}
    found = {"board": tables}
    assert compare(tmp_path, noted, noted) == (0, "")
    code, said = compare(tmp_path, noted, found)
    assert code == 1
    assert said.splitlines() == [
        "board public.jobs: 3 rows noted, 5 found",
        "board public.new: was not there, 0 rows",
        "board public.old: is gone, 2 rows",
        "board public.x: 4 rows, of other content",
    ]


def test_other_notes_are_compared_too(tmp_path: Path) -> None:
    assert compare(tmp_path, ["a", "b"], ["a", "c", "d"]) == (
        1,
        'all of it: 1 gone, 2 were not there; the first: "b"\n',
    )
    assert compare(tmp_path, ["a", "b"], ["b", "a"])[1] == "all of it: the same in another order or number\n"
    assert compare(tmp_path, {"people": 3}, {"people": 2}) == (1, "people: 3 noted, 2 found\n")
    code, said = compare(tmp_path, {str(number): 1 for number in range(50)}, {})
    assert (code, said.splitlines()[-1]) == (1, "… and 20 more")


class _Answers(BaseHTTPRequestHandler):
    """A start page that leads to the sign-in, a page that leads elsewhere, and one that leads to itself."""

    MOVED: ClassVar = {"/": "/login?next=/", "/away": "https://elsewhere.example/", "/round": "/round"}

    def do_GET(self) -> None:
        place = self.MOVED.get(self.path)
        self.send_response(302 if place else 200 if self.path.startswith("/login") else 404)
        if place:
            self.send_header("Location", place)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/", ""),
        ("/away", "answers 302 to https://elsewhere.example/"),
        ("/round", "answers 302 to /round"),
        ("/none", "answers 404"),
    ],
)
def test_a_page_that_leads_on_answers_as_that_does(programs: ModuleType, path: str, said: str) -> None:
    with HTTPServer(("127.0.0.1", 0), _Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        application = {"port": server.server_port, "domains": ["board.example"], "health": path}
        assert programs.ask(application, "app-1") == said
        server.shutdown()
