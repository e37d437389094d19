"""Take over the definitions of another broker, and compare what is there then with what was in them.

Argument: the file of `rabbitmqctl export_definitions` or of the management interface. In (stdin, JSON): {"vhost": the
platform's, "user": the platform's, "vhosts": {their name: name here}}. A virtual host that is the only one with
anything in it becomes the platform's. Users come along with the hashes of their passwords, without their rights on
the server. Out (JSON): {"changed": …, "taken": {kind: number}, "left_out": [what and why]}. Nothing that is here
already is overwritten with something else: that is refused by name.
"""

import json
import sys
from pathlib import Path

import broker

IN_VHOSTS = ("permissions", "policies", "queues", "exchanges", "bindings")
KINDS = ("vhosts", "users", *IN_VHOSTS)
KEYS = {
    "vhosts": ("name",),
    "users": ("name",),
    "permissions": ("user", "vhost"),
    "policies": ("vhost", "name"),
    "queues": ("vhost", "name"),
    "exchanges": ("vhost", "name"),
    "bindings": ("vhost", "source", "destination", "destination_type", "routing_key", "arguments"),
}
# what two brokers may say differently of the same thing
UNCOMPARED = ("tags", "limits", "metadata", "description", "default_queue_type", "hashing_algorithm", "apply-to")
# mirrored queues, which RabbitMQ 4 does not have, and one server never had
MIRRORED = (
    "ha-mode",
    "ha-params",
    "ha-sync-mode",
    "ha-promote-on-shutdown",
    "ha-promote-on-failure",
    "queue-master-locator",
)


def read(path):
    """The definitions in a file. The program ends where it is none."""
    try:
        given = json.loads(Path(path).read_bytes())
    except (OSError, ValueError) as err:
        sys.exit(f"definitions.json cannot be read as JSON: {err}")
    lists = isinstance(given, dict) and all(isinstance(given.get(kind, []), list) for kind in KINDS)
    if not lists or not any(given.get(kind) for kind in KINDS):
        sys.exit(
            "definitions.json is not what rabbitmqctl export_definitions writes: no queues, exchanges or users in it"
        )
    return given


def names(given, wanted):
    """Virtual host there → its name here."""
    renamed = dict(wanted["vhosts"])
    used = {one["vhost"] for kind in ("queues", "exchanges", "bindings", "policies") for one in given.get(kind, [])}
    if not renamed and len(used) == 1:
        renamed = {used.pop(): wanted["vhost"]}
    return renamed


def chosen(given, wanted, left_out):
    """The definitions that come along, with the names they have here."""
    renamed = names(given, wanted)
    found = {kind: [dict(one) for one in given.get(kind, [])] for kind in KINDS}
    for vhost in found["vhosts"]:
        vhost["name"] = renamed.get(vhost["name"], vhost["name"])
    for kind in IN_VHOSTS:
        for one in found[kind]:
            one["vhost"] = renamed.get(one["vhost"], one["vhost"])
    used = {one["vhost"] for kind in IN_VHOSTS for one in found[kind]}
    found["vhosts"] = [{"name": name} for name in sorted({vhost["name"] for vhost in found["vhosts"]} | used)]
    found["users"] = [user(one) for one in found["users"] if comes_along(one, wanted, left_out)]
    users = {one["name"] for one in found["users"]}
    found["permissions"] = [one for one in found["permissions"] if one["user"] in users]
    found["policies"] = [one for one in found["policies"] if plain_policy(one, left_out)]
    for kind in ("parameters", "global_parameters", "topic_permissions"):
        if given.get(kind):
            left_out.append(f"{len(given[kind])} {kind}: shovels, federation and limits name the old broker")
    return found


def user(one):
    """Without rights on the server: an administrator there is a user here."""
    return {"tags": [], **{key: one[key] for key in ("name", "password_hash", "hashing_algorithm") if key in one}}


def comes_along(one, wanted, left_out):
    if one["name"] in ("guest", wanted["user"]):
        left_out.append(f"user {one['name']}: is the platform's own here, or nobody's")
        return False
    if not one.get("password_hash"):
        left_out.append(f"user {one['name']}: has no password")
        return False
    return True


def plain_policy(policy, left_out):
    """Takes mirroring out of a policy; whether anything is left of it."""
    kept = {key: value for key, value in policy["definition"].items() if key not in MIRRORED}
    if len(kept) < len(policy["definition"]):
        left_out.append(f"policy {policy['name']}: mirrored queues")
    policy["definition"] = kept
    return bool(kept)


def compared(one):
    """What has to be the same of two definitions: RabbitMQ 4 says of which kind a queue is, older ones do not."""
    kept = {key: value for key, value in one.items() if key not in UNCOMPARED}
    arguments = kept.get("arguments") or {}
    if arguments.get("x-queue-type") == "classic":
        kept["arguments"] = {key: value for key, value in arguments.items() if key != "x-queue-type"}
    return kept


def indexed(found):
    """Kind → key → what is compared."""
    return {
        kind: {
            json.dumps([one.get(key) for key in KEYS[kind]], sort_keys=True): compared(one)
            for one in found.get(kind, [])
        }
        for kind in KINDS
    }


def differences(wanted, now):
    """What is missing, and what is otherwise: ("queues", key) of each."""
    missing, other = [], []
    for kind in KINDS:
        for key, one in wanted[kind].items():
            here = now[kind].get(key)
            if here is None:
                missing.append((kind, key))
            elif any(here.get(name, value) != value for name, value in one.items()):
                other.append((kind, key))
    return missing, other


def main():
    wanted = json.load(sys.stdin)
    left_out = []
    found = chosen(read(sys.argv[1]), wanted, left_out)
    missing, other = differences(indexed(found), indexed(broker.definitions()))
    if other:
        named = "; ".join(f"{kind} {key}" for kind, key in other[:10])
        sys.exit(f"{len(other)} of the definitions are here already and differ, nothing was changed: {named}")
    changed = bool(missing)
    if changed:
        broker.take(found)
        missing, other = differences(indexed(found), indexed(broker.definitions()))
        if missing or other:
            named = "; ".join(f"{kind} {key}" for kind, key in (missing + other)[:10])
            sys.exit(f"{len(missing + other)} of the definitions did not become what they were: {named}")
    taken = {kind: len(found[kind]) for kind in KINDS}
    print(json.dumps({"changed": changed, "taken": taken, "left_out": left_out}))


if __name__ == "__main__":
    main()
