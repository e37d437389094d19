"""Bring users and virtual hosts to the described state. What others made stays; the user `guest` goes.

In (stdin, JSON): {"vhosts": [name], "users": {name: [its virtual hosts]}, "passwords": {name: password}}.
Out: a list of what changed.
"""

import base64
import hashlib
import json
import secrets
import sys

import broker

HASHING = "rabbit_password_hashing_sha256"
ALL = {"configure": ".*", "write": ".*", "read": ".*"}


def hashed(password, salt):
    """As RabbitMQ keeps it: https://www.rabbitmq.com/docs/passwords"""
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def has_password(user, password):
    kept = user.get("password_hash", "")
    salt = base64.b64decode(kept)[:4]
    return user.get("hashing_algorithm") == HASHING and secrets.compare_digest(kept, hashed(password, salt))


def missing_users(now, passwords):
    """Definitions of users that are not there, or have another password."""
    known = {user["name"]: user for user in now}
    return [
        {
            "name": name,
            "password_hash": hashed(password, secrets.token_bytes(4)),
            "hashing_algorithm": HASHING,
            "tags": known.get(name, {}).get("tags", []),
        }
        for name, password in passwords.items()
        if name not in known or not has_password(known[name], password)
    ]


def missing_rights(now, users):
    """All rights in their virtual hosts, for those who lack some."""
    there = {(right["user"], right["vhost"]) for right in now if {key: right[key] for key in ALL} == ALL}
    wanted = [(user, vhost) for user, vhosts in users.items() for vhost in vhosts]
    return [{"user": user, "vhost": vhost, **ALL} for user, vhost in wanted if (user, vhost) not in there]


def main():
    wanted = json.load(sys.stdin)
    now = broker.definitions()
    vhosts = {vhost["name"] for vhost in now["vhosts"]}
    more = {
        "vhosts": [{"name": name} for name in wanted["vhosts"] if name not in vhosts],
        "users": missing_users(now["users"], wanted["passwords"]),
        "permissions": missing_rights(now["permissions"], wanted["users"]),
    }
    changed = [f"virtual host {one['name']}" for one in more["vhosts"]]
    changed += [f"user {one['name']}" for one in more["users"]]
    changed += [f"rights of {one['user']} in {one['vhost']}" for one in more["permissions"]]
    if changed:
        broker.take(more)
    # with the name for a password, and all rights
    if "guest" in {user["name"] for user in now["users"]} - set(wanted["users"]):
        broker.ctl("delete_user", "guest")
        changed.append("no user guest")
    print(json.dumps(changed))


if __name__ == "__main__":
    main()
