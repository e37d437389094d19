"""The script in a real browser, on pages with a strict Content-Security-Policy, by keyboard alone."""

import http.server
import json
import os
import shutil
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from axe_core_python.selenium import Axe
from guards import KEY, OTHER_KEY, SECRET, VERIFY, config, free_port, served
from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

PATIENCE = 90  # seconds; bounds what hangs on a busy machine
FIELD = {"recaptcha": "g-recaptcha-response", "hcaptcha": "h-captcha-response", "turnstile": "cf-turnstile-response"}
SCRIPT = {"recaptcha": "/recaptcha/api.js", "hcaptcha": "/1/api.js", "turnstile": "/turnstile/v0/api.js"}
MARK = {"recaptcha": "g-recaptcha", "hcaptcha": "h-captcha", "turnstile": "cf-turnstile"}
FORM = """<form method="post" action="/">
<label>Name <input name="name" required></label>
<div class="{mark}" data-sitekey="{key}" {data}></div><button id="go">Sign up</button></form>"""
OF_WHOLE_PAGES = {"landmark-one-main", "page-has-heading-one", "region"}  # a frame is a part of one
every_vendor = pytest.mark.parametrize("vendor", [*VERIFY])


class Pages:
    """An application's pages on this machine; what was posted to it."""

    def __init__(self, guard: str) -> None:
        self.guard, self.body, self.posted = guard, "", list[dict[str, str]]()
        pages = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                policy = f"default-src 'none'; script-src 'nonce-n' {guard}; frame-src {guard}; form-action 'self'"
                policy += "; base-uri 'none'; require-trusted-types-for 'script'"
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(pages.body.encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                pages.posted.append(dict(urllib.parse.parse_qsl(body, keep_blank_values=True)))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"<p id=thanks>Thanks</p>")

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def show(self, browser: Chrome, vendor: str, body: str, script: str = "", query: str = "") -> None:
        """A page with the vendor's script and this body; `script` is the page's own, before it."""
        own = f'<script nonce="n">window.said = []; {script}</script>'
        tag = f'<script src="{self.guard}{SCRIPT[vendor]}{query}" async defer></script>'
        self.body = f"<!doctype html><html lang=en><head><title>Page</title>{own}{tag}</head><body>{body}</body></html>"
        browser.get(self.url)

    def verified(self, vendor: str, answer: str) -> dict[str, Any]:
        form = {"secret": SECRET, "response": answer}
        return dict(httpx.post(self.guard + VERIFY[vendor], data=form, timeout=30).json())


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    folder, port = tmp_path_factory.mktemp("guard"), free_port()
    with served(folder, config(folder, port, cost=100, rounds=20, answer_seconds=30), port) as base:
        made = Pages(base)
        yield made
        made.server.shutdown()
        made.server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (program and driver):
        assert not os.environ.get("CI"), "chromium and chromium-driver are not installed"
        pytest.skip("chromium and chromium-driver are not installed")
    options = ChromeOptions()
    options.binary_location = program
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with Chrome(options=options, service=ChromeService(driver)) as chrome:
        yield chrome


def until(browser: Chrome, condition: Callable[[], Any]) -> Any:
    return WebDriverWait(browser, PATIENCE).until(lambda _: condition())


def value(browser: Chrome, name: str) -> str:
    script = "return document.querySelector(`[name='${arguments[0]}']`)?.value || ''"
    return str(browser.execute_script(script, name))


def said(browser: Chrome) -> list[Any]:
    return list(browser.execute_script("return window.said") or [])


def press(browser: Chrome, *keys: str) -> None:
    ActionChains(browser).send_keys(*keys).perform()


def violations(browser: Chrome) -> list[str]:
    return [line["message"] for line in browser.get_log("browser") if "Content Security Policy" in line["message"]]


