"""How far schedules are from the best possible, on random plans.

    python bench/schedule.py            # against the scheduler's own lower bound: 300 plans, for 1, 2, 3 and 5 people
    python bench/schedule.py --solver   # against OR-Tools' CP-SAT: 50 plans of 60 to 300 tasks; needs `ortools`

Each plan has five tasks per blueprint (prepare, export, import, cut over, retire), exports bound to 30 hours of notice,
and cut-overs that wait for up to two other blueprints. With --solver some tasks are waited out too, and CP-SAT is given
SECONDS for the earliest end of all tasks within the same deadlines; its bound is proved, its value may be worse than
ours. Nobody sleeps in these plans, and no journey weighs: both sides minimise the same end.
"""

import random
import sys
import time

from toolkit.model import Effort, Task, Wait, Window
from toolkit.plan.schedule import schedule

PLANS, PEOPLE = 300, (1, 2, 3, 5)
SOLVED, SECONDS = 50, 6.0
_LATEST = 30.0  # hours


def main() -> None:
    if "--solver" in sys.argv[1:]:
        _against_solver()
    else:
        _against_bound()


def _against_bound() -> None:
    started = time.perf_counter()
    gaps = []
    for seed in range(PLANS):
        chance = random.Random(seed)  # noqa: S311 - a benchmark, not a secret
        tasks = _tasks(chance, chance.randint(3, 14))
        for people in PEOPLE:
            figures = schedule(tasks, people)[1]
            gaps.append(figures.makespan_hours / figures.lower_bound_hours)
    seconds = (time.perf_counter() - started) / len(gaps)
    within = sum(gap <= 1.05 for gap in gaps) / len(gaps)
    exact = sum(gap <= 1 for gap in gaps) / len(gaps)
    print(f"{len(gaps)} schedules: {within:.1%} within 5 % of the lower bound, {exact:.1%} on it; ", end="")
    print(f"worst {max(gaps):.3f} times the bound; {seconds * 1000:.1f} ms each")


def _against_solver() -> None:
    ours, theirs, took = [], [], []
    for seed in range(SOLVED):
        chance = random.Random(seed)  # noqa: S311 - a benchmark, not a secret
        people = chance.choice(PEOPLE[1:])
        tasks = _tasks(chance, chance.randint(12, 60), waits=True)
        started = time.perf_counter()
        timed, figures = schedule(tasks, people)
        seconds = time.perf_counter() - started
        late = sum(task.late for task in timed)
        value, bound, status = _solve(tasks, people, strict=not late)
        mine = round(figures.makespan_hours * 60)
        ours.append(mine / bound)
        theirs.append(value / bound if value else float("inf"))
        took.append(seconds)
        print(
            f"{seed:2} {len(tasks):3} tasks, {people} people: ours {mine} min in {seconds:.2f} s, {late} late;"
            f" CP-SAT {value or 'nothing'} min, {status}; its bound {bound}; ours {ours[-1]:.3f} times the bound",
            flush=True,
        )
    print(f"within 5 % of the solver's bound: {sum(one <= 1.05 for one in ours)} of {SOLVED}; ", end="")
    print(f"mean {sum(ours) / SOLVED:.4f}, worst {max(ours):.4f}; CP-SAT's own worst {max(theirs):.4f}; ", end="")
    print(f"ours took {max(took):.2f} s at most, CP-SAT up to {SECONDS:g} s")


def _solve(tasks: list[Task], people: int, *, strict: bool) -> tuple[int | None, int, str]:
    """Value and proved bound in minutes of the earliest end. `strict`: deadlines hold; else they are dropped, for ours
    could not meet them either."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    horizon = sum(_minutes(task) + _wait(task) for task in tasks)
    start = {task.id: model.new_int_var(0, horizon, task.id) for task in tasks if task.phase != "retire"}
    end = model.new_int_var(0, horizon, "end")
    spans = []
    for task in tasks:
        if task.id not in start:
            continue
        begin, minutes = start[task.id], _minutes(task)
        spans.append(model.new_fixed_size_interval_var(begin, minutes, task.id))
        model.add(end >= begin + minutes + _wait(task))
        if strict and task.window.latest_hours is not None:
            model.add(begin + minutes + _wait(task) <= round(task.window.latest_hours * 60))
        for need in task.needs:
            before = next(one for one in tasks if one.id == need)
            model.add(begin >= start[need] + _minutes(before) + _wait(before))
    model.add_cumulative(spans, [1] * len(spans), people)
    model.add(end * people >= sum(_minutes(task) for task in tasks if task.id in start))  # helps its bound
    model.minimize(end)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = SECONDS
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    bound = max(round(solver.best_objective_bound), 1)
    return (round(solver.objective_value) if found else None), bound, solver.status_name(status).lower()


def _minutes(task: Task) -> int:
    return round(task.effort.hours * 60)


def _wait(task: Task) -> int:
    return round(task.wait.high_hours * 60) if task.wait else 0


def _tasks(chance: random.Random, count: int, *, waits: bool = False) -> list[Task]:
    names = [f"b{number}" for number in range(count)]
    tasks = []
    for number, name in enumerate(names):
        others = [f"{other}.cut" for other in chance.sample(names[:number], min(number, chance.randint(0, 2)))]
        asked = chance.choice((0, 0, 60, 120, 600)) if waits else 0
        copied = chance.choice((0, 30, 120)) if waits else 0
        tasks += [
            _task(f"{name}.prepare", chance.randint(10, 90), wait=asked),
            _task(f"{name}.export", chance.randint(10, 60 if waits else 300), latest=_LATEST, wait=copied),
            _task(f"{name}.import", chance.randint(10, 200), f"{name}.prepare", f"{name}.export"),
            _task(f"{name}.cut", chance.randint(10, 90), f"{name}.import", *others),
            _task(f"{name}.retire", chance.randint(10, 40), f"{name}.cut", retire=True),
        ]
    return tasks


def _task(
    name: str, minutes: int, *needs: str, latest: float | None = None, wait: int = 0, retire: bool = False
) -> Task:
    window = Window(latest is not None, latest)
    waited = Wait(wait / 60, wait / 60, "") if wait else None
    phase = "retire" if retire else "prepare"
    return Task(name, name, "data.relational", phase, Effort(minutes / 60, ""), "x", needs, window, wait=waited)


if __name__ == "__main__":
    main()
