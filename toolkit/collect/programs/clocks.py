"""What is run by the clock elsewhere: `config/schedule.rb` of whenever, `cron` of app.json, `crons` of vercel.json.

In: a tree. Out: facts "cron" with the five fields of cron as their key, for the folder of the file's program.
"""

import re
import shlex
from collections.abc import Iterator

from toolkit.collect.programs.facts import Fact, items, json_object, line, words
from toolkit.collect.programs.tree import Tree, at, line_of, named, split, text

_AT = re.compile(r"(?:\bat:|:at ?=>) ?['\"]([^'\"]+)['\"]")
_TASK = re.compile(r"(?P<kind>rake|runner|command)\s*\(?\s*(?P<quote>['\"])(?P<what>.+?)(?P=quote)\s*\)?(?:\s*,.*)?")
_SPAN = re.compile(
    r"(?:(\d+)\.)?(minute|hour|day|week|month|sunday|monday|tuesday|wednesday|thursday|friday|saturday|weekday)s?"
)
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*(am|pm)?", re.IGNORECASE)
_DAYS = {name: str(number) for number, name in enumerate(
    ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"))} | {"weekday": "1-5"}  # fmt: skip
_COMMANDS = {"rake": "bundle exec rake {}", "runner": "bundle exec rails runner {}", "command": "{}"}
_AS_ADMINISTRATOR = "curl --fail --silent --show-error --max-time 3600"


def read(tree: Tree) -> Iterator[Fact]:
    """Facts of every such file."""
    for path in named(tree, r"schedule\.rb"):
        if split(path)[0].endswith("config/"):
            yield from _whenever(tree, path)
    for path in named(tree, r"app\.json"):
        for said in items(json_object(text(tree, path)).get("cron")):
            command, when = words(said, "command"), words(said, "schedule")
            if command and when:
                yield Fact(split(path)[0], "cron", command, at(path, line_of(text(tree, path), command)), when)
    for path in named(tree, r"vercel\.json"):
        for said in items(json_object(text(tree, path)).get("crons")):
            asked, when = words(said, "path"), words(said, "schedule")
            if re.fullmatch(r"/[\w./?=&%-]{0,200}", asked) and when:
                # as that platform calls it: with the secret that the program compares, where it has one
                command = (
                    f'{_AS_ADMINISTRATOR} --header "Authorization: Bearer $CRON_SECRET" "http://127.0.0.1:$PORT{asked}"'
                )
                yield Fact(split(path)[0], "cron", command, at(path, line_of(text(tree, path), asked)), when)


def _whenever(tree: Tree, path: str) -> Iterator[Fact]:
    """`every 1.day, at: '4:30 am' do` and the tasks up to its `end`."""
    folder, when = path.removesuffix("config/schedule.rb"), ""
    for number, row in enumerate(text(tree, path).split("\n")[:1000], 1):
        plain = row.partition(" #")[0].strip()
        if found := _every(plain):
            span, clock = found
            when = _cron(span, clock) or line(f"every {span}" + (f" at {clock}" if clock else ""))
        elif plain == "end":
            when = ""
        elif when and (task := _TASK.fullmatch(plain)):
            quoted = shlex.quote(task["what"]) if task["kind"] == "runner" else task["what"]
            yield Fact(folder, "cron", line(_COMMANDS[task["kind"]].format(quoted)), at(path, number), when)


def _every(row: str) -> tuple[str, str] | None:
    """What stands behind `every`, and behind `at:` ("": nothing)."""
    head, do, block = row.removeprefix("every").rpartition(" do")
    if not row.startswith(("every ", "every(")) or not do or block.strip(" |abcdefghijklmnopqrstuvwxyz_"):
        return None
    said = head.strip().removeprefix("(").removesuffix(")").strip()
    quoted = said.find(said[0], 1) if said[:1] in ("'", '"') else -1
    span, rest = (said[: quoted + 1], said[quoted + 1 :]) if quoted > 0 else (said.split(",")[0], said)
    at_clock = _AT.search(rest)
    return span.strip(), at_clock[1] if at_clock else ""


def _cron(when: str, clock: str) -> str:
    """Five fields; "" for what this does not know."""
    if re.fullmatch(r"['\"][\d*/,\s-]+['\"]", when):
        return " ".join(when.strip("'\"").split())
    named_ = re.fullmatch(r":(\w+)", when)
    found = _SPAN.fullmatch(named_[1] if named_ else when)
    hour, minute = _time(clock)
    if not found or hour < 0:
        return ""
    every, unit = int(found[1] or 1), found[2]
    match unit:
        case "minute":
            return "* * * * *" if every == 1 else f"*/{every} * * * *" if every < 60 else ""
        case "hour":
            return f"{minute} * * * *" if every == 1 else f"{minute} */{every} * * *" if every < 24 else ""
        case "day":
            return f"{minute} {hour} * * *" if every == 1 else f"{minute} {hour} */{every} * *" if every < 28 else ""
        case "week":
            return f"{minute} {hour} * * 0" if every == 1 else ""
        case "month":
            return f"{minute} {hour} 1 * *" if every == 1 else ""
    return f"{minute} {hour} * * {_DAYS[unit]}"


def _time(clock: str) -> tuple[int, int]:
    """Hour and minute; midnight where nothing is said, a negative hour where it is no time."""
    if not clock:
        return 0, 0
    found = _CLOCK.fullmatch(clock.strip())
    if not found:
        return -1, 0
    hour, half = int(found[1]), (found[3] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return (hour, int(found[2] or 0)) if hour < 24 else (-1, 0)
