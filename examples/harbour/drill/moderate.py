"""Journey "moderate": a moderator who has never been here enrols a second factor, signs in with it, hides a post."""

import base64
import secrets
import time
from urllib.parse import urlsplit

import identity
import stage
from browser import browser
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

STEP_SECONDS = 30


def main() -> None:
    provider = urlsplit(stage.output("auth.workforce-sso", "issuer")).hostname or ""
    name, password = f"moderator-{secrets.token_hex(4)}", secrets.token_urlsafe(24)
    identity.add_member(name, password, group="harbour-moderators")
    with browser(provider) as enrolling:
        sign_in(enrolling, name, password)
        totp = enrol(enrolling)
        assert name in enrolling.find_element(By.TAG_NAME, "main").text, (
            "the moderation area does not name the moderator"
        )
    with browser(provider) as moderator:
        wait_for_next_code()  # a code works once
        sign_in(moderator, name, password)
        moderator.find_element(By.ID, "otp").send_keys(code(totp))
        moderator.find_element(By.ID, "kc-login").click()
        hide_and_restore(moderator)
    print("a moderator enrolled TOTP, signed in through SSO with it, hid a post and brought it back")


def sign_in(visitor: WebDriver, name: str, password: str) -> None:
    """As far as name and password get."""
    visitor.get(f"{stage.URL}/staff/signin")
    visitor.find_element(By.ID, "username").send_keys(name)
    visitor.find_element(By.ID, "password").send_keys(password)
    visitor.find_element(By.ID, "kc-login").click()


def enrol(visitor: WebDriver) -> TOTP:
    """Take the secret from the page that asks for a second factor, and prove it with a first code."""
    visitor.find_element(By.ID, "mode-manual").click()
    secret = visitor.find_element(By.ID, "kc-totp-secret-key").text.replace(" ", "")
    totp = TOTP(base64.b32decode(secret + "=" * (-len(secret) % 8)), 6, SHA1(), STEP_SECONDS)  # noqa: S303
    visitor.find_element(By.ID, "totp").send_keys(code(totp))
    visitor.find_element(By.ID, "saveTOTPBtn").click()
    return totp


def hide_and_restore(moderator: WebDriver) -> None:
    newest = moderator.find_element(By.CSS_SELECTOR, "article.visible")
    text = newest.find_element(By.TAG_NAME, "p").text
    newest.find_element(By.NAME, "reason").send_keys("drill")
    newest.find_element(By.TAG_NAME, "button").click()
    hidden = moderator.find_element(By.XPATH, f"//article[@class='hidden'][p[.={text!r}]]")
    hidden.find_element(By.TAG_NAME, "button").click()
    moderator.find_element(By.XPATH, f"//article[@class='visible'][p[.={text!r}]]")


def code(totp: TOTP) -> str:
    return totp.generate(int(time.time())).decode()


def wait_for_next_code() -> None:
    time.sleep(STEP_SECONDS - time.time() % STEP_SECONDS + 1)


if __name__ == "__main__":
    main()
