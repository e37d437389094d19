"""What to do (plan): losses, replacements, tasks with their hours, ways out, what nobody can say."""

import re
from typing import Any

from msgspec import field

from toolkit.model.base import Hours, LossKind, Phase, Source, Value
from toolkit.model.platform import Platform

_SITE = "ansible-playbook site.yml"
# a host of the new platform in a command or in what ends a task; `$OLD_HOST` is the vendor's
_HOST = re.compile(r"(?<![\w$])(?:[A-Z]+-)?(?:HOST|PRIMARY|ORIGIN)\b|^ansible(?:-playbook)? ", re.MULTILINE)


class Loss(Value):
    """A vendor that goes away, the notice it gives, and the kind of its loss: your account there, an outage that takes
    along what runs on it, or a sanction that reaches its owners' other companies too."""

    vendor: str
    notice_hours: Hours
    kind: LossKind = "account"


class HostNeed(Value):
    """One machine of the replacement platform."""

    name: str
    memory_mb: int
    cpus: int
    disk_gb: int
    groups: tuple[str, ...]  # blueprints placed on it


class Replacement(Value):
    """One blueprint that takes over for some dependencies."""

    blueprint: str
    version: str
    capabilities: tuple[str, ...]
    dependencies: tuple[str, ...]  # ids it replaces; empty for what other replacements need
    hosts: tuple[str, ...]  # HostNeed.name
    inputs: dict[str, Any] = field(default_factory=dict)
    datasets: tuple[str, ...] = ()  # dataset schemas it imports
    speaks: tuple[str, ...] = ()  # engines it stands in for
    assumed: tuple[str, ...] = ()  # what nobody could see and the plan took for granted, one sentence each


class Effort(Value):
    hours: Hours
    basis: str  # how the figure was made: "20 min + 0.5 min per GB x 42 GB"
    measured_hours: Hours = 0.0  # of these, what a drill of this platform really took; the rest is a guess


class Wait(Value):
    """Time that passes after the work of a task while nobody works: a contract, a TTL, a copy that runs."""

    low_hours: Hours
    high_hours: Hours
    basis: str
    source: Source = ""


class Window(Value):
    """When a task must happen. `latest_hours` counts from the moment notice is given; None = no limit."""

    before_access_ends: bool = False
    latest_hours: Hours | None = None


class Task(Value):
    id: str
    title: str
    capability: str
    phase: Phase
    effort: Effort
    owner: str
    needs: tuple[str, ...] = ()  # Task.id
    window: Window = Window()
    commands: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what the commands leave to be done, or what to write down before them
    look_up: tuple[str, ...] = ()  # words of the commands that are to be filled in, and the lines that say them
    done_when: str = ""
    rollback: str = ""
    undo: tuple[str, ...] = ()  # the commands of it
    wait: Wait | None = None  # after the work, before whatever needs it
    start_hours: Hours = 0.0  # scheduled, with the people there are
    finish_hours: Hours = 0.0  # end of the work
    done_hours: Hours = 0.0  # the same with the longest wait: what needs it can start
    who: int = 0  # which of the people does it, from 1; 0 = nobody, outside the clock
    late: bool = False  # cannot be finished within its window

    @property
    def sets_up(self) -> bool:
        """Whether it runs the playbook that changes hosts: of two runs at once each would find the other's locks,
        half-written settings and a firewall about to be taken back."""
        return any(_SITE in one for one in self.commands)

    @property
    def sets_all_up(self) -> bool:
        """Whether that run is one of all services: it starts the applications too, and changes their database."""
        return any(_SITE in one and " --tags " not in one for one in self.commands)

    @property
    def names_a_host(self) -> bool:
        """Whether it works on a new host, or is done when one answers: neither can be before there is one."""
        return any(_HOST.search(one) for one in (*self.commands, self.done_when))

    def sets_up_with(self, blueprint: str) -> bool:
        """Whether that run is one of this service among others."""
        tags = [one.partition(" --tags ")[2].partition(" ")[0].split(",") for one in self.commands if _SITE in one]
        return any(blueprint in names for names in tags)


class Schedule(Value):
    people: int
    makespan_hours: Hours
    lower_bound_hours: Hours  # max(critical path, work / people): these tasks cannot all be done and waited out sooner
    freeze_start_hours: Hours | None = None  # when writers are stopped; None: there is no freeze window
    freeze_hours: Hours = 0.0  # how long nobody can write where there was notice


class Export(Value):
    """Something that can be taken out of a vendor."""

    what: str
    how: str
    limit: str = ""
    source: Source = ""
    dataset: str = ""  # what it gives ("data.relational-dump"): tasks that fetch this take its commands
    commands: tuple[str, ...] = ()  # to run in the project's folder; words in capitals are to fill in
    speaks: tuple[str, ...] = ()  # engines of checks/engines.toml that it is about; none: whatever is used
    held: bool = False  # it lies with the platform in any case: nothing to fetch, nothing lost


