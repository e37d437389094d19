"""New staff at the platform's Keycloak, added as its administrator would: with the password out of the vault."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import stage

_TIMEOUT = 60


def add_member(name: str, password: str, *, group: str) -> None:
    """A member of staff who has a password and a group, and yet to enrol a second factor."""
    issuer = urlsplit(stage.output("auth.workforce-sso", "issuer"))
    host, realm = issuer.hostname or "", issuer.path.rpartition("/")[2]
    login = {
        "grant_type": "password",
        "client_id": "admin-cli",
        "username": "admin",
        "password": stage.secret("keycloak_admin_password"),
    }
    token = stage.ask(host, "POST", "/realms/master/protocol/openid-connect/token", form=login)["access_token"]
    member: dict[str, Any] = {
        "username": name,
        "email": f"{name}@{stage.HOST}",
        "firstName": "Mo",
        "lastName": "Derator",
        "emailVerified": True,
        "enabled": True,
        "groups": [f"/{group}"],
        "credentials": [{"type": "password", "value": password, "temporary": False}],
    }
    stage.ask(host, "POST", f"/admin/realms/{realm}/users", document=member, token=token, expect=HTTPStatus.CREATED)
