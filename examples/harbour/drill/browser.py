"""A real browser (chromium) for the platform in the lab: its names lead there, and its own authority is trusted.

Nothing of this machine is changed: a browser option resolves the names, and another trusts exactly those keys whose
certificates Python's ssl has verified against the platform's authority a moment before.
"""

import base64
import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import stage
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service

TIMEOUT = 30
NOBODY_ELSE = "MAP *.example ~NOTFOUND"


@contextmanager
def browser(*more_hosts: str) -> Iterator[webdriver.Chrome]:
    """A fresh browser that reaches the site, its captcha and `more_hosts` (the identity provider, the desk)."""
    hosts = [stage.HOST, *stage.captcha_hosts(), *more_hosts]
    with tempfile.TemporaryDirectory(prefix="harbour-browser-") as profile, started(profile, hosts) as driver:
        yield driver


@contextmanager
def started(profile: str, hosts: Sequence[str]) -> Iterator[webdriver.Chrome]:
    """The browser with what it kept in `profile`; it reaches these hosts of the platform and nothing else of it."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for option in (
        "--headless=new",
        "--no-sandbox",  # chromium's needs another user than root, which lab hosts need
        f"--user-data-dir={profile}",
        "--host-resolver-rules=" + ", ".join([*(f"MAP {host} {stage.address(host)}" for host in hosts), NOBODY_ELSE]),
        "--ignore-certificate-errors-spki-list=" + ",".join(_pin(host) for host in hosts),
    ):
        options.add_argument(option)
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.implicitly_wait(TIMEOUT)
    driver.set_page_load_timeout(TIMEOUT)
    try:
        yield driver
    except WebDriverException as err:
        err.stacktrace = None  # chromium's own: addresses without names, which push the message out of the journal
        raise
    finally:
        driver.quit()


def _pin(host: str) -> str:
    """The hash of the key `host` shows, once its certificate is verified against the platform's authority."""
    with stage.connect(host) as connection:
        certificate = x509.load_der_x509_certificate(connection.getpeercert(binary_form=True) or b"")
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(key).digest()).decode()
