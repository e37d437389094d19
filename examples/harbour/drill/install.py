"""Journey "install": a phone's browser may install the site, shows a notification of a post while Harbour is open in
the background, and reads on where no network is. Nobody outside takes part: no store, no push of a browser's maker."""

import http.client
import secrets
import tempfile
from collections.abc import Callable
from typing import Any

import stage
from browser import TIMEOUT, browser, started
from member import sign_up
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

_LISTENS = "navigator.locks.query().then((all) => all.held.length)"
_SHOWN = (
    "navigator.serviceWorker.ready.then((worker) => worker.getNotifications()).then((all) => all.map((it) => it.body))"
)
_KEPT = "caches.match('/').then((page) => page ? page.text() : '')"


def main() -> None:
    words, server = f"Fresh from the quay {secrets.token_hex(4)}", stage.offered("distribution.push")
    with tempfile.TemporaryDirectory(prefix="harbour-phone-") as profile:
        with started(profile, [stage.HOST]) as phone:
            check_it_installs(phone)
            open_in_the_background(phone)
            write(words)
            until(phone, lambda: words in promised(phone, _SHOWN))
            if server:
                until(phone, lambda: words in pushed(server))
            until(phone, lambda: words in kept(phone))
        with started(profile, []) as phone:  # at sea
            phone.get(stage.URL)
            phone.find_element(By.XPATH, f"//article[p[.='{words}']]")
            posts = len(phone.find_elements(By.TAG_NAME, "article"))
    rang = ", the own push server had it for phones" if server else ""
    print(f"a browser may install it, showed a notification of a post{rang}, and read {posts} posts without a network")


def check_it_installs(phone: WebDriver) -> None:
    phone.execute_cdp_cmd("Page.enable", {})
    phone.get(f"{stage.URL}/app")
    wrong = phone.execute_cdp_cmd("Page.getInstallabilityErrors", {})["installabilityErrors"]
    assert not wrong, f"a browser would not install it: {wrong}"


def open_in_the_background(phone: WebDriver) -> None:
    """The page that listens is hidden by another; notifications are allowed."""
    allowed = {"origin": stage.URL, "permissions": ["notifications"]}
    phone.execute_cdp_cmd("Browser.grantPermissions", allowed)
    until(phone, lambda: promised(phone, _LISTENS))
    phone.switch_to.new_window("tab")
    phone.get(f"{stage.URL}/app")


def write(words: str) -> None:
    """A post by a new member."""
    with browser() as author:
        sign_up(author)
        author.find_element(By.NAME, "body").send_keys(words)
        author.find_element(By.CSS_SELECTOR, "form[enctype] button").click()
        author.find_element(By.XPATH, f"//article[p[.='{words}']]")


def kept(phone: WebDriver) -> str:
    """The front page as the browser keeps it, read once more: an edge shows an older one for some seconds."""
    phone.get(stage.URL)
    return str(promised(phone, _KEPT))


def pushed(server: dict[str, str]) -> str:
    """What the platform's own push server has for whoever subscribed, as a stranger's phone reads it."""
    host = server["url"].removeprefix("https://")
    connection = http.client.HTTPSConnection(host, timeout=TIMEOUT)
    connection.sock = stage.connect(host)
    connection.request("GET", f"/{server['topic']}/json?poll=1")
    return connection.getresponse().read().decode()


def promised(phone: WebDriver, promise: str) -> Any:
    """What a promise in the page comes to."""
    return phone.execute_async_script(f"const done = arguments[0]; {promise}.then(done)")


def until(phone: WebDriver, question: Callable[[], Any]) -> None:
    WebDriverWait(phone, 2 * TIMEOUT).until(lambda _: question())


if __name__ == "__main__":
    main()
