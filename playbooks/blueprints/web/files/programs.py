#!/usr/bin/env python3
"""Watches the applications' programs, and repeats what they say without the values of their environment.

`programs.py wait SECONDS HOST` reads a JSON list of applications (name, port, health, domains) from stdin and waits until
each one answers 200; HOST is the name of one without domains. `programs.py check NAME …` looks for programs that do not
stay up, and jobs that failed. `programs.py run NAME COMMAND [FOLDER …]` runs a command as the application, with its
environment and its folders; `programs.py contained NAME COMMAND` one that starts a container of it. These end with 1 and an account of what went wrong on stdout: states of units and the last
lines of their logs.

`programs.py keep NAME` notes what runs of an application, when all of it does, and says "kept"; `programs.py back NAME`
brings that back, and says what it did. `programs.py tidy NAME PROCESS …` removes the units of processes that are no
longer named (a job is `job-JOB`), and names them.
"""

import http.client
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

ENVIRONMENTS = Path("/etc/offramp")
HOMES = Path("/opt/offramp")
UNITS = Path("/etc/systemd/system")
CONTAINERS = Path("/etc/containers/systemd")  # of them Podman makes units
BEFORE = ".before"  # in an application's home: copies of what ran, by their paths
MOVED = (301, 302, 303, 307, 308)
LOOKS = 3  # a second apart: a unit is started again after two
LINES = 20  # of a log
LONGEST = 300  # of a line
SHORTEST = 6  # what is shorter is no secret, and would blot out words
# of systemd's answer for a unit
REHEARSAL = Path("/etc/offramp/rehearsal")
STATE = ("Id", "ActiveState", "SubState", "Result", "ExecMainStatus", "NRestarts")


def main():
    action, *words = sys.argv[1:]
    actions = {"wait": wait, "check": check, "run": run, "contained": contained, "keep": keep, "back": back, "tidy": tidy}
    said = actions[action](*words)
    if said:
        print(said)
        sys.exit(action in ("wait", "check", "run", "contained"))


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
        down |= {found: name for name in names for found in wanted(name) if state(found)["ActiveState"] != "active"}
        time.sleep(1)
    down |= {found: name for name in names for found in units(name, "job") if state(found)["ActiveState"] == "failed"}
    return "\n".join(clean(name, unit(found)) for found, name in down.items())


def ask(application, host, turns=3):
    """What is wrong with its answer; empty when nothing is. A page that leads on to another of its own (a start page to
    its sign-in) answers as that does."""
    connection = http.client.HTTPConnection("127.0.0.1", application["port"], timeout=20)
    try:
        headers = {"Host": [*application["domains"], host][0], "X-Forwarded-Proto": "https"}
        connection.request("GET", application["health"], headers=headers)
        answer = connection.getresponse()
        if answer.status == 200:
            return ""
        place = answer.headers["Location"]
        own = own_path(place, headers["Host"]) if answer.status in MOVED and place else ""
        if own and turns:
            return ask(application | {"health": own}, host, turns - 1)
        return f"answers {answer.status}" + (f" to {place}" if place else "")
    except (OSError, http.client.HTTPException, ValueError) as err:
        return f"does not answer: {err}"
    finally:
        connection.close()


def own_path(place, name):
    """The path of an address of its own; empty for one elsewhere."""
    parts = urlsplit(place)
    if parts.netloc not in ("", name) or not parts.path.startswith("/"):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def account(application, said):
    """Why it might be so: the application's units, and what they logged last."""
    name = application["name"]
    address = f"http://127.0.0.1:{application['port']}{application['health']}"
    return clean(name, f"{name}: {address} {said}\n" + "\n".join(map(unit, units(name))))


def units(name, kind="app"):
    """Its processes' units; of the kind "job", what its timers start."""
    mine = [path for path in unit_files(name) if path.suffix != ".timer" and path.name.startswith(f"{kind}-")]
    return list(dict.fromkeys(map(unit_of, mine)))


