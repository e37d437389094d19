"""Schedule: tasks × people → start, finish, who, and how far from the best possible.

In: tasks without times. Out: the same tasks with times, ordered so that nothing comes before what it needs, and the
figures. A task takes one person, who does one thing at a time and sleeps; its wait takes nobody, and what needs it
starts after the longest wait. Of those that run the playbook that changes hosts there is never more than one at a
time. Tasks of the phases "roll back" and "retire" take nobody: the ones only happen when a cut-over fails, the others
are for later days, outside the clock.

Finding the best schedule is NP-hard, so several list schedules are made for every number of people up to those there
are, and the best is taken: fewest tasks too late, then least lateness, then the earliest returns of all journeys (a
tenth less counts the same for each, whether it waits an hour or a month; with all waits at their shortest and at their
longest; a tenth less of the freeze window counts half for each that stops with it, and as much that the last task that
needs access is done a tenth sooner), then the shortest, then what lets
tasks begin soonest. Writers are stopped when as many people are free as have something to do then, or as soon as one
is, whichever is better. A schedule for fewer people is one for more, so more people never make it worse.

Then a local search improves the best: one task after the other goes to another place in rank, and stays there where
that is better. It tries the same moves every time, fewer the more tasks there are.
"""

import random
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from heapq import heapify, heappop, heappush
from math import inf, log1p
from operator import itemgetter
from typing import NamedTuple

from msgspec.structs import replace

from toolkit.errors import BadInput
from toolkit.model import Person, Phase, Schedule, Task, Value
from toolkit.plan.calendar import DAY, begins, ends, fits, opens
from toolkit.plan.window import window

OUTSIDE: tuple[Phase, ...] = ("roll back", "retire")  # the clock
_RETIRE_AFTER = 14 * DAY  # nothing old is deleted earlier
_GOOD_ENOUGH = 1.05  # times the lower bound
_SAMPLES = 30
_MOVES = 6000  # of a local search, times tasks: about as long for few tasks as for many
_FOLLOWED = 2  # ways to go that it begins at, the best ones
_REACH = 12  # places that it moves a task: who takes turns is better a little earlier or later, and seldom far off
_SEARCHED = 5  # people for whom there is one; more rarely have something to do at once
_Badness = tuple[float, ...]
_UNKNOWN: _Badness = (inf,) * 5  # worse than any schedule
_LENGTH = 3  # place of the last task's end in what a schedule is measured by
_LONG_WORK = 120  # minutes of work that are better not begun while something that is wanted sooner is about to be ready
_FEW_DAYS = 4 * DAY
_LONG_WAIT = 240  # minutes from which a wait is one for other people
_SLACK = 30  # minutes between the last copy and the end of access: what slips by less costs no data
_URGENT = 120  # minutes: what must end sooner goes before everything else


class _Job(Value):
    id: str
    minutes: int
    needs: tuple[str, ...]
    wait: int = 0
    soon: int = 0  # the wait at its shortest
    latest: float = inf  # minutes after notice
    owner: str = ""
    frozen: bool = False  # inside the freeze window: before everything else, and not over night
    room: int = 0  # minutes that must be left of the day when it begins
    hands: int = 0  # people who must be free when it begins: those who have something to do once it is done
    nobody: bool = False
    sets_up: bool = False  # never two of these at once
    settling: bool = False  # its wait is outside the clock
    apart: bool = False  # of the freeze window, but done whatever the new hosts' state, just before access ends
    earliest: int = 0  # minutes after notice
    kept: int = 0  # people who must be there for it then


class _Team(NamedTuple):
    """Who there is, from 1: the minutes of each one's day, and who can do what where not everybody can."""

    days: tuple[int, ...]
    able: Mapping[str, frozenset[int]] = {}

    @property
    def day(self) -> int:
        """The longest of their days."""
        return max(self.days)

    def first(self, crew: int) -> "_Team":
        """The first so many of them."""
        return self._replace(days=self.days[:crew])


class _Slot(NamedTuple):
    start: int
    end: int
    who: int


_Slots = dict[str, _Slot]
_Ranks = Mapping[str, tuple[object, ...]]


