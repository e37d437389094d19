"""A help desk's data as an export leaves it: the same every time, with everything an import can stumble over."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from toolkit.export import dataset

AGENT = "1"
IMAGE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
SUSPENDED = "asker1@elsewhere.example"
HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }} ${x} \u202e"


def write(folder: Path, tickets: int) -> None:
    """A complete export of `tickets` tickets by tickets/4 people into `folder`; ticket n has n % 4 + 1 comments."""
    (folder / "attachments").mkdir(parents=True)
    content = bytes(range(256)) * 40
    (folder / "attachments/900").write_bytes(content)
    attachment = {
        "id": "900", "name": "grün chart.png", "content_type": "image/png", "size": len(content),
        "file": "attachments/900", "sha256": dataset.checksum(folder / "attachments/900"),
    }  # fmt: skip
    (folder / "attachments/902").write_bytes(IMAGE)
    image = {
        "id": "902", "name": "shot.png", "content_type": "image/png", "size": len(IMAGE), "inline": True,
        "file": "attachments/902", "sha256": dataset.checksum(folder / "attachments/902"),
    }  # fmt: skip
    records = {
        "support.organizations": [{"id": "70", "source": "zendesk", "name": "Example & Sons"}],
        "support.users": [*_people(tickets // 4)],
        "support.groups": [{"id": "80", "source": "zendesk", "name": "Second line", "members": [AGENT]}],
        "support.fields": [_field("60", "Plan", "tagger", ["free", "paid"]), _field("61", "Order", "text", [])],
        "support.macros": [_macro()],
        "support.triggers": [*_triggers()],
        "support.tickets": [_ticket(number, tickets // 4, attachment, image) for number in range(1, tickets + 1)],
        "support.articles": [_article()],
    }
    streams = {name: _stream(found) for name, found in records.items()}
    dataset.export(streams, folder, source="test", log=lambda _: None)


def write_large(folder: Path, *, megabytes: int) -> None:
    """A complete export of one ticket with one large attachment."""
    (folder / "attachments").mkdir(parents=True)
    content = hashlib.shake_256(b"large").digest(megabytes << 20)  # what PostgreSQL cannot compress
    (folder / "attachments/901").write_bytes(content)
    attachment = {
        "id": "901", "name": "large.bin", "content_type": "application/octet-stream", "size": len(content),
        "file": "attachments/901", "sha256": dataset.checksum(folder / "attachments/901"),
    }  # fmt: skip
    records = {"support.users": [*_people(4)], "support.tickets": [_ticket(900_001, 4, attachment)]}
    streams = {name: _stream(found) for name, found in records.items()}
    dataset.export(streams, folder, source="test", log=lambda _: None)


def comments(tickets: int) -> int:
    """How many comments these tickets have together."""
    return sum(number % 4 + 1 for number in range(1, tickets + 1))


def _stream(records: list[dict[str, Any]]) -> Callable[[Any], Iterator[dataset.Page]]:
    return lambda cursor: iter([dataset.Page(tuple(records), None)])


def _people(askers: int) -> Iterator[dict[str, Any]]:
    common = {"source": "zendesk", "active": True}
    yield {"id": AGENT, "name": "Ada Agent", "email": "ada@board.example", "role": "agent", **common}
    for number in range(askers):
        person = {"id": str(1000 + number), "name": f"Asker {number} {HOSTILE}", "role": "end-user", **common}
        address = f"asker{number}@elsewhere.example"
        kept_out = {"suspended": True, "active": False} if address == SUSPENDED else {}
        yield person | {"email": address, "organization": "70"} | kept_out
    yield {"id": "2", "name": "Same address", "email": "asker0@elsewhere.example", "role": "end-user", **common}
    yield {"id": "3", "name": "No address", "role": "end-user", **common}


def _ticket(
    number: int, askers: int, attachment: dict[str, Any], image: dict[str, Any] | None = None
) -> dict[str, Any]:
    """`image`: shown within the third comment, which has the attachment, too."""
    shown = [image] if image else []
    picture = f'<img src="{image["file"]}">' if image else ""
    asker = str(1000 + number % askers)
    day = f"2024-0{number % 9 + 1}-11"
    said = [
        {
            "id": f"{number}0{place}",
            "author": AGENT if place else asker,
            "public": place != 2,
            "created": f"{day}T08:0{place}:00Z",
            "html": f"<p>Comment {place} of ticket {number}: Grüße, 你好</p>{picture if place == 2 else ''}",
            "text": f"Comment {place} of ticket {number}",
            "attachments": {1: [attachment], 2: [*shown, attachment]}.get(place, []),
        }
        for place in range(number % 4 + 1)
    ]
    return {
        "id": str(number), "source": "zendesk", "subject": f"Question {number} {HOSTILE}",
        "status": ("new", "open", "pending", "solved", "closed")[number % 5], "priority": "urgent",
        "requester": asker, "assignee": AGENT, "organization": "70", "tags": ["a tag", f"n{number}"],
        "fields": {"60": "paid", "61": f"order-{number}"}, "created": f"{day}T08:00:00Z",
        "updated": f"{day}T09:00:00Z", "comments": said,
    }  # fmt: skip


def _triggers() -> Iterator[dict[str, Any]]:
    """One that can be translated, one that need not be, one that cannot."""
    created = {"field": "update_type", "operator": "is", "value": "Create"}
    refund = {"field": "subject_includes_word", "operator": "includes", "value": "refund money"}
    urgent = [{"field": "priority", "value": "urgent"}, {"field": "current_tags", "value": f"money {HOSTILE}"}]
    told = [{"field": "notification_user", "value": ["requester_id", "We have it", "{{ticket.id}}"]}]
    boss = [{"field": "notification_target", "value": ["9", "A ticket"]}]
    for number, title, conditions, actions in (
        ("50", "Tell the boss", [created], boss),
        ("51", f"Money first {HOSTILE}", [created, refund], urgent),
        ("52", "Tell who asked", [created], told),
    ):
        common = {"id": number, "source": "zendesk", "title": title, "active": True}
        yield common | {"conditions": {"all": conditions, "any": []}, "actions": actions}


def _field(number: str, title: str, kind: str, options: list[str]) -> dict[str, Any]:
    values = [{"name": option.title(), "value": option} for option in options]
    return {"id": number, "source": "zendesk", "title": title, "type": kind, "active": True, "system": False,
            "options": values}  # fmt: skip


def _macro() -> dict[str, Any]:
    text = "<p>Please try again, {{ticket.requester.name}}.</p>"
    actions = [{"field": "comment_value_html", "value": text}, {"field": "status", "value": "pending"}]
    return {"id": "40", "source": "zendesk", "title": "Try again", "active": True, "actions": actions}


def _article() -> dict[str, Any]:
    body = '<p>Read <a href="https://x.zendesk.com/hc/en-us/articles/31-Other">this</a></p><script>alert(1)</script>'
    return {"id": "30", "source": "zendesk", "title": "How to pay", "html": body, "public": True, "locale": "en-us",
            "section": "Money", "category": "General"}  # fmt: skip
