#!/usr/bin/env python3
"""Import people, groups and applications from datasets, and compare what is there with what was exported.

    import_people.py FOLDER     JSON on stdin {access, client_seed, otp}

Out: JSON {changed, report, applications}. People are recognised by the attribute `source_id`: running it again creates
nobody twice, and a run that was stopped goes on. Whoever was imported before is left as he is, because he may have
changed since. Two people who claim one name or address are a conflict: none of them is imported, both are reported.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

from admin import Admin, Refused, segment
from exported import read
from import_applications import import_applications
from import_groups import add_members, make_groups

BATCH = 250  # people in one transaction of Keycloak's
RESERVED = {"username", "email", "firstName", "lastName", "source", "source_id", "phone", "locale"}


def main():
    given = json.load(sys.stdin)
    admin = Admin(given["access"])
    datasets = read(Path(sys.argv[1]), ("identity.users", "identity.groups", "identity.applications"))
    people = datasets["identity.users"]
    try:
        new, known, conflicts = sort_out(people, accounts(admin))
        groups = make_groups(admin, datasets["identity.groups"])
        refused = create(admin, new, given["otp"], groups.paths())
        present = {key: one for one in accounts(admin) if (key := source_id(one))}
        added, groups_report = add_members(admin, groups, present)
        applications = import_applications(admin, datasets, given["client_seed"])
    except Refused as answer:
        sys.exit(f"{answer}; what was imported stays, and the same command goes on")
    gone_wrong = {id(one) for one, _ in refused}
    created = [one for one in new if id(one) not in gone_wrong]
    if wrong := [one["username"] for one in created if not arrived(one, present.get(one["id"]))]:
        sys.exit(f"{len(wrong)} people are not as exported: {', '.join(wrong[:20])}")
    report = {
        "people": {"exported": len(people), "created": len(created), "there before": len(known)},
        "conflicts": [f"{one['username']} ({one['id']}): {why}" for one, why in conflicts],
        "refused": [f"{one['username']} ({one['id']}): {why}" for one, why in refused],
        "groups": groups_report,
        "applications": {"exported": len(datasets["identity.applications"]), "made": applications.made},
    }
    changed = bool(created or groups.made or added or applications.made)
    json.dump({"changed": changed, "report": report, "applications": applications.rows}, sys.stdout)


def accounts(admin):
    return list(admin.pages(f"/{segment(admin.realm)}/users", briefRepresentation="false"))


def source_id(account):
    return next(iter((account.get("attributes") or {}).get("source_id", [])), None)


def sort_out(people, present):
    """(new, there before, conflicts with their reason). A record that is repeated as it is counts once."""
    holders = {}  # name or address -> source ids that claim it; sign-in takes both, so they are one namespace
    for account in present:
        for name in claims(account):
            holders.setdefault(name, set()).add(source_id(account) or f"account {account['username']}")
    known_ids = {source_id(account) for account in present}
    for one in people:
        for name in claims(one):
            holders.setdefault(name, set()).add(one["id"])
    seen, new, known, conflicts = {}, [], [], []
    for one in people:
        rivals = {name for name in claims(one) if len(holders[name]) > 1}
        if one["id"] in seen:
            if one != seen[one["id"]]:
                conflicts.append((one, "the export has this id twice, with different content"))
        elif one["id"] in known_ids:
            known.append(one)
        elif rivals:
            conflicts.append((one, "also claimed by somebody else: " + ", ".join(sorted(rivals))))
        else:
            new.append(one)
        seen[one["id"]] = one
    return new, known, conflicts


def claims(person):
    return {text.casefold() for text in (person["username"], person.get("email")) if text}


def create(admin, people, otp, groups):
    """Create accounts in batches; a batch that is refused is halved until the one at fault is found and reported."""
    refused = []
    batches = [people[start : start + BATCH] for start in range(0, len(people), BATCH)]
    while batches:
        batch = batches.pop()
        try:
            body = {"ifResourceExists": "SKIP", "users": [account_of(one, otp, groups) for one in batch]}
            admin.post(f"/{segment(admin.realm)}/partialImport", body)
        except Refused as answer:
            if answer.status in {401, 403, 404}:
                raise
            if len(batch) == 1:
                refused.append((batch[0], answer.said))
            else:
                batches += [batch[: len(batch) // 2], batch[len(batch) // 2 :]]
    return refused


def account_of(person, otp, groups):
    """Keycloak's form. Nobody has a password yet; the first sign-in, or the mail, asks for one."""
    attributes = {
        (f"imported_{name}" if name in RESERVED else name): values
        for name, values in person.get("attributes", {}).items()
    }
    own = {
        "source_id": person["id"],
        "source": person["source"],
        "phone": person.get("phone"),
        "locale": person.get("locale"),
    }
    attributes |= {name: [value] for name, value in own.items() if value}
    account = {
        "username": person["username"].lower(),
        "email": (person.get("email") or "").lower() or None,
        "emailVerified": person.get("email_verified", False),
        "firstName": person.get("first_name"),
        "lastName": person.get("last_name"),
        "enabled": person["enabled"],
        "createdTimestamp": milliseconds(person.get("created")),
        "attributes": attributes,
        "groups": groups.get(person["id"]),
        "requiredActions": ["UPDATE_PASSWORD", *(["CONFIGURE_TOTP"] if otp == "required" else [])],
    }
    return {name: value for name, value in account.items() if value is not None}


def milliseconds(moment):
    try:
        return int(datetime.fromisoformat((moment or "").replace("Z", "+00:00")).timestamp() * 1000)
    except ValueError:
        return None


def arrived(person, account):
    """Whether the account holds what the record says."""
    if account is None:
        return False
    wanted = account_of(person, "optional", {})
    same = ("username", "email", "emailVerified", "firstName", "lastName", "enabled")
    held = account.get("attributes") or {}
    return all(account.get(name) == wanted.get(name) for name in same) and all(
        sorted(held.get(name, [])) == sorted(values) for name, values in wanted["attributes"].items() if values
    )


if __name__ == "__main__":
    main()
