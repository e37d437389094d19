"""Being staff: the identity provider's pages in a browser, and an authenticator app of one's own."""

import base64
import secrets
import time
from urllib.parse import urlsplit

import identity
import stage
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

GROUP = "harbour-moderators"
STEP_SECONDS = 30


def provider() -> str:
    """The identity provider's name. Without one the check ends here."""
    return urlsplit(stage.output("auth.workforce-sso", "issuer")).hostname or ""


def hire(role: str) -> tuple[str, str]:
    """A new member of staff, who has never been here; returns name and password."""
    name, password = f"{role}-{secrets.token_hex(4)}", secrets.token_urlsafe(24)
    identity.add_member(name, password, group=GROUP)
    return name, password


def sign_in(visitor: WebDriver, name: str, password: str) -> None:
    """On the provider's page: as far as name and password get."""
    visitor.find_element(By.ID, "username").send_keys(name)
    visitor.find_element(By.ID, "password").send_keys(password)
    visitor.find_element(By.ID, "kc-login").click()


def enrol(visitor: WebDriver) -> TOTP:
    """Take the secret from the page that asks for a second factor, and prove it with a first code."""
    visitor.find_element(By.ID, "mode-manual").click()
    secret = visitor.find_element(By.ID, "kc-totp-secret-key").text.replace(" ", "")
    totp = TOTP(base64.b32decode(secret + "=" * (-len(secret) % 8)), 6, SHA1(), STEP_SECONDS)  # noqa: S303
    visitor.find_element(By.ID, "totp").send_keys(_code(totp))
    visitor.find_element(By.ID, "saveTOTPBtn").click()
    return totp


def enter_code(visitor: WebDriver, totp: TOTP) -> None:
    """Show the second factor, with a code that was not used yet: each works once."""
    time.sleep(STEP_SECONDS - time.time() % STEP_SECONDS + 1)
    visitor.find_element(By.ID, "otp").send_keys(_code(totp))
    visitor.find_element(By.ID, "kc-login").click()


def _code(totp: TOTP) -> str:
    return totp.generate(int(time.time())).decode()