class Kept(Value):
    """Something that cannot be taken out of a vendor."""

    what: str
    why: str
    source: Source = ""
    speaks: tuple[str, ...] = ()  # engines that it is about; none: whatever is used


class WayOut(Value):
    """What is known of leaving one lost dependency."""

    dependency: str
    at_hours: Hours  # access ends, after notice is given
    capabilities: tuple[str, ...] = ()
    exports: tuple[Export, ...] = ()
    keeps: tuple[Kept, ...] = ()


class Return(Value):
    """When one journey that the losses stop is back."""

    journey: str
    title: str
    dark_hours: Hours  # it stops, after notice is given
    back_hours: Hours | None  # with the shortest waits; None: this plan does not bring it back
    latest_hours: Hours | None  # with the longest waits, as scheduled
    outage_hours: Hours | None = None  # from dark to back, as scheduled
    path: tuple[str, ...] = ()  # Task.id, what its return hangs on: each waits for the one before
    missing: tuple[str, ...] = ()  # why it is not brought back, one sentence each
    perhaps: bool = False  # whether it stops at all nobody has answered yet: planned as if it did


class Change(Value):
    """A line of the platform's own code or settings that names what is replaced."""

    root: str  # Root.id
    where: str  # "path:line" within it
    dependency: str
    blueprint: str  # what takes over


class DataLost(Value):
    """Something that nobody can have back under these losses."""

    dependency: str
    what: str  # what is done without it, or what it was
    why: str


class Unplanned(Value):
    """A dependency no blueprint replaces, and what that means."""

    dependency: str
    capability: str
    reason: str
    speaks: tuple[str, ...] = ()  # what it is used with, where nothing here speaks that


class Obstacle(Value):
    """Why what is generated would not run yet."""

    subject: str  # an application, a dependency, an engine
    reason: str  # completes "not runnable yet, because …"
    hint: str = ""  # what to do about it


class Taken(Value):
    """What goes with one loss, by the names that people know: Salesforce takes Heroku along."""

    loss: str  # vendor
    names: tuple[str, ...]  # of the vendors in use that go, but the lost one


class Plan(Value):
    schema_version: str
    tool: str
    catalog: str
    platform: Platform
    losses: tuple[Loss, ...]
    hosts: tuple[HostNeed, ...]
    replacements: tuple[Replacement, ...]
    tasks: tuple[Task, ...]  # topologically ordered
    schedule: Schedule
    unplanned: tuple[Unplanned, ...] = ()
    ways_out: tuple[WayOut, ...] = ()  # of every lost dependency of which something is known
    obstacles: tuple[Obstacle, ...] = ()  # empty: what is generated from it can run
    journeys: tuple[Return, ...] = ()  # that the losses stop, the first back first
    data_lost: tuple[DataLost, ...] = ()  # what stays behind because access ends too early
    changes: tuple[Change, ...] = ()  # lines to change, by file
    untouched: tuple[str, ...] = ()  # vendors that are lost and on which nothing that was found hangs
    prepared: bool = False  # copies and contracts are held already: `offramp plan --prepared`
    assumed: tuple[str, ...] = ()  # what was taken for granted of the platform itself, one sentence each
    taken: tuple[Taken, ...] = ()  # what goes with each loss
    called: str = ""  # by its checkouts, where offramp.toml names it not


class Compared(Value):
    """One loss among others: what its plan says."""

    losses: tuple[Loss, ...]
    journeys: tuple[Return, ...]
    data_lost: tuple[DataLost, ...]
    work_hours: Hours  # of all tasks inside the clock
    waiting_hours: Hours  # the longest wait among them
    worst_outage_hours: Hours | None = None  # of its journeys; None: one is not brought back


class Comparison(Value):
    """The plans of several losses side by side, the worst first."""

    schema_version: str
    tool: str
    catalog: str
    platform: str
    people: int
    rows: tuple[Compared, ...]


class Preparation(Value):
    """A copy or a contract to have before anything happens, and what it is worth under a loss."""

    task: str  # Task.id
    title: str
    owner: str
    work_hours: Hours
    wait_hours: Hours  # the longest wait
    saves_hours: Hours  # of outage, all journeys together
    brings_back: tuple[str, ...] = ()  # titles of journeys that do not come back without it
    keeps: tuple[DataLost, ...] = ()  # what is lost without it
    commands: tuple[str, ...] = ()


class Today(Value):
    """What to do before anything happens, what saves most outage for an hour of work first."""

    schema_version: str
    tool: str
    catalog: str
    platform: str
    people: int
    losses: tuple[Loss, ...]  # feared
    rows: tuple[Preparation, ...]
