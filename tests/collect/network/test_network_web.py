"""Certificate and landing page of a real web server, and servers that never end."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import msgspec
import pytest
from authority import LOOPBACK, Serve, free_port
from web_server import Sites

from toolkit.catalog.entries import Catalog
from toolkit.collect.network.names import Server
from toolkit.collect.network.outside import Outside, collect_network
from toolkit.model import Survey

WEB = ("network.web", "network.tls")
ZONE = "@ A 127.0.0.1\nwww A 127.0.0.1\n"
PAGE = """<html><head><script src="https://js.stripe.com/v3/"></script><link rel="stylesheet" href="/own.css">
<script src="https://cdn.unheard-of.example/x.js"></script><link rel="stylesheet" href="//acme.example/y.css"></head>
<body><a href="https://twitter.com/acme">us</a><div class="g-recaptcha"></div></body></html>"""


def look(
    where: Server, ports: tuple[int, int], catalog: Catalog, timeout: float = 20.0, *, private: bool = True
) -> Survey:
    """DNS is asked at `where`, the web at `ports` (HTTPS, HTTP); the registry is out of reach."""
    rdap = f"http://{LOOPBACK}:{free_port()}/"
    outside = Outside(("acme.example",), (where,), timeout, 120.0, rdap, *ports, allow_private=private)
    return collect_network(outside, catalog)


def signs(survey: Survey) -> set[tuple[str, str]]:
    return {(item.signal, item.where) for item in survey.evidence if item.source in WEB}


def missed(survey: Survey) -> list[str]:
    return [item.reason for item in survey.unread if item.source in (*WEB, "network")]


def _returns(page: str, *headers: str) -> str:
    lines = [f"add_header {header};" for header in headers]
    return "\n".join([*lines, f"location / {{ return 200 '{page}'; }}"])


def test_what_the_landing_page_shows(serve: Serve, sites: Sites, catalog: Catalog) -> None:
    headers = ("CF-Ray 0123", 'Set-Cookie "__stripe_mid=secret-value; Secure"', 'Set-Cookie "session=other-secret"')
    site = sites({"acme.example": _returns(PAGE, *headers)})
    survey = look(serve({"acme.example": ZONE}), site[:2], catalog)
    where = f"https://acme.example:{site.https}/"
    found = {(signal, place) for signal, place in signs(survey) if "#html" not in signal}
    assert found == {
        ("lets-encrypt#issuer:Let's Encrypt", f"acme.example:{site.https}"),
        ("cloudflare#header:cf-ray", where),
        ("stripe#cookie:__stripe_mid", where),
        ("stripe#host:js.stripe.com", where),
        ("cdn.unheard-of.example", where),
    }
    assert any("#html:g-recaptcha" in signal for signal, _ in signs(survey))
    assert missed(survey) == []
    assert {"network.tls", "network.web"} <= set(survey.sources)
    assert "secret" not in msgspec.json.encode(survey).decode()
    seen = {item.name: item.value for item in survey.observations if item.source == "network.tls"}
    assert seen["certificate of"] == "Let's Encrypt"
    assert len(seen["certificate until"]) == len("2027-01-01")


def test_a_redirect_within_the_domain_is_followed(serve: Serve, sites: Sites, catalog: Catalog) -> None:
    hosts = {
        "acme.example": "location / { return 301 https://www.acme.example:{https}/home?token=hidden; }",
        "www.acme.example": "location /home { return 200 '<script src=\"https://js.stripe.com/v3/\"></script>'; }",
    }
    site = sites(hosts)
    survey = look(serve({"acme.example": ZONE}), site[:2], catalog)
    assert ("stripe#host:js.stripe.com", f"https://www.acme.example:{site.https}/home") in signs(survey)
    assert "hidden" not in msgspec.json.encode(survey).decode()


def test_plain_http_where_there_is_no_tls(serve: Serve, sites: Sites, catalog: Catalog) -> None:
    site = sites({"acme.example": _returns(PAGE)})
    survey = look(serve({"acme.example": ZONE}), (free_port(), site.http), catalog)
    assert ("stripe#host:js.stripe.com", f"http://acme.example:{site.http}/") in signs(survey)
    assert len(missed(survey)) == 2  # no handshake, no page over TLS


def test_an_expired_certificate_is_read_and_not_trusted(serve: Serve, sites: Sites, catalog: Catalog) -> None:
    site = sites({"acme.example": _returns(PAGE)}, days=-3)
    survey = look(serve({"acme.example": ZONE}), site[:2], catalog)
    assert ("lets-encrypt#issuer:Let's Encrypt", f"acme.example:{site.https}") in signs(survey)
    assert "its certificate is not trusted: certificate has expired" in missed(survey)


# --- where it may not be led ------------------------------------------------------------------------------------------
def test_a_private_address_is_not_visited_unasked(serve: Serve, sites: Sites, catalog: Catalog) -> None:
    site = sites({"acme.example": _returns(PAGE)})
    survey = look(serve({"acme.example": ZONE}), site[:2], catalog, private=False)
    assert signs(survey) == set()
    assert missed(survey) == ["not visited: it has a private address: --allow-private visits it"]
    assert (site.folder / "access.log").read_text() == ""


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("http://127.0.0.2/", "an address"),
        ("http://[::1]/", "an address"),
        ("http://169.254.169.254/latest/meta-data/", "an address"),
        ("http://2130706433/", "no web page"),
        ("http://0x7f.1/", "no web page"),
        ("http://inner.acme.example:{http}/", "no public address"),
        ("http://mapped.acme.example:{http}/", "no public address"),
        ("https://acme.example:22/", "port 22"),
        ("https://acme.example:99999999/", "no web page"),
        ("https://other.example/", "which no --domain names"),
        ("https://notacme.example/", "which no --domain names"),
        ("https://acme.example@other.example/", "which no --domain names"),
        ("file:///etc/passwd", "no web page"),
        ("gopher://acme.example/", "no web page"),
        ("https://acme.example:{https}/", "more than 5 times"),
    ],
)
def test_redirects_that_are_not_followed(serve: Serve, sites: Sites, catalog: Catalog, target: str, why: str) -> None:
    zone = ZONE + "inner A 127.0.0.2\ninner A 10.0.0.1\nmapped AAAA ::ffff:127.0.0.2\n"
    site = sites({"acme.example": f"location / {{ return 302 '{target}'; }}"})
    survey = look(serve({"acme.example": zone}), site[:2], catalog)
    (reason,) = missed(survey)
    assert why in reason


# --- servers that do not end ------------------------------------------------------------------------------------------
@contextmanager
def talking(speak: Callable[[socket.socket], None]) -> Iterator[int]:
    """A TCP server that says what `speak` says to whoever connects."""
    over = threading.Event()
    with socket.create_server((LOOPBACK, 0)) as listening:
        listening.settimeout(0.1)

        def serve_one(line: socket.socket) -> None:
            with line, suppress(OSError):
                line.settimeout(0.1)
                while not over.is_set():
                    speak(line)

        def work() -> None:
            started = []
            while not over.is_set():
                with suppress(TimeoutError):
                    line, _ = listening.accept()
                    started.append(threading.Thread(target=serve_one, args=(line,)))
                    started[-1].start()
            for thread in started:
                thread.join()

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            thread.join()


def _silent(line: socket.socket) -> None:
    time.sleep(0.05)


def _drip(line: socket.socket) -> None:
    line.sendall(b"x")
    time.sleep(0.05)


def _endless(beginning: bytes, more: bytes, pause: float = 0.0) -> Callable[[socket.socket], None]:
    greeted: set[int] = set()

    def speak(line: socket.socket) -> None:
        if id(line) not in greeted:
            greeted.add(id(line))
            line.sendall(beginning)
        line.sendall(more)
        time.sleep(pause)

    return speak


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize(
    ("speak", "why"),
    [
        pytest.param(_silent, "did not come in time", id="says nothing"),
        pytest.param(_drip, "", id="nonsense, byte by byte"),
        pytest.param(_endless(HEAD, b"X-Y: z\r\n", 0.01), "", id="headers without end"),
        pytest.param(_endless(HEAD, b"X: " + b"y" * 8000, 0.001), "", id="a header without end"),
        pytest.param(_endless(HEAD + b"\r\n", b" ", 0.05), "its end did not come in time", id="body, byte by byte"),
        pytest.param(_endless(HEAD + b"\r\n", b" " * 65536), "only its first 1 MiB", id="body without end"),
        pytest.param(_endless(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", b""), "", id="a length that is none"),
        pytest.param(_endless(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"), "", id="go on"),
    ],
)
def test_servers_that_do_not_end(
    serve: Serve, catalog: Catalog, speak: Callable[[socket.socket], None], why: str
) -> None:
    with talking(speak) as port:
        where = serve({"acme.example": ZONE})
        started = time.monotonic()
        survey = look(where, (free_port(), port), catalog, timeout=1.0)
        took = time.monotonic() - started
    assert any(why in reason for reason in missed(survey))
    assert len(missed(survey)) == 3  # no handshake, nothing over TLS, and this
    assert took < 60


def test_tls_that_never_finishes(serve: Serve, catalog: Catalog) -> None:
    with talking(_silent) as port:
        survey = look(serve({"acme.example": ZONE}), (port, free_port()), catalog, timeout=1.0)
    assert "TLS did not finish within 1 s" in missed(survey)


def test_what_is_no_tls(serve: Serve, catalog: Catalog) -> None:
    with talking(_endless(b"SSH-2.0-OpenSSH_9.2\r\n", b"", 0.05)) as port:
        survey = look(serve({"acme.example": ZONE}), (port, free_port()), catalog, timeout=2.0)
    assert any(reason.startswith("TLS failed") for reason in missed(survey))


def test_a_bomb_is_not_unpacked(serve: Serve, catalog: Catalog) -> None:
    bomb = gzip.compress(b"\0" * 200_000_000)
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: " + str(len(bomb)).encode() + b"\r\n\r\n"
    with talking(_endless(head + bomb, b"", 0.05)) as port:
        survey = look(serve({"acme.example": ZONE}), (free_port(), port), catalog)
    assert "network.web" in survey.sources
