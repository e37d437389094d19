"""The help desk as its blueprints build it: tickets over the old vendor's API and by mail, answers, import, restore."""

import base64
import smtplib
import tarfile
from collections.abc import Iterator
from pathlib import Path

import desks
import projects
import pytest
import support_desk
from support_desk import ASKER, SUPPORT, Desk, eventually

from toolkit.drill import lab as labs
from toolkit.errors import ProgramFailed
from toolkit.tools import ssh

TICKETS = 200
IMPORTED = """
FROM tickets t
JOIN objectcustomfieldvalues v ON v.objectid = t.id AND v.objecttype = 'RT::Ticket'
JOIN customfields f ON f.id = v.customfield WHERE f.name = 'Zendesk id'
"""
BY_WHOM = """
SELECT string_agg(u.name || ' ' || x.created, ',' ORDER BY x.id)
FROM transactions x JOIN users u ON u.id = x.creator WHERE x.objectid = {} AND x.field = 'zendesk'
"""
# https://spamassassin.apache.org/gtube/: every filter must refuse it
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"


TEST_PATTERNS = """\
echo "enable_test_patterns = true;" >>/etc/rspamd/local.d/options.inc
systemctl restart rspamd
until ss --listening --tcp --numeric | grep -q 127.0.0.1:11332; do sleep 0.2; done
"""
SCANS = "/var/log/rspamd/rspamd.log"
NUMBER_OF = "SELECT id FROM tickets WHERE subject = '{}'"
QUEUE_OF = "SELECT q.name FROM tickets t JOIN queues q ON q.id = t.queue WHERE t.subject = '{}'"
PRIORITY_OF = "SELECT id, priority FROM tickets WHERE subject = '{}'"
COMMENTS = """
SELECT v.content || '|' || (SELECT count(*) FROM transactions x WHERE x.objectid = t.id AND x.field = 'zendesk') {}
"""
SMALL_DISK = """\
mkdir -p /srv/small && mount -t tmpfs -o size=80m tmpfs /srv/small && chown postgres /srv/small
cd /srv && runuser -u postgres -- psql --quiet --file=- request_tracker
"""
TO_SMALL_DISK = "CREATE TABLESPACE small LOCATION '/srv/small'; ALTER TABLE attachments SET TABLESPACE small;"
# the import as import.yml starts it, of an export that lies on the host
IMPORT = "perl /usr/local/lib/offramp/request-tracker/import.pl /root/export Support"


