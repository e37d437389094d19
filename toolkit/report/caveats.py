"""What a plan is worth, in words: whether what it builds could run, what it takes for granted, what it does not touch.

In: a plan. Out: plain text, not yet escaped for any format.
"""

from itertools import pairwise

from msgspec.structs import replace

from toolkit.model import Comparison, Loss, Plan, Return, Task, Today, Wait

NOT_RUNNABLE = "Not runnable yet, because"
TO_DO = "What to do about it"
_SAME = 1 / 120  # hours: half a minute
JOURNEYS = "When people can do what again"
ASSUMED = "Taken for granted"
LOST_DATA = "Lost with them"


def name(plan: Plan) -> str:
    """What the platform is called: in offramp.toml, else by its checkouts."""
    return plan.called or plan.platform.name


def figures(plan: Plan) -> str:
    """When journeys are back and how long all tasks take, or that nothing is to be done."""
    if not plan.tasks:
        return "Nothing to do: " + ("; ".join(untouched(plan)) or _nothing(plan)) + "."
    schedule = plan.schedule
    if plan.journeys:
        first = "Only when what is listed as not runnable is settled: " if plan.obstacles and _some_return(plan) else ""
        return f"{first}{returned(plan)}. All tasks, waits included: {_all(plan)}."
    taken = f"{schedule.makespan_hours:.1f} hours with {_crew(schedule.people)}"
    bound = f"these tasks cannot be done in less than {schedule.lower_bound_hours:.1f} hours"
    return f"No journey stops with it, as far as was seen. {taken}; {bound}."


def _crew(number: int) -> str:
    return "one person" if number == 1 else f"{number} people"


def _some_return(plan: Plan) -> bool:
    return any(one.latest_hours is not None for one in plan.journeys)


def loss(lost: Loss, plan: Plan) -> str:
    """The lost company, and what goes with it by the names that people know."""
    names = next((one.names for one in plan.taken if one.loss == lost.vendor), ())
    return f"{lost.vendor} (with it {', '.join(names)})" if names else lost.vendor


def returned(plan: Plan) -> str:
    """When the stopped journeys are back, or that they are not: what the plan is for."""
    latest = [one.latest_hours for one in plan.journeys if one.latest_hours is not None]
    if not latest:
        return "Nothing that stops is brought back by this plan"
    dark = len(plan.journeys) - len(latest)
    which = f"{len(latest)} of {len(plan.journeys)} stopped journeys are back" if dark else "All journeys are back"
    if all(one.perhaps for one in plan.journeys):
        which = f"If they stop, which nobody has answered yet, {which[:1].lower()}{which[1:]}"
    return f"{which} by {clock(max(latest))}"


def _all(plan: Plan) -> str:
    schedule = plan.schedule
    waiting = max((_waiting(task) for task in plan.tasks if task.phase not in ("settle", "retire")), default=0.0)
    longest = f", the longest wait {_long(waiting)}" if waiting else ""
    return f"{schedule.makespan_hours:.1f} hours with {_crew(schedule.people)}{longest}"


def _nothing(plan: Plan) -> str:
    if not plan.losses:
        return "nobody is lost, and no company that was found can stop a journey alone"
    return "nothing here takes over for what is lost" if plan.unplanned else "nothing is lost that was found"


def untouched(plan: Plan) -> list[str]:
    """One sentence for each lost vendor that nothing hangs on."""
    return [f"nothing that was found hangs on {vendor}" for vendor in plan.untouched]


def clock(hours: float) -> str:
    """Hours after T, when notice is given: `T+07:30`, from the third day on in days."""
    minutes = round(hours * 60)
    if minutes >= 72 * 60:
        return f"T+{hours / 24:.0f} days"
    return f"T+{minutes // 60:02d}:{minutes % 60:02d}"


def journeys(plan: Plan) -> list[str]:
    """When each stopped journey is back, and what that hangs on, one sentence each."""
    return [_journey(one, plan) for one in plan.journeys]