@every_vendor
def test_a_person_signs_up_by_keyboard_alone(pages: Pages, browser: Chrome, vendor: str) -> None:
    data = 'data-callback="done"'
    script = "window.done = (answer) => said.push(answer);"
    pages.show(browser, vendor, FORM.format(mark=MARK[vendor], key=KEY, data=data), script)
    until(browser, lambda: browser.find_elements(By.TAG_NAME, "iframe"))
    press(browser, Keys.TAB, "ada", Keys.TAB)  # into the frame
    assert browser.execute_script("return document.activeElement.tagName") == "IFRAME"
    if vendor != "turnstile":  # which begins by itself
        until(browser, lambda: _label(browser))
        press(browser, Keys.SPACE)
    answer = until(browser, lambda: value(browser, FIELD[vendor]))
    assert said(browser) == [answer]
    press(browser, Keys.TAB, Keys.ENTER)
    until(browser, lambda: browser.find_elements(By.ID, "thanks"))
    assert pages.posted[-1]["name"] == "ada"
    told = pages.verified(vendor, pages.posted[-1][FIELD[vendor]])
    assert (told["success"], told["hostname"]) == (True, "127.0.0.1")
    assert violations(browser) == []


def _label(browser: Chrome) -> str:
    browser.switch_to.frame(browser.find_element(By.TAG_NAME, "iframe"))
    try:
        return browser.find_element(By.ID, "label").text
    finally:
        browser.switch_to.default_content()


def test_it_is_accessible_in_every_state(pages: Pages, browser: Chrome) -> None:
    for theme in ("light", "dark"):
        pages.show(browser, "recaptcha", FORM.format(mark="g-recaptcha", key=KEY, data=f'data-theme="{theme}"'))
        until(browser, lambda: browser.find_elements(By.TAG_NAME, "iframe"))
        until(browser, lambda: _label(browser))
        browser.switch_to.frame(browser.find_element(By.TAG_NAME, "iframe"))
        for state in ("before", "after"):
            found = [one["id"] for one in Axe().run(browser)["violations"] if one["id"] not in OF_WHOLE_PAGES]
            assert found == [], (theme, state)
            check = browser.find_element(By.ID, "check")
            if state == "before":
                assert (check.get_attribute("role"), check.get_attribute("aria-checked")) == ("checkbox", "false")
                check.send_keys(Keys.SPACE)
                until(browser, lambda: browser.find_element(By.ID, "status").text == "Checked.")
        browser.switch_to.default_content()


def test_it_speaks_the_pages_language(pages: Pages, browser: Chrome) -> None:
    pages.show(browser, "recaptcha", FORM.format(mark="g-recaptcha", key=KEY, data=""), query="?hl=de")
    until(browser, lambda: browser.find_elements(By.TAG_NAME, "iframe"))
    assert until(browser, lambda: _label(browser)) == "Ich bin ein Mensch"


@every_vendor
def test_explicit_rendering_reset_and_response(pages: Pages, browser: Chrome, vendor: str) -> None:
    names = {"recaptcha": "grecaptcha", "hcaptcha": "hcaptcha", "turnstile": "turnstile"}
    name = names[vendor]
    script = f"""window.loaded = () => {{
      window.id = {name}.render("box", {{sitekey: "{KEY}", callback: (answer) => said.push(answer)}});
    }};"""
    pages.show(browser, vendor, '<form><div id="box"></div></form>', script, "?onload=loaded&render=explicit")
    until(browser, lambda: browser.find_elements(By.TAG_NAME, "iframe"))
    if vendor != "turnstile":
        until(browser, lambda: _label(browser))
        browser.switch_to.frame(browser.find_element(By.TAG_NAME, "iframe"))
        browser.find_element(By.ID, "check").send_keys(Keys.ENTER)
        browser.switch_to.default_content()
    (first,) = until(browser, lambda: said(browser))
    assert browser.execute_script(f"return {name}.getResponse(window.id)") == first
    assert browser.execute_script(f"return {name}.getResponse()") == first
    browser.execute_script(f"{name}.reset(window.id)")
    assert value(browser, FIELD[vendor]) == ""
    if vendor == "turnstile":
        assert until(browser, lambda: len(said(browser)) > 1)
        browser.execute_script("turnstile.remove(window.id)")
        assert not browser.find_elements(By.TAG_NAME, "iframe")


def test_recaptcha_v3_gives_each_action_an_answer_of_its_own(pages: Pages, browser: Chrome) -> None:
    script = f"""addEventListener("load", () => grecaptcha.ready(async () => {{
      said.push(...await Promise.all(["sign_up", "login"].map((action) => grecaptcha.execute("{KEY}", {{action}}))));
    }}));"""
    pages.show(browser, "recaptcha", "<p>Nothing to see</p>", script, f"?render={KEY}")
    answers = until(browser, lambda: said(browser))
    told = [pages.verified("recaptcha", answer) for answer in answers]
    assert [one["action"] for one in told] == ["sign_up", "login"]
    assert {one["score"] for one in told} == {0.5}, "a browser that a program steers says so"
    assert not browser.execute_script("return document.querySelector('iframe').tabIndex >= 0"), "nothing to tab into"


