"""Signing up and in by SMS."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harbour.app import create_app
from harbour.models import User
from tests.browser import Browser, new_member
from tests.stand_ins.serving import free_port
from tests.stand_ins.verify import VerifyServer


def test_the_right_code_makes_an_account(browser: Browser, verify_server: VerifyServer, database: Session) -> None:
    name, number = browser.sign_up(verify_server, email="me@example.org")
    user = database.scalars(select(User).where(User.name == name)).one()
    assert (user.phone, user.email) == (number, "me@example.org")
    assert user.phone_verified_at is not None
    assert name in browser.get("/").text


def test_limits_count_by_where_the_visitor_is(browser: Browser, verify_server: VerifyServer) -> None:
    """Else everybody shares the proxy's address, and one who pumps stops all of them."""
    browser.session.headers["X-Forwarded-For"] = "198.51.100.1, 2001:db8::7"  # the first is what the visitor claims
    _, number = browser.sign_up(verify_server)
    assert verify_server.addresses[number] == "2001:db8::7"
    del browser.session.headers["X-Forwarded-For"]
    browser.submit("/signin", {"phone": number})
    assert verify_server.addresses[number] == "127.0.0.1"


def test_a_wrong_code_makes_none(browser: Browser, verify_server: VerifyServer, database: Session) -> None:
    name, number = new_member()
    browser.submit("/signup", {"name": name, "phone": number})
    wrong = "000000" if verify_server.codes[number] != "000000" else "111111"
    assert browser.submit("/verify", {"code": wrong}).status_code == 400
    assert database.scalar(select(User).where(User.name == name)) is None
    assert browser.submit("/verify", {"code": verify_server.codes[number]}).ok


def test_members_come_back_by_code(site: str, verify_server: VerifyServer) -> None:
    name, number = Browser(site).sign_up(verify_server)
    browser = Browser(site)
    browser.submit("/signin", {"phone": number})
    code = verify_server.codes[number]
    browser.submit("/verify", {"code": code})
    assert name in browser.get("/").text
    again = Browser(site)
    again.submit("/signin", {"phone": number})
    verify_server.codes.pop(number)  # it has expired meanwhile
    assert again.submit("/verify", {"code": code}).status_code == 400


def test_strangers_learn_nothing_and_cost_nothing(browser: Browser, verify_server: VerifyServer) -> None:
    _, number = new_member()
    assert browser.submit("/signin", {"phone": number}).url.endswith("/verify")
    assert number not in verify_server.codes
    assert browser.submit("/verify", {"code": "123456"}).status_code == 400


def test_a_code_cannot_be_moved_to_another_number(browser: Browser, verify_server: VerifyServer) -> None:
    name, mine = new_member()
    _, victim = Browser(browser.base).sign_up(verify_server)
    browser.submit("/signup", {"name": name, "phone": mine})
    code = verify_server.codes[mine]
    browser.submit("/signin", {"phone": victim})
    assert browser.submit("/verify", {"code": code}).status_code in {200, 400}
    assert "Sign in" in browser.get("/").text


@pytest.mark.parametrize("failure", [(500, 20500), (401, 20003), (429, 20429)])
def test_sign_up_fails_closed_when_verification_fails(
    failure: tuple[int, int], browser: Browser, verify_server: VerifyServer, database: Session
) -> None:
    before = database.scalar(select(func.count()).select_from(User))
    name, number = new_member()
    browser.submit("/signup", {"name": name, "phone": number})
    verify_server.failure = failure
    assert browser.submit("/signup", {"name": name, "phone": number}).status_code == 503
    assert browser.submit("/verify", {"code": verify_server.codes[number]}).status_code == 503
    assert database.scalar(select(func.count()).select_from(User)) == before


@pytest.mark.parametrize("change", [{"TWILIO_API_BASE": ""}, {"TWILIO_ACCOUNT_SID": ""}], ids=["no server", "not set"])
def test_sign_up_fails_closed_without_a_verifier(change: dict[str, str], environ: dict[str, str]) -> None:
    if "TWILIO_API_BASE" in change:
        change = {"TWILIO_API_BASE": f"http://127.0.0.1:{free_port()}"}
    app = create_app(environ | change)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    name, number = new_member()
    assert client.post("/signup", data={"name": name, "phone": number}).status_code == 503
    assert client.get("/verify").status_code == 302


@pytest.mark.parametrize("code", [60200, 60202, 60203, 60212])
def test_limits_are_told_to_the_visitor(code: int, browser: Browser, verify_server: VerifyServer) -> None:
    verify_server.failure = (400 if code == 60200 else 429, code)
    name, number = new_member()
    assert browser.submit("/signup", {"name": name, "phone": number}).status_code == 400


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "Moderator"), ("name", "cognito"), ("name", "a b"), ("phone", "12345"), ("phone", "x"), ("email", "a@b")],
)
def test_bad_input_is_refused(field: str, value: str, browser: Browser) -> None:
    name, number = new_member()
    answer = browser.submit("/signup", {"name": name, "phone": number, field: value})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_a_name_is_given_once(site: str, verify_server: VerifyServer) -> None:
    name, _ = Browser(site).sign_up(verify_server)
    _, number = new_member()
    assert Browser(site).submit("/signup", {"name": name.upper(), "phone": number}).status_code == 400


def test_of_two_who_want_a_name_the_first_has_it(site: str, verify_server: VerifyServer) -> None:
    name, first = new_member()
    _, second = new_member()
    answers = []
    browsers = {number: Browser(site) for number in (first, second)}
    for number, browser in browsers.items():
        assert browser.submit("/signup", {"name": name, "phone": number}).url.endswith("/verify")
    for number, browser in browsers.items():
        answers.append(browser.submit("/verify", {"code": verify_server.codes[number]}).status_code)
    assert answers == [200, 400]


def test_signing_out_ends_the_session(browser: Browser, verify_server: VerifyServer) -> None:
    name, _ = browser.sign_up(verify_server)
    browser.submit("/", {}, action="/signout")
    assert name not in browser.get("/support").text
