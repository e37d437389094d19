"""The support form: Zendesk, or any desk that takes mail."""

from harbour.app import create_app
from tests.browser import Browser
from tests.stand_ins.mailbox import Mailbox
from tests.stand_ins.zendesk import Zendesk

QUESTION = {"email": "lost@example.org", "subject": "No code comes", "question": "Where is my code?"}


def test_a_question_becomes_a_ticket(browser: Browser, desk: Zendesk) -> None:
    page = browser.submit("/support", QUESTION)
    assert f"number {len(desk.tickets)}" in page.text
    ticket = desk.tickets[-1]
    assert ticket["subject"] == "No code comes"
    assert ticket["comment"]["body"] == "Where is my code?"
    assert ticket["requester"]["email"] == "lost@example.org"


def test_a_dead_desk_is_said_so(browser: Browser, desk: Zendesk) -> None:
    desk.down = True
    assert browser.submit("/support", QUESTION).status_code == 503


def test_the_form_moves_to_a_desk_that_takes_mail(environ: dict[str, str], mails: Mailbox, desk: Zendesk) -> None:
    tickets = len(desk.tickets)
    app = create_app(environ | {"SUPPORT_MAIL_TO": "help@desk.example"})
    app.config["WTF_CSRF_ENABLED"] = False
    assert app.test_client().post("/support", data=QUESTION).status_code == 200
    mail = mails.message_to("help@desk.example")
    assert (mail["Reply-To"], mail["Subject"]) == ("lost@example.org", "No code comes")
    assert "Where is my code?" in mail.get_content()
    assert len(desk.tickets) == tickets


def test_incomplete_questions_and_smuggled_headers_are_refused(browser: Browser) -> None:
    for change in ({"email": "nobody"}, {"question": ""}, {"subject": "a\r\nBcc: all@example.org"}):
        assert browser.submit("/support", QUESTION | change).status_code == 400
