"""The help desk as its blueprints build it: tickets over the old vendor's API and by mail, answers, import, restore."""

import base64
import re
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any, TypeVar

import desks
import httpx
import projects
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from toolkit.drill import lab as labs
from toolkit.model import Platform
from toolkit.tools import ssh

T = TypeVar("T")
HOST = "desk"
ASKER = "asker@elsewhere.example"
SUPPORT = "support@board.example"
TICKETS = 200
HELO = "mail.elsewhere.example"
# https://spamassassin.apache.org/gtube/: every filter must refuse it
IMPORTED = """
FROM tickets t
JOIN objectcustomfieldvalues v ON v.objectid = t.id AND v.objecttype = 'RT::Ticket'
JOIN customfields f ON f.id = v.customfield WHERE f.name = 'Zendesk id'
"""
SAID = """
SELECT type FROM transactions
WHERE objecttype = 'RT::Ticket' AND objectid = {} AND type IN ('Create', 'Correspond', 'Comment') ORDER BY id
"""
BY_WHOM = """
SELECT string_agg(u.name || ' ' || x.created, ',' ORDER BY x.id)
FROM transactions x JOIN users u ON u.id = x.creator WHERE x.objectid = {} AND x.field = 'zendesk'
"""
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"


class World:
    """The mail servers of everybody else: keeps what they are sent."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd calls it for each mail."""
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append((envelope.rcpt_tos, mail))
        return "250 kept"

    def mail(self, recipient: str, matching: str) -> EmailMessage:
        """The first mail to somebody whose subject or text matches, once it is there."""
        return _eventually(lambda: next((m for to, m in self.mails if recipient in to and _says(m, matching)), None))


