"""From losses to replacements, hosts and tasks, with a catalogue of a few blueprints."""

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from toolkit.catalog.entries import (
    Blueprint,
    Capability,
    Catalog,
    EffortRule,
    Engine,
    Exit,
    HostSize,
    Input,
    Notice,
    Output,
    PlanTask,
    Service,
    Vendor,
)
from toolkit.errors import BadCatalog, BadInput
from toolkit.model import (
    SCHEMA_VERSION,
    Application,
    Assessment,
    Audit,
    Choice,
    Company,
    Dependency,
    Evidence,
    Export,
    Fallback,
    Kept,
    Loss,
    LossKind,
    Plan,
    Platform,
    Score,
    Survey,
    Wait,
    WayOut,
    Window,
)
from toolkit.plan import make_plan


def todo(name: str, phase: str, *needs: str, minutes: float = 30, **more: Any) -> PlanTask:
    effort = EffortRule(minutes, more.pop("each", 0), more.pop("per", ""))
    return PlanTask(name, phase, name, effort, needs=needs, **more)  # type: ignore[arg-type]


def blueprint(name: str, *capabilities: str, memory: int = 1024, **more: Any) -> Blueprint:
    host = HostSize(memory, more.pop("disk", 10), more.pop("cpus", 1))
    return Blueprint(name, "1", name, capabilities, host, 15, "free", **more)


POSTGRESQL = blueprint(
    "PostgreSQL", "data.relational", memory=2048, outputs=(Output("url", "x"),), datasets=("relational.dump",),
    inputs=(Input("version", "major"),),
    tasks=(
        todo("host", "prepare"),
        todo("dump", "copy", each=0.5, per="gb", before_access_ends=True),
        todo("restore", "copy", "dump", "host", each=1, per="gb"),
        todo("switch", "cut over", "restore"),
        todo("back", "roll back", "switch"),
        todo("close", "retire"),
    ),
)  # fmt: skip
WEB = blueprint(
    "Web", "hosting.compute", "edge.tls", tasks=(todo("install", "prepare"), todo("point", "cut over"))
)  # fmt: skip
DESK = blueprint(
    "Desk", "support.helpdesk", "support.chat", memory=3072, needs=("data.relational",),
    tasks=(
        todo("install", "prepare"),
        todo("tickets", "copy", each=0.1, per="item"),
        todo("open", "cut over", "tickets"),
    ),
)  # fmt: skip
CATALOG = Catalog(
    hash="h",
    capabilities={
        name: Capability(name, f"{name} is gone.")
        for name in ("data.relational", "hosting.compute", "support.helpdesk", "mail.outgoing", "edge.tls")
    },
    vendors={
        "aws": Vendor("AWS", notices=(Notice("end", "", 30), Notice("suspension", "", 40))),
        "heroku": Vendor("Heroku", runs_on=("aws",)),
        "zendesk": Vendor("Zendesk"),
        "sendgrid": Vendor("SendGrid"),
    },
    services={},
    rules={},
    scenarios={},
    blueprints={"postgresql": POSTGRESQL, "web": WEB, "zammad": DESK},
)
RDS = Dependency("aws", "rds", ("data.relational",), "runtime", "high", size_bytes=42 * 10**9)
EC2 = Dependency("aws", "ec2", ("hosting.compute",), "runtime", "high")
ZENDESK = Dependency("zendesk", "support", ("support.helpdesk",), "runtime", "high", quantity=1000)
AWS = Company("aws", "AWS", ("aws",), (), ("read",))
SENDGRID = Dependency("sendgrid", None, ("mail.outgoing",), "runtime", "high")


def planned(
    *dependencies: Dependency,
    lose: str = "",
    kind: LossKind = "account",
    catalog: Catalog = CATALOG,
    people: int = 2,
    companies: Sequence[Company] = (AWS,),
    **platform: Any,
) -> Plan:
    assessment = Assessment(Score(0, ()), companies=tuple(companies))
    audit = Audit(SCHEMA_VERSION, "offramp 0", "h", Platform(**platform), Survey(), dependencies, assessment)
    losses = [Loss(vendor, 8, kind) for vendor in lose.split()]
    return make_plan(audit, catalog, losses=losses, people=people)


