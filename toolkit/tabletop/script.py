"""Plan + scenario → the script: events as they come, the decisions due at each, the runbook pages to open.

Hours count from the moment notice is given. Everything asked comes from the plan: what nobody loses is not asked about.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from toolkit.catalog.entries import Scenario
from toolkit.model import SCHEMA_VERSION, Loss, Plan, Tabletop, TabletopEntry, Task, WayOut

INDEX = "index.md"
_LEAST_MINUTES, _LONG_WAIT_HOURS = 1.0, 1.0
_LEAD, _PLATFORM, _SUPPORT = "whoever leads", "platform", "support"
_PLACES = (
    "the generated project (infra/)",
    "the key of its vault",
    "backups and exports",
    "the newest clone of the code",
)
_LEFT_AFTER = {
    "none": "nothing can be reached afterwards",
    "read-only": "data can be read for a while afterwards, and nothing changed",
    "console": "the console still answers afterwards",
}


def script(plan: Plan, scenario: Scenario | None = None, *, minutes: float) -> Tabletop:
    """The script of a tabletop that takes about so many minutes, with nothing answered yet."""
    entries = sorted(_entries(plan, scenario), key=lambda one: (one.at_hours, one.kind == "decision"))  # events first
    asked = sum(entry.kind == "decision" for entry in entries)
    each = max(_LEAST_MINUTES, round(minutes / max(asked, 1), 1))
    timed = (msgspec.structs.replace(one, minutes=each) if one.kind == "decision" else one for one in entries)
    return Tabletop(
        schema_version=SCHEMA_VERSION,
        tool=plan.tool,
        catalog=plan.catalog,
        platform=plan.platform.name,
        plan=fingerprint(plan),
        title=scenario.title if scenario else f"{', '.join(_names(plan.losses, plan))} lost",
        losses=plan.losses,
        entries=tuple(timed),
        known=tuple(_known(plan)),
        scenario=scenario.id if scenario else "",
    )


def fingerprint(plan: Plan) -> str:
    """SHA-256 of the plan's content: by it answers are known to be of this script."""
    read = msgspec.json.decode(msgspec.json.encode(plan), type=Plan)  # as from a file, where 1 hour is 1.0 hours
    return hashlib.sha256(msgspec.json.encode(read, order="deterministic")).hexdigest()


def _entries(plan: Plan, scenario: Scenario | None) -> Iterator[TabletopEntry]:
    yield _notice(plan, scenario)
    yield from _at_once(plan)
    for hours in sorted({loss.notice_hours for loss in plan.losses}):
        yield from _cut(plan, hours)
    yield from _frozen(plan)
    yield from _back(plan)
    yield from _debriefing(plan, scenario)


# --- the hour in which notice is given --------------------------------------------------------------------------------
def _notice(plan: Plan, scenario: Scenario | None) -> TabletopEntry:
    """Who goes: with notice or, like most of them, without."""
    gone = [loss for loss in plan.losses if loss.notice_hours == 0]
    later = [loss for loss in plan.losses if loss.notice_hours > 0]
    about = [f"{name}: gone, without notice" for name in _names(gone, plan)]
    about += [
        f"{name}: notice of {loss.notice_hours:g} hours" for loss, name in zip(later, _names(later, plan), strict=True)
    ]
    if scenario:
        about.append(_LEFT_AFTER[scenario.access_after_cut])
    return TabletopEntry("notice", "event", 0.0, "Notice is given", tuple(about))