def test_the_invisible_kind_submits_its_form(pages: Pages, browser: Chrome) -> None:
    body = f"""<form method="post" action="/"><label>Name <input name="name" required></label>
    <button class="g-recaptcha" data-sitekey="{KEY}" data-callback="send" data-size="invisible">Go</button></form>"""
    pages.show(browser, "recaptcha", body, "window.send = () => document.forms[0].submit();")
    until(browser, lambda: browser.find_elements(By.TAG_NAME, "iframe"))
    press(browser, Keys.TAB, "bo", Keys.TAB, Keys.ENTER)
    until(browser, lambda: browser.find_elements(By.ID, "thanks"))
    assert pages.verified("recaptcha", pages.posted[-1][FIELD["recaptcha"]])["success"]


def test_hcaptcha_executes_with_a_promise(pages: Pages, browser: Chrome) -> None:
    script = f"""window.loaded = async () => {{
      const id = hcaptcha.render("box", {{sitekey: "{KEY}", size: "invisible"}});
      said.push(await hcaptcha.execute(id, {{async: true}}));
    }};"""
    pages.show(browser, "hcaptcha", '<form><div id="box"></div></form>', script, "?onload=loaded&render=explicit")
    (told,) = until(browser, lambda: said(browser))
    assert value(browser, "h-captcha-response") == value(browser, "g-recaptcha-response") == told["response"]
    assert pages.verified("hcaptcha", told["response"])["success"]


def test_turnstile_runs_when_told_to_under_the_name_it_was_given(pages: Pages, browser: Chrome) -> None:
    script = f"""window.loaded = () => {{
      turnstile.render("#box", {{sitekey: "{KEY}", execution: "execute", action: "login", cData: "c-1",
        "response-field-name": "own", callback: (answer) => said.push(answer)}});
      turnstile.execute("#box");
    }};"""
    pages.show(browser, "turnstile", '<form><div id="box"></div></form>', script, "?onload=loaded&render=explicit")
    (answer,) = until(browser, lambda: said(browser))
    assert value(browser, "own") == answer
    told = pages.verified("turnstile", answer)
    assert (told["success"], told["action"], told["cdata"]) == (True, "login", "c-1")


def test_a_wrong_site_key_is_said_and_nothing_hangs(pages: Pages, browser: Chrome) -> None:
    body = FORM.format(mark="cf-turnstile", key=OTHER_KEY, data='data-error-callback="failed"')
    pages.show(browser, "turnstile", body, "window.failed = (why) => said.push(why);")
    assert until(browser, lambda: said(browser)) in (["frame"], ["invalid-domain"])
    assert value(browser, FIELD["turnstile"]) == ""


def test_an_answer_that_runs_out_is_taken_back(pages: Pages, browser: Chrome) -> None:
    body = FORM.format(mark="g-recaptcha", key=KEY, data='data-expired-callback="ended"')
    pages.show(browser, "recaptcha", body, "window.ended = () => said.push('ended');")
    until(browser, lambda: browser.find_elements(By.TAG_NAME, "iframe"))
    until(browser, lambda: _label(browser))
    browser.switch_to.frame(browser.find_element(By.TAG_NAME, "iframe"))
    browser.find_element(By.ID, "check").send_keys(Keys.SPACE)
    browser.switch_to.default_content()
    until(browser, lambda: value(browser, FIELD["recaptcha"]))
    assert until(browser, lambda: said(browser)) == ["ended"]
    assert value(browser, FIELD["recaptcha"]) == ""


def test_no_other_site_can_show_the_frame(pages: Pages) -> None:
    policy = httpx.get(f"{pages.guard}/guard/widget.html?k={OTHER_KEY}").headers["Content-Security-Policy"]
    assert "frame-ancestors https://shop.example:* http://shop.example:*" in policy
    unknown = httpx.get(f"{pages.guard}/guard/widget.html?k='; script-src *").headers["Content-Security-Policy"]
    assert unknown.endswith("frame-ancestors 'none'")
    assert json.dumps(unknown).count("script-src") == 1