def wanted(name):
    """Of its processes' units those that are to run: in a rehearsal no workers."""
    return [one for one in units(name) if one == f"app-{name}-web.service" or not REHEARSAL.exists()]


def unit_files(name):
    """Of services and timers: `app-a-b-web.service` may be of the application a or of a-b, and says itself of which."""
    mine = f"EnvironmentFile={ENVIRONMENTS}/{name}.env"
    files = [
        path
        for form in ("app", "job")
        for folder, ending in ((UNITS, "service"), (CONTAINERS, "container"))
        for path in sorted(folder.glob(f"{form}-{name}-*.{ending}"))
    ]
    files = [path for path in files if mine in path.read_text().splitlines()]
    timers = [UNITS / f"{path.stem}.timer" for path in files]
    return [*files, *filter(Path.is_file, timers)]


def unit_of(path):
    """The unit that a file describes."""
    return f"{path.stem}.service" if path.suffix == ".container" else path.name


def keep(name):
    """"kept" when there is something to come back to: a release whose processes all run."""
    home = HOMES / name
    shutil.rmtree(home / BEFORE, ignore_errors=True)
    if not (home / "current").is_symlink() or any(state(one)["ActiveState"] != "active" for one in wanted(name)):
        return ""
    (home / BEFORE).mkdir(mode=0o700)
    (home / BEFORE / "current").symlink_to((home / "current").readlink())
    for path in what_runs(name):
        there = home / BEFORE / path.relative_to("/")
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, there)
    return "kept"


def what_runs(name):
    """Files that say what runs: the environment, the commands, the units."""
    environment = ENVIRONMENTS / f"{name}.env"
    commands = (path for path in (HOMES / name).iterdir() if path.is_file() and not path.is_symlink())
    return [*filter(Path.is_file, [environment]), *commands, *unit_files(name)]


def back(name):
    """What ran when it was kept runs again, with the environment and the commands it had."""
    before = HOMES / name / BEFORE
    if not (before / "current").is_symlink():
        return "nothing ran before that could be brought back"
    remove([path for path in unit_files(name) if not (before / path.relative_to("/")).is_file()])
    for path in filter(Path.is_file, before.rglob("*")):
        if path.parent != before:
            shutil.copy2(path, Path("/", path.relative_to(before)))
    release = (before / "current").readlink()
    point(HOMES / name / "current", release)
    output("systemctl", "daemon-reload")
    output("systemctl", "restart", *units(name), *(one.name for one in unit_files(name) if one.suffix == ".timer"))
    return f"the release before it, {release.name}, runs again"


def point(link, target):
    """A link that leads to the one or the other place at any time."""
    new = link.with_name(f".{link.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(link)


def tidy(name, *processes):
    """The units that were removed, one a line."""
    wanted = {f"job-{name}-{one[4:]}" if one.startswith("job-") else f"app-{name}-{one}" for one in processes}
    gone = [path for path in unit_files(name) if path.stem not in wanted]
    remove(gone)
    return "\n".join(map(unit_of, gone))


def remove(files):
    if files:
        output("systemctl", "stop", *map(unit_of, files))
        output("systemctl", "disable", *(path.name for path in files if path.suffix != ".container"))
        for path in files:
            path.unlink()
        output("systemctl", "daemon-reload")


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


def run(name, command, *folders):
    """What the command said, when it failed. Folders are those elsewhere than in its source."""
    settings = [f"--property=User=app-{name}"]
    settings += [f"--property=BindPaths=/var/lib/app-{name}/apart{folder}:{folder}" for folder in folders]
    return carried_out(name, command, settings)


def contained(name, command):
    """The same of a command that starts a container: Podman makes it run as the application."""
    return carried_out(name, command, [])


def carried_out(name, command, settings):
    settings = [*settings, f"--property=EnvironmentFile={ENVIRONMENTS / name}.env"]
    done = subprocess.run(
        ["systemd-run", "--quiet", "--pipe", "--wait", "--collect", *settings, command],
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
