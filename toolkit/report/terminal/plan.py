"""The schedule in figures, what must be done before access ends, what nothing replaces, why it would not run yet."""

from rich.console import Console

from toolkit.model import Comparison, Plan, Task, Today, Unplanned
from toolkit.report import caveats
from toolkit.report.facts import export_words, in_hours, kept_words
from toolkit.report.terminal.screen import SHOWN, listing, plural, put


def write_plan(out: Console, plan: Plan) -> None:
    schedule = plan.schedule
    if plan.tasks and plan.journeys:
        put(out, (caveats.name(plan), "bold"), f": {caveats.figures(plan)}")
    elif plan.tasks:
        put(out, (caveats.name(plan), "bold"), f": {in_hours(schedule.makespan_hours)} with {schedule.people} people")
        bound = in_hours(schedule.lower_bound_hours)
        put(out, f"  these tasks, waits included, cannot be done in less than {bound}")
    else:
        put(out, (caveats.name(plan), "bold"), f": {caveats.figures(plan)}")
    if plan.losses:
        lost = ", ".join(f"{caveats.loss(loss, plan)} ({in_hours(loss.notice_hours)} notice)" for loss in plan.losses)
        put(out, ("Lost: ", "bold"), lost)
    if plan.tasks and (idle := caveats.untouched(plan)):
        put(out, f"  {'; '.join(idle)}")
    out.print()
    listing(out, caveats.JOURNEYS, caveats.journeys(plan), limit=2 * SHOWN)
    if window := caveats.freeze(plan):
        put(out, window)
    if efforts := caveats.measured(plan):
        put(out, efforts.replace("`", ""))
    listing(out, "Cannot be done in time", _tasks([task for task in plan.tasks if task.late]), "bold red")
    listing(out, caveats.LOST_DATA, caveats.data_lost(plan), "bold red")
    urgent = [task for task in plan.tasks if task.window.before_access_ends and not task.late]
    listing(out, "Before access ends", _tasks(urgent))
    ways = [way for way in plan.ways_out if way.at_hours > 0]
    take = [f"{way.dependency}: {export_words(fact, brief=True)}" for way in ways for fact in way.exports]
    listing(out, "Take along", take)
    leave = [f"{way.dependency}: {kept_words(fact, brief=True)}" for way in plan.ways_out for fact in way.keeps]
    listing(out, "Stays behind", leave)
    replaced = [
        f"{', '.join(item.capabilities)}: {item.blueprint} on {', '.join(item.hosts)}" for item in plan.replacements
    ]
    listing(out, f"Replacements ({plural(plan.tasks, 'task')}, {plural(plan.hosts, 'host')})", replaced)
    if missing := [f"{item.dependency} ({item.capability}{_speaking(item)})" for item in plan.unplanned]:
        put(out, (f"Nothing replaces {len(missing)}: ", "bold"), ", ".join(missing))
    listing(out, caveats.ASSUMED, caveats.assumed(plan))
    listing(out, f"{caveats.NOT_RUNNABLE} …", caveats.obstacles(plan), "bold red", limit=2 * SHOWN)
    listing(out, f"{caveats.TO_DO}:", caveats.hints(plan))
    if plan.replacements:
        out.print()
        put(out, ("Next: ", "bold"), "offramp generate plan.json --target hosts --to infra/")


def write_comparison(out: Console, comparison: Comparison) -> None:
    crew = f"{comparison.people} {'person' if comparison.people == 1 else 'people'}"
    put(out, (comparison.platform, "bold"), f": what each loss costs, with {crew}")
    for loss, back, lost, work, wait in caveats.comparison(comparison):
        out.print()
        put(out, (loss, "bold"))
        put(out, f"  back: {back}")
        put(out, f"  data lost: {lost}")
        put(out, f"  work: {work}, longest wait: {wait}")
    if not comparison.rows:
        put(out, "no company that was found can stop a journey alone")


def write_today(out: Console, today: Today) -> None:
    put(out, (today.platform, "bold"), f": {caveats.feared(today)}")
    for what, saves, without, work, wait in caveats.today(today):
        out.print()
        put(out, (what, "bold"))
        put(out, f"  saves: {saves}")
        put(out, f"  without it: {without}")
        put(out, f"  work: {work}, longest wait: {wait}")
    if not today.rows:
        put(out, "no copy and no contract would change what is lost or when people are back")


def _speaking(item: Unplanned) -> str:
    """What it is used with, where that is why nothing replaces it."""
    return f", speaks {' or '.join(item.speaks)}" if item.speaks else ""


def _tasks(tasks: list[Task]) -> list[str]:
    ordered = sorted(tasks, key=lambda task: (task.finish_hours, task.id))
    return [f"by {in_hours(task.finish_hours)}: {task.title} ({task.capability}, {task.owner})" for task in ordered]
