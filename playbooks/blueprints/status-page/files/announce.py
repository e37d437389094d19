#!/usr/bin/env python3
"""Tell everybody: `announce.py TITLE [--mail]`, the text on stdin.

The notice is on the page and in its feed at once. With --mail it also goes to every address in recipients.txt, one mail
each, at most `per_minute`. Who is being written to is noted before the mail is handed over: a run that was stopped, and
is started again with the same title and text, goes on and writes to nobody twice. Exit 1 when some were refused, or
nobody knows what became of their mail; they are listed.
"""

import argparse
import hashlib
import json
import smtplib
import sqlite3
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

CONFIG = Path("/etc/offramp/status-page.json")
UNKNOWN = "unknown"
WRITTEN = "SELECT 1 FROM sent WHERE notice = ? AND address = ?"
SECRET = Path("/etc/offramp/status-page-smtp-password")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("title")
    arguments.add_argument("--mail", action="store_true", help="write to every recipient as well")
    given = arguments.parse_args()
    config = json.loads(CONFIG.read_text())
    state = Path(config["state"])
    notice = publish(state / "notices", given.title, sys.stdin.read())
    subprocess.run(["systemctl", "start", "offramp-status-page.service"], check=True)
    print(f"published: {config['address']}#{notice['id']}")
    if given.mail:
        sys.exit(1 if mail(config, state, notice) else 0)


def publish(folder, title, text):
    """The notice; one with the same words that is there already is not published again."""
    if not title.strip() or not text.strip():
        sys.exit("a notice needs a title and, on stdin, a text")
    ident = hashlib.sha256(f"{title}\0{text}".encode()).hexdigest()[:16]
    path = folder / f"{ident}.json"
    if not path.exists():
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        new = folder / f".{ident}"
        new.write_text(json.dumps({"id": ident, "at": at, "title": title, "text": text}), encoding="utf-8")
        new.replace(path)
    return json.loads(path.read_text(encoding="utf-8"))


def mail(config, state, notice):
    """Whether somebody was not written to."""
    if not config["smtp"].get("host"):
        sys.exit("no server takes mail: set status_page_smtp, or have mail.outgoing")
    everybody = [line.strip() for line in (state / "recipients.txt").read_text(encoding="utf-8").splitlines()]
    with sqlite3.connect(state / "sent.sqlite3", isolation_level=None) as sent:
        sent.execute("CREATE TABLE IF NOT EXISTS sent (notice TEXT, address TEXT, said TEXT, PRIMARY KEY (notice, address))")
        known = {address for (address,) in sent.execute("SELECT address FROM sent WHERE notice = ?", [notice["id"]])}
        waiting = [address for address in everybody if address and address not in known]
        print(f"{len(waiting)} to write to, {len(known)} written to before")
        try:
            send(config, notice, waiting, sent)
        except (OSError, smtplib.SMTPException) as err:
            sys.exit(f"stopped, the mail server does not take it ({err}): start it again later, it goes on from there")
        missing = sum(1 for address in waiting if not sent.execute(WRITTEN, [notice["id"], address]).fetchone())
        refused = sent.execute("SELECT address, said FROM sent WHERE notice = ? AND said <> ''", [notice["id"]]).fetchall()
    for address, said in refused:
        print(f"refused: {address}: {said}" if said != UNKNOWN else f"nobody knows whether it arrived: {address}")
    if missing:
        print(f"deferred: {missing}; start it again later")
    return refused or missing


def send(config, notice, waiting, sent):
    if not waiting:
        return
    pause = 60 / config["per_minute"]
    with connect(config["smtp"]) as server:
        for address in waiting:
            server.noop()  # a connection that is gone shows here, where nobody is noted yet
            row = [notice["id"], address]
            sent.execute("INSERT INTO sent VALUES (?, ?, ?)", [*row, UNKNOWN])
            code, said = hand_over(server, letter(config, notice, address))
            if 400 <= code < 500:  # certainly not taken, perhaps later
                sent.execute("DELETE FROM sent WHERE notice = ? AND address = ?", row)
            else:
                sent.execute("UPDATE sent SET said = ? WHERE notice = ? AND address = ?", [said, *row])
            time.sleep(pause)


def hand_over(server, mail):
    """(0, "") when it was taken, else the server's code and words."""
    try:
        server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as err:
        [(code, said)] = err.recipients.values()
    except smtplib.SMTPResponseException as err:
        code, said = err.smtp_code, err.smtp_error
    else:
        return 0, ""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return code, words[:200] or str(code)


def connect(smtp):
    server = smtplib.SMTP(smtp["host"], int(smtp.get("port") or 587), timeout=60)
    server.starttls(context=ssl.create_default_context())
    if smtp.get("user"):
        server.login(smtp["user"], SECRET.read_text().strip())
    return server


def letter(config, notice, address):
    made = EmailMessage()
    made["From"], made["To"] = f"{config['title'].replace(chr(10), ' ')} <{config['mail_from']}>", address
    made["Subject"] = " ".join(notice["title"].split())
    made["Date"] = formatdate()
    made["Message-ID"] = make_msgid(domain=config["mail_from"].partition("@")[2])
    made["List-Unsubscribe"] = f"<mailto:{config['mail_from']}?subject=unsubscribe>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(f"{notice['text'].strip()}\n\n{config['address']}\n")
    return made


if __name__ == "__main__":
    main()