def schedule(
    tasks: Sequence[Task],
    people: int,
    *,
    day_hours: float = 24.0,
    finals: Mapping[str, Collection[str]] | None = None,
    tried: Collection[str] = (),
    writers: int | None = None,
    persons: Sequence[Person] = (),
    apart: Collection[str] = (),
) -> tuple[tuple[Task, ...], Schedule]:
    """The tasks with their times, in topological order, and the figures. `finals`: the tasks after which each journey
    is back. `tried`: tasks that cannot be in time and hold nothing up. `writers`: how many journeys stop with the
    freeze window and not before; default: all. `apart`: tasks of the window that wait for the end of access instead of
    the rehearsal. `persons`: the first of the people by name, with what they can do and
    their own hours a day. Raises BadInput where nobody can do a task."""
    team = _team(tasks, people, persons, round(day_hours * 60))
    frozen = window(tasks)
    whole = frozenset() if apart else frozen  # one that is done in parts keeps nobody from other work
    jobs = _with_room({one.id: _job(one, tried, whole) for one in tasks}, min(team.days))
    jobs = _with_clock(jobs, apart, team)
    bound = _bound(jobs, people, team.day)
    ends_of = [tuple(ids) for ids in (finals or {}).values()]
    writing = len(ends_of) if writers is None else writers
    slots = _best(jobs, team, bound, ends_of, writing)
    depth = _longest(jobs, dict.fromkeys(jobs, 1))
    timed = [_timed(one, slots[one.id], jobs[one.id]) for one in tasks]
    timed.sort(key=lambda one: (one.start_hours, one.finish_hours, depth[one.id], one.id))
    inside = [one for one in timed if one.id in frozen]
    begin = min((one.start_hours for one in inside), default=None)
    length = max((one.finish_hours for one in inside), default=0.0) - (begin or 0.0)
    makespan = _makespan(jobs, slots)
    return tuple(timed), Schedule(people, makespan / 60, bound / 60, begin, length)


def _team(tasks: Sequence[Task], people: int, persons: Sequence[Person], day: int) -> _Team:
    known = persons[:people]
    days = [round(one.hours_a_day * 60) for one in known] + [day] * (people - len(known))
    if all(one.can("", "") for one in known):  # "*"
        return _Team(tuple(days))
    others = range(len(known) + 1, people + 1)
    able: dict[str, frozenset[int]] = {}
    for task in tasks:
        if task.phase in OUTSIDE:
            continue
        able[task.id] = frozenset(
            [*(number for number, one in enumerate(known, 1) if one.can(task.capability, task.owner)), *others]
        )
        if not able[task.id]:
            raise BadInput(
                f"nobody can do “{task.title}”: none has the skill {task.capability} or {task.owner}",
                where="offramp.toml: person",
                hint=f'give somebody skills = ["{task.capability}"], or add a [[person]] with skills = ["*"]',
            )
    return _Team(tuple(days), able)


def _job(task: Task, tried: Collection[str], frozen: Collection[str]) -> _Job:
    nobody = task.phase in OUTSIDE
    minutes = 0 if nobody else round(task.effort.hours * 60)
    wait = 0 if nobody or task.wait is None else round(task.wait.high_hours * 60)
    soon = 0 if nobody or task.wait is None else round(task.wait.low_hours * 60)
    settling = task.phase == "settle"
    free = task.window.latest_hours is None or task.id in tried
    latest = inf if free else (task.window.latest_hours or 0.0) * 60
    return _Job(
        task.id,
        minutes,
        task.needs,
        wait,
        soon,
        latest,
        task.owner,
        frozen=task.id in frozen,
        nobody=nobody,
        sets_up=task.sets_up and not nobody,
        settling=settling,
    )


