#!/usr/bin/env python3
"""Bring the realm to the described state: settings, sign-in flow, groups, clients, administrators.

In: JSON on stdin, `keycloak_wanted` of the role with `access` (see admin.py). Out: a JSON list of what was changed,
empty when all was so already. Nothing is ever deleted: what else administrators made stays.
"""

import json
import sys

from admin import Admin, Refused, differs, merged, segment
from break_glass import credentials
from clients import ensure_client, ensure_groups_scope
from upstream import digest, ensure_upstream

SECOND_STEP = {"auth-recovery-authn-code-form": "ALTERNATIVE", "webauthn-authenticator": "ALTERNATIVE"}


def main():
    wanted = json.load(sys.stdin)
    admin = Admin(wanted["access"])
    changes = []
    try:
        for step in (realm, profile, flow, actions, groups, clients, administrators, break_glass, upstream):
            changes += step(admin, wanted)
    except Refused as refused:
        sys.exit(str(refused))
    json.dump(changes, sys.stdout)


def realm(admin, wanted):
    """The realm itself. What Keycloak shows masked (the mail password) is compared by a digest in an attribute."""
    mail = wanted["mail"]
    settings = {
        "enabled": True,
        "displayName": wanted["display_name"],
        "sslRequired": "external",
        "registrationAllowed": False,
        "loginWithEmailAllowed": True,
        "duplicateEmailsAllowed": False,
        "resetPasswordAllowed": True,
        "rememberMe": True,
        "bruteForceProtected": True,
        "permanentLockout": False,
        "failureFactor": wanted["lockout_failures"],
        "waitIncrementSeconds": 60,
        "maxFailureWaitSeconds": 900,
        "minimumQuickLoginWaitSeconds": 60,
        "quickLoginCheckMilliSeconds": 200,
        "passwordPolicy": wanted["password_policy"],
        "otpPolicyType": "totp",
        "otpPolicyAlgorithm": "HmacSHA1",  # what every authenticator understands
        "otpPolicyDigits": 6,
        "otpPolicyPeriod": 30,  # with a type named, what is left out becomes 0
        "otpPolicyInitialCounter": 0,
        "otpPolicyLookAheadWindow": 1,
        "otpPolicyCodeReusable": False,
        "webAuthnPolicyRpEntityName": wanted["display_name"],
        # a passkey that asks for a finger or a PIN is both factors, and is offered in the field for the name
        "webAuthnPolicyPasswordlessRpEntityName": wanted["display_name"],
        "webAuthnPolicyPasswordlessResidentKey": "required",
        "webAuthnPolicyPasswordlessUserVerificationRequirement": "required",
        "webAuthnPolicyPasswordlessPasskeysEnabled": True,
        "eventsEnabled": True,
        "eventsExpiration": 90 * 86400,
        "adminEventsEnabled": True,
        "attributes": {"offrampMail": digest(mail)},
    }
    found = existing(admin)
    if found is None:
        admin.post("", {"realm": admin.realm, **settings, "smtpServer": smtp(mail)})
        return [f"realm {admin.realm}"]
    if not differs(settings, found):
        return []
    admin.put(f"/{segment(admin.realm)}", merged(found, {**settings, "smtpServer": smtp(mail)}))
    return [f"settings of {admin.realm}"]


def existing(admin):
    try:
        return admin.get(f"/{segment(admin.realm)}")
    except Refused as refused:
        if refused.status == 404:
            return None
        raise


def smtp(mail):
    """Keycloak's form of the outputs of mail.outgoing and the sender."""
    if not mail:
        return {}
    login = (
        {"auth": "true", "user": mail["user"], "password": mail["password"]} if mail.get("user") else {"auth": "false"}
    )
    port = int(mail.get("port") or 587)
    tls = {"ssl": "true"} if port == 465 else {"starttls": "true" if mail.get("user") else "false"}
    return {"host": mail["host"], "port": str(port), "from": mail["from"], **login, **tls}


def profile(admin, wanted):
    """Imported attributes are kept and shown to administrators; nobody is stopped for want of a last name."""
    path = f"/{segment(admin.realm)}/users/profile"
    found = admin.get(path)
    names = [one for one in found["attributes"] if one["name"] in {"firstName", "lastName"} and "required" in one]
    if not names and found.get("unmanagedAttributePolicy") == "ADMIN_EDIT":
        return []
    for one in names:
        del one["required"]
    admin.put(path, {**found, "unmanagedAttributePolicy": "ADMIN_EDIT"})
    return ["user profile"]


