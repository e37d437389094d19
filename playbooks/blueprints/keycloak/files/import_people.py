#!/usr/bin/env python3
"""Import people, groups and applications from datasets, and compare what is there with what was exported.

    import_people.py FOLDER     JSON on stdin {access, client_seed, otp, upstream, listed}

Out: JSON {changed, report, checklist, certificate}; the checklist is the one `listed` with what is in this export.
People are recognised by the attribute `source_id`: running it again creates nobody twice, and a run that was stopped
goes on. Whoever was imported before is left as he is, because he may have changed since; only who has set no password
yet gets the one of this export. Two people who claim one name or address are a conflict: none of them is imported, both
are reported.
With `upstream` true everybody is tied to his account at the provider in use until the cut.
"""

import json
import sys
from collections import Counter
from pathlib import Path

from accounts import NO_PASSWORD, UPSTREAM, account_of, arrived, imported, link, source_id, unfit
from admin import NO_ANSWER, Admin, Refused, at_once, segment
from checklist import checklist
from exported import read
from import_applications import import_applications, plain
from import_groups import add_members, make_groups

BATCH = 50  # people in one transaction of Keycloak's: see PAGE in admin.py


def main():
    given = json.load(sys.stdin)
    names = ("identity.users", "identity.groups", "identity.applications", "identity.credentials")
    source, datasets = read(Path(sys.argv[1]), names)
    try:
        found = import_all(Admin(given["access"]), datasets, {**given, "source": plain(source)})
    except Refused as answer:
        sys.exit(f"{answer}; what was imported stays, and the same command goes on")
    json.dump(found, sys.stdout)


def import_all(admin, datasets, given):
    people = datasets["identity.users"]
    before = accounts(admin)
    new, known, conflicts = sort_out(people, before)
    groups = make_groups(admin, datasets["identity.groups"])
    paths, hashes = groups.paths(), {one["id"]: one["hash"] for one in datasets["identity.credentials"]}
    more = {"otp": given["otp"] == "required", "upstream": given["upstream"]}
    refused = {one["id"]: why for one in new if (why := unfit(one))}
    fit = [one for one in new if one["id"] not in refused]
    refused |= create(
        admin, [account_of(one, paths.get(one["id"]), password=hashes.get(one["id"]), **more) for one in fit]
    )
    present = {key: one for one in (accounts(admin) if fit else before) if (key := source_id(one))}
    created = [one for one in new if one["id"] not in refused]
    if wrong := [one["username"] for one in created if not arrived(one, present.get(one["id"]))]:
        sys.exit(f"{len(wrong)} people are not as exported: {', '.join(wrong[:20])}")
    late = give_passwords(admin, [present[one["id"]] for one in known if one["id"] in hashes], hashes)
    tied = tie(admin, people, present) if given["upstream"] else 0
    added, of_groups = add_members(admin, groups, present)
    applications = import_applications(admin, datasets, given["client_seed"])
    report = {
        **of_people(people, created, known, conflicts, refused),
        **({"passwords": of_passwords(hashes, created, late)} if hashes else {}),
        "groups": of_groups,
        "applications": {"exported": len(datasets["identity.applications"]), "made": applications.made},
    }
    changed = bool(created or late or groups.made or added or applications.made or tied)
    return {
        "changed": changed,
        "report": report,
        "checklist": checklist(given["listed"], given["source"], applications.rows) if applications.rows else "",
        "certificate": applications.certificate,
    }


def of_people(people, created, known, conflicts, refused):
    """The report on them: every record of the export is counted in one place."""
    repeated = len(people) - len(created) - len(known) - len(conflicts) - len(refused)
    counts = {"exported": len(people), "created": len(created), "there before": len(known)}
    factors = Counter(factor["type"] for one in people for factor in one.get("factors", []))
    names = {one["id"]: f"{one['username']} ({one['id']})" for one in people}
    return {
        "people": counts | ({"in the export twice": repeated} if repeated else {}),
        "second factors to enrol again": factors,
        "conflicts": [f"{names[one['id']]}: {why}" for one, why in conflicts],
        "refused": [f"{names[key]}: {why}" for key, why in refused.items()],
    }


def of_passwords(hashes, created, late):
    """The report on hashes: who signs in as before. The others hold a password of their own by now, or no account."""
    new = sum(one["id"] in hashes for one in created)
    return {"exported": len(hashes), "with a new account": new, "for an account without a password": late}


def accounts(admin):
    """Every account of the realm."""
    path = f"/{segment(admin.realm)}/users"
    return admin.all_at_once(path, admin.get(f"{path}/count"), briefRepresentation="false")


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


def create(admin, forms):
    """Create accounts, some batches at a time. Out: source id → why it was refused."""
    batches = [forms[start : start + BATCH] for start in range(0, len(forms), BATCH)]
    return {key: why for found in at_once(lambda batch: put_in(admin, batch), batches) for key, why in found.items()}


def put_in(admin, batch):
    """One transaction of Keycloak's; a batch that is refused is halved until those at fault are found."""
    if not (why := refusal(admin, batch)):
        return {}
    if len(batch) == 1:
        return {source_id(batch[0]): why}
    middle = len(batch) // 2
    return put_in(admin, batch[:middle]) | put_in(admin, batch[middle:])


def refusal(admin, batch):
    """What Keycloak has against it, or "". Raises Refused where not the records are at fault, but the server."""
    path = f"/{segment(admin.realm)}"
    for last in (len(batch) > 1, True):
        try:
            admin.post(f"{path}/partialImport", {"ifResourceExists": "SKIP", "users": batch})
        except Refused as answer:
            if answer.status in {NO_ANSWER, 401, 403, 404}:
                raise
            if last or answer.status < 500:
                return answer.said
            admin.get(f"{path}/users/count")  # the database answers: it is this record, or it was away for a moment
        else:
            return ""
    raise AssertionError("the last attempt returns or raises")


def give_passwords(admin, known, hashes):
    """Those of them who have set none yet get theirs. Out: how many."""
    waiting = [one for one in known if NO_PASSWORD in one["requiredActions"]]
    path = f"/{segment(admin.realm)}/users"

    def give(one):
        actions = [action for action in one["requiredActions"] if action != NO_PASSWORD]
        credential = imported(hashes[source_id(one)])
        admin.put(f"{path}/{one['id']}", {**one, "requiredActions": actions, "credentials": [credential]})

    at_once(give, waiting)
    return len(waiting)


def tie(admin, people, present):
    """Tie accounts to those at the provider in use until the cut, so that it can vouch for them. Out: how many."""
    path = f"/{segment(admin.realm)}/users"
    tied = {one["id"] for one in admin.pages(path, idpAlias=UPSTREAM, briefRepresentation="true")}
    everybody = {one["id"]: one for one in people if one["id"] in present}
    missing = [(present[key]["id"], one) for key, one in everybody.items() if present[key]["id"] not in tied]
    at_once(lambda pair: admin.post(f"{path}/{pair[0]}/federated-identity/{UPSTREAM}", link(pair[1])), missing)
    return len(missing)


if __name__ == "__main__":
    main()
