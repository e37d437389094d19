"""Zendesk: people, organisations, groups, fields, tickets with comments and attachments, macros, triggers, articles.

In: a client of one account with an API token, and the folder attachments go to (`attachments/<id>` in it). Out: the
`support.*` streams. Tickets and users come from the incremental exports (ten requests a minute), everything else from
paginated lists. https://developer.zendesk.com/api-reference/
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from toolkit import strays
from toolkit.errors import ProgramFailed
from toolkit.export import http, images
from toolkit.export.dataset import Page, Record, Stream, present
from toolkit.export.onward import entries

NAME = "zendesk"
ENDPOINTS = (
    "/api/v2/incremental/users/cursor", "/api/v2/incremental/tickets/cursor", "/api/v2/tickets/{id}/comments",
    "/api/v2/organizations", "/api/v2/groups", "/api/v2/group_memberships", "/api/v2/ticket_fields", "/api/v2/macros",
    "/api/v2/triggers", "/api/v2/help_center/{categories,sections,articles}", "every attachment",
)  # fmt: skip

_TICKETS_PER_PAGE = 100  # each costs a request for its comments: little is asked again after a stop
_ZENDESK = re.compile(r"[a-z0-9-]+\.zendesk\.com")  # where an account is, whatever name of its own it has
Ask = Callable[[str], httpx.Response]
Download = Callable[[dict[str, Any]], Record]


def client(account: str, email: str, token: str) -> httpx.Client:
    """A client for "https://example.zendesk.com"."""
    made = http.client(account, {"Accept": "application/json"})
    made.auth = httpx.BasicAuth(f"{email}/token", token)
    return made


def streams(zendesk: httpx.Client, folder: Path, *, sleep: http.Sleep, since: int = 0) -> dict[str, Stream]:
    """Dataset → stream. `since`: only people and tickets changed after this moment (Unix time)."""
    ask = partial(http.ask, zendesk, "GET", sleep=sleep)
    download = partial(_download, zendesk, folder, sleep)
    plain = {
        "support.organizations": ("/api/v2/organizations.json", "organizations", _organization),
        "support.fields": ("/api/v2/ticket_fields.json", "ticket_fields", _field),
        "support.macros": ("/api/v2/macros.json", "macros", _macro),
        "support.triggers": ("/api/v2/triggers.json", "triggers", _trigger),
    }
    lists: dict[str, Stream] = {name: partial(_list, ask, *what) for name, what in plain.items()}
    return {
        "support.users": partial(_users, ask, since),
        "support.organizations": lists.pop("support.organizations"),
        "support.groups": partial(_groups, ask),
        **lists,
        "support.tickets": partial(_tickets, ask, download, zendesk.base_url, since),
        "support.articles": partial(_articles, zendesk, ask, download, sleep),
    }


def missing(folder: Path) -> Iterator[str]:
    """Attachments that a complete export names and does not have: the vendor lists them, and has them no longer."""
    for name in ("tickets", "articles"):
        with (folder / f"support.{name}.jsonl").open("rb") as lines:
            for record in map(msgspec.json.decode, lines):
                for part in [record, *record.get("comments", ())]:
                    for file in part.get("attachments", ()):
                        if "file" not in file:
                            yield f"{name[:-1]} {record['id']}: {file['name']}"


# --- walking ----------------------------------------------------------------------------------------------------------
def _incremental(ask: Ask, kind: str, size: int, since: int, cursor: Any) -> Iterator[tuple[list[Any], Any]]:
    """Pages of an incremental export, each with the address of the next; None after the last."""
    url = cursor or f"/api/v2/incremental/{kind}/cursor.json?start_time={since}&per_page={size}"
    while url:
        body = ask(url).json()
        url = None if body["end_of_stream"] else body["after_url"]
        yield body[kind], url


def _walk(ask: Ask, path: str, key: str, cursor: Any = None) -> Iterator[tuple[list[Any], Any]]:
    """Pages of a list, each with the address of the next; None after the last."""
    url = cursor or f"{path}{'&' if '?' in path else '?'}page[size]=100"
    while url:
        body = ask(url).json()
        url = body["links"]["next"] if body.get("meta", {}).get("has_more") else None
        yield body[key], url


def _all(ask: Ask, path: str, key: str) -> list[Any]:
    return list(entries(_walk(ask, path, key), NAME))


# --- streams ----------------------------------------------------------------------------------------------------------
def _list(ask: Ask, path: str, key: str, record: Callable[[dict[str, Any]], Record], cursor: Any) -> Iterator[Page]:
    for found, following in _walk(ask, path, key, cursor):
        yield Page(tuple(record(one) for one in found), following)


def _users(ask: Ask, since: int, cursor: Any) -> Iterator[Page]:
    for found, following in _incremental(ask, "users", 1000, since, cursor):
        yield Page(tuple(_user(one) for one in found), following)


def _groups(ask: Ask, cursor: Any) -> Iterator[Page]:
    members: dict[Any, list[str]] = {}
    for one in _all(ask, "/api/v2/group_memberships.json", "group_memberships"):
        members.setdefault(one["group_id"], []).append(str(one["user_id"]))
    for found, following in _walk(ask, "/api/v2/groups.json", "groups", cursor):
        yield Page(tuple(_group(one, members.get(one["id"], [])) for one in found), following)


def _tickets(ask: Ask, download: Download, home: httpx.URL, since: int, cursor: Any) -> Iterator[Page]:
    for found, following in _incremental(ask, "tickets", _TICKETS_PER_PAGE, since, cursor):
        kept = (one for one in found if one["status"] != "deleted")  # their comments cannot be read any more
        yield Page(tuple(_ticket(one, _comments(ask, download, home, one["id"])) for one in kept), following)


def _comments(ask: Ask, download: Download, home: httpx.URL, ticket: int) -> list[Record]:
    path = f"/api/v2/tickets/{ticket}/comments.json?include_inline_images=true"  # else they are in no list
    return [_with_attachments(one, download, home) for one in _all(ask, path, "comments")]


def _with_attachments(comment: dict[str, Any], download: Download, home: httpx.URL) -> Record:
    """A comment with its files. An image in its text is referred to by its place in the dataset, `attachments/<id>`."""
    listed = [*(comment.get("attachments") or [])]
    shown = images.shown(comment.get("html_body") or "")
    known = {one.get("content_url") for one in listed}
    listed += [_unlisted(url) for url in shown if url not in known and _is_attachment(url, home)]
    files = [download(one) for one in listed]
    there = {one["url"]: one["file"] for one in files if "file" in one and "url" in one}
    texts = {name: images.moved(comment[name], there) for name in ("html_body", "body") if comment.get(name)}
    return _comment(comment | texts, files)


def _is_attachment(url: str, home: httpx.URL) -> bool:
    """Whether it is one of the account's own: a text may name any address, and nobody else's is asked."""
    try:
        parts = urlsplit(url)
    except ValueError:  # no address at all
        return False
    at_home = (parts.scheme, parts.netloc) == (home.scheme, home.netloc.decode())
    at_zendesk = parts.scheme == "https" and _ZENDESK.fullmatch(parts.netloc)
    return bool(at_home or at_zendesk) and parts.path.startswith("/attachments/")


def _unlisted(url: str) -> dict[str, Any]:
    """An image that a text shows and no list has, as an attachment."""
    number = "inline-" + hashlib.sha256(url.encode()).hexdigest()[:16]
    return {"id": number, "content_url": url, "inline": True, "file_name": images.name(url)}


def _articles(zendesk: httpx.Client, ask: Ask, download: Download, sleep: http.Sleep, cursor: Any) -> Iterator[Page]:
    path = "/api/v2/help_center/articles.json"
    if cursor is None and not http.is_there(zendesk, f"{path}?page[size]=1", sleep=sleep):
        yield Page((), None)  # the account has no help centre
        return
    categories = {one["id"]: one["name"] for one in _all(ask, "/api/v2/help_center/categories.json", "categories")}
    sections = {
        one["id"]: (one["name"], categories.get(one["category_id"], ""))
        for one in _all(ask, "/api/v2/help_center/sections.json", "sections")
    }
    for found, following in _walk(ask, path, "articles", cursor):
        yield Page(tuple(_article(one, sections, _images(ask, download, one["id"])) for one in found), following)


def _images(ask: Ask, download: Download, article: int) -> list[Record]:
    found = _all(ask, f"/api/v2/help_center/articles/{article}/attachments.json", "article_attachments")
    return [download(one) for one in found]


# --- attachments ------------------------------------------------------------------------------------------------------
def _download(zendesk: httpx.Client, folder: Path, sleep: http.Sleep, attachment: dict[str, Any]) -> Record:
    """Fetch one attachment to `attachments/<id>`, unless it is there in full. One that is gone has no `file`."""
    number, size = attachment["id"], attachment.get("size")
    if not isinstance(number, str):  # Zendesk's own; a text is one of `_unlisted`
        number = str(int(number))
    record = present(
        id=number,
        name=attachment.get("file_name") or number,
        content_type=attachment.get("content_type"),
        size=size,
        url=attachment.get("content_url"),
        inline=attachment.get("inline") or None,
    )
    target = folder / "attachments" / number
    if not target.exists() or (size is not None and target.stat().st_size != size):
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _fetch(zendesk, attachment["content_url"], target, folder, sleep):
            return record
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return record | {"file": f"attachments/{number}", "sha256": digest}


def _fetch(zendesk: httpx.Client, url: str, target: Path, folder: Path, sleep: http.Sleep) -> bool:
    """Whether the file was there. The login goes to the account alone; storage it redirects to gets none.

    Until it is whole it lies at the top of the dataset's folder, where the next run finds what a killed one left.
    """
    name, handle = strays.create(folder / target.name, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            place = f"attachment {target.name}"
            there = http.download(lambda: _following(zendesk, url), file, place, sleep=sleep)
            if there:
                file.flush()
                os.fsync(file.fileno())
                Path(name).replace(target)
            return there
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _following(zendesk: httpx.Client, url: str) -> Iterator[httpx.Response]:
    """The answer at the end of the redirects."""
    own = zendesk.base_url
    target = own.join(url)
    with http.stranger() as stranger:
        for _ in range(5):
            at_home = (target.scheme, target.host, target.port) == (own.scheme, own.host, own.port)
            if not at_home and target.scheme != "https":
                break
            with (zendesk if at_home else stranger).stream("GET", target) as response:
                if not response.has_redirect_location:
                    yield response
                    return
                target = response.url.join(response.headers["Location"])
    raise ProgramFailed("an attachment's address leads nowhere safe", where=target.host)


# --- records ----------------------------------------------------------------------------------------------------------
def _id(value: Any) -> str | None:
    return None if value is None else str(value)


def _user(user: dict[str, Any]) -> Record:
    return present(
        id=str(user["id"]),
        source=NAME,
        name=user.get("name") or "",
        email=user.get("email"),
        phone=user.get("phone"),
        role=user["role"],
        active=bool(user.get("active", True)) and not user.get("suspended", False),
        suspended=user.get("suspended") or None,
        organization=_id(user.get("organization_id")),
        locale=user.get("locale"),
        time_zone=user.get("time_zone"),
        notes=user.get("notes") or None,
        tags=user.get("tags") or [],
        created=user.get("created_at"),
    )


def _organization(one: dict[str, Any]) -> Record:
    return present(
        id=str(one["id"]),
        source=NAME,
        name=one["name"],
        domains=one.get("domain_names") or [],
        notes=one.get("notes") or None,
        tags=one.get("tags") or [],
    )


def _group(one: dict[str, Any], members: list[str]) -> Record:
    return present(id=str(one["id"]), source=NAME, name=one["name"], members=members)


def _field(one: dict[str, Any]) -> Record:
    options = [{"name": o["name"], "value": o["value"]} for o in one.get("custom_field_options") or []]
    return present(
        id=str(one["id"]),
        source=NAME,
        title=one["title"],
        type=one["type"],
        active=bool(one.get("active", True)),
        system=not one.get("removable", True),
        options=options,
    )


def _macro(one: dict[str, Any]) -> Record:
    return present(
        id=str(one["id"]), source=NAME, title=one["title"], active=bool(one["active"]), actions=one["actions"]
    )


def _trigger(one: dict[str, Any]) -> Record:
    return present(
        id=str(one["id"]),
        source=NAME,
        title=one["title"],
        active=bool(one["active"]),
        conditions=one["conditions"],
        actions=one["actions"],
    )


def _ticket(one: dict[str, Any], comments: list[Record]) -> Record:
    fields = {str(f["id"]): f["value"] for f in one.get("custom_fields") or [] if f["value"] not in (None, "", [])}
    return present(
        id=str(one["id"]),
        source=NAME,
        subject=one.get("raw_subject") or one.get("subject") or "",
        status=one["status"],
        priority=one.get("priority"),
        type=one.get("type"),
        channel=(one.get("via") or {}).get("channel"),
        requester=_id(one.get("requester_id")),
        assignee=_id(one.get("assignee_id")),
        group=_id(one.get("group_id")),
        organization=_id(one.get("organization_id")),
        followers=[str(number) for number in one.get("collaborator_ids") or []],
        tags=one.get("tags") or [],
        fields=fields,
        created=one["created_at"],
        updated=one["updated_at"],
        comments=comments,
    )


def _comment(one: dict[str, Any], attachments: list[Record]) -> Record:
    return present(
        id=str(one["id"]),
        author=_id(one.get("author_id")),
        public=bool(one["public"]),
        created=one["created_at"],
        html=one.get("html_body"),
        text=one.get("plain_body") or one.get("body") or "",
        attachments=attachments,
    )


def _article(one: dict[str, Any], sections: dict[Any, tuple[str, str]], images: list[Record]) -> Record:
    section, category = sections.get(one.get("section_id"), ("", ""))
    return present(
        id=str(one["id"]),
        source=NAME,
        title=one["title"],
        html=one.get("body") or "",
        section=section,
        category=category,
        locale=one.get("locale"),
        url=one.get("html_url"),
        public=not one.get("draft", False) and one.get("user_segment_id") is None,
        updated=one.get("updated_at"),
        attachments=images,
    )
