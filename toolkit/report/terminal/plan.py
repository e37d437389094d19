"""The schedule in figures, what must be done before access ends, what nothing replaces."""

from rich.console import Console

from toolkit.model import Plan, Task
from toolkit.report.terminal.screen import count, hours, line, listing


def write_plan(out: Console, plan: Plan) -> None:
    schedule = plan.schedule
    line(out, (plan.platform.name, "bold"), f": {hours(schedule.makespan_hours)} with {schedule.people} people")
    line(out, f"  no plan can be shorter than {hours(schedule.lower_bound_hours)}")
    if plan.losses:
        lost = ", ".join(f"{loss.vendor} ({hours(loss.notice_hours)} notice)" for loss in plan.losses)
        line(out, ("Lost: ", "bold"), lost)
    out.print()
    listing(out, "Cannot be done in time", _tasks([task for task in plan.tasks if task.late]), "bold red")
    urgent = [task for task in plan.tasks if task.window.before_access_ends and not task.late]
    listing(out, "Before access ends", _tasks(urgent))
    replaced = [
        f"{', '.join(item.capabilities)}: {item.blueprint} on {', '.join(item.hosts)}" for item in plan.replacements
    ]
    listing(out, f"Replacements ({count(plan.tasks, 'task')}, {count(plan.hosts, 'host')})", replaced)
    missing = [f"{item.dependency} ({item.capability}): {item.reason}" for item in plan.unplanned]
    listing(out, "Nothing replaces", missing)
    out.print()
    line(out, ("Next: ", "bold"), "offramp generate plan.json --target hosts --to infra/")


def _tasks(tasks: list[Task]) -> list[str]:
    ordered = sorted(tasks, key=lambda task: (task.finish_hours, task.id))
    return [f"by {hours(task.finish_hours)}: {task.title} ({task.capability}, {task.owner})" for task in ordered]
