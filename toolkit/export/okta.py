"""Okta: users with their factors, groups with members, applications with assignments.

In: a client of the organisation with an API token (`SSWS`). Out: the streams identity.users, identity.groups and
identity.applications. Cursors are the vendor's own `next` links. https://developer.okta.com/docs/api/
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx

from toolkit.export import http
from toolkit.export.dataset import Page, Record, Stream, present, texts
from toolkit.export.onward import entries

NAME = "okta"
ENDPOINTS = ("/api/v1/users", "/api/v1/users/{id}/factors", "/api/v1/groups", "/api/v1/groups/{id}/users",
             "/api/v1/apps", "/api/v1/apps/{id}/users", "/api/v1/apps/{id}/groups")  # fmt: skip

Ask = Callable[[str], httpx.Response]

# the list without a filter leaves out deactivated users
_USERS = ("/api/v1/users?limit=200", '/api/v1/users?limit=200&filter=status+eq+"DEPROVISIONED"')
_FACTORS = {
    "token:software:totp": "totp",
    "token:hotp": "hotp",
    "token:hardware": "hotp",
    "token": "hotp",
    "sms": "sms",
    "call": "voice",
    "email": "email",
    "webauthn": "webauthn",
    "u2f": "webauthn",
    "push": "push",
    "signed_nonce": "push",
    "question": "question",
}
_PROTOCOLS = {"SAML_2_0": "saml", "SAML_1_1": "saml", "OPENID_CONNECT": "oidc"}
_OWN = {"saasure", "okta_enduser", "okta_browser_plugin", "okta_flow_sso"}  # Okta's own consoles
_WITHOUT_FACTORS = {"STAGED", "DEPROVISIONED"}
_KNOWN = {"login", "email", "firstName", "lastName", "mobilePhone", "locale"}


def client(organisation: str, token: str) -> httpx.Client:
    """A client for "https://example.okta.com"."""
    return http.client(organisation, {"Authorization": f"SSWS {token}", "Accept": "application/json"})


def streams(okta: httpx.Client, *, sleep: http.Sleep) -> dict[str, Stream]:
    """Dataset → stream."""
    ask = partial(http.ask, okta, "GET", sleep=sleep)
    return {
        "identity.users": partial(_users, ask),
        "identity.groups": partial(_groups, ask),
        "identity.applications": partial(_applications, ask),
    }


def _users(ask: Ask, cursor: Any) -> Iterator[Page]:
    for found, following in _walk(ask, _USERS, cursor):
        yield Page(tuple(_user(one, _factors(ask, one)) for one in found), following)


def _groups(ask: Ask, cursor: Any) -> Iterator[Page]:
    for found, following in _walk(ask, ("/api/v1/groups?limit=200",), cursor):
        yield Page(tuple(_group(one, _ids(ask, f"/api/v1/groups/{one['id']}/users")) for one in found), following)


def _applications(ask: Ask, cursor: Any) -> Iterator[Page]:
    for found, following in _walk(ask, ("/api/v1/apps?limit=100",), cursor):
        yield Page(tuple(_application(ask, one) for one in found if one["name"] not in _OWN), following)


def _walk(ask: Ask, starts: tuple[str, ...], cursor: Any) -> Iterator[tuple[list[dict[str, Any]], Any]]:
    """Every page of one list after the other, each with the cursor [which list, address] of the next."""
    which, url = cursor or (0, starts[0])
    while url:
        answer = ask(url)
        url = answer.links.get("next", {}).get("url")
        if url is None and which + 1 < len(starts):
            which, url = which + 1, starts[which + 1]
        yield answer.json(), [which, url] if url else None


def _ids(ask: Ask, url: str) -> list[str]:
    return [one["id"] for one in entries(_walk(ask, (f"{url}?limit=200",), None), NAME)]


def _factors(ask: Ask, user: dict[str, Any]) -> list[Record]:
    """Type and phone number; the vendor tells nobody the secrets."""
    if user["status"] in _WITHOUT_FACTORS:
        return []
    factors = []
    for one in ask(f"/api/v1/users/{user['id']}/factors").json():
        if one.get("status") == "ACTIVE":
            phone = one.get("profile", {}).get("phoneNumber")
            kind = one["factorType"]
            factors.append(
                {"type": _FACTORS.get(kind, "other"), "vendor_type": kind} | ({"phone": phone} if phone else {})
            )
    return factors


def _user(user: dict[str, Any], factors: list[Record]) -> Record:
    profile = user["profile"]
    others = {key: value for key, value in profile.items() if key not in _KNOWN and value not in (None, "", [])}
    return present(
        id=user["id"],
        source=NAME,
        username=profile["login"],
        email=profile.get("email"),
        # Okta activates an account through its address; one never activated has proved nothing
        email_verified=bool(user.get("activated")) if profile.get("email") else None,
        first_name=profile.get("firstName"),
        last_name=profile.get("lastName"),
        phone=profile.get("mobilePhone"),
        locale=profile.get("locale"),
        enabled=user["status"] not in {"SUSPENDED", "DEPROVISIONED"},
        status=user["status"],
        created=user.get("created"),
        last_sign_in=user.get("lastLogin"),
        attributes={key: texts(value) for key, value in others.items()},
        factors=factors,
    )


def _group(group: dict[str, Any], members: list[str]) -> Record:
    profile = group["profile"]
    return present(
        id=group["id"], source=NAME, name=profile["name"], description=profile.get("description"), members=members
    )


def _application(ask: Ask, app: dict[str, Any]) -> Record:
    client = app.get("settings", {}).get("oauthClient", {})
    sign_on = app.get("settings", {}).get("signOn", {})
    base = f"/api/v1/apps/{app['id']}"
    return present(
        id=app["id"],
        source=NAME,
        name=app["label"],
        protocol=_PROTOCOLS.get(app.get("signOnMode") or "", "other"),
        enabled=app["status"] == "ACTIVE",
        client_id=app.get("credentials", {}).get("oauthClient", {}).get("client_id"),
        kind=client.get("application_type"),
        redirect_uris=client.get("redirect_uris"),
        post_logout_redirect_uris=client.get("post_logout_redirect_uris"),
        grant_types=client.get("grant_types"),
        sign_in_url=client.get("initiate_login_uri") or app.get("settings", {}).get("app", {}).get("url"),
        entity_id=sign_on.get("audienceOverride") or sign_on.get("audience"),
        acs_url=sign_on.get("ssoAcsUrlOverride") or sign_on.get("ssoAcsUrl"),
        name_id_format=sign_on.get("subjectNameIdFormat"),
        users=_ids(ask, f"{base}/users"),
        groups=_ids(ask, f"{base}/groups"),
    )
