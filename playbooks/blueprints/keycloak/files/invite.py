#!/usr/bin/env python3
"""Mail everybody who was imported and has no password yet a link to set one (and to enrol a second factor).

In: JSON on stdin {access, otp, per_minute, days}. Out: JSON {mailed, links work until, mailed before, no password yet,
without an address, to be corrected first}.
Whom a mail was handed over for carries its date in the attribute `invited`: a run that was stopped goes on with the
others, and a run after the link's last day mails who let it pass once more.
"""

import json
import sys
import time
from datetime import date, timedelta

from accounts import NO_PASSWORD, source_id
from admin import NO_ANSWER, Admin, Refused, segment


def main():
    given = json.load(sys.stdin)
    admin = Admin(given["access"])
    today, valid = date.today(), timedelta(days=given["days"])
    try:
        waiting = without_password(admin)
        todo = [one for one in waiting if one.get("email") and not link_works(one, today, valid)]
        faulty = mail_all(admin, todo, given)
    except Refused as answer:
        sys.exit(str(answer))
    report = {
        "mailed": len(todo) - len(faulty),
        "links work until": (today + valid).isoformat(),
        "mailed before": sum(link_works(one, today, valid) for one in waiting),
        "no password yet": len(waiting),
        "without an address": [one["username"] for one in waiting if not one.get("email")],
        "to be corrected first": faulty,
    }
    json.dump(report, sys.stdout)


def without_password(admin):
    """Accounts that were imported and may sign in, of people who have yet to set a password."""
    path = f"/{segment(admin.realm)}/users"
    found = admin.all_at_once(path, admin.get(f"{path}/count"), briefRepresentation="false")
    return [one for one in found if one["enabled"] and source_id(one) and NO_PASSWORD in one["requiredActions"]]


def link_works(person, today, valid):
    """Whether a mail went out whose link works still."""
    [noted] = person["attributes"].get("invited", [""])
    try:
        return today <= date.fromisoformat(noted) + valid
    except ValueError:
        return False


def mail_all(admin, people, given):
    """One mail each, no faster than asked. Out: names of who could not be mailed because of what their profile says."""
    actions = [NO_PASSWORD, *(["CONFIGURE_TOTP"] if given["otp"] == "required" else [])]
    faulty = []
    for number, one in enumerate(people):
        try:
            if not mail(admin, one, actions, given["days"]):
                faulty.append(one["username"])
        except Refused as answer:
            said = f"{answer.said}; {number - len(faulty)} were mailed, and the same command goes on with the others"
            raise Refused(answer.status, said, f"mail to {one['username']}") from answer
        time.sleep(60 / given["per_minute"])
    return faulty


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
    except Refused as answer:
        # without an answer nobody knows whether it went out: better one mail too few, which support hears of
        if answer.status != NO_ANSWER:
            admin.put(path, person)
        raise
    return True


if __name__ == "__main__":
    main()
