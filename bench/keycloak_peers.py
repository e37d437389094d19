"""The peers of keycloak_import.py, run on the lab host beside the blueprint's programs.

In: JSON on stdin {access, people}. Out: a line of JSON for each, [name, seconds, seconds of processors].
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, "/usr/local/lib/offramp/keycloak")
from accounts import account_of  # type: ignore[import-not-found]
from admin import Admin  # type: ignore[import-not-found]

GROUPS = ("group 0", "everybody")


def main():
    given = json.load(sys.stdin)
    admin = Admin(given["access"])
    for name, run in (("one request for each", one_by_one), ("one partial import", partial_import)):
        realm = "peer-" + run.__name__
        admin.post("", {"realm": realm, "enabled": True, "adminEventsEnabled": True})
        for group in GROUPS:
            admin.post(f"/{realm}/groups", {"name": group})
        begun, used = time.perf_counter(), busy()
        run(admin, realm, given["people"])
        print(json.dumps([name, time.perf_counter() - begun, busy() - used]), flush=True)
        admin.delete(f"/{realm}")


def one_by_one(admin, realm, people):
    groups = [one["id"] for one in admin.get(f"/{realm}/groups")]
    for one in people:
        admin.post(f"/{realm}/users", account_of(one, None))
        [made] = admin.get(f"/{realm}/users", username=one["username"], exact="true")
        for group in groups:
            admin.put(f"/{realm}/users/{made['id']}/groups/{group}")


def partial_import(admin, realm, people):
    users = [account_of(one, [f"/{name}" for name in GROUPS]) for one in people]
    admin.post(f"/{realm}/partialImport", {"ifResourceExists": "SKIP", "users": users})


def busy():
    """Seconds of processor time that Keycloak and PostgreSQL have used, those of backends that ended included."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = path.read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue
        if name in {"java", "postgres"}:
            ticks += sum(map(int, rest.split()[11:15]))
    return ticks / 100


if __name__ == "__main__":
    main() if len(sys.argv) == 1 else print(busy())
