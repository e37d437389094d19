"""Auth0: users by an export job (lists end at 1,000), roles as groups, clients as applications.

In: a client of the tenant with a Management API token (read:users, read:roles, read:clients). Out: the streams
identity.users, identity.groups and identity.applications. Password hashes and the seeds of factors can be had through
the vendor's support only. https://auth0.com/docs/api/management/v2
"""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from tempfile import TemporaryFile
from typing import Any

import httpx

from toolkit.errors import BadInput, ProgramFailed
from toolkit.export import http
from toolkit.export.dataset import Page, Record, Stream, present, texts
from toolkit.export.onward import entries

NAME = "auth0"
ENDPOINTS = ("POST /api/v2/jobs/users-exports", "/api/v2/jobs/{id}", "/api/v2/roles", "/api/v2/roles/{id}/users",
             "/api/v2/clients")  # fmt: skip
Ask = Callable[..., httpx.Response]

_FIELDS = ("user_id", "email", "email_verified", "username", "given_name", "family_name", "name", "nickname",
           "phone_number", "phone_verified", "locale", "blocked", "created_at", "last_login", "multifactor",
           "identities", "app_metadata", "user_metadata")  # fmt: skip
_FACTORS = {"google-authenticator": "totp", "otp": "totp", "guardian": "push", "sms": "sms", "phone": "sms",
            "email": "email", "webauthn-roaming": "webauthn", "webauthn-platform": "webauthn",
            "recovery-code": "recovery", "duo": "push"}  # fmt: skip
_KINDS = {"regular_web": "web", "spa": "browser", "native": "native", "non_interactive": "service"}
_CLIENT_FIELDS = ("client_id", "name", "app_type", "callbacks", "allowed_logout_urls", "web_origins", "grant_types",
                  "addons", "initiate_login_uri", "global")  # fmt: skip
_PAGE = 1000
_FILE, _FILE_SECONDS = "users export", 60.0
_LONGEST_LINE = 16 * 2**20  # bytes of a user
_POLLS, _POLL_SECONDS = 720, 5.0  # an hour


def client(tenant: str, token: str) -> httpx.Client:
    """A client for "https://example.eu.auth0.com"."""
    return http.client(tenant, {"Authorization": f"Bearer {token}"})


def streams(auth0: httpx.Client, *, sleep: http.Sleep) -> dict[str, Stream]:
    """Dataset → stream."""
    ask = partial(http.ask, auth0, sleep=sleep)
    return {
        "identity.users": partial(_users, ask, sleep, auth0.base_url),
        "identity.groups": partial(_groups, ask),
        "identity.applications": partial(_applications, ask),
    }


# --- users ------------------------------------------------------------------------------------------------------------
def _users(ask: Ask, sleep: http.Sleep, home: httpx.URL, cursor: Any) -> Iterator[Page]:
    """The cursor is [job, lines taken]; a run that was stopped takes the rest of the same job's file."""
    job, taken = cursor or (_start(ask), 0)
    if cursor is None:
        yield Page((), [job, 0])
    location = home.join(_finished(ask, job, sleep))
    records: list[Record] = []
    for number, line in enumerate(_lines(location, home, sleep), start=1):
        if number <= taken:
            continue
        try:
            records.append(_user(json.loads(line)))
        except (ValueError, KeyError) as err:  # not chained: it may quote a person's data
            raise ProgramFailed(
                f"line {number} of the users' file is damaged ({type(err).__name__})", where=job
            ) from None
        if len(records) == _PAGE:
            yield Page(tuple(records), [job, number])
            records = []
    yield Page(tuple(records), None)


def _start(ask: Ask) -> str:
    fields = [{"name": name} for name in _FIELDS]
    job: str = ask("POST", "/api/v2/jobs/users-exports", json={"format": "json", "fields": fields}).json()["id"]
    return job


def _finished(ask: Ask, job: str, sleep: http.Sleep) -> str:
    """Where the job's file lies, once it does."""
    for _ in range(_POLLS):
        answer = ask("GET", f"/api/v2/jobs/{job}").json()
        if answer["status"] == "completed":
            if location := answer.get("location"):
                return str(location)
            raise BadInput("the vendor no longer keeps the file of this job", where=job, hint="begin in another folder")
        if answer["status"] == "failed":
            raise ProgramFailed("the export job failed at the vendor", where=job, hint="begin in another folder")
        sleep(_POLL_SECONDS)
    raise ProgramFailed("the export job is not finished after an hour", where=job, hint="run it again: it goes on")