def blueprints(plan: Plan) -> dict[str, tuple[str, ...]]:
    return {one.blueprint: one.dependencies for one in plan.replacements}


def needs(plan: Plan) -> dict[str, tuple[str, ...]]:
    return {one.id: one.needs for one in plan.tasks}


# --- losses -----------------------------------------------------------------------------------------------------------
def test_by_default_the_one_company_whose_loss_is_worst_goes_under_its_usual_notice() -> None:
    plan = planned(RDS, ZENDESK)
    assert plan.losses == (Loss("aws", 30),)
    assert blueprints(plan) == {"postgresql": ("aws/rds",)}
    found = [
        Company("zendesk", "Zendesk", ("zendesk",), ("zendesk/support",), ("get-help",)),
        Company("aws", "AWS", ("aws",), ("aws/rds",), ("get-help", "read")),
        Company("sendgrid", "SendGrid", ("sendgrid",), ("sendgrid",)),
    ]
    assert planned(RDS, ZENDESK, companies=found).losses == (Loss("aws", 30),)
    assert planned(RDS, companies=found[2:]).losses == ()


def test_what_runs_on_the_lost_is_lost_with_the_kind_of_loss_that_takes_it_along() -> None:
    heroku = Dependency("heroku", "postgres", ("data.relational",), "runtime", "high")
    assert blueprints(planned(heroku, lose="aws")) == {}
    kinds: tuple[LossKind, ...] = ("outage", "sanction")
    for kind in kinds:
        gone = planned(heroku, lose="aws", kind=kind)
        assert blueprints(gone) == {"postgresql": ("heroku/postgres",)}
    assert blueprints(planned(RDS, lose="heroku")) == {}


# --- ways out ---------------------------------------------------------------------------------------------------------
def test_what_nothing_copies_is_taken_out_by_hand_before_access_ends() -> None:
    known = Exit(
        (Export("Lists", "GET /lists"), Export("Templates", "GET /templates")), (Kept("Reputation", "theirs"),)
    )
    vendors = {**CATALOG.vendors, "sendgrid": Vendor("SendGrid", exit=known)}
    plan = planned(SENDGRID, lose="sendgrid", catalog=replace(CATALOG, vendors=vendors), owners={"mail": "post office"})
    assert plan.ways_out == (WayOut("sendgrid", 8, ("mail.outgoing",), known.exports, known.keeps),)
    (task,) = plan.tasks
    assert (task.id, task.title, task.owner) == (
        "take-out.sendgrid", "Take out of SendGrid: Lists; Templates", "post office",
    )  # fmt: skip
    assert (task.window, task.effort.hours) == (Window(before_access_ends=True, latest_hours=8), 1)


def test_what_a_blueprint_copies_needs_no_second_task() -> None:
    services = {"aws/rds": Service("RDS", exit=Exit((Export("Tables", "pg_dump"),)))}
    plan = planned(RDS, lose="aws", catalog=replace(CATALOG, services=services))
    assert [one.dependency for one in plan.ways_out] == ["aws/rds"]
    assert not [task for task in plan.tasks if task.id.startswith("take-out.")]


def gone_at_once(*dependencies: Dependency, catalog: Catalog = CATALOG) -> Plan:
    assessment = Assessment(Score(0, ()))
    audit = Audit(SCHEMA_VERSION, "offramp 0", "h", Platform(), Survey(), dependencies, assessment)
    return make_plan(audit, catalog, losses=[Loss(one.vendor, 0) for one in dependencies], people=2)


EMPTY = replace(
    POSTGRESQL,
    tasks=tuple(
        replace(task, empty="Start empty: what was written is lost") if task.id == "restore" else task
        for task in POSTGRESQL.tasks
    ),
)


