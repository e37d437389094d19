"""Schedule: tasks × people → start, finish, and how far from the best possible.

In: tasks without times. Out: the same tasks with times, ordered so that nothing comes before what it needs, and the
figures. A task takes one person and is not interrupted; tasks of the phase "roll back" take nobody, for they only
happen when a cut-over fails, and stand where that would be.

Finding the shortest schedule is NP-hard, so several list schedules are made and the best is taken: fewest tasks too
late, then least lateness, then shortest. One goes by deadline (a deadline also binds what comes before it), one by the
longest way still to go; each is then improved by scheduling backwards from its end and forwards again (Li and Willis,
1992). Where the best is not within 5 % of the lower bound, or something is late that need not be, blurred ways to go
are tried as well, the same ones every time. Times are whole minutes inside, so that comparisons are exact.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from heapq import heappop, heappush
from math import inf

from msgspec.structs import replace

from toolkit.model import Schedule, Task, Value


class _Job(Value):
    id: str
    minutes: int
    needs: tuple[str, ...]
    latest: float = inf  # minutes after notice


_Starts = dict[str, int]
_GOOD_ENOUGH = 1.05  # times the lower bound
_SAMPLES = 200


def schedule(tasks: Sequence[Task], people: int) -> tuple[tuple[Task, ...], Schedule]:
    """The tasks with their times, in topological order, and the figures."""
    jobs = {one.id: _job(one) for one in tasks}
    critical = max(_longest(jobs, lambda job: job.minutes).values(), default=0)
    total = sum(job.minutes for job in jobs.values())
    bound = max(critical, -(-total // people))
    starts = _best(jobs, people, bound)
    depth = _longest(jobs, lambda job: 1)
    timed = [_timed(one, starts[one.id], jobs[one.id]) for one in tasks]
    timed.sort(key=lambda one: (one.start_hours, one.finish_hours, depth[one.id], one.id))
    makespan = max((starts[job.id] + job.minutes for job in jobs.values()), default=0)
    return tuple(timed), Schedule(people, makespan / 60, bound / 60)


def _job(task: Task) -> _Job:
    minutes = 0 if task.phase == "roll back" else round(task.effort.hours * 60)
    latest = inf if task.window.latest_hours is None else task.window.latest_hours * 60
    return _Job(task.id, minutes, task.needs, latest)


def _timed(task: Task, start: int, job: _Job) -> Task:
    finish = start + job.minutes
    late = task.phase != "roll back" and finish > job.latest
    return replace(task, start_hours=start / 60, finish_hours=finish / 60, late=late)


def _best(jobs: Mapping[str, _Job], people: int, bound: int) -> _Starts:
    """The best of the constructed schedules; where that is not good enough, of the sampled ones up to the first that
    is. What is late however many people there are does not prolong the search."""
    earliest = _longest(jobs, lambda job: job.minutes)
    hopeless = sum(earliest[name] > job.latest for name, job in jobs.items())
    best = min(_constructed(jobs, people), key=lambda starts: _badness(jobs, starts))
    for starts in _sampled(jobs, people):
        late, _, makespan = _badness(jobs, best)
        if late <= hopeless and makespan <= _GOOD_ENOUGH * bound:
            break
        best = min(best, starts, key=lambda starts: _badness(jobs, starts))
    return best


def _constructed(jobs: Mapping[str, _Job], people: int) -> Iterator[_Starts]:
    backward = _reversed(jobs)
    tail = _longest(backward, lambda job: job.minutes)
    deadline = _deadlines(jobs)
    by_deadline = {name: (deadline[name], -tail[name], name) for name in jobs}
    by_tail = {name: (-tail[name], deadline[name], name) for name in jobs}
    for rank in (by_deadline, by_tail):
        starts = _list_schedule(jobs, rank, people)
        yield starts
        late_first = {name: (-(starts[name] + jobs[name].minutes), name) for name in jobs}
        mirrored = _list_schedule(backward, late_first, people)
        early_first = {name: (-(mirrored[name] + jobs[name].minutes), name) for name in jobs}
        yield _list_schedule(jobs, early_first, people)


def _sampled(jobs: Mapping[str, _Job], people: int) -> Iterator[_Starts]:
    tail = _longest(_reversed(jobs), lambda job: job.minutes)
    chance = random.Random(0)  # noqa: S311 - the same plan every time
    for _ in range(_SAMPLES):
        blurred = {name: (-tail[name] * chance.uniform(0.6, 1.4), name) for name in sorted(jobs)}
        yield _list_schedule(jobs, blurred, people)


def _list_schedule(jobs: Mapping[str, _Job], rank: Mapping[str, tuple[object, ...]], people: int) -> _Starts:
    """Whenever somebody is free, the first in rank of the tasks that can begin begins."""
    followers = _reversed(jobs)
    waiting = {name: len(job.needs) for name, job in jobs.items()}
    ready = sorted((rank[name], name) for name, count in waiting.items() if not count)
    running: list[tuple[int, str]] = []
    starts: _Starts = {}
    now, free = 0, people
    while ready or running:
        while ready and free:
            _, name = heappop(ready)
            starts[name] = now
            heappush(running, (now + jobs[name].minutes, name))
            free -= 1
        now = running[0][0]
        while running and running[0][0] == now:
            _, name = heappop(running)
            free += 1
            for follower in followers[name].needs:
                waiting[follower] -= 1
                if not waiting[follower]:
                    heappush(ready, (rank[follower], follower))
    return starts


def _reversed(jobs: Mapping[str, _Job]) -> dict[str, _Job]:
    followers: dict[str, list[str]] = {name: [] for name in jobs}
    for job in jobs.values():
        for need in job.needs:
            followers[need].append(job.id)
    return {name: _Job(name, job.minutes, tuple(followers[name])) for name, job in jobs.items()}


def _longest(jobs: Mapping[str, _Job], length: Callable[[_Job], int]) -> dict[str, int]:
    """Per job the longest way that ends with it, itself included."""
    found: dict[str, int] = {}
    for name in TopologicalSorter({one.id: one.needs for one in jobs.values()}).static_order():
        found[name] = length(jobs[name]) + max((found[need] for need in jobs[name].needs), default=0)
    return found


def _deadlines(jobs: Mapping[str, _Job]) -> dict[str, float]:
    """When each job must end for all after it to end in time. Deadlines that no number of people could meet are left
    out: they must not push aside those that can be met."""
    earliest = _longest(jobs, lambda job: job.minutes)
    backward = _reversed(jobs)
    found: dict[str, float] = {}
    for name in TopologicalSorter({one.id: one.needs for one in backward.values()}).static_order():
        own = jobs[name].latest if earliest[name] <= jobs[name].latest else inf
        found[name] = min([own, *(found[after] - jobs[after].minutes for after in backward[name].needs)])
    return found


def _badness(jobs: Mapping[str, _Job], starts: _Starts) -> tuple[float, ...]:
    ends = {name: starts[name] + job.minutes for name, job in jobs.items()}
    late = [ends[name] - job.latest for name, job in jobs.items() if job.minutes and ends[name] > job.latest]
    return len(late), sum(late), max(ends.values(), default=0)
