"""Journey "install": a phone's browser may install the site, hears of a post while a page is open, and reads on while
the platform is out of reach. A member who left an address gets the daily mail instead."""

import secrets
from urllib.parse import urlsplit

import stage
from browser import TIMEOUT, browser
from member import sign_up
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

_LISTENING = "navigator.locks.query().then((all) => all.held.length)"
_KEPT = "caches.match('/').then((page) => page ? page.text() : '')"
_SHOWN = "navigator.serviceWorker.ready.then((worker) => worker.getNotifications()).then((all) => all.map((n) => n.body))"


def main() -> None:
    words = f"Fresh from the quay {secrets.token_hex(4)}"
    with browser() as phone, browser() as author:
        install(phone)
        page = listen(phone)
        sign_up(author)
        author.find_element(By.NAME, "body").send_keys(words)
        author.find_element(By.CSS_SELECTOR, "form[enctype] button").click()
        author.find_element(By.XPATH, f"//article[p[.='{words}']]")
        phone.switch_to.window(page)
        until(phone, lambda: words in promised(phone, _SHOWN))
        phone.get(stage.URL)
        until(phone, lambda: words in promised(phone, _KEPT))
    print("a browser may install it, showed a notification of a post, and kept the page for reading without a network")