def test_without_notice_nothing_is_fetched_and_what_needed_the_copy_starts_empty() -> None:
    plan = gone_at_once(RDS, catalog=replace(CATALOG, blueprints={"postgresql": EMPTY}))
    tasks = {one.id: one for one in plan.tasks}
    assert "postgresql.dump" not in tasks
    assert tasks["postgresql.restore"].title == "Start empty: what was written is lost"
    assert tasks["postgresql.restore"].effort.hours == 0.5  # nothing of 42 GB
    assert [(one.dependency, one.why) for one in plan.data_lost] == [("aws/rds", "aws ends access without notice")]
    assert not any(one.late for one in plan.tasks)


def test_what_takes_longer_than_the_notice_is_tried_and_nothing_waits_for_it() -> None:
    huge = replace(RDS, size_bytes=2000 * 10**9)
    plan = planned(huge, lose="aws", catalog=replace(CATALOG, blueprints={"postgresql": EMPTY}))
    tasks = {one.id: one for one in plan.tasks}
    assert tasks["postgresql.dump"].late
    assert tasks["postgresql.restore"].needs == ("postgresql.host",)
    assert plan.data_lost[0].why == "8 h of notice are too few to fetch it by this plan"


def test_what_cannot_be_taken_out_any_more_is_named_and_no_task() -> None:
    known = Exit((Export("Lists", "GET /lists"),))
    vendors = {**CATALOG.vendors, "sendgrid": Vendor("SendGrid", exit=known)}
    plan = gone_at_once(SENDGRID, catalog=replace(CATALOG, vendors=vendors))
    assert plan.tasks == ()
    assert [(one.dependency, one.what) for one in plan.data_lost] == [("sendgrid", "Lists")]


def test_what_lies_with_the_platform_in_any_case_is_neither_fetched_nor_lost() -> None:
    known = Exit((Export("Lists", "GET /lists"), Export("Code", "your own Git repository", held=True)))
    vendors = {**CATALOG.vendors, "sendgrid": Vendor("SendGrid", exit=known)}
    catalog = replace(CATALOG, vendors=vendors)
    assert [one.what for one in gone_at_once(SENDGRID, catalog=catalog).data_lost] == ["Lists"]
    (task,) = planned(SENDGRID, lose="sendgrid", catalog=catalog).tasks
    assert task.title == "Take out of SendGrid: Lists"


def test_what_is_known_of_a_vendor_is_said_once_and_not_of_each_service() -> None:
    vendors = {**CATALOG.vendors, "aws": Vendor("AWS", exit=Exit((Export("Everything", "service by service"),)))}
    queue = Dependency("aws", "sqs", ("data.queue",), "runtime", "high")
    plan = planned(EC2, queue, lose="aws", catalog=replace(CATALOG, vendors=vendors))
    assert [one.dependency for one in plan.ways_out] == ["aws"]
    assert not [one for one in plan.tasks if one.id.startswith("take-out.")]


def test_a_registry_holds_data_of_those_alone_who_publish_there() -> None:
    vendors = {**CATALOG.vendors, "npm": Vendor("npm", exit=Exit((Export("Packages of one's own", "npm pack"),)))}
    catalog = replace(CATALOG, vendors=vendors)
    reader = Dependency("npm", None, ("build.packages",), "build/ci", "high", evidence=(0,))
    for signal, count in (("npm#file:package-lock.json", 0), ("npm#call:npm-cli(publish)", 1)):
        survey = Survey(evidence=(Evidence("files", signal, "r", "a:1", "build/ci"),))
        audit = Audit(SCHEMA_VERSION, "offramp 0", "h", Platform(), survey, (reader,), Assessment(Score(0, ())))
        assert len(make_plan(audit, catalog, losses=[Loss("npm", 8)]).tasks) == count


# --- replacements -----------------------------------------------------------------------------------------------------
def test_what_no_blueprint_replaces_is_said() -> None:
    plan = planned(SENDGRID, lose="sendgrid")
    assert [(one.dependency, one.capability) for one in plan.unplanned] == [("sendgrid", "mail.outgoing")]
    assert "mail.outgoing is gone." in plan.unplanned[0].reason


