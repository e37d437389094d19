"""A real browser (chromium) that knows a lab's names."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

PATIENCE = 300  # seconds; bounds what hangs, on a machine that has other labs at work


@contextmanager
def browser(domain: str, address: str) -> Iterator[WebDriver]:
    """A person with no history, to whom every name below `domain` is at `address`. Skips where there is no chromium."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (program and driver):
        assert not os.environ.get("CI"), "chromium and chromium-driver are not installed"
        pytest.skip("chromium and chromium-driver are not installed")
    options = ChromeOptions()
    options.binary_location = program
    options.accept_insecure_certs = True  # the own authority's; verify.yml checks it
    rules = f"MAP *.{domain} {address}, MAP * ~NOTFOUND, EXCLUDE {address}, EXCLUDE 127.0.0.1"
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", f"--host-resolver-rules={rules}"):
        options.add_argument(argument)
    page = Chrome(options=options, service=ChromeService(driver))
    page.set_window_size(1280, 1000)
    try:
        yield page
    finally:
        page.quit()


def fill(page: WebDriver, *, then: str, **fields: str) -> None:
    """Fill in a form's fields by their names, submit it, and wait for an element (CSS) of the page that follows."""
    found = None
    for name, text in fields.items():
        found = page.find_element(By.NAME, name)
        found.clear()
        found.send_keys(text)
    assert found, "a form without fields"
    *_, button = found.find_elements(By.XPATH, "ancestor::form//*[@type='submit']")
    press(page, button, then)


def press(page: WebDriver, button: WebElement, then: str) -> None:
    """Press, and wait for an element (CSS) of the page that follows."""
    left = leave(page)
    button.click()
    wait_for(page, left)
    see(page, then)


def wait_for(page: WebDriver, condition: Callable[[], bool]) -> None:
    """Until it holds; errors meanwhile, while pages come and go, do not count."""
    WebDriverWait(page, PATIENCE, ignored_exceptions=(WebDriverException,)).until(lambda _: condition())


def leave(page: WebDriver) -> Callable[[], bool]:
    """Says, whenever asked, whether another page is there. (Elements of the old one are no sign: asked while the page
    goes away, chromium sometimes answers with an error of its own.)"""
    page.execute_script("window.left = false")
    return lambda: page.execute_script("return window.left === undefined")


def see(page: WebDriver, css: str, text: str = "") -> str:
    """The text of the first such element that has this text in it, once it is there."""

    def shown(one: WebDriver) -> str | bool:
        texts = [element.text for element in one.find_elements(By.CSS_SELECTOR, css)]
        return next((found or " " for found in texts if text in found), False)

    return str(WebDriverWait(page, PATIENCE).until(shown, f"no {css} with {text!r} on {page.current_url}"))
