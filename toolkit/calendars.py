"""When cron runs something → the same moments as systemd's `OnCalendar=`.

In: the five fields of crontab(5), its `@daily` and so on, or what systemd.time(7) has; out: one expression or two (cron
runs on a day that fits either of two restricted day fields). Raises ValueError with what is wrong.
"""

import re
from collections.abc import Mapping

_NAMED = {
    "@yearly": "yearly",
    "@annually": "yearly",
    "@monthly": "monthly",
    "@weekly": "weekly",
    "@daily": "daily",
    "@midnight": "daily",
    "@hourly": "hourly",
}
_MONTHS = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)  # noqa: SIM905
}
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_WEEKDAYS = {name.lower(): number for number, name in enumerate(_DAYS)}
_PART = re.compile(r"(\*|(\w+)(?:-(\w+))?)(?:/(\d{1,2}))?")
_SYSTEMD = re.compile(
    r"minutely|hourly|daily|weekly|monthly|quarterly|semiannually|yearly"
    r"|(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z,.]{0,60}(?: |$))?(?=.*[\d*])[\d*/.,:~-]{0,60}(?: [\d*/.,:]{1,40})?"
    r"(?: [A-Z][A-Za-z_]{1,20}(?:/[A-Za-z_]{1,20})?)?",
    re.IGNORECASE,
)


def calendars(when: str) -> tuple[str, ...]:
    """The expressions for `OnCalendar=`: "30 4 * * 1-5" → ("Mon,Tue,Wed,Thu,Fri *-*-* 4:30:00",)."""
    when = " ".join(when.split())
    if when.startswith("@"):
        if when.lower() not in _NAMED:
            raise ValueError(f"there is no {when}; there are {', '.join(_NAMED)}")
        return (_NAMED[when.lower()],)
    fields = when.split(" ")
    if len(fields) != 5:
        if not _SYSTEMD.fullmatch(when):  # what has this form and no sense, systemd refuses when it reads the timer
            raise ValueError("neither five fields of cron nor an expression of systemd's")
        return (when,)
    minutes = _values(fields[0], 0, 59)
    hours = _values(fields[1], 0, 23)
    days = _values(fields[2], 1, 31)
    months = _values(fields[3], 1, 12, _MONTHS)
    weekdays = sorted({day % 7 for day in _values(fields[4], 0, 7, _WEEKDAYS)})
    of_month = _said(days, 1, 31)
    of_week = "" if len(weekdays) == 7 else ",".join(_DAYS[day] for day in weekdays) + " "
    clock = f"{_said(hours, 0, 23)}:{_said(minutes, 0, 59)}:00"
    month = _said(months, 1, 12)
    # crontab(5): where both day fields are restricted, that is begin with no star, either one is enough
    if of_week and of_month != "*" and not fields[2].startswith("*") and not fields[4].startswith("*"):
        return (f"*-{month}-{of_month} {clock}", f"{of_week}*-{month}-* {clock}")
    return (f"{of_week}*-{month}-{of_month} {clock}",)


def _values(field: str, lowest: int, highest: int, names: Mapping[str, int] | None = None) -> list[int]:
    """Every value that a field of cron stands for."""
    found: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if not match:
            raise ValueError(f"{part!r} is nothing that cron knows")
        whole, first, last, step = match.groups()
        begin = lowest if whole == "*" else _number(first, names or {})
        end = highest if whole == "*" or (step and last is None) else _number(last or first, names or {})
        if not lowest <= begin <= end <= highest or step == "0":
            raise ValueError(f"{part!r} is not within {lowest} to {highest}")
        found.update(range(begin, end + 1, int(step or 1)))
    return sorted(found)


def _number(word: str, names: Mapping[str, int]) -> int:
    if word.isdigit():
        return int(word)
    if word.lower() not in names:
        raise ValueError(f"{word!r} is no number")
    return names[word.lower()]


def _said(values: list[int], lowest: int, highest: int) -> str:
    """A star for all; else the values."""
    return "*" if len(values) == highest - lowest + 1 else ",".join(map(str, values))
