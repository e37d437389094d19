#!/usr/bin/env python3
"""Sign a request as the platform's own authority, now and for years to come: `sign.py CA_CERTIFICATE`.

In: the authority's key (PEM) on stdin; the request in $REQUEST, "DNS:… IP:…" in $NAMES, how many days a certificate
lasts in $DAYS, how many are made in $COUNT, and in $OVERLAP the days for which one and the next are both valid.
Out: a JSON list of certificates (PEM), one after the other in time. Exit 1 with a sentence when the authority may not
sign for one of the names. Runs where Ansible does, with what ansible-core needs itself.
"""

import ipaddress
import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

EARLY = timedelta(hours=1)  # hosts' clocks differ a little


def main():
    authority = Path(sys.argv[1])
    key = serialization.load_pem_private_key(sys.stdin.buffer.read(), None)
    issuer = x509.load_pem_x509_certificate(authority.read_bytes())
    request = x509.load_pem_x509_csr(os.environ["REQUEST"].encode())
    names = [alternative(name) for name in os.environ["NAMES"].split()]
    days, count, overlap = (int(os.environ[name]) for name in ("DAYS", "COUNT", "OVERLAP"))
    begin = datetime.now(timezone.utc) - EARLY  # noqa: UP017  # ansible-core 2.17 runs on Python 3.10
    made = []
    for number in range(count):
        starts = begin + timedelta(days=number * (days - overlap))
        certificate = sign(request, names, issuer, key, starts, starts + timedelta(days=days))
        made.append(certificate.public_bytes(serialization.Encoding.PEM).decode())
    check(authority, made[0])
    json.dump(made, sys.stdout)


def alternative(name):
    kind, _, value = name.partition(":")
    return x509.IPAddress(ipaddress.ip_address(value)) if kind == "IP" else x509.DNSName(value)


def sign(request, names, issuer, key, starts, ends):
    public = request.public_key()
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    of_issuer = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return (
        x509.CertificateBuilder()
        .subject_name(request.subject)
        .issuer_name(issuer.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts)
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(of_issuer), critical=False)
        .sign(key, hashes.SHA256())
    )


def check(authority, certificate):
    """As clients will: with the constraints on names."""
    with tempfile.NamedTemporaryFile("w", suffix=".crt") as file:
        file.write(certificate)
        file.flush()
        command = ["openssl", "verify", "-CAfile", str(authority), file.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        why = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("error")]
        sys.exit(f"ca.crt does not cover {os.environ['NAMES']}: {' '.join(why)}")


if __name__ == "__main__":
    main()
