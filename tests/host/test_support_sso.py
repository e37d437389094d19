"""The help desk's staff signs in through the identity provider and answers what a browser asked."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import browsers
import projects
import pytest
import support_desk
from browsers import fill, press, see
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait
from support_desk import DOMAIN, NAME, Desk, eventually

from toolkit.tools import ssh

URL = f"https://{NAME}"
PASSWORD = "correct horse battery"
STAFF_GROUP = "support-staff"
BLUEPRINTS = {
    "keycloak": {"groups": [STAFF_GROUP, "moderators"], "otp": "optional"},
    "request-tracker": {"staff_group": STAFF_GROUP},
}
ADMINISTER = """\
import json, sys
sys.path.insert(0, "/usr/local/lib/offramp/keycloak")
from admin import Admin
given = json.load(sys.stdin)
Admin(given["access"]).post("/board/users", given["user"])
"""
PERSON = "SELECT realname FROM users WHERE emailaddress = '{}'"
CHOOSE = """\
const [list, wanted] = arguments;
[...list.options].find(one => one.text.includes(wanted)).selected = true;
list.form.submit();
"""
READY = """\
const editors = Object.values(window.CKEDITOR?.instances ?? {});
return editors.length > 0 && editors.every(one => one.status === "ready");
"""
FOCUSED = "return !arguments[0].contentDocument.body.matches('.placeholder')"
Open = Callable[[], WebDriver]


@pytest.fixture(scope="module")
def desk(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with support_desk.built(tmp_path_factory.mktemp("sso"), BLUEPRINTS) as built:
        yield built


@pytest.fixture
def browser(desk: Desk) -> Iterator[Open]:
    """Opens browsers, each a person with no history."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(browsers.browser(DOMAIN, desk.address))


def hire(desk: Desk, name: str, *groups: str, verified: bool = True) -> None:
    """An account at the identity provider, as its administrator makes it."""
    access = {"url": "http://127.0.0.1:8080", "client_id": "offramp", "realm": "board"}
    user = {
        "username": name, "email": f"{name}@{DOMAIN}", "emailVerified": verified, "enabled": True,
        "firstName": name.title(), "lastName": "O’Byron", "groups": [f"/{group}" for group in groups],
        "credentials": [{"type": "password", "value": PASSWORD, "temporary": False}],
    }  # fmt: skip
    given = {"access": {**access, "client_secret": desk.secrets["keycloak_service_secret"]}, "user": user}
    command = ["python3", "-c", f"'{ADMINISTER}'"]
    ssh.run(desk.lab.login, desk.address, command, stdin=json.dumps(given).encode())


def sign_in(page: WebDriver, name: str) -> None:
    page.get(URL)
    press(page, page.find_element(By.PARTIAL_LINK_TEXT, "single sign-on"), "[name=username]")
    assert page.current_url.startswith(f"https://id.{DOMAIN}/realms/board/")
    fill(page, username=name, password=PASSWORD, then="body")


def set_password(desk: Desk, page: WebDriver, address: str, password: str) -> None:
    """With the link that is mailed to whom the desk knows."""
    page.get(URL)
    press(page, page.find_element(By.PARTIAL_LINK_TEXT, "Forgot password"), "[name=Email]")
    fill(page, Email=address, then="body")
    link = re.search(r"https://\S+/ResetPassword/\S+", str(desk.world.mail(address, "A password for").get_content()))
    assert link
    page.get(link[0])
    fill(page, password=password, password2=password, then="body")


def log_in(page: WebDriver, name: str, password: str) -> None:
    page.get(URL)
    fill(page, user=name, **{"pass": password}, then="body")


def write(page: WebDriver, words: str) -> None:
    """Into the editor for rich text, which is a document of its own."""
    wait = WebDriverWait(page, browsers.PATIENCE)
    wait.until(lambda one: one.execute_script(READY))
    editor = page.find_element(By.CSS_SELECTOR, "iframe.cke_wysiwyg_frame")
    editor.click()
    # "Type your message here" goes away when the editor has the focus, and with it what is typed too early
    wait.until(lambda one: one.execute_script(FOCUSED, editor))
    ActionChains(page).send_keys(words).perform()


def test_the_second_run_changes_nothing(desk: Desk) -> None:
    assert projects.changed(desk.project.play("site.yml")) == 0
    desk.project.play("verify.yml")


