"""Harbour on a phone: installed by a real browser, read without a network, told of new posts by every way there is."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By

from harbour import news
from harbour.config import Settings
from harbour.errors import Unavailable
from harbour.push import announce, ways
from tests.browser import Browser
from tests.conftest import ROOT, second_site, worker_command
from tests.stand_ins import fcm, ntfy
from tests.stand_ins.mailbox import Mailbox
from tests.stand_ins.serving import eventually, running
from tests.stand_ins.verify import VerifyServer

PLAY = "https://play.google.com/store/apps/details?id=example.harbour"


@pytest.fixture
def chrome(tmp_path: Path) -> Iterator[Chrome]:
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (program and driver):
        assert not os.environ.get("CI"), "chromium and chromium-driver are not installed"
        pytest.skip("chromium and chromium-driver are not installed")
    options = ChromeOptions()
    options.binary_location = program
    for option in ("--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}"):
        options.add_argument(option)
    with Chrome(options=options, service=ChromeService(driver)) as browser:
        yield browser


def test_a_browser_may_install_it(chrome: Chrome, site: str) -> None:
    chrome.execute_cdp_cmd("Page.enable", {})
    chrome.get(f"{site}/app")
    assert chrome.execute_cdp_cmd("Page.getAppManifest", {})["errors"] == []
    assert chrome.execute_cdp_cmd("Page.getInstallabilityErrors", {})["installabilityErrors"] == []


def test_what_was_read_is_read_again_while_harbour_is_away(
    chrome: Chrome, environ: dict[str, str], verify_server: VerifyServer, tmp_path: Path
) -> None:
    with second_site(environ, tmp_path) as member:
        member.sign_up(verify_server)
        member.post("Remember me at sea")
        chrome.get(member.base)
        in_the_page(chrome, "navigator.serviceWorker.ready.then(() => true)")
        chrome.get(member.base)
        kept = "caches.match('/').then((page) => page.text())"
        eventually(lambda: "Remember me at sea" in in_the_page(chrome, kept))
    chrome.get(f"{member.base}/?before=2024-03-11T00:00:00")  # never seen: the front page stands in
    assert "Remember me at sea" in chrome.find_element(By.TAG_NAME, "main").text
    eventually(lambda: "No connection" in chrome.find_element(By.ID, "news").text)


def test_an_open_page_hears_of_a_post_at_once(
    chrome: Chrome, site: str, browser: Browser, verify_server: VerifyServer
) -> None:
    chrome.execute_cdp_cmd("Browser.grantPermissions", {"origin": site, "permissions": ["notifications"]})
    chrome.get(site)
    name, _ = browser.sign_up(verify_server)
    eventually(lambda: in_the_page(chrome, "navigator.locks.query().then((all) => all.held.length)"))
    chrome.switch_to.new_window("tab")  # the first page goes on listening, hidden
    chrome.get(f"{site}/app")
    browser.post("Ahoy <b>there</b>")
    eventually(lambda: f"{name} has written" in chrome.find_element(By.ID, "news").text)
    shown = "navigator.serviceWorker.ready.then((worker) => worker.getNotifications())"
    [(title, body)] = eventually(
        lambda: in_the_page(chrome, f"{shown}.then((all) => all.map((one) => [one.title, one.body]))")
    )
    assert (title, body) == (f"{name} on Harbour", "Ahoy <b>there</b>")


def test_listeners_do_not_take_the_pages_threads(environ: dict[str, str], tmp_path: Path) -> None:
    with second_site(environ, tmp_path) as visitor:
        places = [listen(visitor) for _ in range(news.PLACES)]
        refused = listen(visitor)
        assert {one.status_code for one in places} == {200}
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
        assert visitor.get("/").ok
        for one in places:
            one.close()
        eventually(lambda: listen(visitor).ok)  # who left shows at the next heartbeat


def test_the_daily_mail_says_what_is_new_once(
    browser: Browser, verify_server: VerifyServer, environ: dict[str, str], mails: Mailbox, site: str
) -> None:
    other = Browser(site)
    other.sign_up(verify_server)
    browser.sign_up(verify_server, email="reader@elsewhere.example")
    other.post("Before anybody asked")
    browser.submit("/app", {"wanted": "yes"}, action="/app/digest")
    other.post("Fresh from the quay")
    browser.post("My own words")
    send = [sys.executable, "-m", "harbour.digest"]
    for _ in range(2):
        subprocess.run(send, cwd=ROOT, env=environ, check=True)
    [mail] = [mail for mail in mails.messages if mail["To"] == "reader@elsewhere.example"]
    assert "Fresh from the quay" in mail.get_content()
    assert "My own words" not in mail.get_content()
    assert "Before anybody asked" not in mail.get_content()
    browser.submit("/app", {}, action="/app/digest")
    other.post("Nobody hears of this")
    subprocess.run(send, cwd=ROOT, env=environ, check=True)
    assert len([mail for mail in mails.messages if mail["To"] == "reader@elsewhere.example"]) == 1


def test_apps_of_the_stores_are_told_through_firebase(environ: dict[str, str]) -> None:
    with fcm.fcm() as google:
        told = {"FCM_CREDENTIALS": google.credentials(), "FCM_API_BASE": google.url}
        settings = Settings.from_env(environ | told)
        assert ways(settings) == ["firebase"]
        announce(settings, "firebase", "ada on Harbour", "Ahoy", "7")
        [message] = google.messages
        assert message["topic"] == "posts"
        assert message["data"]["link"] == f"{settings.public_url}/#7"
        google.down = True
        with pytest.raises(Unavailable):
            announce(settings, "firebase", "ada on Harbour", "Ahoy", "7")


def test_phones_are_told_through_a_push_server_of_ones_own(
    environ: dict[str, str], verify_server: VerifyServer, tmp_path: Path
) -> None:
    with ntfy.ntfy() as server:
        told = {"NTFY_URL": server.url, "NTFY_USER": ntfy.LOGIN[0], "NTFY_PASSWORD": ntfy.LOGIN[1]}
        moved, log = environ | told | {"QUEUE_NAME": "told"}, tmp_path / "worker.log"
        with second_site(moved, tmp_path) as member, running(worker_command(), log, moved, cwd=ROOT):
            name, _ = member.sign_up(verify_server)
            member.post("Ahoy ✓")
            [message] = eventually(lambda: server.messages, log)
        assert (message["topic"], message["title"]) == ("news", f"{name} on Harbour")
        assert message["message"] == "Ahoy ✓"
        with pytest.raises(Unavailable):
            announce(Settings.from_env(moved | {"NTFY_PASSWORD": "wrong"}), "ntfy", "", "", "7")


def test_the_page_names_what_there_is(environ: dict[str, str], site: str, tmp_path: Path) -> None:
    assert "From a store" not in requests.get(f"{site}/app", timeout=30).text
    with second_site(
        environ | {"PLAY_STORE_URL": PLAY, "APP_REPOSITORY_URL": "https://apps.example/"}, tmp_path
    ) as one:
        page = one.get("/app").text
    assert f'href="{PLAY}"' in page
    assert 'href="https://apps.example/"' in page
    assert "App Store" not in page


def in_the_page(chrome: Chrome, promise: str) -> Any:
    """What a promise comes to."""
    return chrome.execute_async_script(f"const done = arguments[0]; {promise}.then(done)")


def listen(visitor: Browser) -> requests.Response:
    return requests.get(f"{visitor.base}/news", stream=True, timeout=30)
