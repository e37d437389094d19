"""A real nginx on loopback as somebody else's CDN: files in a folder, with TLS for the names it is asked by."""

import datetime
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

MAIN = """daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
user root;
events {{ worker_connections 64; }}
http {{
    access_log {folder}/access.log;
    include /etc/nginx/mime.types;
    types {{ text/javascript mjs; }}
    client_body_temp_path {folder}/tmp-body;
    proxy_temp_path {folder}/tmp-proxy;
    fastcgi_temp_path {folder}/tmp-fastcgi;
    uwsgi_temp_path {folder}/tmp-uwsgi;
    scgi_temp_path {folder}/tmp-scgi;
    ssl_certificate {folder}/names.crt;
    ssl_certificate_key {folder}/names.key;
    merge_slashes off;
{servers}
}}
"""


class Nginx(NamedTuple):
    """A running one."""

    folder: Path
    port: int

    def put(self, host: str, path: str, content: bytes | str) -> bytes:
        """A file that it serves under a name; its content."""
        file = self.folder / "hosts" / host / path
        file.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        file.write_bytes(data)
        return data

    def asked(self) -> list[str]:
        """Paths that it was asked for, in order."""
        log = self.folder / "access.log"
        return [line.split('"')[1].split()[1] for line in log.read_text().splitlines()] if log.exists() else []


@contextmanager
def serving(folder: Path, names: Sequence[str], *, more: str = "") -> Iterator[Nginx]:
    """Files of `folder`/hosts/NAME at https://NAME:PORT. `more`: locations of every server, or servers beside."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin")
    if not program:
        pytest.skip("nginx is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    certificate(folder, names)
    port = free_port()
    server = f"    server {{ listen 127.0.0.1:{port} ssl; root {folder}/hosts/$host;\n{more.format(port=port)} }}"
    with running(program, folder, MAIN.format(folder=folder, servers=server), port):
        yield Nginx(folder, port)


@contextmanager
def running(program: str, folder: Path, configuration: str, port: int) -> Iterator[None]:
    """nginx with this configuration, from when it answers."""
    file = folder / "nginx.conf"
    file.write_text(configuration)
    with (
        (folder / "said").open("wb") as said,
        subprocess.Popen([program, "-e", "stderr", "-c", file], stdout=said, stderr=said) as process,
    ):
        try:
            for _ in range(400):
                assert process.poll() is None, (folder / "said").read_text()
                with socket.socket() as probe:
                    if not probe.connect_ex(("127.0.0.1", port)):
                        break
                time.sleep(0.05)
            yield
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def certificate(folder: Path, names: Sequence[str]) -> None:
    """names.crt, signed by itself, which is what a client has to trust; names.key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "files of others")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "names.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    no_password = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (folder / "names.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, no_password))


@contextmanager
def names_lead_here(names: Sequence[str], certificate: Path) -> Iterator[None]:
    """The names as they are in the world, answered by loopback, with its certificate trusted."""
    real = socket.getaddrinfo

    def here(host: str | bytes | None, *rest: object, **more: object) -> object:
        text = host.decode() if isinstance(host, bytes) else host
        return real("127.0.0.1" if text in names else host, *rest, **more)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", here)
        patch.setenv("SSL_CERT_FILE", str(certificate))
        for variable in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            patch.delenv(variable, raising=False)
        yield