class Desk:
    """The built desk, and how people and programs reach it."""

    def __init__(self, lab: labs.Lab, project: projects.Project, world: World) -> None:
        self.lab, self.project, self.world = lab, project, world
        self.address = lab.host(HOST).address
        self.secrets = project.secrets()
        authority = ssl.create_default_context(cafile=str(project.folder / "ca.crt"))
        self.http = httpx.Client(verify=authority, timeout=120)

    def ask(self, method: str, path: str, login: tuple[str, str], body: Any = None) -> httpx.Response:
        """A request to the desk by its name, before DNS knows it."""
        return self.http.request(
            method, f"https://{self.address}{path}", json=body, auth=login,
            headers={"Host": "support.board.example"}, extensions={"sni_hostname": "support.board.example"},
        )  # fmt: skip

    def rt(self, method: str, path: str, body: Any = None) -> Any:
        """Request Tracker's own API, as its administrator."""
        answer = self.ask(method, f"/REST/2.0{path}", ("root", self.secrets["request_tracker_root_password"]), body)
        assert answer.is_success, answer.text
        return answer.json()

    def send(self, subject: str, text: str, sender: str = ASKER, recipient: str = SUPPORT, helo: str = HELO) -> None:
        """A mail from the world outside; with a bad `helo` it looks like spam."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, recipient, subject
        mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain="elsewhere.example")
        mail.set_content(text)
        with smtplib.SMTP(self.address, 25, local_hostname=helo, timeout=60) as server:
            server.send_message(mail)

    def sql(self, query: str) -> str:
        command = ["runuser", "-u", "postgres", "--", "psql", "-At", "request_tracker"]
        return ssh.run(self.lab.login, self.address, command, stdin=query.encode()).strip()

    def history(self, ticket: int) -> list[str]:
        """Types of what was said in a ticket."""
        return self.sql(SAID.format(ticket)).split()


def _says(mail: EmailMessage, matching: str) -> bool:
    body = mail.get_body(("plain", "html"))
    return bool(re.search(matching, str(mail["Subject"]) + "\n" + (body.get_content() if body else "")))


def _eventually(look: Callable[[], T | None]) -> T:
    """What `look` finds, in the end."""
    for _ in range(600):
        if (found := look()) is not None:
            return found
        time.sleep(0.2)
    raise AssertionError("it never came")


@pytest.fixture(scope="module")
def desk(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """PostgreSQL, mail and Request Tracker on one host; mail to elsewhere goes to this machine."""
    folder = tmp_path_factory.mktemp("support")
    with labs.temporary([HOST], log=print, state=folder / "labs") as lab:
        world = World()
        outside = Controller(world, hostname=lab.gateway, port=2525)
        outside.start()
        try:
            placed = {"postgresql": {}, "mail": {"relay": f"[{lab.gateway}]:2525"}, "request-tracker": {}}
            platform = Platform(name="board", domains=("board.example",))
            project = projects.make(folder, lab, platform, placed, host=HOST)
            project.play("site.yml")
            yield Desk(lab, project, world)
        finally:
            outside.stop()


def test_the_second_run_changes_nothing(desk: Desk) -> None:
    assert projects.changed(desk.project.play("site.yml")) == 0
    desk.project.play("verify.yml")


def test_a_question_is_answered_and_the_reply_joins_its_ticket(desk: Desk) -> None:
    token = desk.secrets["request_tracker_api_token"]
    asked = {
        "ticket": {
            "subject": "Cannot log in {{ 7 * 7 }}", "comment": {"body": "No code arrives. Grüße"},
            "requester": {"name": "Asker", "email": ASKER}, "tags": ["web-form"],
        }
    }  # fmt: skip
    assert desk.ask("POST", "/api/v2/tickets.json", ("x/token", "wrong"), asked).status_code == 401
    filed = desk.ask("POST", "/api/v2/tickets.json", (f"{SUPPORT}/token", token), asked)
    assert filed.status_code == 201
    number = filed.json()["ticket"]["id"]
    assert filed.json()["audit"]["ticket_id"] == number

    kept = desk.rt("GET", f"/ticket/{number}")
    assert kept["Subject"] == "Cannot log in {{ 7 * 7 }}"
    assert {"Tags": ["web-form"]}.items() <= {field["name"]: field["values"] for field in kept["CustomFields"]}.items()

    welcome = desk.world.mail(ASKER, "Cannot log in")
    assert "board.example" in str(welcome["DKIM-Signature"])
    assert f"[board.example #{number}]" in str(welcome["Subject"])

    desk.rt("POST", f"/ticket/{number}/correspond", {"Content": "Try again now.", "ContentType": "text/plain"})
    answer = desk.world.mail(ASKER, "Try again now")
    assert str(answer["Reply-To"] or answer["From"]).endswith(("support@board.example", "support@board.example>"))

    desk.send(f"Re: {answer['Subject']}", "It works, thank you.")
    _eventually(lambda: True if desk.history(number) == ["Create", "Correspond", "Correspond"] else None)
    assert desk.sql("SELECT count(*) FROM tickets WHERE type = 'ticket'") == "1"


def test_a_mail_becomes_a_ticket_and_spam_does_not(desk: Desk) -> None:
    desk.send("By mail", "A first question.", sender="other@elsewhere.example")
    desk.world.mail("other@elsewhere.example", "By mail")
    with pytest.raises(smtplib.SMTPDataError, match=r"5\d\d|[Ss]pam|Gtube"):
        desk.send("Buy", GTUBE, sender="spammer@elsewhere.example")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        desk.send("Relay", "No.", recipient="somebody@third.example")
    assert desk.sql("SELECT count(*) FROM tickets WHERE subject = 'Buy'") == "0"


def test_the_mail_gateway_is_closed_to_the_world(desk: Desk) -> None:
    answer = desk.ask("POST", "/REST/1.0/NoAuth/mail-gateway", ("", ""), {})
    assert answer.status_code == 404


def test_an_import_keeps_everything_and_tells_nobody(desk: Desk, tmp_path: Path) -> None:
    desks.write(tmp_path / "export", TICKETS)
    before = len(desk.world.mails)
    printed = desk.project.play("import.yml", "--tags", "request-tracker", "-e", f"dataset={tmp_path}/export")
    assert "Tell the boss" in printed
    assert "has the address of another person" in printed
    assert desk.sql(f"SELECT count(*) {IMPORTED}") == str(TICKETS)
    assert desk.sql("SELECT count(*) FROM transactions WHERE field = 'zendesk'") == str(desks.comments(TICKETS))
    _same_ticket(desk, int(desk.sql(f"SELECT t.id {IMPORTED} AND v.content = '7'")))
    again = desk.project.play("import.yml", "--tags", "request-tracker", "-e", f"dataset={tmp_path}/export")
    assert projects.changed(again) == 0
    assert len(desk.world.mails) == before
    page = desk.ask("GET", "/help/30.html", ("", ""))
    assert 'href="31.html"' in page.text
    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert desk.ask("GET", "/hc/en-us/articles/30-How-to-pay", ("", "")).headers["Location"].endswith("/help/30.html")


def _same_ticket(desk: Desk, number: int) -> None:
    """Ticket 7 of the export: who, when, what, and the very bytes of its attachment."""
    ticket = desk.rt("GET", f"/ticket/{number}")
    assert ticket["Subject"] == f"Question 7 {desks.HOSTILE}"
    assert (ticket["Status"], ticket["Created"]) == ("stalled", "2024-08-11T08:00:00Z")
    assert desk.history(number) == ["Create", "Correspond", "Comment", "Correspond"]
    assert desk.sql(BY_WHOM.format(number)) == ",".join(
        f"{who} 2024-08-11 08:0{place}:00"
        for place, who in enumerate(["asker7@elsewhere.example", *["ada@board.example"] * 3])
    )
    found = [
        desk.rt("GET", f"/attachment/{one['id']}")
        for one in desk.rt("GET", f"/ticket/{number}/attachments?per_page=100")["items"]
    ]
    [chart] = [one for one in found if one.get("Filename") == "grün chart.png"]
    assert base64.b64decode(chart["Content"]) == bytes(range(256)) * 40


def test_a_lost_desk_comes_back_from_its_backup(desk: Desk) -> None:
    desk.project.play("backup.yml", "--tags", "request-tracker,mail")
    desk.project.play("drill-steady.yml", "--tags", "request-tracker,mail")
    desk.project.play("drill-break.yml", "--tags", "request-tracker,mail")
    desk.project.play("restore.yml", "--tags", "request-tracker,mail")
    desk.project.play("site.yml", "--tags", "mail,request-tracker")
    desk.project.play("verify.yml", "--tags", "request-tracker,mail")
    desk.send("After the restore", "Are you there?", sender="later@elsewhere.example")
    desk.world.mail("later@elsewhere.example", "After the restore")