def _with_room(jobs: dict[str, _Job], day: int) -> dict[str, _Job]:
    """Whoever opens the freeze window must have the whole of it before the night, where it fits into a day, and as many
    people beside him as can work in it at once."""
    frozen = {name: job for name, job in jobs.items() if job.frozen}
    inside = {
        name: replace(job, needs=tuple(need for need in job.needs if need in frozen)) for name, job in frozen.items()
    }
    tail = _longest(_reversed(inside), {name: job.minutes + job.wait for name, job in inside.items()})
    in_turn = sum(job.minutes for job in inside.values() if job.sets_up)
    opening = {name: min(max(tail[name], job.minutes + in_turn), day) for name, job in inside.items() if not job.needs}
    depth = Counter(_longest(inside, dict.fromkeys(inside, 1)).values())
    at_once = max((number for place, number in depth.items() if place > 1), default=1)
    return {
        name: replace(job, room=opening[name], hands=max(at_once, 1)) if name in opening else job
        for name, job in jobs.items()
    }


def _with_clock(jobs: dict[str, _Job], apart: Collection[str], team: _Team) -> dict[str, _Job]:
    """Those done apart that wait for none of the others begin as late as all of them can: people write till then."""
    last = {name: replace(jobs[name], needs=tuple(one for one in jobs[name].needs if one in apart)) for name in apart}
    end = min((job.latest for job in last.values()), default=inf)
    if end == inf:
        return {name: replace(job, apart=name in last) for name, job in jobs.items()}
    longest = max(_longest(last, {name: job.minutes + job.wait for name, job in last.items()}).values())
    shared = -(-sum(job.minutes for job in last.values()) // len(team.days))
    earliest = begins(round(end), max(longest, shared) + _SLACK, min(team.days))
    width = max(Counter(_longest(last, dict.fromkeys(last, 1)).values()).values())
    opening = {name for name, job in last.items() if not job.needs}
    return {
        name: replace(job, apart=name in last, earliest=earliest if name in opening else 0, kept=width)
        if name in last
        else job
        for name, job in jobs.items()
    }


def _timed(task: Task, slot: _Slot, job: _Job) -> Task:
    start, finish = slot.start, slot.end
    if task.phase == "retire":
        start = finish = slot.start + _RETIRE_AFTER
    limit = task.window.latest_hours
    late = not job.nobody and limit is not None and finish + job.wait > limit * 60
    return replace(
        task,
        start_hours=start / 60,
        finish_hours=finish / 60,
        done_hours=(finish + job.wait) / 60,
        late=late,
        who=slot.who,
    )


def _makespan(jobs: Mapping[str, _Job], slots: _Slots) -> int:
    ends_of = (slots[job.id].end + (0 if job.settling else job.wait) for job in jobs.values() if not job.nobody)
    return max(ends_of, default=0)


def _bound(jobs: Mapping[str, _Job], people: int, day: int) -> int:
    """No order of these tasks can be done and waited out sooner: the longest way, the work shared out, and what is
    done one after the other."""
    done: dict[str, int] = {}
    for name in _order(jobs):
        job = jobs[name]
        start = max((done[need] for need in job.needs), default=0)
        done[name] = start if job.nobody else ends(opens(start, day), job.minutes, day) + job.wait
    work = -(-sum(job.minutes for job in jobs.values()) // people)
    ended = (done[name] - (job.wait if job.settling else 0) for name, job in jobs.items() if not job.nobody)
    longest = max(ended, default=0)
    return max(longest, ends(0, work, day), _bound_in_turn(jobs, done, day))


def _bound_in_turn(jobs: Mapping[str, _Job], done: Mapping[str, int], day: int) -> int:
    """When the last of those that take turns ends at the earliest: they wait for hosts, then for each other. `done`:
    when each is done if people are never scarce."""
    turns = [job for job in jobs.values() if job.sets_up]
    ready = min((max((done[need] for need in job.needs), default=0) for job in turns), default=0)
    return ends(opens(ready, day), sum(job.minutes for job in turns), day) if turns else 0


class _Network(NamedTuple):
    """The tasks, and who follows whom: the same for every schedule that is tried."""

    jobs: Mapping[str, _Job]
    followers: Mapping[str, tuple[str, ...]]


def _network(jobs: Mapping[str, _Job]) -> _Network:
    clocks = {_clock(name): (name,) for name, job in jobs.items() if job.earliest}
    return _Network(jobs, {name: job.needs for name, job in _reversed(jobs).items()} | clocks)


def _clock(name: str) -> str:
    """What a job waits for beside tasks: its hour."""
    return f"clock {name}"


class _Aim(NamedTuple):
    """What schedules of these tasks are measured by."""

    jobs: Mapping[str, _Job]
    team: _Team
    finals: Sequence[tuple[str, ...]]
    writers: int

    def tried(self, gathered: _Network, rank: _Ranks, crew: int) -> tuple[_Badness, _Slots]:
        """The schedule by this rank, and how bad it is. `gathered`: the tasks, each with the hands it waits for."""
        slots = _list_schedule(gathered, rank, self.team.first(crew))
        return _badness(self.jobs, slots, self.finals, self.writers), slots


def _best(jobs: Mapping[str, _Job], team: _Team, bound: int, finals: Sequence[tuple[str, ...]], writers: int) -> _Slots:
    """The best over all numbers of people up to those there are; more than there are tasks are not needed. Where not
    everybody can do everything, all of them are."""
    if not jobs:
        return {}
    people = len(team.days)
    crews = [people] if team.able else range(1, min(people, len(jobs)) + 1)
    aim = _Aim(jobs, team, finals, writers)
    earliest = _earliest(jobs, team.day)
    hopeless = sum(earliest[name] > job.latest for name, job in jobs.items())
    rankings = list(_rankings(jobs, finals))
    learned: list[_Ranks] = []  # what was best for fewer people is a good beginning for more
    best: _Slots = {}
    worth = _UNKNOWN
    ways = _hands(jobs)
    networks = [_network(one) for one in [*ways, *_patient(ways, finals)]]
    for crew in crews:
        leaders = [(*_leader(aim, one, [*rankings, *learned], crew, hopeless, bound), one) for one in networks]
        leaders.sort(key=itemgetter(0))
        for found, leader, gathered in leaders[:_FOLLOWED]:
            settled = not finals and found[_LENGTH] <= bound and found[0] <= hopeless
            moves = 0 if settled or crew > _SEARCHED else _MOVES // len(jobs)
            badness, slots, rank = _improved(aim, gathered, leader, moves, crew)
            if badness < worth:
                best, worth = slots, badness
                learned = [rank]
    return best


def _leader(
    aim: _Aim, gathered: _Network, known: Sequence[_Ranks], crew: int, hopeless: int, bound: int
) -> tuple[_Badness, _Ranks]:
    """The best of the known ways to go; where that is not near the bound, of blurred ones too."""
    found, leader = min(((aim.tried(gathered, rank, crew)[0], rank) for rank in known), key=itemgetter(0))
    for rank in _blurred(aim.jobs) if gathered.jobs is aim.jobs else ():
        if found[0] <= hopeless and found[_LENGTH] <= _GOOD_ENOUGH * bound:
            break
        badness, _ = aim.tried(gathered, rank, crew)
        if badness < found:
            found, leader = badness, rank
    return found, leader


def _hands(jobs: Mapping[str, _Job]) -> list[Mapping[str, _Job]]:
    """Writers are stopped when all who then have something to do are free; or as soon as one is, where it takes hours
    until the others are."""
    eager = {name: replace(job, hands=min(job.hands, 1)) for name, job in jobs.items()}
    return [jobs] if eager == jobs else [jobs, eager]


def _patient(ways: Sequence[Mapping[str, _Job]], finals: Sequence[tuple[str, ...]]) -> list[Mapping[str, _Job]]:
    """The same, where nobody begins long work that no journey waits for before the window is over, or before all
    journeys are back that need no longer than a few days: who waits two hours for machines and takes up a day's work
    meanwhile is missing when they are there."""
    found: list[Mapping[str, _Job]] = []
    for jobs in ways:
        frozen = [name for name, job in jobs.items() if job.frozen]
        last = {name for name in frozen if not any(name in jobs[other].needs for other in frozen)}
        wanted = _wanted(jobs, [*finals, tuple(frozen)])
        late = {
            name
            for name, job in jobs.items()
            if not (wanted[name] or job.nobody) and job.latest == inf and job.minutes >= _LONG_WORK
        }
        earliest = _earliest(jobs, DAY)
        back = {name for ids in finals for name in ids if earliest[name] <= _FEW_DAYS}
        for awaited in (last, last | back):
            if awaited and late:
                after = {name: replace(jobs[name], needs=tuple({*jobs[name].needs, *awaited})) for name in late}
                found.append({**jobs, **after})
    return found


def _improved(aim: _Aim, gathered: _Network, rank: _Ranks, moves: int, crew: int) -> tuple[_Badness, _Slots, _Ranks]:
    """The schedule by this rank after a local search over it (insertions, first improvement), and the rank found."""
    order = sorted(gathered.jobs, key=lambda name: rank[name])
    worth, slots = aim.tried(gathered, _by_place(order), crew)
    chance = random.Random(0)  # noqa: S311 - the same plan every time
    for _ in range(moves):
        moved = list(order)
        place = chance.randrange(len(order))
        goal = min(max(place + chance.randint(-_REACH, _REACH), 0), len(order) - 1)
        moved.insert(goal, moved.pop(place))
        badness, tried = aim.tried(gathered, _by_place(moved), crew)
        if badness <= worth:
            order, slots, worth = moved, tried, badness
    return worth, slots, _by_place(order)


def _by_place(order: Sequence[str]) -> _Ranks:
    return {name: (place,) for place, name in enumerate(order)}


def _rankings(jobs: Mapping[str, _Job], finals: Sequence[tuple[str, ...]]) -> Iterator[_Ranks]:
    """By deadline (which also binds what comes before it); by the longest way still to go; by how many journeys wait
    for it. Each with the mirrored schedule's order too (Li and Willis, 1992)."""
    backward = _reversed(jobs)
    tail = _longest(backward, {name: job.minutes + job.wait for name, job in jobs.items()})
    deadline = _deadlines(jobs)
    wanted = _wanted(jobs, finals)
    yield {name: (deadline[name], -wanted[name], -tail[name], name) for name in jobs}
    yield {name: (deadline[name] == inf, -wanted[name], -tail[name], name) for name in jobs}
    urgent = {name: min(deadline[name], _URGENT) for name in jobs}
    yield {name: (urgent[name], -wanted[name], -tail[name], name) for name in jobs}
    yield {name: (urgent[name], -tail[name] - jobs[name].wait, name) for name in jobs}
    yield {name: (-wanted[name], -tail[name], name) for name in jobs}
    # what others take long to answer is asked for first, the least work first
    asked = {name: job.minutes if job.wait >= _LONG_WAIT and wanted[name] else inf for name, job in jobs.items()}
    yield {name: (asked[name], urgent[name], -wanted[name], -tail[name], name) for name in jobs}
    yield {name: (urgent[name], asked[name], -wanted[name], -tail[name], name) for name in jobs}
    # and so is what has to be done before it can be asked for
    leads = _wanted(jobs, [tuple(name for name, minutes in asked.items() if minutes < inf)])
    yield {name: (not leads[name], -tail[name], name) for name in jobs}
    yield {name: (urgent[name], not leads[name], -wanted[name], -tail[name], name) for name in jobs}
    yield {name: (-tail[name], deadline[name], name) for name in jobs}


def _blurred(jobs: Mapping[str, _Job]) -> Iterator[_Ranks]:
    tail = _longest(_reversed(jobs), {name: job.minutes + job.wait for name, job in jobs.items()})
    chance = random.Random(0)  # noqa: S311 - the same plan every time
    for _ in range(_SAMPLES):
        yield {name: (-tail[name] * chance.uniform(0.6, 1.4), name) for name in sorted(jobs)}


def _list_schedule(network: _Network, rank: _Ranks, team: _Team) -> _Slots:
    """Whenever somebody is free, the first in rank of the tasks that can begin begins."""
    jobs, followers = network
    people, day = len(team.days), team.day
    waiting = {name: len(job.needs) + bool(job.earliest) for name, job in jobs.items()}
    key = {name: (not (job.frozen or job.apart), *rank[name]) for name, job in jobs.items()}
    ready = [(key[name], name) for name, count in waiting.items() if not count and not jobs[name].nobody]
    heapify(ready)
    instant = [name for name, count in waiting.items() if not count and jobs[name].nobody]
    free = list(range(1, people + 1))
    last: dict[int, str] = {}  # what each person did last, for whom
    # moment, who is free then (0: nobody), which task is done and waited out
    events = [(job.earliest, 0, _clock(name)) for name, job in jobs.items() if job.earliest]
    heapify(events)
    until = dict.fromkeys(free, 0)  # when each person is free
    hour = max((at for at, _, _ in events), default=0)  # of what is done apart
    kept = min(max((job.kept for job in jobs.values()), default=0), people)
    slots: _Slots = {}
    now = 0
    to_freeze = {name for name, job in jobs.items() if job.frozen}
    frozen = len(to_freeze)
    turn = 0  # until when somebody changes hosts
    stuck = False  # the window is open, and what it waits for lies outside it
    while ready or events or instant:
        for name in instant:
            slots[name] = _Slot(now, now, 0)
            heappush(events, (now, 0, name))
        instant = []
        aside = []
        gathering = False  # people are free and wait for the others: writers are stopped when all can begin
        begun = len(slots)
        is_open = len(to_freeze) not in (0, frozen)
        while ready and free and now % DAY < day:
            rated, name = heappop(ready)
            job = jobs[name]
            if not (job.frozen or stuck) and (is_open or gathering):
                aside.append((rated, name))  # and whatever comes after it: what is frozen comes first
                break
            if job.sets_up and turn > now:
                aside.append((rated, name))
                continue
            who = _hand(job, free, last, team, now)
            end = ends(now, job.minutes, team.days[who - 1]) if who else now
            if who and now < hour and end > hour + _SLACK // 2:
                there = sum(1 for one, moment in until.items() if one != who and moment <= hour)
                if there < kept:  # who begins long work is missing when access is about to end
                    aside.append((rated, name))
                    continue
            if who and job.hands and (turn > now or (job.hands > len(free) and len(free) < people)):
                gathering = True
                aside.append((rated, name))
            elif who:
                free.remove(who)
                last[who] = job.owner
                until[who] = end
                slots[name] = _Slot(now, end, who)
                turn = max(turn, end) if job.sets_up else turn
                if job.frozen:
                    to_freeze.discard(name)
                    is_open = bool(to_freeze)
                heappush(events, (end, who, ""))
                heappush(events, (end + job.wait, 0, name))
            else:
                aside.append((rated, name))
        for item in aside:
            heappush(ready, item)
        stuck = is_open and not events and len(slots) == begun
        morning = (now // DAY + 1) * DAY
        now = min(events[0][0], morning) if events and ready and free else events[0][0] if events else morning
        while events and events[0][0] <= now:
            _, who, name = heappop(events)
            if who:
                free.append(who)
            for follower in followers[name] if name else ():
                waiting[follower] -= 1
                if waiting[follower]:
                    continue
                if jobs[follower].nobody:
                    instant.append(follower)
                else:
                    heappush(ready, (key[follower], follower))
    return slots


def _hand(job: _Job, free: Sequence[int], last: Mapping[int, str], team: _Team, now: int) -> int:
    """Who of those who are free begins it now: who does such tasks already, if there is one. 0: nobody can."""
    days = team.days
    if team.able:
        free = [one for one in free if one in team.able[job.id]]
    able = [one for one in free if _may_begin(job, now, days[one - 1])]
    return min(able, key=lambda one: (last.get(one) != job.owner, one), default=0)


def _may_begin(job: _Job, now: int, day: int) -> bool:
    if now % DAY >= day:
        return False
    needed = max(job.room, job.minutes if job.frozen else 0)
    return not needed or fits(now, needed, day)


def _order(jobs: Mapping[str, _Job]) -> Iterator[str]:
    yield from TopologicalSorter({one.id: one.needs for one in jobs.values()}).static_order()


def _reversed(jobs: Mapping[str, _Job]) -> dict[str, _Job]:
    followers: dict[str, list[str]] = {name: [] for name in jobs}
    for job in jobs.values():
        for need in job.needs:
            followers[need].append(job.id)
    return {name: replace(job, needs=tuple(followers[name])) for name, job in jobs.items()}


def _longest(jobs: Mapping[str, _Job], length: Mapping[str, int]) -> dict[str, int]:
    """Per job the longest way that ends with it, itself included."""
    found: dict[str, int] = {}
    for name in _order(jobs):
        found[name] = length[name] + max((found[need] for need in jobs[name].needs), default=0)
    return found


def _earliest(jobs: Mapping[str, _Job], day: int) -> dict[str, int]:
    """When each job is done and waited out if people are never scarce."""
    done: dict[str, int] = {}
    for name in _order(jobs):
        start = max((done[need] for need in jobs[name].needs), default=jobs[name].earliest)
        done[name] = ends(opens(start, day), jobs[name].minutes, day) + jobs[name].wait
    return done


def _wanted(jobs: Mapping[str, _Job], finals: Sequence[tuple[str, ...]]) -> dict[str, int]:
    """How many journeys come back only after it."""
    waiting: dict[str, set[int]] = {name: set() for name in jobs}
    for number, ids in enumerate(finals):
        for name in ids:
            waiting[name].add(number)
    for name in reversed(list(_order(jobs))):
        for need in jobs[name].needs:
            waiting[need] |= waiting[name]
    return {name: len(found) for name, found in waiting.items()}


def _deadlines(jobs: Mapping[str, _Job]) -> dict[str, float]:
    """When each job must end for all after it to end in time. Deadlines that no number of people could meet are left
    out: they must not push aside those that can be met."""
    earliest = _longest(jobs, {name: job.minutes + job.wait for name, job in jobs.items()})
    backward = _reversed(jobs)
    found: dict[str, float] = {}
    for name in _order(backward):
        own = jobs[name].latest if earliest[name] <= jobs[name].latest else inf
        after = backward[name].needs
        found[name] = min([own, *(found[one] - jobs[one].minutes - jobs[one].wait for one in after)])
    return found


def _soonest(jobs: Mapping[str, _Job], slots: _Slots) -> dict[str, int]:
    """When each is done if every wait is its shortest: whoever waited for a person waits as long again, and writers are
    stopped when it was announced. Never later than scheduled."""
    found: dict[str, int] = {}
    for name in sorted(jobs, key=lambda one: (slots[one].start, slots[one].end)):
        job, slot = jobs[name], slots[name]
        start = slot.start
        if not job.frozen:
            waited, soonest = 0, 0
            for need in job.needs:
                if need not in found:
                    continue
                over = slots[need].end + jobs[need].wait
                if over > waited:
                    waited = over
                if found[need] > soonest:
                    soonest = found[need]
            start = min(start, soonest + max(start - waited, 0))
        found[name] = start + slot.end - slot.start + job.soon
    return found


def _badness(jobs: Mapping[str, _Job], slots: _Slots, finals: Sequence[tuple[str, ...]], writers: int) -> _Badness:
    done = {name: slots[name].end + job.wait for name, job in jobs.items()}
    late = [done[name] - job.latest for name, job in jobs.items() if done[name] > job.latest and not job.nobody]
    soon = _soonest(jobs, slots)
    returns = sum(log1p(max((of[name] for name in ids), default=0)) for of in (soon, done) for ids in finals)
    frozen = [slots[name] for name, job in jobs.items() if job.frozen]
    window = max((slot.end for slot in frozen), default=0) - min((slot.start for slot in frozen), default=0)
    returns += writers * log1p(window)  # an outage too, for whoever writes
    # what needs access is not left for the last hours before it ends: one that slips would cost the data
    returns += log1p(max((done[name] for name, job in jobs.items() if job.latest < inf and not job.nobody), default=0))
    # nobody stands idle while something could begin: not even where one slow thing decides when all is done
    begun = sum(slots[name].start for name, job in jobs.items() if not job.nobody)
    return len(late), sum(late), returns, _makespan(jobs, slots), begun
