"""Twilio's paths of factors and challenges: requests in, JSON out."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from sqlalchemy import Row

from toolkit.otp import factors
from toolkit.otp.answers import iso
from toolkit.otp.call import Call, Handler
from toolkit.otp.keys import keyed
from toolkit.otp.settings import Settings


def paths() -> Mapping[str, Mapping[str, Handler]]:
    """Path below a service's entity → method → handler."""
    return {
        "Factors": {"GET": _list, "POST": _create},
        "Factors/{sid}": {"GET": _fetch, "POST": _verify, "DELETE": _remove},
        "Challenges": {"POST": _challenge},
        "Challenges/{sid}": {"GET": _fetch_challenge, "POST": _respond},
    }


def _create(call: Call) -> tuple[int, dict[str, Any]]:
    row, seed = factors.create(call.gateway, call.path["identity"], call.form)
    uri = factors.authenticator(row, seed).get_provisioning_uri(row.name, call.gateway.settings.service)
    binding = {"secret": seed.rstrip("="), "uri": uri}
    return 201, {**_factor(call, row), "binding": binding, "options": None}


def _list(call: Call) -> tuple[int, dict[str, Any]]:
    """All on one page: an identity has twenty at most."""
    rows = factors.listed(call.gateway, call.path["identity"])
    url = f"{_entity(call.gateway.settings, call.path['identity'])}/Factors?PageSize=50&Page=0"
    none = {"previous_page_url": None, "next_page_url": None}
    meta = {"page": 0, "page_size": 50, "first_page_url": url, "url": url, "key": "factors", **none}
    return 200, {"factors": [_factor(call, row) for row in rows], "meta": meta}


def _fetch(call: Call) -> tuple[int, dict[str, Any]]:
    return 200, _factor(call, factors.fetch(call.gateway, call.path["identity"], call.path["sid"]))


def _verify(call: Call) -> tuple[int, dict[str, Any]]:
    code, name = (call.form.get(key, "") for key in ("AuthPayload", "FriendlyName"))
    return 200, _factor(call, factors.verify(call.gateway, call.path["identity"], call.path["sid"], code, name=name))


def _remove(call: Call) -> tuple[int, dict[str, Any]]:
    factors.remove(call.gateway, call.path["identity"], call.path["sid"])
    return 204, {}


def _challenge(call: Call) -> tuple[int, dict[str, Any]]:
    sid, code = (call.form.get(key, "") for key in ("FactorSid", "AuthPayload"))
    return 201, _shown(call, factors.challenge(call.gateway, call.path["identity"], sid, code))


def _respond(call: Call) -> tuple[int, dict[str, Any]]:
    code = call.form.get("AuthPayload", "")
    return 200, _shown(call, factors.respond(call.gateway, call.path["identity"], call.path["sid"], code))


def _fetch_challenge(call: Call) -> tuple[int, dict[str, Any]]:
    return 200, _shown(call, factors.fetch_challenge(call.gateway, call.path["identity"], call.path["sid"]))


def _factor(call: Call, row: Row[Any]) -> dict[str, Any]:
    return {
        **_shared(call, row, "Factors"),
        "friendly_name": row.name,
        "status": row.status,
        "config": row.config,
        "metadata": row.metadata,
    }


def _shown(call: Call, row: Row[Any]) -> dict[str, Any]:
    now = call.gateway.clock()
    shared = _shared(call, row, "Challenges")
    return {
        **shared,
        "factor_sid": row.factor,
        "status": factors.status(row, now),
        "responded_reason": "none",
        "date_responded": iso(row.updated) if row.status == "approved" else None,
        "expiration_date": iso(row.expires),
        "details": None,
        "hidden_details": None,
        "metadata": None,
        "links": {"notifications": f"{shared['url']}/Notifications"},
    }


def _shared(call: Call, row: Row[Any], kind: str) -> dict[str, Any]:
    settings = call.gateway.settings
    return {
        "sid": row.sid,
        "account_sid": settings.account_sid,
        "service_sid": settings.service_sid,
        "entity_sid": "YE" + keyed(call.gateway.keys.limits, row.identity)[:32],
        "identity": row.identity,
        "factor_type": "totp",
        "date_created": iso(row.created),
        "date_updated": iso(row.updated),
        "url": f"{_entity(settings, row.identity)}/{kind}/{row.sid}",
    }


def _entity(settings: Settings, identity: str) -> str:
    return f"{settings.base_url}/v2/Services/{settings.service_sid}/Entities/{quote(identity, safe='')}"
