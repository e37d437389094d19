"""Being a member: forms in a browser, codes from the telephone that the simulated carriers feed."""

import json
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import stage
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

OUTSIDE = Path(os.environ["OFFRAMP_OUTSIDE"])
_PATIENCE = 60
_CAPTCHA = "return document.querySelector('[name=cf-turnstile-response]')?.value"


def sign_up(visitor: WebDriver) -> tuple[str, str]:
    """Become a new member; returns the name and the phone number."""
    stage.output("otp.sms", "url")
    name, number = f"newcomer-{secrets.token_hex(4)}", f"+4915112{secrets.randbelow(10**6):06}"
    visitor.get(f"{stage.URL}/signup")
    visitor.find_element(By.NAME, "name").send_keys(name)
    visitor.find_element(By.NAME, "phone").send_keys(number)
    if visitor.execute_script("return document.querySelector('.cf-turnstile') !== null"):
        WebDriverWait(visitor, _PATIENCE).until(lambda page: page.execute_script(_CAPTCHA))
    visitor.find_element(By.CSS_SELECTOR, "main form button").click()
    enter_code(visitor, number)
    return name, number


def enter_code(visitor: WebDriver, number: str, *, after: int = 0) -> str:
    """Type the code from the first message to `number` that comes `after` so many; the form for posts must follow.

    Returns the carrier that had the message.
    """
    message = _message(number, after)
    code = re.search(r"\b\d{4,10}\b", message["text"])
    assert code, "the message has no code"
    visitor.find_element(By.NAME, "code").send_keys(code[0])
    visitor.find_element(By.CSS_SELECTOR, "main form button").click()
    visitor.find_element(By.NAME, "body")
    return message["carrier"]


@contextmanager
def dead(carrier: str) -> Iterator[None]:
    """For as long as the block lasts, the carrier hangs up on whoever says anything."""
    sign = OUTSIDE / f"dead-{carrier}"
    sign.touch()
    try:
        yield
    finally:
        sign.unlink()


def _message(number: str, after: int) -> dict[str, str]:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if len(messages := _messages(number)) > after:
            return messages[after]
        time.sleep(0.2)
    raise AssertionError(f"no code came within {_PATIENCE} s")


def _messages(number: str) -> list[dict[str, str]]:
    outbox = OUTSIDE / "sms.jsonl"
    lines = outbox.read_text().splitlines() if outbox.exists() else []
    return [message for message in map(json.loads, lines) if message["to"] == number]
