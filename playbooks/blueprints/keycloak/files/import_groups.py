"""Groups from the dataset identity.groups, with their members; nobody is taken out of a group."""

from collections import Counter
from typing import NamedTuple

from admin import segment


class Groups(NamedTuple):
    changed: bool
    report: dict


def import_groups(admin, groups, present):
    """`present`: source id → account, of everybody who was imported. Members who were not are counted, not guessed."""
    names = Counter(one["name"] for one in groups)
    twice = sorted(name for name, count in names.items() if count > 1)
    ids = {one["name"]: one["id"] for one in admin.pages(f"/{segment(admin.realm)}/groups")}
    made = added = missing = 0
    for group in groups:
        if group["name"] in twice:
            continue
        if group["name"] not in ids:
            ids[group["name"]] = make(admin, group["name"])
            made += 1
        members = {one for one in group["members"] if one in present}
        missing += len(set(group["members"]) - members)
        added += add(admin, ids[group["name"]], {present[one]["id"] for one in members})
    report = {"exported": len(groups), "made": made, "members added": added}
    report |= {"members not imported": missing} if missing else {}
    report |= {"conflicts": [f"two groups are called {name}" for name in twice]} if twice else {}
    return Groups(bool(made or added), report)


def make(admin, name):
    path = f"/{segment(admin.realm)}/groups"
    admin.post(path, {"name": name})
    return next(one["id"] for one in admin.pages(path, search=name, exact="true") if one["name"] == name)


def add(admin, group, accounts):
    """Put in who is not yet in; how many that were."""
    path = f"/{segment(admin.realm)}/groups/{group}/members"
    lacking = accounts - {one["id"] for one in admin.pages(path, briefRepresentation="true")}
    for account in lacking:
        admin.put(f"/{segment(admin.realm)}/users/{account}/groups/{group}")
    if left := accounts - {one["id"] for one in admin.pages(path, briefRepresentation="true")}:
        raise SystemExit(f"{len(left)} members are still not in their group")
    return len(lacking)
