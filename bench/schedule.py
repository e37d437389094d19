"""How far schedules are from the lower bound: 300 random plans of 3 to 14 blueprints, for 1, 2, 3 and 5 people.

    python bench/schedule.py

Each plan has five tasks per blueprint (prepare, export, import, cut over, retire), exports bound to 30 hours of notice,
and cut-overs that wait for up to two other blueprints. The bound itself is not always reachable.
"""

import random
import time

from toolkit.model import Effort, Task, Window
from toolkit.plan.schedule import schedule

PLANS, PEOPLE = 300, (1, 2, 3, 5)


def main() -> None:
    started = time.perf_counter()
    gaps = []
    for seed in range(PLANS):
        tasks = _tasks(random.Random(seed))  # noqa: S311 - a benchmark, not a secret
        for people in PEOPLE:
            figures = schedule(tasks, people)[1]
            gaps.append(figures.makespan_hours / figures.lower_bound_hours)
    seconds = (time.perf_counter() - started) / len(gaps)
    within = sum(gap <= 1.05 for gap in gaps) / len(gaps)
    exact = sum(gap <= 1 for gap in gaps) / len(gaps)
    print(f"{len(gaps)} schedules: {within:.1%} within 5 % of the lower bound, {exact:.1%} on it; ", end="")
    print(f"worst {max(gaps):.3f} times the bound; {seconds * 1000:.1f} ms each")


def _tasks(chance: random.Random) -> list[Task]:
    names = [f"b{number}" for number in range(chance.randint(3, 14))]
    tasks = []
    for number, name in enumerate(names):
        others = [f"{other}.cut" for other in chance.sample(names[:number], min(number, chance.randint(0, 2)))]
        tasks += [
            _task(f"{name}.prepare", chance.randint(10, 90)),
            _task(f"{name}.export", chance.randint(10, 300), latest=30.0),
            _task(f"{name}.import", chance.randint(10, 200), f"{name}.prepare", f"{name}.export"),
            _task(f"{name}.cut", chance.randint(10, 90), f"{name}.import", *others),
            _task(f"{name}.retire", chance.randint(10, 40), f"{name}.cut"),
        ]
    return tasks


def _task(name: str, minutes: int, *needs: str, latest: float | None = None) -> Task:
    window = Window(latest is not None, latest)
    return Task(name, name, "data.relational", "prepare", Effort(minutes / 60, ""), "platform", needs, window)


if __name__ == "__main__":
    main()