def _at_once(plan: Plan) -> Iterator[TabletopEntry]:
    """What is to be decided before anything is done."""
    yield _ask("lead", "Who leads, who writes down, and where do you talk if chat and mail are gone?", asked=_LEAD)
    where = "Where is each of these at this moment, who holds it, and can that person be reached on a weekend?"
    yield _ask("places", where, _PLACES, asked=_PLATFORM)
    early = [task for task in plan.tasks if task.who and task.start_hours < 1]
    if early:
        begun = "Who begins with which of these in the first hour?"
        yield _of_tasks("first-hour", begun, early, asked=_LEAD)
    late = [task for task in plan.tasks if task.late]
    if late:
        over = "The plan cannot finish these in time. For each: begin at once, drop something else, or accept the loss?"
        yield _of_tasks("too-late", over, late, asked=_LEAD)
    waiting = [task for task in plan.tasks if task.wait and task.wait.high_hours >= _LONG_WAIT_HOURS]
    if waiting:
        opened = "These wait for others. Which contract or account exists already, who opens the rest, and who pays?"
        yield _of_tasks("waits", opened, waiting, asked=_LEAD)
    if plan.obstacles:
        reasons = [one.reason for one in plan.obstacles]
        settled = "What is generated from this plan does not run yet. Who settles it, and when?"
        yield _ask("obstacles", settled, reasons, asked=_PLATFORM)
    for capability, lost in _unplanned(plan).items():
        text = f"Nothing replaces {', '.join(lost)}. What do people do without it, and who tells them?"
        yield _ask(f"without {capability}", text, [capability], asked=_owner(plan, capability))
    for hours in sorted({loss.notice_hours for loss in plan.losses} - {0.0}):
        yield from _taken_out(plan, hours)


def _unplanned(plan: Plan) -> dict[str, list[str]]:
    """capability → the dependencies that nothing replaces."""
    found: dict[str, list[str]] = {}
    for one in plan.unplanned:
        found.setdefault(one.capability, []).append(one.dependency)
    return found


def _taken_out(plan: Plan, hours: float) -> Iterator[TabletopEntry]:
    """What can still be fetched while there is access."""
    ways = [way for way in _ways(plan, hours) if way.exports]
    if ways:
        what = [f"{way.dependency}: {one.what}" for way in ways for one in way.exports]
        names = ", ".join(_names(_ending(plan, hours), plan))
        text = f"Before access to {names} ends: who takes out what, with whose login, and onto which disk?"
        yield _ask(f"take-out {hours:g}", text, what, asked=_PLATFORM, due=hours, pages=_pages(plan, ways))


# --- access ends ------------------------------------------------------------------------------------------------------
def _cut(plan: Plan, hours: float) -> Iterator[TabletopEntry]:
    names = ", ".join(_names(_ending(plan, hours), plan))
    dark = [one.title or one.journey for one in plan.journeys if one.dark_hours == hours]
    about = [f"stops: {title}" for title in dark]
    yield TabletopEntry(f"cut {hours:g}", "event", hours, f"Access to {names} ends", tuple(about))
    ways = _ways(plan, hours)
    left = [f"{way.dependency}: {one.what} ({one.why})" for way in ways for one in way.keeps]
    left += [
        f"{way.dependency}: {one.what}: cannot be fetched any more"
        for way in ways
        if hours == 0
        for one in way.exports
        if not one.held
    ]
    if left:
        text = "This stays behind. Is there a copy, how old is it, and what do you do without?"
        yield _ask(f"left {hours:g}", text, left, asked=_LEAD, at=hours, pages=_pages(plan, ways))
    if dark:
        text = "People stand before a closed door. What do they read, where, and who writes it?"
        yield _ask(f"tell {hours:g}", text, about, asked=_SUPPORT, at=hours)


# --- the move ---------------------------------------------------------------------------------------------------------
def _frozen(plan: Plan) -> Iterator[TabletopEntry]:
    start, length = plan.schedule.freeze_start_hours, plan.schedule.freeze_hours
    if start is None:
        return
    minutes = round(length * 60)
    yield TabletopEntry("freeze", "event", start, f"Writers are stopped for about {minutes} minutes")
    cutting = [task for task in plan.tasks if task.phase in ("freeze", "cut over")]
    text = "Who says that it begins, who checks the copy before it ends, and who may decide to go back?"
    yield _of_tasks("cut-over", text, cutting, asked=_LEAD, at=start)


def _back(plan: Plan) -> Iterator[TabletopEntry]:
    """One entry for each moment at which journeys come back, and one for those that do not."""
    moments = sorted({one.latest_hours for one in plan.journeys if one.latest_hours is not None})
    for hours in moments:
        titles = [one.title or one.journey for one in plan.journeys if one.latest_hours == hours]
        yield TabletopEntry(
            f"back {hours:g}", "event", hours, "By the plan this works again", tuple(titles), pages=(INDEX,)
        )
        text = "Who checks that it does, how, and who tells people that it does?"
        yield _ask(f"check {hours:g}", text, titles, asked=_SUPPORT, at=hours)
    never = [
        f"{one.title or one.journey}: {'; '.join(one.missing)}" for one in plan.journeys if one.latest_hours is None
    ]
    if never:
        text = "The plan does not bring these back. What would, what does it cost, and who decides?"
        yield _ask("not-back", text, never, asked=_LEAD, at=_end(plan))