def test_a_surviving_fallback_is_not_replaced_and_a_choice_overrides_it() -> None:
    covered: dict[str, Any] = {"fallbacks": (Fallback("data.relational", "own PostgreSQL"),)}
    plan = planned(RDS, lose="aws", **covered)
    assert not plan.replacements
    assert plan.unplanned[0].reason == "a fallback takes over: own PostgreSQL"
    elsewhere = (Fallback("data.relational", "heroku/postgres"),)
    assert not blueprints(planned(RDS, lose="aws", fallbacks=elsewhere))
    assert blueprints(planned(RDS, lose="aws", kind="outage", fallbacks=elsewhere))
    assert blueprints(planned(RDS, lose="aws", choices=(Choice("data.relational", "postgresql"),), **covered))


def test_what_a_blueprint_needs_comes_with_it_and_has_nothing_to_copy() -> None:
    plan = planned(ZENDESK, lose="zendesk")
    assert blueprints(plan) == {"postgresql": (), "zammad": ("zendesk/support",)}
    assert {name for name in needs(plan) if name.startswith("postgresql")} == {"postgresql.host"}
    assert needs(plan)["zammad.open"] == ("postgresql.host", "zammad.tickets")


def test_an_application_pulls_in_what_its_environment_refers_to() -> None:
    app = Application(
        "board", "app", environment={"URL": "x${data.relational.url}?ssl=1", "SMTP": "${mail.outgoing.host}"}
    )
    plan = planned(EC2, lose="aws", applications=(app,))
    assert blueprints(plan) == {"postgresql": (), "web": ("aws/ec2",)}
    assert [(one.dependency, one.capability) for one in plan.unplanned] == [("board", "mail.outgoing")]
    assert needs(plan)["web.point"] == ("postgresql.host", "web.install")
    both = planned(EC2, RDS, lose="aws", applications=(app,))
    assert needs(both)["web.point"] == ("postgresql.switch", "web.install")


def test_applications_move_where_nobody_is_lost_or_their_host_may_be() -> None:
    app = Application("board", "app", start="serve", environment={"URL": "${data.relational.url}"})
    alone = planned(applications=(app,))  # the company that is worst rents out no machines: their unknown host is worse
    assert (alone.losses, blueprints(alone)) == ((), {"postgresql": (), "web": ()})
    assert alone.obstacles == ()
    desk = planned(ZENDESK, lose="zendesk", applications=(app,))  # who answers tickets runs nobody's programs
    assert blueprints(desk) == {"postgresql": (), "zammad": ("zendesk/support",)}
    renting = {**CATALOG.vendors, "aws": Vendor("AWS", capabilities=("hosting.compute",))}
    store = planned(RDS, lose="aws", applications=(app,), catalog=replace(CATALOG, vendors=renting))
    assert blueprints(store)["web"] == ("aws/host-of-the-programs",)
    assert "nobody was found who runs the programs, so they are taken to run there" in store.assumed[0]


def test_a_loss_that_nobody_named_leaves_no_application_out() -> None:
    app = Application("board", "app", start="serve")
    renting = replace(CATALOG, vendors={**CATALOG.vendors, "aws": Vendor("AWS", capabilities=("hosting.compute",))})
    store = Dependency("aws", "s3", ("data.relational",), "optional", "low")  # a choice among others: no host
    unhosted = planned(store, applications=(app,), catalog=renting)
    assert (unhosted.losses, set(blueprints(unhosted))) == ((), {"web"})
    desk = (Company("zendesk", "Zendesk", ("zendesk",), (), ("read",)),)
    code = Dependency("zendesk", "code", ("build.code-hosting",), "build/ci", "high")
    elsewhere = planned(EC2, code, companies=desk, applications=(app,))  # of which nothing is replaced
    assert (elsewhere.losses, set(blueprints(elsewhere))) == ((), {"web"})
    assert planned(EC2, ZENDESK, companies=desk, applications=(app,)).losses == (Loss("zendesk", 0.0),)
    named = planned(EC2, code, companies=desk, applications=(app,), lose="zendesk")
    assert (named.losses, blueprints(named)) == ((Loss("zendesk", 8),), {})


