"""The provider in use until the cut, as a second way in: applications move first, people later.

In: {issuer, client_id, client_secret, name} or nothing. Who signs in through it does what his account has yet to do
(set a password, enrol a factor), so that after the cut he needs nobody else.
"""

import hashlib
import json

from admin import Refused, segment

ALIAS = "upstream"


def ensure_upstream(admin, described):
    """Switched on as described; switched off when nothing is described any more. Out: what was changed."""
    path = f"/{segment(admin.realm)}/identity-provider/instances"
    present = next((one for one in admin.get(path) if one["alias"] == ALIAS), None)
    if not described:
        if not (present and present["enabled"]):
            return []
        admin.put(f"{path}/{ALIAS}", {**present, "enabled": False})
        return ["identity provider upstream: off"]
    mark = digest(described)
    if present and present["enabled"] and present["config"].get("offrampDigest") == mark:
        return []
    wanted = provider(described, discovered(admin, described["issuer"]), mark)
    if present:
        admin.put(f"{path}/{ALIAS}", {**present, **wanted})
    else:
        admin.post(path, wanted)
    return ["identity provider upstream"]


def discovered(admin, issuer):
    """Keycloak's reading of the provider's discovery document: addresses, and where its keys are."""
    address = issuer.rstrip("/") + "/.well-known/openid-configuration"
    try:
        return admin.post(
            f"/{segment(admin.realm)}/identity-provider/import-config", {"providerId": "oidc", "fromUrl": address}
        )
    except Refused as answer:
        said = f"cannot read {address} from this host (check keycloak_upstream.issuer): {answer.said}"
        raise Refused(answer.status, said, "old provider") from answer


def provider(described, config, mark):
    """Keycloak's form."""
    return {
        "alias": ALIAS,
        "displayName": described.get("name", "Sign in as before"),
        "providerId": "oidc",
        "enabled": True,
        "trustEmail": True,
        "config": {
            **config,
            "clientId": described["client_id"],
            "clientSecret": described["client_secret"],
            "clientAuthMethod": "client_secret_post",
            "pkceEnabled": "true",
            "pkceMethod": "S256",
            "defaultScope": "openid profile email",
            "syncMode": "IMPORT",
            "offrampDigest": mark,
        },
    }


def digest(value):
    """To see later whether a value is still the same, without keeping it."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
