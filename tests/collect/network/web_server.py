"""A real web server (nginx) on loopback, with a certificate of a test's own authority."""

import datetime
import os
import shutil
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from authority import LOOPBACK
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_AGE = datetime.timedelta(90)


class Site(NamedTuple):
    https: int
    http: int
    folder: Path


Sites = Callable[[Mapping[str, str]], Site]  # host → what nginx does with it


def nginx() -> str:
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    assert program, "nginx is missing: .ci/debian-packages nginx-light"
    return program


def configure(site: Site, hosts: Mapping[str, str]) -> Path:
    """One `server` block for each host; `{https}` and `{http}` stand for the ports."""
    folder = site.folder
    blocks = []
    for host, inside in hosts.items():
        for key, value in (("{https}", str(site.https)), ("{http}", str(site.http))):
            inside = inside.replace(key, value)
        blocks.append(f"""
        server {{
            listen {LOOPBACK}:{site.https} ssl;
            listen {LOOPBACK}:{site.http};
            server_name {host};
            ssl_certificate {folder}/site.pem;
            ssl_certificate_key {folder}/site.key;
            default_type text/html;
            {inside}
        }}""")
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    text = f"""
    daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
    {"user root;" if os.getuid() == 0 else ""}
    events {{ worker_connections 64; }}
    http {{ access_log {folder}/access.log; {temporary} {"".join(blocks)} }}
    """
    (folder / "nginx.conf").write_text(text)
    return folder / "nginx.conf"


def make_certificates(folder: Path, *hosts: str, issuer: str = "Let's Encrypt", days: int = 30) -> Path:
    """`site.pem` and `site.key` for the hosts; returns the file of the authority that signed them."""
    now = datetime.datetime.now(datetime.UTC)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, issuer),
            x509.NameAttribute(NameOID.COMMON_NAME, "R99"),
        ]
    )
    root = (
        _builder(
            authority, authority, authority_key.public_key(), now - datetime.timedelta(90), now + datetime.timedelta(90)
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
    leaf = (
        _builder(subject, authority, key.public_key(), now - _AGE, now + datetime.timedelta(days))
        .add_extension(names, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "site.pem").write_bytes(leaf.public_bytes(pem) + root.public_bytes(pem))
    (folder / "site.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "authority.pem").write_bytes(root.public_bytes(pem))
    return folder / "authority.pem"


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    start: datetime.datetime,
    end: datetime.datetime,
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)


def wait(site: Site) -> None:
    context = ssl.create_default_context(cafile=str(site.folder / "authority.pem"))
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    for _ in range(200):
        try:
            with socket.create_connection((LOOPBACK, site.https), 0.5) as line, context.wrap_socket(line):
                return
        except OSError:
            time.sleep(0.05)
    log = site.folder / "error.log"
    pytest.fail(f"nginx does not answer: {log.read_text() if log.exists() else ''}")
