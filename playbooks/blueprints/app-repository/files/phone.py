#!/usr/bin/env python3
"""Look at an F-Droid repository as a phone does: `phone.py https://NAME/fdroid/repo CERTIFICATE.pem`.

Fetches the index, believes it only if it is signed with this certificate, and fetches the newest version of every app,
which must be what the index says. Prints the apps, their versions and signers as JSON. F-Droid's own library does the
first two.
"""

import hashlib
import json
import os
import ssl
import sys
import urllib.request
from pathlib import Path

from fdroidserver import common, index

AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"


def main() -> int:
    address, certificate = sys.argv[1:]
    os.environ.setdefault("REQUESTS_CA_BUNDLE", AUTHORITIES)
    common.read_config()
    signer = fingerprint(Path(certificate).read_text())
    found, _ = index.download_repo_index_v2(f"{address}?fingerprint={signer}")
    apps = {name: newest(package["versions"].values()) for name, package in found["packages"].items()}
    for name, version in apps.items():
        with urllib.request.urlopen(address + version["file"]["name"], timeout=60) as answer:  # noqa: S310  # https
            if hashlib.sha256(answer.read()).hexdigest() != version["file"]["sha256"]:
                raise SystemExit(f"{name} is not what the index says")
    shown = {name: [one["manifest"]["versionCode"], one["manifest"]["signer"]["sha256"]] for name, one in apps.items()}
    print(json.dumps({"signer": signer, "apps": shown}, sort_keys=True))
    return 0


def newest(versions) -> dict:
    return max(versions, key=lambda one: one["manifest"]["versionCode"])


def fingerprint(pem: str) -> str:
    """SHA-256 of the certificate in a file that may have its key as well."""
    certificate = pem[pem.index("-----BEGIN CERTIFICATE-----") :]
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
