"""A built help desk and the world outside it, for the tests that need either."""

import re
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any, TypeVar

import httpx
import projects
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from toolkit.drill import lab as labs
from toolkit.model import Platform
from toolkit.tools import ssh

T = TypeVar("T")
HOST = "desk"
DOMAIN = "board.example"
NAME = f"support.{DOMAIN}"
ASKER = "asker@elsewhere.example"
SUPPORT = f"support@{DOMAIN}"
HELO = "mail.elsewhere.example"
SAID = """
SELECT type FROM transactions
WHERE objecttype = 'RT::Ticket' AND objectid = {} AND type IN ('Create', 'Correspond', 'Comment') ORDER BY id
"""


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
        return eventually(lambda: next((m for to, m in self.mails if recipient in to and _says(m, matching)), None))


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
            headers={"Host": NAME}, extensions={"sni_hostname": NAME},
        )  # fmt: skip

    def rt(self, method: str, path: str, body: Any = None) -> Any:
        """Request Tracker's own API, as its administrator."""
        answer = self.ask(method, f"/REST/2.0{path}", ("root", self.secrets["request_tracker_root_password"]), body)
        assert answer.is_success, answer.text
        return answer.json()

    def send(
        self, subject: str, text: str, sender: str = ASKER, recipient: str = SUPPORT, *, patience: float = 60
    ) -> None:
        """A mail from the world outside."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, recipient, subject
        mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain="elsewhere.example")
        mail.set_content(text)
        with smtplib.SMTP(self.address, 25, local_hostname=HELO, timeout=patience) as server:
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


def eventually(look: Callable[[], T | None]) -> T:
    """What `look` finds, in the end."""
    for _ in range(600):
        if (found := look()) is not None:
            return found
        time.sleep(0.2)
    raise AssertionError("it never came")


@contextmanager
def built(folder: Path, blueprints: Mapping[str, Mapping[str, Any]]) -> Iterator[Desk]:
    """PostgreSQL, mail, Request Tracker and these blueprints on one host; mail to elsewhere goes to this machine."""
    with labs.temporary([HOST], log=print, state=folder / "labs") as lab:
        world = World()
        outside = Controller(world, hostname=lab.gateway, port=2525)
        outside.start()
        try:
            relay = {"relay": f"[{lab.gateway}]:2525"}
            placed = {"postgresql": {}, "mail": relay, "request-tracker": {}, **blueprints}
            project = projects.make(folder, lab, Platform(name="board", domains=(DOMAIN,)), placed, host=HOST)
            project.play("site.yml")
            desk = Desk(lab, project, world)
            with desk.http:
                yield desk
        finally:
            outside.stop()
