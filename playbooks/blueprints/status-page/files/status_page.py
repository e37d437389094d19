#!/usr/bin/env python3
"""Look at the platform from outside and write what anybody may see of it: `status_page.py [CONFIG]`.

CONFIG (/etc/offramp/status-page.json): {title, checks: {name: URL}, state, site, address, days}. In `state` lie
history/looks.sqlite3 and notices/*.json (what announce.py wrote); into `site` go index.html, feed.atom and status.json.
A check passes when its URL answers with a status below 400 within ten seconds, certificate included. The page says until
when that lasts.
Only the standard library of Debian's Python is used: it must run when nothing else does.
"""

import html
import json
import socket
import sqlite3
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

SECONDS = 10
ENDS_SOON = 21  # days: renewed by then, or somebody has to look
SPANS = {"day": 1, "week": 7, "month": 30}
TABLE = "CREATE TABLE IF NOT EXISTS look (at INTEGER, name TEXT, ok INTEGER, seconds REAL, said TEXT)"
INDEX = "CREATE INDEX IF NOT EXISTS look_by_name ON look (name, at)"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="60"><title>{title}</title>
<link rel="alternate" type="application/atom+xml" href="feed.atom"><style>
body{{max-width:45rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 sans-serif;color:#222;background:#fff}}
table{{width:100%;border-collapse:collapse}}td,th{{text-align:left;padding:.4rem;border-bottom:1px solid #ccc}}
.up{{color:#05622c}}.down{{color:#a40000;font-weight:bold}}article{{border-left:4px solid #446;padding-left:1rem}}
</style></head><body><h1>{title}</h1>
<p class="{kind}" role="status">{summary}</p>
{notices}
<h2>Services</h2><table><tr><th>Service<th>Now<th>Day<th>Week<th>Month<th>Certificate</tr>
{rows}
</table><p>Looked at <time datetime="{now}">{shown}</time> from a machine of its own.
<a href="feed.atom">Feed of announcements</a></p></body></html>
"""
FEED = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>{title}</title><id>{address}</id><link href="{address}"/>
<updated>{updated}</updated><author><name>{title}</name></author>
{entries}
</feed>
"""
ENTRY = "<entry><title>{title}</title><id>{address}#{id}</id><updated>{at}</updated><content>{text}</content></entry>"


def main():
    config = json.loads(Path(sys.argv[1] if len(sys.argv) > 1 else "/etc/offramp/status-page.json").read_text())
    state, site = Path(config["state"]), Path(config["site"])
    now = int(time.time())
    with ThreadPoolExecutor(8) as pool:
        looks = dict(zip(config["checks"], pool.map(look, config["checks"].values()), strict=True))
        ends = dict(zip(config["checks"], pool.map(certificate_ends, config["checks"].values()), strict=True))
    with sqlite3.connect(state / "history/looks.sqlite3") as history:
        history.execute(TABLE)
        history.execute(INDEX)
        history.executemany("INSERT INTO look VALUES (?, ?, ?, ?, ?)", [(now, name, *one) for name, one in looks.items()])
        history.execute("DELETE FROM look WHERE at < ?", [now - max(SPANS.values()) * 86400])
        shares = {name: uptime(history, name, now) for name in looks}
    notices = read_notices(state / "notices")
    for name, text in render(config, looks, ends, shares, notices, now).items():
        replace(site / name, text)


def look(url):
    """(passed, seconds, what was wrong)"""
    started = time.monotonic()
    request = urllib.request.Request(url, headers={"User-Agent": "offramp-status-page"})  # noqa: S310  # the operator's
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
            response.read(1)
            said = ""
    except urllib.error.HTTPError as err:
        said = f"answers {err.code}" if err.code >= 400 else ""
    except (OSError, ValueError) as err:
        said = f"no answer ({type(getattr(err, 'reason', err)).__name__})"
    return not said, round(time.monotonic() - started, 3), said


def certificate_ends(url):
    """Seconds since 1970; None where there is no certificate, or none that holds."""
    address = urllib.parse.urlsplit(url)
    if address.scheme != "https":
        return None
    try:
        with (
            socket.create_connection((address.hostname, address.port or 443), timeout=SECONDS) as raw,
            ssl.create_default_context().wrap_socket(raw, server_hostname=address.hostname) as wrapped,
        ):
            return ssl.cert_time_to_seconds(wrapped.getpeercert()["notAfter"])
    except (OSError, ValueError):
        return None


def uptime(history, name, now):
    """span → share of looks that passed, None where there were none."""
    query = "SELECT avg(ok) FROM look WHERE name = ? AND at > ?"
    return {span: history.execute(query, [name, now - days * 86400]).fetchone()[0] for span, days in SPANS.items()}


def read_notices(folder):
    """Newest first: {id, at, title, text}."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")]
    return sorted(found, key=lambda one: (one["at"], one["id"]), reverse=True)


def render(config, looks, ends, shares, notices, now):
    """file name → text. What people wrote is escaped everywhere."""
    down = [name for name, (passed, *_) in looks.items() if not passed]
    at = datetime.fromtimestamp(now, UTC)
    recent = [one for one in notices if one["at"] > stamp(datetime.fromtimestamp(now - config["days"] * 86400, UTC))]
    page = PAGE.format(
        title=html.escape(config["title"]),
        kind="down" if down else "up",
        summary=html.escape(f"Not working: {', '.join(down)}" if down else "Everything works."),
        notices="\n".join(map(notice, recent)),
        rows="\n".join(row(name, *looks[name], shares[name], lasts(ends[name], now)) for name in looks),
        now=stamp(at),
        shown=at.strftime("%Y-%m-%d %H:%M UTC"),
    )
    status = {
        "at": stamp(at),
        "services": {
            name: {"up": passed, "said": said, "certificate_ends": ends[name] and stamp(moment(ends[name]))}
            for name, (passed, _, said) in looks.items()
        },
        "notices": recent,
    }
    return {"index.html": page, "feed.atom": feed(config, notices), "status.json": json.dumps(status, indent=1) + "\n"}


def row(name, passed, _, said, shares, until):
    now = '<td class="up">works' if passed else f'<td class="down">{html.escape(said)}'
    spans = "".join(f"<td>{'–' if share is None else f'{share:.2%}'}" for share in shares.values())
    return f"<tr><td>{html.escape(name)}{now}{spans}{until}</tr>"


def lasts(ends, now):
    """The last cell of a row: the day a certificate ends, plainly where that is soon."""
    if ends is None:
        return "<td>–"
    cell = '<td class="down">' if ends < now + ENDS_SOON * 86400 else "<td>"
    return f"{cell}{moment(ends):%Y-%m-%d}"


def notice(one):
    text = "".join(f"<p>{html.escape(part)}</p>" for part in one["text"].strip().split("\n\n"))
    return (
        f'<article id="{html.escape(one["id"])}"><h2>{html.escape(one["title"])}</h2>'
        f"<p><time>{html.escape(one['at'])}</time></p>{text}</article>"
    )


def feed(config, notices):
    address = html.escape(config["address"])
    entries = [
        ENTRY.format(address=address, **{key: html.escape(one[key]) for key in ("id", "at", "title", "text")})
        for one in notices
    ]
    updated = notices[0]["at"] if notices else "1970-01-01T00:00:00Z"
    title = html.escape(config["title"])
    return FEED.format(title=title, address=address, updated=updated, entries="\n".join(entries))


def moment(seconds):
    return datetime.fromtimestamp(seconds, UTC)


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def replace(path, text):
    """Readers see the old page or the new one; on a full disk the old one stays."""
    new = path.with_name(f".{path.name}")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


if __name__ == "__main__":
    main()