def test_a_choice_is_wanted_where_all_is_built_anew() -> None:
    assert set(blueprints(planned(companies=(), choices=(Choice("data.relational", "postgresql"),)))) == {"postgresql"}
    desk = planned(ZENDESK, lose="zendesk", choices=(Choice("edge.tls", "web"),))
    assert set(blueprints(desk)) == {"postgresql", "zammad"}


def test_what_keeps_it_from_running_is_in_the_plan() -> None:
    silent = Application("board", "app", environment={"SMTP": "${mail.outgoing.host}"})
    plan = planned(EC2, lose="aws", applications=(silent,))
    assert [(one.subject, one.reason) for one in plan.obstacles] == [
        ("board", "the application board has no start command"),
        ("board", "board needs mail.outgoing, and nothing here provides it"),
    ]
    (nothing_to_run,) = planned(EC2, lose="aws").obstacles
    assert "no [[application]]" in nothing_to_run.reason
    assert planned(RDS, lose="aws").obstacles == ()


def test_a_loss_that_nothing_hangs_on_is_said() -> None:
    plan = planned(RDS, lose="sendgrid aws")
    assert plan.untouched == ("sendgrid",)
    idle = planned(RDS, lose="sendgrid")
    assert (idle.tasks, idle.replacements, idle.untouched) == ((), (), ("sendgrid",))


def test_of_two_databases_the_first_is_the_applications() -> None:
    """A blueprint that needs PostgreSQL gets it, though the platform's own database is another."""
    engines = {name: Engine(name, ("data.relational",)) for name in ("postgresql", "mysql")}
    known = {
        "mariadb": replace(POSTGRESQL, name="MariaDB", speaks=("mysql",)),
        "aaa": replace(POSTGRESQL, speaks=("postgresql",)),
        "zammad": replace(DESK, needs_speak=("postgresql",)),
    }
    services = {"aws/rds": Service("RDS", ("data.relational",), speaks=("mysql",))}
    catalog = replace(CATALOG, engines=engines, blueprints=known, services=services)
    plan = planned(RDS, ZENDESK, lose="aws zendesk", catalog=catalog)
    assert blueprints(plan) == {"mariadb": ("aws/rds",), "zammad": ("zendesk/support",), "aaa": ()}
    assert [one.blueprint for one in plan.replacements] == ["mariadb", "zammad", "aaa"]


def test_a_reference_to_an_output_that_is_not_there_is_bad_input() -> None:
    app = Application("board", "app", environment={"URL": "${data.relational.uri}"})
    with pytest.raises(BadInput, match=r"environment URL: postgresql has no output 'uri'(.|\n)*url"):
        planned(EC2, lose="aws", applications=(app,))


def test_the_blueprint_that_covers_most_is_taken() -> None:
    chat = Dependency("zendesk", "chat", ("support.chat",), "runtime", "high")
    small = replace(DESK, name="small", capabilities=("support.helpdesk",), needs=())
    catalog = replace(CATALOG, blueprints={**CATALOG.blueprints, "aaa": small})
    assert set(blueprints(planned(ZENDESK, chat, lose="zendesk", catalog=catalog))) == {"postgresql", "zammad"}
    assert set(blueprints(planned(ZENDESK, lose="zendesk", catalog=catalog))) == {"aaa"}
    chosen = planned(ZENDESK, lose="zendesk", catalog=catalog, choices=(Choice("support.helpdesk", "zammad"),))
    assert "zammad" in blueprints(chosen)


def test_inputs_come_from_the_choice() -> None:
    plan = planned(RDS, lose="aws", choices=(Choice("data.relational", "postgresql", {"version": "17"}),))
    assert (plan.replacements[0].inputs, plan.replacements[0].datasets) == ({"version": "17"}, ("relational.dump",))


