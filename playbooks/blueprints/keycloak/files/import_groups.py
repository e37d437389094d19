"""Groups from the dataset identity.groups, with their members; nobody is taken out of a group."""

from collections import Counter
from typing import NamedTuple

from admin import at_once, segment


class Groups(NamedTuple):
    """The groups of an export that are in the realm now."""

    members: dict  # group's name -> source ids
    ids: dict  # group's name -> Keycloak's id
    made: int
    exported: int
    twice: list  # names that two groups have: neither is imported

    def paths(self):
        """source id → paths of groups, as an account carries them when it is made. Names with a slash are no paths."""
        found = {}
        for name, members in self.members.items():
            for member in members if "/" not in name else ():
                found.setdefault(member, []).append(f"/{name}")
        return found


def make_groups(admin, groups):
    """Make the groups that are missing; their members come later."""
    names = Counter(one["name"] for one in groups)
    path = f"/{segment(admin.realm)}/groups"
    ids = {one["name"]: one["id"] for one in admin.pages(path)}
    missing = [name for name, count in names.items() if count == 1 and name not in ids]
    at_once(lambda name: admin.post(path, {"name": name}), missing)
    if missing:
        ids = {one["name"]: one["id"] for one in admin.pages(path)}
    members = {one["name"]: set(one["members"]) for one in groups if names[one["name"]] == 1}
    return Groups(members, ids, len(missing), len(groups), sorted(name for name, count in names.items() if count > 1))


def add_members(admin, groups, present):
    """Put in who is not yet in, and look again. `present`: source id → account, of everybody who was imported.

    Members who were not imported are counted, not guessed. Out: how many were put in, and the report.
    """
    known = {name: {one for one in members if one in present} for name, members in groups.members.items()}
    lacking = sum(len(members - known[name]) for name, members in groups.members.items())
    accounts = {name: {present[one]["id"] for one in members} for name, members in known.items()}
    added = sum(at_once(lambda name: add(admin, groups.ids[name], accounts[name]), accounts))
    report = {
        "exported": groups.exported,
        "made": groups.made,
        "members put in later": added,
    }
    report |= {"members not imported": lacking} if lacking else {}
    report |= {"conflicts": [f"two groups are called {name}" for name in groups.twice]} if groups.twice else {}
    return added, report


def add(admin, group, accounts):
    """Put accounts into a group, as far as they are not in it. Out: how many were not."""
    path = f"/{segment(admin.realm)}/groups/{group}/members"
    missing = accounts - {one["id"] for one in admin.pages(path, briefRepresentation="true")}
    for account in missing:
        admin.put(f"/{segment(admin.realm)}/users/{account}/groups/{group}")
    if missing and (left := accounts - {one["id"] for one in admin.pages(path, briefRepresentation="true")}):
        raise SystemExit(f"{len(left)} members are still not in their group")
    return len(missing)
