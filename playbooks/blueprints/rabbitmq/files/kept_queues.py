"""What is kept: definitions, and how many messages each queue of each virtual host holds. Out (JSON): a table that
two runs give the same of, as long as nothing is sent or taken.
"""

import json

import broker

# without the queues that are a client's for as long as it is connected, and without hashes of passwords
KINDS = ("vhosts", "permissions", "policies", "queues", "exchanges", "bindings")


def main():
    now = broker.definitions()
    noted = {kind: sorted(json.dumps(one, sort_keys=True) for one in now.get(kind, [])) for kind in KINDS}
    noted["users"] = sorted(user["name"] for user in now["users"])
    noted["messages"] = {vhost: broker.lengths(vhost) for vhost in sorted(one["name"] for one in now["vhosts"])}
    print(json.dumps(noted, sort_keys=True))


if __name__ == "__main__":
    main()
