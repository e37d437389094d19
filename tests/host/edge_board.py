"""A board for the tests of the edge: who asked, how often, with a session or without. Standard library only."""

import itertools
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

ASKED = itertools.count(1)
SESSION = "sessionid=of-ada"


class Board(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = urlsplit(self.path).path
        if path == "/me":
            name = "ada" if SESSION in self.headers.get("Cookie", "") else "nobody"
            return self._answer(f"you are {name}, answer {next(ASKED)}\n", {"Cache-Control": "max-age=60"})
        if path == "/who":
            heads = ("X-Forwarded-For", "X-Request-ID", "X-Edge-Class", "X-Real-IP")
            return self._answer("".join(f"{name}: {self.headers.get(name)}\n" for name in heads), {})
        if path == "/loads":
            page = f'<html><script src="{urlsplit(self.path).query}"></script></html>'
            return self._answer(page, {}, "text/html")
        if path == "/events":
            return self._stream()
        if path == "/slow":
            time.sleep(0.05)
        if path == "/sets-a-cookie":
            return self._answer(f"answer {next(ASKED)}\n", {"Set-Cookie": "token=1"})
        if path.startswith("/pictures/"):
            return self._answer(
                f"picture, answer {next(ASKED)}\n", {"Cache-Control": "max-age=3600", "Server": "board"}
            )
        return self._answer(f"page, answer {next(ASKED)}\n", {})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/login":
            time.sleep(0.05)  # as a password's hash takes
            return self._answer("welcome\n", {"Set-Cookie": f"{SESSION}; Path=/; HttpOnly"})
        return self._answer(f"posted {len(body)} bytes\n", {})

    def _stream(self):
        """An event at once, and the next when everybody has lost patience."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("X-Accel-Buffering", "no")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"data: ahoy\n\n")
        time.sleep(30)

    def _answer(self, text, heads, kind="text/plain"):
        data = text.encode()
        self.send_response(200)
        for name, value in heads.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format, *args):
        """Quiet."""


class Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True


if __name__ == "__main__":
    Server(("127.0.0.1", int(os.environ["PORT"])), Board).serve_forever()
