"""Being a member: forms in a browser, codes from the telephone that the simulated carriers feed."""

import json
import os
import re
import secrets
import time
from pathlib import Path

import stage
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

_PATIENCE = 60


def sign_up(visitor: WebDriver) -> tuple[str, str]:
    """Become a new member; returns the name and the phone number."""
    stage.output("otp.sms", "url")
    name, number = f"newcomer-{secrets.token_hex(4)}", f"+4915112{secrets.randbelow(10**6):06}"
    visitor.get(f"{stage.URL}/signup")
    visitor.find_element(By.NAME, "name").send_keys(name)
    visitor.find_element(By.NAME, "phone").send_keys(number)
    visitor.find_element(By.CSS_SELECTOR, "main form button").click()
    enter_code(visitor, number)
    return name, number


def enter_code(visitor: WebDriver, number: str, *, after: int = 0) -> None:
    """Type the code from the first message to `number` that comes `after` so many; the form for posts must follow."""
    visitor.find_element(By.NAME, "code").send_keys(_code(number, after))
    visitor.find_element(By.CSS_SELECTOR, "main form button").click()
    visitor.find_element(By.NAME, "body")


def _code(number: str, after: int) -> str:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if len(texts := _texts(number)) > after:
            found = re.search(r"\b\d{4,10}\b", texts[after])
            assert found, "the message has no code"
            return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no code came within {_PATIENCE} s")


def _texts(number: str) -> list[str]:
    outbox = Path(os.environ["OFFRAMP_OUTSIDE"]) / "sms.jsonl"
    lines = outbox.read_text().splitlines() if outbox.exists() else []
    return [message["text"] for message in map(json.loads, lines) if message["to"] == number]