def _lines(location: httpx.URL, home: httpx.URL, sleep: http.Sleep) -> Iterator[bytes]:
    """The lines of a gzipped file. It lies on a file store, whose business the token is not."""
    with TemporaryFile() as file, _store(location, home) as store:  # readable by us alone, under no name
        if not http.download(
            lambda: store.stream("GET", location, timeout=_FILE_SECONDS), file, _FILE, sleep=sleep, raw=True
        ):
            raise ProgramFailed("the file is gone", where=_FILE, hint="run it again: the vendor says where it is now")
        file.seek(0)
        try:
            with gzip.open(file) as lines:
                while raw := lines.readline(_LONGEST_LINE):
                    if len(raw) == _LONGEST_LINE:
                        raise ProgramFailed("a line of the users' file has no end", where=_FILE)
                    if line := raw.rstrip(b"\n"):
                        yield line
        except EOFError as err:
            raise ProgramFailed("the file is truncated", where=_FILE, hint="run it again: it goes on") from err
        except (gzip.BadGzipFile, zlib.error) as err:
            raise ProgramFailed(f"the file broke off: {type(err).__name__}", where=_FILE, hint="run it again") from err


def _store(location: httpx.URL, home: httpx.URL) -> httpx.Client:
    """A client for where the file lies: the tenant's own address, or a public one over TLS."""
    if (location.scheme, location.netloc) == (home.scheme, home.netloc):
        return http.client(str(home))
    if location.scheme != "https":
        raise ProgramFailed("the file's address leads nowhere safe", where=location.host)
    return http.stranger()


def _user(user: dict[str, Any]) -> Record:
    identities = user.get("identities") or []
    metadata = {
        f"{area}.{key}": texts(value)
        for area in ("user_metadata", "app_metadata")
        for key, value in (user.get(area) or {}).items()
        if value not in (None, "", [])
    }
    factors = user.get("multifactor") or []
    return present(
        id=user["user_id"],
        source=NAME,
        username=user.get("username") or user.get("email") or user.get("phone_number") or user["user_id"],
        email=user.get("email"),
        email_verified=user.get("email_verified"),
        first_name=user.get("given_name"),
        last_name=user.get("family_name"),
        phone=user.get("phone_number"),
        phone_verified=user.get("phone_verified"),
        locale=user.get("locale"),
        enabled=not user.get("blocked", False),
        created=user.get("created_at"),
        last_sign_in=user.get("last_login"),
        attributes=metadata,
        factors=[{"type": _FACTORS.get(one, "other"), "vendor_type": one} for one in factors],
        identities=[
            {"provider": one["provider"], "id": str(one["user_id"])} for one in identities if one["provider"] != NAME
        ],
    )


# --- roles and clients ------------------------------------------------------------------------------------------------
def _groups(ask: Ask, cursor: Any) -> Iterator[Page]:
    for roles, following in _numbered(ask, "/api/v2/roles", "roles", cursor):
        yield Page(tuple(_group(ask, one) for one in roles), following)


def _applications(ask: Ask, cursor: Any) -> Iterator[Page]:
    wanted = {"fields": ",".join(_CLIENT_FIELDS), "include_fields": "true"}  # so that no secret is ever sent
    for clients, following in _numbered(ask, "/api/v2/clients", "clients", cursor, **wanted):
        yield Page(tuple(_application(one) for one in clients if not one.get("global")), following)


def _numbered(ask: Ask, url: str, key: str, cursor: Any, **query: str) -> Iterator[tuple[list[dict[str, Any]], Any]]:
    """Pages by number, each with the number of the next."""
    page = cursor or 0
    while page is not None:
        answer = ask("GET", url, params={"page": page, "per_page": 100, "include_totals": "true", **query}).json()
        seen = answer["start"] + len(answer[key])
        page = page + 1 if answer[key] and seen < answer["total"] else None
        yield answer[key], page


def _members(ask: Ask, role: str) -> Iterator[tuple[list[dict[str, Any]], Any]]:
    query: dict[str, Any] = {"take": 100}
    while True:
        answer = ask("GET", f"/api/v2/roles/{role}/users", params=query).json()
        query["from"] = answer.get("next")
        yield answer["users"], query["from"]
        if not query["from"]:
            return


def _group(ask: Ask, role: dict[str, Any]) -> Record:
    members = [one["user_id"] for one in entries(_members(ask, role["id"]), NAME)]
    return present(id=role["id"], source=NAME, name=role["name"], description=role.get("description"), members=members)


def _application(client: dict[str, Any]) -> Record:
    saml = (client.get("addons") or {}).get("samlp")
    callbacks = client.get("callbacks") or []
    return present(
        id=client["client_id"],
        source=NAME,
        name=client["name"],
        protocol="oidc" if saml is None else "saml",
        enabled=True,
        client_id=client["client_id"],
        kind=_KINDS.get(client.get("app_type", "")),
        redirect_uris=callbacks,
        post_logout_redirect_uris=client.get("allowed_logout_urls"),
        web_origins=client.get("web_origins"),
        grant_types=client.get("grant_types"),
        sign_in_url=client.get("initiate_login_uri"),
        entity_id=saml.get("audience") if saml else None,
        acs_url=next(iter(callbacks), None) if saml is not None else None,
        name_id_format=saml.get("nameIdentifierFormat") if saml else None,
    )