def _journey(one: Return, plan: Plan) -> str:
    if one.perhaps:
        surely = replace(one, title=f"{one.title}: may stop, which nobody has answered yet; if so")
        return _journey(replace(surely, perhaps=False), plan)
    if one.back_hours is None or one.latest_hours is None:
        return f"{one.title}: not brought back by this plan, for {'; '.join(one.missing)}"
    early, late = clock(one.back_hours), clock(one.latest_hours)
    span = early if early == late else f"{early} to {late}"
    slowest = max(_waited_for(one, plan), key=_waiting, default=None)
    hangs = f"; it waits for “{slowest.title}”" if slowest and _waiting(slowest) >= 1 else ""
    dark = clock(one.dark_hours)
    if one.latest_hours <= one.dark_hours:
        return f"{one.title}: does not stop: it has moved by {late}, and access ends at {dark}"
    if one.back_hours <= one.dark_hours:
        return f"{one.title}: has moved by {early} for the first; for the last dark from {dark}, back {late}{hangs}"
    return f"{one.title}: back {span}, dark from {dark}{hangs}"


def _waited_for(one: Return, plan: Plan) -> list[Task]:
    """The tasks on its way whose waits are on it too: the next needs them, and is not merely the same person's."""
    known = {task.id: task for task in plan.tasks}
    way = [known[name] for name in one.path if name in known]
    followed = [task for task, after in pairwise(way) if task.id in after.needs]
    return [*followed, *way[-1:]]


def _waiting(task: Task) -> float:
    return task.wait.high_hours if task.wait else 0.0


def wait(waiting: Wait) -> str:
    """`6 min to 2 h: basis`; the source is not in it."""
    low, high = _long(waiting.low_hours), _long(waiting.high_hours)
    span = high if low == high else f"{low} to {high}"
    return f"{span}: {waiting.basis}"


def _long(hours: float) -> str:
    if hours < 1:
        return f"{hours * 60:.0f} min"
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"


def freeze(plan: Plan) -> str:
    """How long nobody can write; empty where there is no such window."""
    start, length = plan.schedule.freeze_start_hours, plan.schedule.freeze_hours
    if start is None:
        return ""
    shown = f"Freeze window: {clock(start)}, {round(length * 60)} minutes in which nobody can write"
    last = [task for task in plan.tasks if task.phase == "cut over" and abs(task.finish_hours - start - length) < _SAME]
    late = round(max((task.done_hours - task.finish_hours for task in last), default=0.0) * 60)
    return shown + (f", and up to {late} more for whoever is still led to the old hosts" if late else "")


def measured(plan: Plan) -> str:
    """How much of the work was measured by a drill, and how much is a guess; empty where there is none."""
    inside = [task for task in plan.tasks if task.who and task.effort.hours]
    if not inside:
        return ""
    hours = sum(task.effort.hours for task in inside)
    known = sum(task.effort.measured_hours for task in inside)
    if not known:
        hint = "`offramp audit --record` takes a drill's journal"
        return f"All {hours:.1f} h of work are guesses, each with its basis: {hint}"
    count = sum(1 for task in inside if task.effort.measured_hours)
    marked = f"{count} tasks, which say “measured”; all else is a guess, each with its basis"
    return f"Of {hours:.1f} h of work a drill measured {known:.1f} h, in {marked}"


def effort(task: Task) -> str:
    """`20 min, a guess`, `10 min, 5 min of it measured`: of what sort the figure is."""
    whole = _long(task.effort.hours)
    if not task.effort.hours:
        return whole
    if not task.effort.measured_hours:
        return f"{whole}, a guess"
    return f"{whole}, {_long(task.effort.measured_hours)} of it measured"


def obstacles(plan: Plan) -> list[str]:
    """What keeps it from running, each completing "not runnable yet, because …"."""
    return [one.reason for one in plan.obstacles]