def _debriefing(plan: Plan, scenario: Scenario | None) -> Iterator[TabletopEntry]:
    end = _end(plan)
    if scenario:
        took = f"in the real case the platform was back after {scenario.recovery_hours:g} hours"
        about = [took] if scenario.recovery_hours is not None else []
        about += [scenario.lesson] if scenario.lesson else []
        yield TabletopEntry("real-case", "event", end, f"{scenario.date}: {scenario.title}", tuple(about))
    text = "What of today would have gone wrong? Which three things change, who does each, and until when?"
    yield _ask("lessons", text, asked=_LEAD, at=end)


def _end(plan: Plan) -> float:
    """When the story ends: everything of the plan is done, and every loss has come."""
    back = [one.latest_hours for one in plan.journeys if one.latest_hours is not None]
    return max([plan.schedule.makespan_hours, *back, *(loss.notice_hours for loss in plan.losses)])


# --- parts ------------------------------------------------------------------------------------------------------------
def _ask(
    ident: str,
    text: str,
    about: Iterable[str] = (),
    *,
    asked: str,
    at: float = 0.0,
    due: float | None = None,
    pages: Sequence[str] = (INDEX,),
) -> TabletopEntry:
    told = tuple(dict.fromkeys(about))
    return TabletopEntry(ident, "decision", at, text, told, asked, due, tuple(pages))


def _of_tasks(ident: str, text: str, tasks: Sequence[Task], *, asked: str, at: float = 0.0) -> TabletopEntry:
    about = [f"{task.title} ({task.owner})" for task in tasks]
    pages = dict.fromkeys(f"{task.capability}.md" for task in tasks)
    return _ask(ident, text, about, asked=asked, at=at, pages=(INDEX, *pages))


def _ending(plan: Plan, hours: float) -> list[Loss]:
    return [loss for loss in plan.losses if loss.notice_hours == hours]


def _ways(plan: Plan, hours: float) -> list[WayOut]:
    """What is known of leaving what ends then."""
    return [way for way in plan.ways_out if way.at_hours == hours]


def _pages(plan: Plan, ways: Iterable[WayOut]) -> tuple[str, ...]:
    """The runbooks of what replaces them; a capability without a task has none."""
    written = {task.capability for task in plan.tasks}
    wanted = dict.fromkeys(one for way in ways for one in way.capabilities if one in written)
    return tuple(f"{capability}.md" for capability in wanted) or (INDEX,)


def _along(loss: Loss, plan: Plan) -> tuple[str, ...]:
    return next((one.names for one in plan.taken if one.loss == loss.vendor), ())


def _names(losses: Iterable[Loss], plan: Plan) -> list[str]:
    """Each lost vendor, with what goes along."""
    along = ((loss.vendor, _along(loss, plan)) for loss in losses)
    return [f"{vendor} (with it {', '.join(names)})" if names else vendor for vendor, names in along]


def _owner(plan: Plan, capability: str) -> str:
    """Who is named for it in `owners` of offramp.toml, by itself or for its area."""
    owners = plan.platform.owners
    return owners.get(capability) or owners.get(capability.partition(".")[0]) or _LEAD


def _known(plan: Plan) -> Iterator[str]:
    """What the plan itself cannot do, whatever people answer."""
    yield from (f"not runnable yet: {one.reason}" for one in plan.obstacles)
    yield from (f"nothing replaces {one.dependency} ({one.capability}): {one.reason}" for one in plan.unplanned)
    yield from (f"too late by the plan: {task.title}" for task in plan.tasks if task.late)
    yield from (f"lost for good: {one.dependency}: {one.what} ({one.why})" for one in plan.data_lost)
    yield from (f"not brought back: {one.title or one.journey}" for one in plan.journeys if one.latest_hours is None)