@pytest.fixture(scope="module")
def desk(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with support_desk.built(tmp_path_factory.mktemp("support"), {}) as built:
        yield built


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
    eventually(lambda: True if desk.history(number) == ["Create", "Correspond", "Correspond"] else None)
    assert desk.sql("SELECT count(*) FROM tickets WHERE type = 'ticket'") == "1"


def test_a_mail_becomes_a_ticket_and_spam_does_not(desk: Desk) -> None:
    desk.send("By mail", "A first question.", sender="other@elsewhere.example")
    desk.world.mail("other@elsewhere.example", "By mail")
    with pytest.raises(smtplib.SMTPDataError, match=r"5\d\d|[Ss]pam|Gtube"):
        desk.send("Buy", GTUBE, sender="spammer@elsewhere.example")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        desk.send("Relay", "No.", recipient="somebody@third.example")
    assert desk.sql("SELECT count(*) FROM tickets WHERE subject = 'Buy'") == "0"


def test_mail_that_looks_like_spam_is_kept_apart_and_answered_by_nobody(desk: Desk) -> None:
    """With the test pattern for which rspamd does what it does from spam_score on."""
    ssh.run(desk.lab.login, desk.address, ["sh", "-c", f"'{TEST_PATTERNS}'"])
    before = len(desk.world.mails)
    desk.send("Earn more", GTUBE.replace("XJS", "YJS"), sender="doubtful@elsewhere.example")
    queue = eventually(lambda: desk.sql(QUEUE_OF.format("Earn more")) or None)
    assert queue == "Spam"
    desk.send("Sober", "A question.", sender="sober@elsewhere.example")
    desk.world.mail("sober@elsewhere.example", "Sober")
    assert [to for to, _ in desk.world.mails[before:]] == [["sober@elsewhere.example"]]


def test_no_name_server_holds_mail_up(desk: Desk) -> None:
    """Of what comes in a few look-ups are given up, each after two seconds; for what goes out there are none."""
    asked = desk.sql(NUMBER_OF.format("Cannot log in {{ 7 * 7 }}"))
    labs.cut_off(desk.lab)
    try:
        desk.send("No names", "Is anybody there?", sender="cut@elsewhere.example", patience=25)
        desk.rt("POST", f"/ticket/{asked}/correspond", {"Content": "Nobody but us.", "ContentType": "text/plain"})
    finally:
        labs.reconnect(desk.lab)
    ssh.run(desk.lab.login, desk.address, ["postqueue", "-f"])
    answer = desk.world.mail(ASKER, "Nobody but us")
    assert "board.example" in str(answer["DKIM-Signature"])
    mentioned = ssh.run(desk.lab.login, desk.address, ["grep", "-F", f"'{answer['Message-ID']}'", SCANS]).splitlines()
    assert [", dns req: 0," in line for line in mentioned if "dns req" in line] == [True]


def test_the_mail_gateway_is_closed_to_the_world(desk: Desk) -> None:
    answer = desk.ask("POST", "/REST/1.0/NoAuth/mail-gateway", ("", ""), {})
    assert answer.status_code == 404


def test_a_killed_import_leaves_whole_tickets(desk: Desk, tmp_path: Path) -> None:
    """What it began is finished by the next test's."""
    desks.write(tmp_path / "export", TICKETS)
    copy(desk, tmp_path / "export")
    pid = ssh.run(desk.lab.login, desk.address, ["sh", "-c", f"'setsid {IMPORT} >/dev/null 2>&1 & echo $!'"]).strip()
    eventually(lambda: True if int(desk.sql(f"SELECT count(*) {IMPORTED}")) > TICKETS // 10 else None)
    ssh.run(desk.lab.login, desk.address, ["kill", "-9", "--", f"-{pid}"])
    said = dict(row.split("|") for row in desk.sql(COMMENTS.format(IMPORTED)).split())
    assert TICKETS // 10 < len(said) < TICKETS
    assert said == {number: str(int(number) % 4 + 1) for number in said}


def copy(desk: Desk, export: Path) -> None:
    """Put an export onto the host as /root/export."""
    with tarfile.open(export.with_suffix(".tar"), "w") as archive:
        archive.add(export, "export")
    unpack = ["sh", "-c", "'rm -rf /root/export && tar --extract --no-same-owner --directory /root'"]
    ssh.run(desk.lab.login, desk.address, unpack, stdin=export.with_suffix(".tar").read_bytes(), timeout=600)


def test_an_import_keeps_everything_and_tells_nobody(desk: Desk, tmp_path: Path) -> None:
    desks.write(tmp_path / "export", TICKETS)
    before = len(desk.world.mails)
    printed = desk.project.play("import.yml", "--tags", "request-tracker", "-e", f"dataset={tmp_path}/export")
    assert "Tell the boss (action notification_target)" in printed
    assert "fill in by hand what Zendesk put in" in printed
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
    chart, _ = (one for one in found if one.get("Filename") == "grün chart.png")
    assert base64.b64decode(chart["Content"]) == bytes(range(256)) * 40
    [image] = [one for one in found if one.get("Filename") == "shot.png"]
    assert base64.b64decode(image["Content"]) == desks.IMAGE
    assert "Content-ID: <902@attachments.offramp>" in image["Headers"]
    texts = [base64.b64decode(one.get("Content") or "").decode("latin-1") for one in found]  # a multipart has none
    [shown] = [text for text in texts if "cid:" in text]
    assert '<img src="cid:902@attachments.offramp">' in shown


def test_who_was_suspended_stays_so(desk: Desk) -> None:
    """After the import: what was written stays theirs, and nothing more is taken."""
    tickets = "SELECT count(*) FROM tickets"
    requested = (
        "SELECT count(*) FROM transactions JOIN users u ON u.id = transactions.creator WHERE field = 'zendesk' AND"
    )
    assert int(desk.sql(f"{requested} u.emailaddress = '{desks.SUSPENDED}'")) > 0
    before = desk.sql(tickets)
    desk.send("Let me in", "A banned question.", sender=desks.SUSPENDED)
    desk.send("Let me in, too", "A question.", sender="free@elsewhere.example")  # later: the queue keeps the order
    desk.world.mail("free@elsewhere.example", "Let me in, too")
    assert desk.sql("SELECT count(*) FROM tickets WHERE subject = 'Let me in'") == "0"
    assert int(desk.sql(tickets)) == int(before) + 1


def test_a_translated_trigger_acts_on_new_tickets(desk: Desk) -> None:
    desk.send("A refund, please", "I paid twice.", sender="payer@elsewhere.example")
    desk.world.mail("payer@elsewhere.example", "A refund")
    # the answer is on its way before the ticket is committed
    created = eventually(lambda: desk.sql(PRIORITY_OF.format("A refund, please")) or None)
    [(number, priority)] = [row.split("|") for row in created.splitlines()]
    assert priority == "80"
    fields = {field["name"]: field["values"] for field in desk.rt("GET", f"/ticket/{number}")["CustomFields"]}
    assert fields["Tags"] == list(dict.fromkeys(["money", *desks.HOSTILE.split()]))


def test_a_full_disk_stops_an_import_and_a_later_one_goes_on(desk: Desk, tmp_path: Path) -> None:
    """Attachments lie on a small disk meanwhile; the export has one of 100 MB."""
    desks.write_large(tmp_path / "export", megabytes=100)
    copy(desk, tmp_path / "export")
    ssh.run(desk.lab.login, desk.address, ["sh", "-c", f"'{SMALL_DISK}'"], stdin=TO_SMALL_DISK.encode())
    before = desk.sql("SELECT count(*), max(id) FROM tickets")
    with pytest.raises(ProgramFailed, match=r"stopped at support\.tickets .*No space left on device.*run it again"):
        ssh.run(desk.lab.login, desk.address, IMPORT.split(), timeout=600)
    assert desk.sql("SELECT count(*), max(id) FROM tickets") == before
    desk.sql("ALTER TABLE attachments SET TABLESPACE pg_default")
    assert '"failed":0' in ssh.run(desk.lab.login, desk.address, IMPORT.split(), timeout=600)
    assert desk.sql("SELECT length(content) FROM attachments WHERE filename = 'large.bin'") == "141649744"


def test_a_lost_desk_comes_back_from_its_backup(desk: Desk) -> None:
    desk.project.play("backup.yml", "--tags", "request-tracker,mail")
    desk.project.play("drill-steady.yml", "--tags", "request-tracker,mail")
    desk.project.play("drill-break.yml", "--tags", "request-tracker,mail")
    desk.project.play("restore.yml", "--tags", "request-tracker,mail")
    desk.project.play("site.yml", "--tags", "mail,request-tracker")
    desk.project.play("verify.yml", "--tags", "request-tracker,mail")
    desk.send("After the restore", "Are you there?", sender="later@elsewhere.example")
    desk.world.mail("later@elsewhere.example", "After the restore")
