"""Clients from the dataset identity.applications, and for each application what has to be entered on its side."""

import re
import textwrap
from typing import NamedTuple

from admin import Refused, segment
from clients import oidc, saml
from lacks import workable


class Applications(NamedTuple):
    made: int
    rows: list  # {name, protocol, state, values}: the checklist
    certificate: str  # PEM: what signs assertions


def import_applications(admin, datasets, seed):
    """A client that is there already, the platform's own or another's, is left as it is."""
    path = f"/{segment(admin.realm)}/clients"
    present = {one["clientId"]: (one.get("attributes") or {}).get("source_id") for one in admin.get(path)}
    groups = {one["id"]: one["name"] for one in datasets["identity.groups"]}
    rows, made = [], 0
    for app in sorted(datasets["identity.applications"], key=lambda one: one["name"].casefold()):
        app, missing = workable(app) if app["protocol"] == "oidc" else (app, [])
        client, state = client_of(app, seed)
        if client and present.get(client["clientId"], app["id"]) != app["id"]:
            client, state = None, "another client has this id: compare them in the admin console"
        if client and client["clientId"] not in present:
            client["attributes"]["source_id"] = app["id"]
            try:
                admin.post(path, client)
            except Refused as answer:
                if answer.status not in {400, 409}:
                    raise
                state = f"make the client by hand, Keycloak refuses what was exported: {plain(answer.said)}"
            else:
                present[client["clientId"]] = app["id"]
                made += 1
        values = told(app, groups) | ({"missing": plain("; ".join(missing))} if client and missing else {})
        rows.append({"name": plain(app["name"]), "protocol": app["protocol"], "state": state, "values": values})
    return Applications(made, rows, certificate(admin))


def certificate(admin):
    """Of the key that signs now."""
    found = admin.get(f"/{segment(admin.realm)}/keys")
    [text] = [one["certificate"] for one in found["keys"] if one["kid"] == found["active"]["RS256"]]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *textwrap.wrap(text, 64), "-----END CERTIFICATE-----"])


def client_of(app, seed):
    """(client, state); no client where the export says too little, or there is nothing to say."""
    if not app["enabled"]:
        return None, "was switched off at the old provider"
    if app["protocol"] == "oidc" and app.get("client_id"):
        client = oidc(app["client_id"], app, seed)
        entered = (
            "issuer and client id (it keeps no secret)" if client["publicClient"] else "issuer, client id and secret"
        )
        return client, f"client is made: enter {entered} there"
    if app["protocol"] == "saml" and app.get("entity_id") and app.get("acs_url"):
        return saml(app), "client is made: load the metadata there, or enter entity id, sign-in URL and certificate"
    if app["protocol"] == "saml":
        return None, "make the client from the metadata the application offers: its addresses are not in the export"
    return None, "does not sign in by OIDC or SAML: people need their own password there"


def told(app, groups):
    """What is worth knowing at the application, as label → text."""
    names = [groups[one] for one in app.get("groups", []) if one in groups]
    values = {
        "client id": app.get("client_id"),
        "entity id": app.get("entity_id"),
        "takes people back to": ", ".join(app.get("redirect_uris", [])) or app.get("acs_url"),
        "people are known there by": app.get("name_id_format"),
        "address": app.get("sign_in_url"),
        "was for the groups": ", ".join(names),
        "was for people": len(app.get("users", [])) or None,
    }
    return {label: plain(str(value)) for label, value in values.items() if value}


def plain(text):
    """One line in which Markdown finds nothing."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))
