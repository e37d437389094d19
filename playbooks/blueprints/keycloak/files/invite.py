#!/usr/bin/env python3
"""Mail everybody who was imported and has no password yet a link to set one (and to enrol a second factor).

In: JSON on stdin {access, otp, per_minute, days}. Out: JSON {mailed, mailed before,
without an address, to be corrected first, has a password}.
Whom a mail was handed over for carries the attribute `invited`: a run that was stopped goes on with the others.
"""

import json
import sys
import time
from datetime import date

from admin import Admin, Refused, segment


def main():
    given = json.load(sys.stdin)
    admin = Admin(given["access"])
    actions = ["UPDATE_PASSWORD", *(["CONFIGURE_TOTP"] if given["otp"] == "required" else [])]
    found = admin.pages(f"/{segment(admin.realm)}/users", briefRepresentation="false", enabled="true")
    people = [one for one in found if "source_id" in (one.get("attributes") or {})]
    done = [one for one in people if "UPDATE_PASSWORD" not in one["requiredActions"]]
    waiting = [one for one in people if "UPDATE_PASSWORD" in one["requiredActions"]]
    before = [one for one in waiting if "invited" in one["attributes"]]
    todo = [one for one in waiting if "invited" not in one["attributes"] and one.get("email")]
    faulty = []
    for number, one in enumerate(todo):
        try:
            if not mail(admin, one, actions, given["days"]):
                faulty.append(one["username"])
        except Refused as answer:
            sys.exit(f"{answer}; {number} were mailed, and the same command goes on with the others")
        time.sleep(60 / given["per_minute"])
    without = [one["username"] for one in waiting if not one.get("email")]
    report = {
        "mailed": len(todo) - len(faulty),
        "mailed before": len(before),
        "without an address": without,
        "to be corrected first": faulty,
        "has a password": len(done),
    }
    json.dump(report, sys.stdout)


def mail(admin, person, actions, days):
    """Note that a mail goes out, and send it. False where Keycloak refuses the profile (a name with brackets)."""
    path = f"/{segment(admin.realm)}/users/{person['id']}"
    noted = {**person, "attributes": {**person["attributes"], "invited": [date.today().isoformat()]}}
    try:
        admin.put(path, noted)
    except Refused as answer:
        if answer.status == 400:
            return False
        raise
    try:
        admin.put(f"{path}/execute-actions-email", actions, lifespan=days * 86400)
    except Refused:
        admin.put(path, person)
        raise
    return True


if __name__ == "__main__":
    main()
