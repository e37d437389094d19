#!/usr/bin/env python3
"""Who can sign in, where, and who vouches for it: counts and checksums of a realm, without anything secret.

In: JSON on stdin {access}. Out: JSON {users, groups, clients: {count, sha256}, keys: [kid]}.
"""

import hashlib
import json
import sys

from admin import Admin, segment


def main():
    admin = Admin(json.load(sys.stdin)["access"])
    realm = f"/{segment(admin.realm)}"
    users = (
        [one["username"], one.get("email"), one["enabled"], one.get("totp", False)]
        for one in admin.pages(f"{realm}/users", briefRepresentation="false")
    )
    groups = ([one["name"], one["path"]] for one in admin.pages(f"{realm}/groups"))
    clients = ([one["clientId"], sorted(one["redirectUris"])] for one in admin.get(f"{realm}/clients"))
    keys = sorted(one["kid"] for one in admin.get(f"{realm}/keys")["keys"])
    print(json.dumps({"users": told(users), "groups": told(groups), "clients": told(clients), "keys": keys}))


def told(rows):
    lines = sorted(json.dumps(row) for row in rows)
    return {"count": len(lines), "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest()}


if __name__ == "__main__":
    main()
