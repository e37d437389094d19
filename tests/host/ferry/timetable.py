"""A ferry's timetable: crossings in SQLite, told what it is by its environment."""

import json
import os
import sqlite3
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DATA = Path(os.environ.get("FERRY_DATA_DIR", "data"))


def connect():
    database = sqlite3.connect(DATA / "ferry.sqlite3")
    database.execute("CREATE TABLE IF NOT EXISTS crossing (at TEXT)")
    return database


def add(when):
    with connect() as database:
        database.execute("INSERT INTO crossing VALUES (?)", (when,))


def writable(path):
    try:
        Path(path, "probe").touch()
    except OSError:
        return False
    return True


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/health":
            self.say("fine")
            return
        if self.path == "/eat":
            self.say(len(b"x" * 2**31))
            return
        rows = [row for (row,) in connect().execute("SELECT at FROM crossing ORDER BY rowid")]
        self.say(
            {
                "crossings": rows,
                "harbour": (DATA / "harbour").read_text().strip(),
                "user": os.getuid(),
                "key": len(os.environ.get("SECRET_KEY", "")),
                "writable": [path for path in ("/app", "/etc", "/tmp", str(DATA)) if writable(path)],
            }
        )

    def do_POST(self):
        add(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.say("added")

    def say(self, what):
        body = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    if os.environ.get("FERRY_MODE") == "broken":
        sys.exit(f"no crossing today, the key is {os.environ['SECRET_KEY']}")
    if sys.argv[1:] == ["add"]:
        add("by hand")
    else:
        ThreadingHTTPServer(("", int(os.environ.get("PORT", "3000"))), Answer).serve_forever()