def flow(admin, wanted):
    """The second step of the sign-in takes passkeys and recovery codes as well as codes of an authenticator."""
    path = f"/{segment(admin.realm)}/authentication/flows/browser/executions"
    changes = []
    for step in admin.get(path):
        requirement = SECOND_STEP.get(step.get("providerId"))
        if requirement and step["requirement"] != requirement:
            admin.put(path, {**step, "requirement": requirement})
            changes.append(f"sign-in: {step['displayName']}")
    return changes


def actions(admin, wanted):
    """Enrolment of a factor is everybody's first action, and nobody takes the last factor off again."""
    required = wanted["otp"] == "required"
    states = {
        "CONFIGURE_TOTP": {"enabled": True, "defaultAction": required},
        "CONFIGURE_RECOVERY_AUTHN_CODES": {"enabled": True},
        "webauthn-register": {"enabled": True},
        "webauthn-register-passwordless": {"enabled": True},
        "delete_credential": {"enabled": not required},
        "VERIFY_EMAIL": {"enabled": True},
    }
    path = f"/{segment(admin.realm)}/authentication/required-actions"
    changes = []
    for action in admin.get(path):
        if differs(state := states.get(action["alias"], {}), action):
            admin.put(f"{path}/{segment(action['alias'])}", {**action, **state})
            changes.append(f"action {action['alias']}")
    return changes


def groups(admin, wanted):
    path = f"/{segment(admin.realm)}/groups"
    present = {one["name"] for one in admin.pages(path)}
    missing = [name for name in dict.fromkeys(wanted["groups"]) if name not in present]
    for name in missing:
        admin.post(path, {"name": name})
    return [f"group {name}" for name in missing]


def clients(admin, wanted):
    changes = ensure_groups_scope(admin)
    for client_id, described in wanted["clients"].items():
        changes += ensure_client(admin, client_id, described, seed=wanted["client_seed"])
    return changes


def administrators(admin, wanted):
    """A person's account for the console; the service account stays, but no longer as a provisional one."""
    changes = []
    [service] = admin.get("/master/clients", clientId=admin.access["client_id"])
    if (service.get("attributes") or {}).get("is_temporary_admin"):
        admin.put(f"/master/clients/{service['id']}", merged(service, {"attributes": {"is_temporary_admin": ""}}))
        changes.append("service account")
    if not admin.get("/master/users", username="admin", exact="true"):
        password = {"type": "password", "value": wanted["admin_password"], "temporary": False}
        admin.post("/master/users", {"username": "admin", "enabled": True, "credentials": [password]})
        [person] = admin.get("/master/users", username="admin", exact="true")
        role = admin.get("/master/roles/admin")
        admin.post(f"/master/users/{person['id']}/role-mappings/realm", [role])
        changes.append("administrator admin")
    if differs({"bruteForceProtected": True}, master := admin.get("/master")):
        admin.put("/master", {**master, "bruteForceProtected": True})
        changes.append("lockout of administrators")
    return changes


def break_glass(admin, wanted):
    """An account of the realm that needs no phone: password and printed recovery codes. Made once."""
    path = f"/{segment(admin.realm)}/users"
    if admin.get(path, username="break-glass", exact="true"):
        return []
    account = {
        "username": "break-glass",
        "enabled": True,
        "email": "break-glass@localhost.invalid",
        "emailVerified": True,
        "credentials": credentials(wanted["break_glass"]),
        "requiredActions": [],
    }
    admin.post(f"/{segment(admin.realm)}/partialImport", {"ifResourceExists": "SKIP", "users": [account]})
    [person] = admin.get(path, username="break-glass", exact="true")
    [management] = admin.get(f"/{segment(admin.realm)}/clients", clientId="realm-management")
    role = admin.get(f"/{segment(admin.realm)}/clients/{management['id']}/roles/realm-admin")
    admin.post(f"{path}/{person['id']}/role-mappings/clients/{management['id']}", [role])
    return ["account break-glass"]


def upstream(admin, wanted):
    return ensure_upstream(admin, wanted["upstream"])


if __name__ == "__main__":
    main()