def hints(plan: Plan) -> list[str]:
    """What to do about that, each thing once."""
    return list(dict.fromkeys(part for one in plan.obstacles for part in one.hint.split("; ") if part))


def assumed(plan: Plan) -> list[str]:
    """What nobody could see: of the platform itself, then of what each replacement is used with."""
    return [*plan.assumed, *(sentence for one in plan.replacements for sentence in one.assumed)]


def data_lost(plan: Plan) -> list[str]:
    """What nobody can have back, one sentence for each."""
    return [f"{one.dependency}: {one.what} ({one.why})" for one in plan.data_lost]


def comparison(table: Comparison) -> list[tuple[str, str, str, str, str]]:
    """Loss, journeys back when, data lost, work, waiting: one row for each loss."""
    return [
        (
            ", ".join(f"{loss.vendor} ({loss.notice_hours:g} h notice)" for loss in row.losses),
            "; ".join(_back(one) for one in row.journeys) or "none is stopped",
            "; ".join(dict.fromkeys(f"{one.dependency}: {one.what}" for one in row.data_lost)) or "none",
            f"{row.work_hours:g} h",
            _long(row.waiting_hours),
        )
        for row in table.rows
    ]


def today(table: Today) -> list[tuple[str, str, str, str, str]]:
    """What to do, what it saves, what it keeps, work, waiting: one row for each thing."""
    return [
        (
            row.title,
            "; ".join(
                [
                    *(f"{one}: comes back only with it" for one in row.brings_back),
                    *([f"{row.saves_hours:g} h of outage"] if row.saves_hours else []),
                ]
            )
            or ("no hour of outage: the data beside alone" if row.keeps else "no outage"),
            "; ".join(dict.fromkeys(f"{one.dependency}: {one.what}" for one in row.keeps)) or "nothing more",
            f"{row.work_hours:.2g} h",
            _long(row.wait_hours),
        )
        for row in table.rows
    ]


TODAY = ("To do today", "Saves", "Without it", "Work", "Longest wait")


def feared(table: Today) -> str:
    """For which loss, in words."""
    who = ", ".join(f"{loss.vendor} ({loss.notice_hours:g} h notice)" for loss in table.losses)
    return f"Before {who} is lost" if who else "Nobody was found whose loss stops anything"


COMPARED = ("Loss", "Journeys back", "Data lost", "Work", "Longest wait")


def _back(one: Return) -> str:
    if one.back_hours is None or one.latest_hours is None:
        return f"{one.journey} {'may stop, ' if one.perhaps else ''}not brought back"
    early, late = clock(one.back_hours), clock(one.latest_hours)
    perhaps = ", if it stops" if one.perhaps else ""
    return f"{one.journey} {early}" + (f" to {late}" if early != late else "") + perhaps


PLACES = ("The generated project (infra/)", "The key of its vault", "Backups and exports", "The code, newest clone")
FOLDER = (
    "Commands are run in the folder of the generated project (infra/), on the one machine where it lies with its"
    " vault's key and Terraform's state; words in capitals are to be filled in. Tasks that run site.yml change hosts:"
    " by this plan never two at once, and whoever is late says so before the next begins."
)
TO_CHANGE = "Lines of your own to change"


_MOST_PLACES = 12  # files; more are for the plan's JSON


