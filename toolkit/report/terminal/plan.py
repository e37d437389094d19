"""The schedule in figures, what must be done before access ends, what nothing replaces."""

from rich.console import Console

from toolkit.model import Plan, Task
from toolkit.report.facts import export_words, kept_words
from toolkit.report.terminal.screen import in_hours, listing, plural, put


def write_plan(out: Console, plan: Plan) -> None:
    schedule = plan.schedule
    put(out, (plan.platform.name, "bold"), f": {in_hours(schedule.makespan_hours)} with {schedule.people} people")
    put(out, f"  no plan can be shorter than {in_hours(schedule.lower_bound_hours)}")
    if plan.losses:
        lost = ", ".join(f"{loss.vendor} ({in_hours(loss.notice_hours)} notice)" for loss in plan.losses)
        put(out, ("Lost: ", "bold"), lost)
    out.print()
    listing(out, "Cannot be done in time", _tasks([task for task in plan.tasks if task.late]), "bold red")
    urgent = [task for task in plan.tasks if task.window.before_access_ends and not task.late]
    listing(out, "Before access ends", _tasks(urgent))
    take = [f"{way.dependency}: {export_words(fact, brief=True)}" for way in plan.ways_out for fact in way.exports]
    listing(out, "Take along", take)
    leave = [f"{way.dependency}: {kept_words(fact, brief=True)}" for way in plan.ways_out for fact in way.keeps]
    listing(out, "Stays behind", leave)
    replaced = [
        f"{', '.join(item.capabilities)}: {item.blueprint} on {', '.join(item.hosts)}" for item in plan.replacements
    ]
    listing(out, f"Replacements ({plural(plan.tasks, 'task')}, {plural(plan.hosts, 'host')})", replaced)
    if missing := [f"{item.dependency} ({item.capability})" for item in plan.unplanned]:
        put(out, (f"Nothing replaces {len(missing)}: ", "bold"), ", ".join(missing))
    out.print()
    put(out, ("Next: ", "bold"), "offramp generate plan.json --target hosts --to infra/")


def _tasks(tasks: list[Task]) -> list[str]:
    ordered = sorted(tasks, key=lambda task: (task.finish_hours, task.id))
    return [f"by {in_hours(task.finish_hours)}: {task.title} ({task.capability}, {task.owner})" for task in ordered]
