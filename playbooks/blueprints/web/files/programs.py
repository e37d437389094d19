#!/usr/bin/env python3
"""Watches the applications' programs, and repeats what they say without the values of their environment.

`programs.py wait SECONDS HOST` reads a JSON list of applications (name, port, health, domains) from stdin and waits until
each one answers 200; HOST is the name of one without domains. `programs.py check NAME …` looks for programs that do not
stay up. `programs.py run NAME COMMAND` runs a command as the application, with its environment. All end with 1 and an
account of what went wrong on stdout: states of units and the last lines of their logs.
"""

import http.client
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote

ENVIRONMENTS = Path("/etc/offramp")
LOOKS = 3  # a second apart: a unit is started again after two
LINES = 20  # of a log
LONGEST = 300  # of a line
SHORTEST = 6  # what is shorter is no secret, and would blot out words
# of systemd's answer for a unit
STATE = ("Id", "ActiveState", "SubState", "Result", "ExecMainStatus", "NRestarts")


def main():
    action, *words = sys.argv[1:]
    said = {"wait": wait, "check": check, "run": run}[action](*words)
    if said:
        print(said)
        sys.exit(1)


def wait(seconds, host):
    """An account of every application that did not answer within that time; empty when all do."""
    end = time.monotonic() + int(seconds)
    waiting = [(application, ask(application, host)) for application in json.load(sys.stdin)]
    while (waiting := [pair for pair in waiting if pair[1]]) and time.monotonic() < end:
        time.sleep(1)
        waiting = [(application, ask(application, host)) for application, _ in waiting]
    return "\n".join(account(application, said) for application, said in waiting)


def check(*names):
    """An account of every unit that does not run; one that ends at once and is started again runs now and then."""
    down = {}
    for _ in range(LOOKS):
        down |= {found: name for name in names for found in units(name) if state(found)["ActiveState"] != "active"}
        time.sleep(1)
    return "\n".join(clean(name, unit(found)) for found, name in down.items())


def ask(application, host):
    """What is wrong with its answer; empty when nothing is."""
    connection = http.client.HTTPConnection("127.0.0.1", application["port"], timeout=20)
    try:
        headers = {"Host": [*application["domains"], host][0], "X-Forwarded-Proto": "https"}
        connection.request("GET", application["health"], headers=headers)
        answer = connection.getresponse()
        if answer.status == 200:
            return ""
        moved = f" to {answer.headers['Location']}" if answer.headers["Location"] else ""
        return f"answers {answer.status}{moved}"
    except (OSError, http.client.HTTPException, ValueError) as err:
        return f"does not answer: {err}"
    finally:
        connection.close()


def account(application, said):
    """Why it might be so: the application's units, and what they logged last."""
    name = application["name"]
    address = f"http://127.0.0.1:{application['port']}{application['health']}"
    return clean(name, f"{name}: {address} {said}\n" + "\n".join(map(unit, units(name))))


def units(name):
    listed = output("systemctl", "list-unit-files", "--plain", "--no-legend", f"app-{name}-*.service")
    return [line.split()[0] for line in listed.splitlines()]


def state(name):
    shown = output("systemctl", "show", *(f"--property={key}" for key in STATE), name)
    return dict(line.partition("=")[::2] for line in shown.splitlines())


def unit(name):
    now = state(name)
    said = f"{now['ActiveState']} ({now['SubState']}), started again {now['NRestarts']} times"
    if now["ExecMainStatus"] != "0" or now["Result"] != "success":
        said += f", ended last with {now['ExecMainStatus']} ({now['Result']})"
    # the manager's own lines, of starting and stopping, say nothing the state does not
    log = output("journalctl", "--quiet", "--no-pager", "--output=cat", f"--lines={LINES}", f"_SYSTEMD_UNIT={name}")
    return "\n  ".join([f"{name}: {said}; its last lines:", *(log.splitlines() or ["(it said nothing)"])])


def run(name, command):
    """What the command said, when it failed."""
    settings = ["--quiet", "--pipe", "--wait", "--collect", f"--property=User=app-{name}"]
    environment = f"--property=EnvironmentFile={ENVIRONMENTS / name}.env"
    done = subprocess.run(
        ["systemd-run", *settings, environment, command],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
    )  # fmt: skip
    if done.returncode == 0:
        return ""
    lines = done.stdout.splitlines()[-2 * LINES :]
    return clean(name, "\n  ".join([f"{name}: {command} ended with {done.returncode}:", *lines]))


def clean(name, text):
    """The text with the values of the application's environment replaced by their names."""
    for value, variable in secret_values(name):
        text = text.replace(value, f"[{variable}]")
    return "\n".join(line[:LONGEST] for line in text.splitlines())


def secret_values(name):
    """Values and passwords in URLs, the longest first: one may be a part of another."""
    try:
        lines = (ENVIRONMENTS / f"{name}.env").read_text().splitlines()
    except OSError:
        return []
    found = set()
    for line in lines:
        variable, _, value = line.partition("=")
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
        parts = [value, *re.findall(r"://[^/@\s]*?:([^/@\s]+)@", value)]
        found |= {(part, variable) for text in parts for part in (text, unquote(text)) if is_secret(part)}
    return sorted(found, key=lambda pair: len(pair[0]), reverse=True)


def is_secret(value):
    """Not a path, a plain word or number, or an address without a password: they would be missed in what is said."""
    return len(value) >= SHORTEST and not re.fullmatch(r"/.*|[a-z_. -]+|[0-9.:]+|[a-z+]+://[^@]*", value)


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False).stdout


if __name__ == "__main__":
    main()