def changes(plan: Plan) -> list[str]:
    """Dependency, what takes over, and the lines that name it by file, one sentence for each dependency."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for one in plan.changes:
        path, _, line = one.where.rpartition(":")
        found.setdefault((one.dependency, one.blueprint), {}).setdefault(f"{one.root}/{path}", []).append(line)
    return [f"{name}, {_taken_over(slug)}: {_in_files(files)}" for (name, slug), files in found.items()]


def _taken_over(slug: str) -> str:
    if slug:
        return f"which {slug} takes over"
    return "which nothing takes over: do without it, or put something else there"


def _in_files(files: dict[str, list[str]]) -> str:
    shown = [f"{path}:{', '.join(lines)}" for path, lines in list(files.items())[:_MOST_PLACES]]
    hidden = len(files) - len(shown)
    return "; ".join(shown) + (f"; … and {hidden} more files" if hidden else "")


def first_hour(plan: Plan) -> list[str]:
    """What begins in the first hour, by person."""
    early = [task for task in plan.tasks if task.who and task.start_hours < 1]
    early.sort(key=lambda task: (task.who, task.start_hours))
    return [f"{person(task, plan)}, {clock(task.start_hours)}: {task.title} ({task.owner})" for task in early]


def directly_before(task: Task, plan: Plan) -> list[str]:
    """What must be done first, without what those wait for in their turn."""
    known = {one.id: one for one in plan.tasks}
    further: set[str] = set()
    queue = [need for name in task.needs for need in known[name].needs]
    while queue:
        if (name := queue.pop()) not in further:
            further.add(name)
            queue += known[name].needs
    return [need for need in task.needs if need not in further]


def machines(plan: Plan) -> list[str]:
    """What to rent."""
    return [
        f"{host.name}: {host.cpus} CPUs, {host.memory_mb} MB memory, {host.disk_gb} GB disk,"
        f" for {', '.join(host.groups)}"
        for host in plan.hosts
    ]


def person(task: Task, plan: Plan) -> str:
    """Whoever does it, by name where offramp.toml names people."""
    named = plan.platform.persons
    return named[task.who - 1].name if 1 <= task.who <= len(named) else f"person {task.who}"


def hand_overs(plan: Plan) -> list[str]:
    """Where one person goes on with what another has just done: when, who, to whom, with what."""
    known = {task.id: task for task in plan.tasks}
    found = []
    for task in sorted(plan.tasks, key=lambda task: (task.start_hours, task.id)):
        before = [known[need] for need in task.needs if known[need].who]
        last = max(before, key=lambda one: (one.done_hours, one.id), default=None)
        if last and task.who and last.who != task.who:
            giver, taker = person(last, plan), person(task, plan)
            found.append(
                f"{_moment(task.start_hours)}: {giver} to {taker}: “{last.title}” is done, “{task.title}” begins"
            )
    return found


def who_when(plan: Plan) -> list[tuple[str, list[tuple[str, str, Task]]]]:
    """For each person what to do from when to when, in order: nights are said, for nobody works at night."""
    people = sorted({task.who for task in plan.tasks if task.who})
    return [(_person(who, plan), _day_by_day(who, plan)) for who in people]


def _person(who: int, plan: Plan) -> str:
    mine = [task for task in plan.tasks if task.who == who]
    hours = sum(task.effort.hours for task in mine)
    name = person(mine[0], plan)
    name = name[:1].upper() + name[1:]
    return f"{name}: {', '.join(dict.fromkeys(task.owner for task in mine))}, {hours:.1f} h of work"


def _day_by_day(who: int, plan: Plan) -> list[tuple[str, str, Task]]:
    mine = sorted((task for task in plan.tasks if task.who == who), key=lambda task: (task.start_hours, task.id))
    return [(_moment(task.start_hours), _moment(task.finish_hours), task) for task in mine]


def _moment(hours: float) -> str:
    """`day 1, T+07:30`: days of 24 hours from T, of which people work the first ten."""
    minutes = round(hours * 60)
    return f"day {minutes // (24 * 60) + 1}, T+{minutes // 60:02d}:{minutes % 60:02d}"


def roles(plan: Plan) -> list[str]:
    """Whom to call, with the hours of work that wait for each."""
    hours: dict[str, float] = {}
    for task in plan.tasks:
        if task.who:
            hours[task.owner] = hours.get(task.owner, 0.0) + task.effort.hours
    return [f"{owner} ({worked:.1f} h of work)" for owner, worked in sorted(hours.items())]