def test_an_input_that_must_be_given_is_asked_for() -> None:
    demanding = replace(POSTGRESQL, inputs=(Input("disk", "device", required=True),))
    catalog = replace(CATALOG, blueprints={"postgresql": demanding})
    with pytest.raises(BadInput, match=r"needs the input disk(.|\n)*data\.relational"):
        planned(RDS, lose="aws", catalog=catalog)
    choice = Choice("data.relational", "postgresql", {"disk": "sdb"})
    assert planned(RDS, lose="aws", catalog=catalog, choices=(choice,)).replacements[0].inputs == {"disk": "sdb"}


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        (Choice("data.relational", "oracle"), "no blueprint 'oracle'"),
        (Choice("mail.outgoing", "postgresql"), "does not provide it"),
        (Choice("data.relational", "postgresql", {"colour": "red"}), "no input colour"),
    ],
)
def test_choices_that_cannot_be_are_bad_input(choice: Choice, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        planned(RDS, lose="aws", choices=(choice,))


# --- hosts ------------------------------------------------------------------------------------------------------------
def test_blueprints_share_hosts_of_about_four_gigabytes() -> None:
    plan = planned(RDS, EC2, ZENDESK, lose="aws zendesk")
    assert [(host.name, host.memory_mb, host.groups) for host in plan.hosts] == [
        ("app-1", 4096, ("web", "zammad")),
        ("app-2", 2048, ("postgresql",)),
    ]
    assert {one.blueprint: one.hosts for one in plan.replacements} == {
        "postgresql": ("app-2",), "web": ("app-1",), "zammad": ("app-1",)
    }  # fmt: skip
    assert plan.hosts[1].disk_gb == 10 + 2 * 42


def test_what_must_outlive_the_others_gets_a_host_of_its_own() -> None:
    small = replace(DESK, host=HostSize(256, 5), apart=True)
    plan = planned(
        RDS,
        EC2,
        ZENDESK,
        lose="aws zendesk",
        catalog=replace(CATALOG, blueprints={**CATALOG.blueprints, "zammad": small}),
    )
    assert [(host.name, host.groups) for host in plan.hosts] == [
        ("app-1", ("postgresql", "web")),
        ("apart-1", ("zammad",)),
    ]


def test_what_must_outlive_the_others_may_get_several_hosts() -> None:
    number = Input("servers", "", type="integer", default=3)
    small = replace(DESK, host=HostSize(256, 5, number="servers"), apart=True, inputs=(*DESK.inputs, number))
    catalog = replace(CATALOG, blueprints={**CATALOG.blueprints, "zammad": small})
    plan = planned(RDS, EC2, ZENDESK, lose="aws zendesk", catalog=catalog)
    names = ("apart-1", "apart-1-2", "apart-1-3")
    assert tuple(host.name for host in plan.hosts) == ("app-1", *names)
    assert {one.blueprint: one.hosts for one in plan.replacements}["zammad"] == names


def test_an_edge_gets_as_many_hosts_as_asked_and_one_more_moves_none() -> None:
    hosts = Input(name="hosts", description="how many", type="integer", default=2)
    edge = replace(DESK, host=HostSize(256, 5, number="hosts"), apart=True, inputs=(hosts,))
    catalog = replace(CATALOG, blueprints={**CATALOG.blueprints, "zammad": edge})

    def names(number: object) -> list[str]:
        choice = Choice("support.helpdesk", "zammad", {"hosts": number} if number else {})
        plan = planned(ZENDESK, lose="zendesk", choices=(choice,), catalog=catalog)
        return [host.name for host in plan.hosts if host.groups == ("zammad",)]

    assert names(None) == ["apart-1", "apart-1-2"]
    assert names(3) == ["apart-1", "apart-1-2", "apart-1-3"]
    for wrong in ("3", -1, True, 1000):
        with pytest.raises(BadInput, match=r"the input hosts of zammad is .*"):
            names(wrong)


def test_a_large_blueprint_gets_a_host_of_its_size() -> None:
    catalog = replace(CATALOG, blueprints={"postgresql": replace(POSTGRESQL, host=HostSize(9000, 10, 2))})
    (host,) = planned(RDS, lose="aws", catalog=catalog).hosts
    assert (host.memory_mb, host.cpus) == (9216, 4)


# --- tasks ------------------------------------------------------------------------------------------------------------
def test_effort_is_the_rule_times_the_quantity_and_says_so() -> None:
    tasks = {one.id: one for one in planned(RDS, ZENDESK, lose="aws zendesk").tasks}
    assert (tasks["postgresql.dump"].effort.hours, tasks["postgresql.dump"].effort.basis) == (0.5, "30 min")
    assert tasks["postgresql.dump"].wait == Wait(21 / 60, 21 / 60, "0.5 min per GB × 42")  # a machine copies
    assert tasks["zammad.tickets"].effort.hours == 130 / 60
    unknown = {one.id: one for one in planned(replace(RDS, size_bytes=None), lose="aws").tasks}["postgresql.dump"]
    assert unknown.wait == Wait(5 / 60, 5 / 60, "0.5 min per GB × 10 (size unknown, assumed)")


def test_phases_follow_each_other_and_exports_do_not_wait() -> None:
    assert needs(planned(RDS, lose="aws")) == {
        "postgresql.host": (),
        "postgresql.dump": (),
        "postgresql.restore": ("postgresql.dump", "postgresql.host"),
        "postgresql.switch": ("postgresql.restore",),
        "postgresql.back": ("postgresql.switch",),
    }  # nobody clears up two weeks later what access has ended for after 8 h


def test_what_needs_access_must_be_done_within_the_notice() -> None:
    tasks = {one.id: one for one in planned(RDS, lose="aws").tasks}
    assert tasks["postgresql.dump"].window == Window(True, 8)
    assert tasks["postgresql.restore"].window == Window()
    assert not any(one.late for one in tasks.values())
    huge = replace(RDS, size_bytes=2000 * 10**9)
    assert [one.id for one in planned(huge, lose="aws").tasks if one.late] == ["postgresql.dump"]


def test_owners_are_the_users_by_capability_then_by_area() -> None:
    assert {one.owner for one in planned(RDS, lose="aws").tasks} == {"platform"}
    assert {one.owner for one in planned(RDS, lose="aws", owners={"data": "ada"}).tasks} == {"ada"}
    both = {"data": "ada", "data.relational": "bob"}
    assert {one.owner for one in planned(RDS, lose="aws", owners=both).tasks} == {"bob"}


def test_tasks_that_wait_for_each_other_are_named() -> None:
    circle = replace(WEB, tasks=(todo("point", "cut over", "data.relational"),))
    database = replace(POSTGRESQL, tasks=(todo("switch", "cut over", "hosting.compute"),))
    catalog = replace(CATALOG, blueprints={"web": circle, "postgresql": database})
    with pytest.raises(BadCatalog, match=r"postgresql\.switch.*web\.point|web\.point.*postgresql\.switch"):
        planned(EC2, RDS, lose="aws", catalog=catalog)


def test_a_need_that_names_nothing_is_a_bad_catalogue() -> None:
    catalog = replace(CATALOG, blueprints={"web": replace(WEB, tasks=(todo("a", "prepare", "nothing"),))})
    with pytest.raises(BadCatalog, match="needs 'nothing'"):
        planned(EC2, lose="aws", catalog=catalog)


def test_a_plan_needs_people() -> None:
    with pytest.raises(BadInput):
        planned(RDS, people=0)


def test_the_order_of_what_is_found_does_not_matter() -> None:
    plan = planned(RDS, EC2, ZENDESK, lose="aws zendesk")
    other = planned(ZENDESK, EC2, RDS, lose="zendesk aws")
    assert replace(other, losses=plan.losses) == plan
