"""The captcha of the sign-up form, against a stand-in that answers as Turnstile does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import Browser, new_member
from tests.conftest import second_site
from tests.stand_ins import turnstile
from tests.stand_ins.verify import VerifyServer


@pytest.fixture(scope="module")
def captcha() -> Iterator[turnstile.Turnstile]:
    with turnstile.turnstile() as server:
        yield server


@pytest.fixture(scope="module")
def guarded(
    environ: dict[str, str], captcha: turnstile.Turnstile, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A visitor of a Harbour whose form has the captcha."""
    variables = {
        "TURNSTILE_SITE_KEY": turnstile.KEY,
        "TURNSTILE_SECRET": turnstile.SECRET,
        "TURNSTILE_SCRIPT_URL": f"{captcha.url}/turnstile/v0/api.js",
        "TURNSTILE_VERIFY_URL": f"{captcha.url}/turnstile/v0/siteverify",
    }
    with second_site(environ | variables, tmp_path_factory.mktemp("guarded")) as browser:
        yield browser


def sign_up(browser: Browser, response: str) -> tuple[int, str]:
    name, number = new_member()
    answer = browser.submit("/signup", {"name": name, "phone": number, "cf-turnstile-response": response})
    return answer.status_code, number


def test_the_form_loads_it_from_where_it_is_told(guarded: Browser, captcha: turnstile.Turnstile) -> None:
    page = guarded.get("/signup").text
    assert f'data-sitekey="{turnstile.KEY}"' in page
    assert f'src="{captcha.url}/turnstile/v0/api.js"' in page


def test_no_code_is_sent_without_an_answer_that_is_good_once(
    guarded: Browser, captcha: turnstile.Turnstile, verify_server: VerifyServer
) -> None:
    for response, expected in (("", 400), ("bad", 400), ("good-1", 200), ("good-1", 400)):
        status, number = sign_up(guarded, response)
        assert status == expected
        assert (number in verify_server.codes) == (expected == 200)
    assert set(captcha.addresses) == {"127.0.0.1"}


def test_nobody_gets_in_while_it_cannot_be_checked(
    guarded: Browser, captcha: turnstile.Turnstile, verify_server: VerifyServer
) -> None:
    captcha.down = True
    try:
        status, number = sign_up(guarded, "good-2")
    finally:
        captcha.down = False
    assert status == 503
    assert number not in verify_server.codes


def test_without_a_site_key_the_form_has_none(browser: Browser, verify_server: VerifyServer) -> None:
    assert "turnstile" not in browser.get("/signup").text
    browser.sign_up(verify_server)


def test_a_secret_that_is_wrong_is_our_mistake_and_nobody_gets_in(
    environ: dict[str, str], captcha: turnstile.Turnstile, tmp_path: Path
) -> None:
    variables = {
        "TURNSTILE_SITE_KEY": turnstile.KEY,
        "TURNSTILE_SECRET": "wrong",
        "TURNSTILE_VERIFY_URL": f"{captcha.url}/turnstile/v0/siteverify",
    }
    with second_site(environ | variables, tmp_path) as visitor:
        assert sign_up(visitor, "good-3")[0] == 503
