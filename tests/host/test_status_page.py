"""The status page as its blueprint builds it: what it says, whom it writes to, and that both come back."""

import json
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import projects
import pytest
from aiosmtpd.controller import Controller
from support_desk import World

from toolkit.drill import lab as labs
from toolkit.errors import ProgramFailed
from toolkit.model import Platform
from toolkit.tools import ssh

HOST = "page"
NAME = "status.board.example"
NOTICE = "We are <b>moving</b> & back soon"
ANNOUNCE = "/usr/local/lib/offramp/status-page/announce.py"


class Refusing(World):
    """A mail server that knows one of the addresses no more, and goes away after so many mails."""

    def __init__(self) -> None:
        super().__init__()
        self.until = 2

    async def handle_RCPT(self, server, session, envelope, address: str, options) -> str:
        if address.startswith("gone@"):
            return "550 no such person"
        if len(self.mails) >= self.until:
            return "421 busy"
        envelope.rcpt_tos.append(address)
        return "250 ok"


class Page:
    """The built page, its host and the world it writes to."""

    def __init__(self, lab: labs.Lab, project: projects.Project, world: Refusing) -> None:
        self.lab, self.project, self.world, self.address = lab, project, world, lab.host(HOST).address
        authority = ssl.create_default_context(cafile=str(project.folder / "ca.crt"))
        self.http = httpx.Client(verify=authority, timeout=60)

    def get(self, path: str) -> httpx.Response:
        where = f"https://{self.address}/{path}"
        return self.http.get(where, headers={"Host": NAME}, extensions={"sni_hostname": NAME})

    def run(self, *words: str, stdin: str = "") -> str:
        return ssh.run(self.lab.login, self.address, words, stdin=stdin.encode())

    def announce(self, *options: str) -> str:
        return self.run(ANNOUNCE, *options, f"'{NOTICE}'", stdin="We lost a host.\n\nYour posts are safe.\n")


def certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """Of the mail server outside, and its key."""
    made, key = folder / "outside.crt", folder / "outside.key"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=outside"]
    command += ["-addext", f"subjectAltName=IP:{address}", "-out", str(made), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return made, key


@pytest.fixture(scope="module")
def page(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A host of its own; its checks look at the page itself and at a port where nobody answers."""
    folder = tmp_path_factory.mktemp("status")
    with labs.temporary([HOST], log=print, state=folder / "labs") as lab:
        world = Refusing()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate(folder, lab.gateway))
        outside = Controller(world, hostname=lab.gateway, port=2525, tls_context=context, require_starttls=True)
        outside.start()
        try:
            inputs = {
                "checks": {"Board": f"https://{NAME}/status.json", "Dead <b>": "http://127.0.0.1:9/"},
                "smtp": {"host": lab.gateway, "port": 2525},
                "per_minute": 600,
            }
            platform = Platform(name="board", domains=("board.example",))
            project = projects.make(folder, lab, platform, {"status-page": inputs}, host=HOST)
            project.play("site.yml")
            page = Page(lab, project, world)
            page.run("tee /usr/local/share/ca-certificates/outside.crt", stdin=(folder / "outside.crt").read_text())
            page.run("update-ca-certificates")
            with page.http:
                yield page
        finally:
            outside.stop()


def test_the_second_run_changes_nothing(page: Page) -> None:
    page.run("sh -c 'echo 127.0.0.1 status.board.example >>/etc/hosts'")
    assert projects.changed(page.project.play("site.yml")) == 0
    page.project.play("verify.yml")


def test_it_says_what_works_and_what_does_not(page: Page) -> None:
    services = page.get("status.json").json()["services"]
    ends = services["Board"].pop("certificate_ends")
    assert services["Board"] == {"up": True, "said": ""}
    assert services["Dead <b>"] == {
        "up": False,
        "said": "no answer (ConnectionRefusedError)",
        "certificate_ends": None,
    }
    answer = page.get("")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Not working: Dead &lt;b&gt;" in answer.text
    assert "<td>0.00%" in answer.text
    assert f"<td>{ends[:10]}" in answer.text
    assert 390 < (datetime.fromisoformat(ends) - datetime.now(UTC)).days < 398, "as long as the authority signs for"


def test_announcements_go_to_everybody_once_though_the_server_went_away(page: Page, tmp_path: Path) -> None:
    people = [{"id": n, "email": f"{n}@elsewhere.example", "enabled": n != "off"} for n in ("ada", "bob", "eve", "off")]
    (tmp_path / "identity.users.jsonl").write_text("".join(json.dumps(one) + "\n" for one in people))
    (tmp_path / "list.csv").write_text(
        "Email Address,Status\nADA@elsewhere.example,subscribed\ngone@elsewhere.example,subscribed\n"
        "left@elsewhere.example,unsubscribed\nnot an address,subscribed\n"
    )
    assert "recipients added: 4" in page.project.play(
        "import.yml", "--tags", "status-page", "-e", f"dataset={tmp_path}"
    )
    again = page.project.play("import.yml", "--tags", "status-page", "-e", f"dataset={tmp_path}")
    assert projects.changed(again) == 0
    with pytest.raises(ProgramFailed, match="it goes on from there"):
        page.announce("--mail")
    page.world.until = 100
    with pytest.raises(ProgramFailed, match=r"refused: gone@elsewhere\.example: .*no such person"):
        page.announce("--mail")
    written = [to for to, _ in page.world.mails]
    assert written == [["ada@elsewhere.example"], ["bob@elsewhere.example"], ["eve@elsewhere.example"]]
    [(_, mail), *_] = page.world.mails
    assert mail["From"] == "board status <announce@board.example>"
    assert mail["Subject"] == NOTICE
    assert "Your posts are safe." in mail.get_content()


def test_a_notice_is_on_the_page_and_in_the_feed_once(page: Page) -> None:
    page.announce()
    page.announce()
    html, feed = page.get("").text, page.get("feed.atom").text
    assert html.count("We are &lt;b&gt;moving&lt;/b&gt; &amp; back soon") == 1
    assert feed.count("<entry>") == 1
    assert "<p>Your posts are safe.</p>" in html


def test_what_was_announced_and_to_whom_comes_back(page: Page) -> None:
    for playbook in ("backup", "drill-steady", "drill-break", "site", "restore", "verify"):
        page.project.play(f"{playbook}.yml")
    assert page.get("feed.atom").text.count("<entry>") == 1
    page.world.mails.clear()
    with pytest.raises(ProgramFailed, match="0 to write to, 4 written to before"):
        page.announce("--mail")
    assert page.world.mails == []
