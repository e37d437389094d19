"""The people, groups and applications of the export that test_auth.py imports: what it should take, and what not."""

from pathlib import Path
from typing import Any

from toolkit.export import dataset

APP = "https://app.board.example:8443"  # Apache
WIKI = "http://wiki.board.example:8082"  # openid-client


def person(name: str, **more: Any) -> dict[str, Any]:
    """A record of identity.users."""
    address = f"{name}@board.example"
    return {"id": f"00u-{name}", "source": "okta", "username": address, "email": address, "enabled": True, **more}


def exported(folder: Path, *, source: str = "okta https://board.example", **datasets: list[dict[str, Any]]) -> Path:
    """An export as `offramp export` writes it: `users=[...]` becomes identity.users."""
    streams = {f"identity.{name}": _once(rows) for name, rows in datasets.items()}
    dataset.export(streams, folder, source=source, log=print)
    return folder


def _once(rows: list[dict[str, Any]]) -> dataset.Stream:
    return lambda cursor: [dataset.Page(tuple(rows), None)]


HOSTILE = "{{ 7 * 7 }}<script>"
PEOPLE = [
    person("ada", first_name="Ada", last_name="O’Byron", email_verified=True, factors=[{"type": "totp"}]),
    person("bob"),
    person("cleo", first_name="Cleo", last_name="Foo"),
    person("dora"),
    person("eve", first_name="Eve", last_name=HOSTILE, enabled=False),
    person("fay"),
    person("gus"),
    person("hal", last_name=HOSTILE),
    person("ivy"),
    {**person("twin-1"), "email": "twin@board.example"},
    {**person("twin-2"), "email": "Twin@board.example"},
    person("nul", first_name="no text in\0PostgreSQL"),
    person("long", first_name="n" * 300),
    {**person("root"), "username": "Break-Glass", "email": "root@board.example"},
]
IMPORTED = {"ada", "bob", "cleo", "dora", "eve", "fay", "gus", "hal", "ivy"}
GROUPS = [
    {"id": "g1", "source": "okta", "name": "moderators", "members": ["00u-ada", "00u-twin-1"]},
    {"id": "g2", "source": "okta", "name": "R/D {{ 7 * 7 }}", "members": ["00u-bob", "00u-gus"]},
]
APPLICATIONS = [
    {
        "id": "a1",
        "source": "okta",
        "name": "Desk",
        "protocol": "saml",
        "enabled": True,
        "entity_id": f"{APP}/mellon/metadata",
        "acs_url": f"{APP}/mellon/postResponse",
        "groups": ["g1"],
    },
    {"id": "a2", "source": "okta", "name": "Old intranet", "protocol": "other", "enabled": True, "groups": ["g2"]},
    {
        "id": "a3",
        "source": "okta",
        "name": "Wiki",
        "protocol": "oidc",
        "enabled": True,
        "client_id": "0oawiki",
        "kind": "web",
        "redirect_uris": [f"{WIKI}/callback"],
    },
    {
        "id": "a4",
        "source": "okta",
        "name": "Hostile | [tool](x)",
        "protocol": "oidc",
        "enabled": True,
        "client_id": "0oahostile",
        "redirect_uris": ["javascript:alert(1)"],
    },
]