def test_a_question_on_the_web_is_answered_through_sso_and_by_mail(desk: Desk, browser: Open) -> None:
    asker, agent = browser(), browser()
    desk.send("Hello", "Are you there?", sender="asker@elsewhere.example")
    desk.world.mail("asker@elsewhere.example", "Hello")
    set_password(desk, asker, "asker@elsewhere.example", PASSWORD)
    log_in(asker, "asker@elsewhere.example", PASSWORD)
    number = file_ticket(asker, "No code arrives", "Nothing comes, Grüße")
    ticket = desk.rt("GET", f"/ticket/{number}")
    assert ticket["SLA"] == "Standard"
    assert ticket["Due"] > ticket["Created"]

    hire(desk, "ada", STAFF_GROUP)
    canned_answer(desk, "Send again", "Please ask for another code.\nIt takes a minute.")
    sign_in(agent, "ada")
    see(agent, "body", f"ada@{DOMAIN}")
    press(agent, agent.find_element(By.PARTIAL_LINK_TEXT, "No code arrives"), ".ticket-info-basics")
    answer(agent, number, "Send again", "Ada here, at your service.")
    mail = desk.world.mail("asker@elsewhere.example", "at your service")
    body = mail.get_body(("plain",))
    assert body
    assert "Please ask for another code." in body.get_content()
    assert "Send again" not in body.get_content(), "the name of a canned answer is the staff's"

    desk.send(f"Re: {mail['Subject']}", "It works, thank you.", sender="asker@elsewhere.example")
    eventually(lambda: True if desk.history(number) == ["Create", "Correspond", "Correspond"] else None)
    for page, part in ((agent, "Ticket"), (asker, "SelfService")):
        page.get(f"{URL}/{part}/Display.html?id={number}")
        see(page, "body", "It works, thank you.")


def file_ticket(page: WebDriver, subject: str, words: str) -> int:
    """By somebody logged in to self-service; returns the ticket's number."""
    page.get(f"{URL}/SelfService/CreateTicketInQueue.html")
    assert not page.find_elements(By.LINK_TEXT, "Spam")
    press(page, page.find_element(By.LINK_TEXT, "Support"), "[name=Subject]")
    page.find_element(By.NAME, "Subject").send_keys(subject)
    write(page, words)
    press(page, page.find_element(By.NAME, "SubmitTicket"), "body")
    created = re.search(r"Ticket (\d+) created", see(page, "body", "created in queue"))
    assert created
    return int(created[1])


def canned_answer(desk: Desk, name: str, text: str) -> None:
    desk.rt("POST", "/article", {"Name": name, "Class": "Answers", "CustomFields": {"Content": text}})


def answer(page: WebDriver, number: int, canned: str, words: str) -> None:
    """By staff, with a canned answer and a few words of one's own."""
    page.get(f"{URL}/Ticket/Update.html?Action=Respond&id={number}")
    left = browsers.leave(page)
    page.execute_script(CHOOSE, page.find_element(By.NAME, "IncludeArticleId"), canned)
    browsers.wait_for(page, left)
    write(page, words)
    press(page, page.find_element(By.NAME, "SubmitTicket"), "body")
    see(page, "body", words)


def test_who_is_not_staff_is_refused(desk: Desk, browser: Open) -> None:
    hire(desk, "bob", "moderators")
    hire(desk, "eve", STAFF_GROUP, verified=False)
    for name in ("bob", "eve"):
        page = browser()
        sign_in(page, name)
        see(page, "body", "not staff here")
        page.get(f"{URL}/Ticket/Display.html?id=1")
        see(page, "body", "not staff here")
        assert desk.sql(PERSON.format(f"{name}@{DOMAIN}")) == ""


def test_staff_cannot_go_around_the_identity_provider(desk: Desk, browser: Open) -> None:
    hire(desk, "zoe", STAFF_GROUP)
    page, other = browser(), browser()
    sign_in(page, "zoe")
    see(page, "body", f"zoe@{DOMAIN}")
    assert desk.sql(PERSON.format(f"zoe@{DOMAIN}")) == "Zoe O’Byron"
    set_password(desk, other, f"zoe@{DOMAIN}", PASSWORD)
    log_in(other, f"zoe@{DOMAIN}", PASSWORD)
    see(other, "body", "incorrect")
    assert desk.ask("GET", "/REST/2.0/ticket/1", (f"zoe@{DOMAIN}", PASSWORD)).status_code == 401
    log_in(other, "root", desk.secrets["request_tracker_root_password"])
    see(other, "body", "Logged in as root")

    page.get(f"{URL}/NoAuth/Logout.html")
    WebDriverWait(page, browsers.PATIENCE).until(lambda one: one.find_elements(By.NAME, "user"))
    page.get(f"{URL}/sso")
    see(page, "[name=username]")
