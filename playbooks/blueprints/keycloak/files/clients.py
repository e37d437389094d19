"""OIDC and SAML clients, as converge.py and import_people.py make them."""

import hashlib

from admin import differs, merged, segment
from lacks import DEVICE, grants

GROUPS_MAPPER = {
    "name": "groups",
    "protocol": "openid-connect",
    "protocolMapper": "oidc-group-membership-mapper",
    "config": {
        "claim.name": "groups",
        "full.path": "false",
        "id.token.claim": "true",
        "access.token.claim": "true",
        "userinfo.token.claim": "true",
        "introspection.token.claim": "true",
    },
}
# applications that know people by the old provider's `sub` find them again by this claim
FORMER_SUBJECT = {
    "name": "former subject",
    "protocol": "openid-connect",
    "protocolMapper": "oidc-usermodel-attribute-mapper",
    "config": {
        "user.attribute": "source_subject",
        "claim.name": "former_sub",
        "jsonType.label": "String",
        "id.token.claim": "true",
        "access.token.claim": "true",
        "userinfo.token.claim": "true",
        "introspection.token.claim": "true",
    },
}
# what a service provider that makes accounts at the first sign-in wants to know
SAML_MAPPERS = [
    *(
        {
            "name": name,
            "protocol": "saml",
            "protocolMapper": "saml-user-attribute-mapper",
            "config": {"user.attribute": name, "attribute.name": name, "attribute.nameformat": "Basic"},
        }
        for name in ("email", "firstName", "lastName")
    ),
    {
        "name": "groups",
        "protocol": "saml",
        "protocolMapper": "saml-group-membership-mapper",
        "config": {"attribute.name": "groups", "attribute.nameformat": "Basic", "single": "true", "full.path": "false"},
    },
]


def ensure_groups_scope(admin):
    """The scope "groups" that others' providers have and Keycloak has not: who asks for it gets the groups' names."""
    path = f"/{segment(admin.realm)}/client-scopes"
    if any(one["name"] == "groups" for one in admin.get(path)):
        return []
    admin.post(path, {
        "name": "groups",
        "description": "Names of the groups someone is in",
        "protocol": "openid-connect",
        "attributes": {"include.in.token.scope": "true", "display.on.consent.screen": "false"},
        "protocolMappers": [GROUPS_MAPPER],
    })  # fmt: skip
    [made] = [one for one in admin.get(path) if one["name"] == "groups"]
    admin.put(f"/{segment(admin.realm)}/default-optional-client-scopes/{made['id']}")
    return ["scope groups"]


def ensure_client(admin, client_id, described, *, seed):
    """An OIDC client as described: {redirect_uris, post_logout_redirect_uris, web_origins, name, kind, secret}."""
    wanted = oidc(client_id, described, seed)
    path = f"/{segment(admin.realm)}/clients"
    if not (found := admin.get(path, clientId=client_id)):
        admin.post(path, wanted)
        return [f"client {client_id}"]
    [found], mappers = found, wanted.pop("protocolMappers")
    present = {one["name"] for one in found.get("protocolMappers", [])}
    missing = [one for one in mappers if one["name"] not in present]
    for mapper in missing:
        admin.post(f"{path}/{found['id']}/protocol-mappers/models", mapper)
    if differs(wanted, found):
        admin.put(f"{path}/{found['id']}", merged(found, wanted))
    elif not missing:
        return []
    return [f"client {client_id}"]


def oidc(client_id, described, seed):
    """Keycloak's form of a client. Code flow only, with PKCE where no secret can be kept; `service` has no people."""
    kind = described.get("kind", "web")
    public = kind in {"browser", "native"}
    attributes = {"post.logout.redirect.uris": "##".join(described.get("post_logout_redirect_uris") or ["+"])}
    if public:
        attributes["pkce.code.challenge.method"] = "S256"
    if DEVICE in grants(described):  # a television, a command line: the code is entered elsewhere
        attributes["oauth2.device.authorization.grant.enabled"] = "true"
    return {
        "clientId": client_id,
        "name": described.get("name") or client_id,
        "enabled": described.get("enabled", True),
        "protocol": "openid-connect",
        "publicClient": public,
        **({} if public else {"secret": described.get("secret") or secret(client_id, seed)}),
        "standardFlowEnabled": kind != "service",
        "implicitFlowEnabled": False,
        "directAccessGrantsEnabled": False,
        "serviceAccountsEnabled": kind == "service",
        "redirectUris": described.get("redirect_uris") or [],
        "webOrigins": described.get("web_origins") or ["+"],
        "attributes": attributes,
        "protocolMappers": [audience(client_id), FORMER_SUBJECT],
    }


def audience(client_id):
    """Access tokens name their own client as an audience: without that Keycloak calls them invalid when it asks."""
    return {
        "name": "audience",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-audience-mapper",
        "config": {
            "included.client.audience": client_id,
            "id.token.claim": "false",
            "access.token.claim": "true",
            "introspection.token.claim": "true",
        },
    }


def saml(described):
    """Keycloak's form of a SAML service provider: {entity_id, acs_url, name_id_format, name}."""
    format_ = (described.get("name_id_format") or "emailAddress").rpartition(":")[2]
    known = {"emailAddress": "email", "persistent": "persistent", "transient": "transient", "unspecified": "username"}
    return {
        "clientId": described["entity_id"],
        "name": described.get("name") or described["entity_id"],
        "enabled": described.get("enabled", True),
        "protocol": "saml",
        "frontchannelLogout": True,
        "redirectUris": [described["acs_url"]],
        "protocolMappers": SAML_MAPPERS,
        "attributes": {
            "saml_assertion_consumer_url_post": described["acs_url"],
            "saml_name_id_format": known.get(format_, "email"),
            "saml_force_name_id_format": "true",
            "saml.assertion.signature": "true",
            "saml.server.signature": "true",
            "saml.authnstatement": "true",
            "saml.client.signature": "false",  # its certificate is not in the export
            "saml.force.post.binding": "true",
        },
    }


def secret(client_id, seed):
    """The same as the blueprint's output client_secret."""
    return hashlib.sha256(f"{client_id}:{seed}".encode()).hexdigest()
