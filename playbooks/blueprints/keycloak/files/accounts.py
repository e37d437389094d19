"""What an account of Keycloak's is made of: from a record of identity.users, and back again for the comparison."""

import json
from datetime import datetime

UPSTREAM = "upstream"  # alias of the provider in use until the cut, as in upstream.py
LONGEST = 255  # characters in a column of Keycloak's
OWN = {"source", "source_id", "source_subject", "phone", "locale"}
NO_PASSWORD = "UPDATE_PASSWORD"  # the required action of who has yet to set one
RESERVED = {"username", "email", "firstName", "lastName", "invited", *OWN}


def account_of(person, groups, *, otp=False, upstream=False, password=None):
    """Keycloak's form. Who brings no `password` (a hash) is asked for a new one by the first sign-in, or the mail.

    `groups` are paths; `otp`: a second factor is asked for as well; `upstream`: the old provider can vouch for him.
    """
    own = {name: person.get(name) for name in ("source", "phone", "locale")}
    own |= {"source_id": person["id"], "source_subject": subject(person)}
    others = {
        (f"imported_{name}" if name in RESERVED else name): values
        for name, values in person.get("attributes", {}).items()
    }
    account = {
        "username": person["username"].lower(),
        "email": (person.get("email") or "").lower() or None,
        "emailVerified": person.get("email_verified", False),
        "firstName": person.get("first_name"),
        "lastName": person.get("last_name"),
        "enabled": person["enabled"],
        "createdTimestamp": milliseconds(person.get("created")),
        "attributes": others | {name: [value] for name, value in own.items() if value},
        "groups": groups,
        "credentials": [imported(password)] if password else None,
        "requiredActions": [*([] if password else [NO_PASSWORD]), *(["CONFIGURE_TOTP"] if otp else [])],
        "federatedIdentities": [link(person)] if upstream else None,
    }
    return {name: value for name, value in account.items() if value is not None}


def imported(password):
    """A credential that ImportedPasswords.java checks, until Keycloak makes its own at the first sign-in."""
    data = {"algorithm": "offramp-imported", "hashIterations": 1, "additionalParameters": {}}
    secret = {"value": password, "salt": "", "additionalParameters": {}}
    return {"type": "password", "credentialData": json.dumps(data), "secretData": json.dumps(secret)}


def link(person):
    """The account at the old provider, by the id its tokens carry: addresses change hands."""
    return {
        "identityProvider": UPSTREAM,
        "userId": subject(person),
        "userName": person["username"],
    }


def subject(person):
    """What the old provider's tokens call the person; applications may know him by it."""
    return person.get("subject", person["id"])


def unfit(person):
    """Why no account can hold the record, or "". Keycloak's own answer would be "unknown error"."""
    long = [name for name in ("username", "email", "first_name", "last_name") if len(person.get(name) or "") > LONGEST]
    if long:
        return f"longer than {LONGEST} characters: {', '.join(long)}"
    return "has a NUL character, which PostgreSQL cannot hold" if holds_nul(person) else ""


def holds_nul(value):
    if isinstance(value, dict):
        return any(map(holds_nul, (*value, *value.values())))
    return any(map(holds_nul, value)) if isinstance(value, list) else "\0" in str(value)


def source_id(account):
    """Of the record an account was made from; None for those made otherwise."""
    return next(iter((account.get("attributes") or {}).get("source_id", [])), None)


def arrived(person, account):
    """Whether the account holds what the record says."""
    if account is None:
        return False
    wanted = account_of(person, None)
    same = ("username", "email", "emailVerified", "firstName", "lastName", "enabled")
    held = account.get("attributes") or {}
    return all(account.get(name) == wanted.get(name) for name in same) and all(
        sorted(held.get(name, [])) == sorted(values) for name, values in wanted["attributes"].items() if values
    )


def milliseconds(moment):
    try:
        return int(datetime.fromisoformat((moment or "").replace("Z", "+00:00")).timestamp() * 1000)
    except ValueError:
        return None
