"""One task with this platform's figures: how long, until when, by whom, with which commands.

In: a rule of a plan.toml or of checks/tasks.toml, and what is lost. Out: a `Task`, not yet scheduled. Time that a
machine takes to copy is waiting and nobody's work.
"""

import re
from collections.abc import Iterator, Sequence
from math import ceil

from toolkit.catalog.entries import Catalog, EffortRule, PlanTask
from toolkit.model import Effort, Export, Platform, Task, Wait, Window
from toolkit.plan.losses import Gone
from toolkit.plan.measured import MeasuredRule
from toolkit.plan.names import fill, open_words

_OLD = re.compile(r"\$\{?((?:OLD|EXTERNAL)_[A-Z_]+)")
_WRITTEN = re.compile(r"--(?:output|file|result-file|archive)[= ]([a-z]+)/")
ASSUMED_GB = 10.0  # where no source knows the size; the task's basis says so


def task_from(
    rule: PlanTask,
    ident: str,
    needs: Sequence[str],
    capability: str,
    gone: Sequence[Gone],
    platform: Platform,
    catalog: Catalog,
) -> Task:
    """The task, by its rule and these quantities."""
    area = capability.partition(".")[0]
    effort, copying = _effort(rule.effort, gone)
    commands = with_folders((*vendor_commands(rule, gone, catalog), *rule.commands))
    ways = [(one.dependency.id, export.limit) for one in gone for export in _fetched(rule, one, catalog)]
    limits = [f"{ident}: {limit}" for ident, limit in ways if limit]
    return Task(
        id=ident,
        title=rule.title,
        capability=capability,
        phase=rule.phase,
        effort=effort,
        owner=platform.owners.get(capability) or platform.owners.get(area) or rule.owner,
        needs=tuple(needs),
        window=_window(rule, gone),
        commands=commands,
        notes=tuple(dict.fromkeys(limits)),
        look_up=look_up(commands, gone) if rule.fetches or _OLD.search(" ".join(commands)) else (),
        done_when=rule.done_when,
        rollback=rule.rollback,
        wait=_both(copying, rule.wait),
    )


def vendor_commands(rule: PlanTask, gone: Sequence[Gone], catalog: Catalog) -> tuple[str, ...]:
    """The lost vendors' own ways to what the task fetches, else the general way. Nobody else has one here."""
    found = [
        filled
        for one in gone
        for export in _fetched(rule, one, catalog)
        for command in export.commands
        for filled in fill(command, one)
    ]
    return tuple(dict.fromkeys(found)) or rule.general


def with_folders(commands: Sequence[str]) -> tuple[str, ...]:
    """The commands after one that makes the folders they write into, where no client does."""
    folders = dict.fromkeys(name for command in commands for name in _WRITTEN.findall(command))
    return (f"mkdir -p {' '.join(folders)}", *commands) if folders else tuple(commands)


def _fetched(rule: PlanTask, gone: Gone, catalog: Catalog) -> Iterator[Export]:
    """The ways by which it gives what the task fetches, as commands."""
    for export in catalog.exit(gone.dependency.id).exports:
        if export.dataset and export.dataset in rule.fetches and export.commands:
            yield export


def look_up(commands: Sequence[str], gone: Sequence[Gone]) -> tuple[str, ...]:
    """What is still to be filled in or set, and the lines of the platform that say it."""
    found = []
    old = dict.fromkeys(name for command in commands for name in _OLD.findall(command))
    if old:
        found.append(f"{', '.join(old)}: set it first (`read -rs {next(iter(old))}; export …`), from the old settings")
    if words := open_words(commands):
        places = tuple(dict.fromkeys(place for one in gone for place in one.places))
        vendors = ", ".join(dict.fromkeys(one.dependency.id for one in gone))
        where = f"; the platform's own lines on {vendors}: {'; '.join(places)}" if places else ""
        found.append(f"{', '.join(words)}: in the vendor's console or your settings, for no file says it{where}")
    return tuple(found)


def too_early(gone: Gone) -> str:
    """Why something cannot be fetched from it."""
    if not gone.notice_hours and gone.assumed:
        return f"taken to lie at {gone.dependency.vendor}, which ends access without notice"
    if not gone.notice_hours and gone.outage:
        return f"{gone.dependency.vendor} cannot be asked while it is down; when it is back, take it then"
    if not gone.notice_hours:
        return f"{gone.dependency.vendor} ends access without notice"
    return f"{gone.notice_hours:g} h of notice are too few to fetch it by this plan"


def _effort(rule: EffortRule, gone: Sequence[Gone]) -> tuple[Effort, Wait | None]:
    """Whole minutes, as hours, and how they came about; a copy's own time apart."""
    minutes, basis, wait = rule.fixed_minutes, f"{rule.fixed_minutes:g} min", None
    if rule.up_to_minutes > minutes:
        minutes, basis = rule.up_to_minutes, f"{minutes / 60:g} to {rule.up_to_minutes / 60:g} h, the most is planned"
    if rule.per == "item" and rule.minutes_each:
        quantity = _items(gone)
        minutes += rule.minutes_each * quantity
        remark = " (number unknown, 1 assumed)" if quantity == 1 else ""
        basis += f" + {rule.minutes_each:g} min per item × {quantity:g}{remark}"
    if rule.per == "gb" and rule.minutes_each:
        size, remark = _gigabytes(gone)
        hours = ceil(rule.minutes_each * size) / 60
        wait = Wait(hours, hours, f"{rule.minutes_each:g} min per GB × {size:g}{remark}") if hours else None
    measured = rule.measured_minutes if isinstance(rule, MeasuredRule) else 0.0
    return Effort(ceil(minutes) / 60, basis + (f"; {rule.basis}" if rule.basis else ""), measured / 60), wait


def _items(gone: Sequence[Gone]) -> int:
    """People, tickets, tools: of what provides the same as the first, and not of all else that goes along."""
    leading = next((one.dependency.capabilities[:1] for one in gone if one.dependency.quantity > 1), ())
    return sum(one.dependency.quantity for one in gone if not leading or leading[0] in one.dependency.capabilities)


def _both(copying: Wait | None, waiting: Wait | None) -> Wait | None:
    if copying is None or waiting is None:
        return copying or waiting
    return Wait(
        copying.low_hours + waiting.low_hours,
        copying.high_hours + waiting.high_hours,
        f"{copying.basis}; {waiting.basis}",
        waiting.source,
    )


def _gigabytes(gone: Sequence[Gone]) -> tuple[float, str]:
    known = [one.dependency.size_bytes for one in gone if one.dependency.size_bytes is not None]
    if known or not gone:
        return round(sum(known) / 10**9, 1), ""
    return ASSUMED_GB, " (size unknown, assumed)"


def _window(task: PlanTask, gone: Sequence[Gone]) -> Window:
    """Before access ends: within the notice of the first vendor that goes."""
    limits = [] if task.latest_hours is None else [task.latest_hours]
    if task.before_access_ends and gone:
        limits.append(min(one.notice_hours for one in gone))
    return Window(task.before_access_ends and bool(gone), min(limits, default=None))
