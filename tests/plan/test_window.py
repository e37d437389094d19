"""What is inside the freeze window, what has to be before it, and what a run of a playbook must not take back."""

import re

import pytest

from toolkit.catalog.folders import load
from toolkit.model import (
    SCHEMA_VERSION,
    Application,
    Assessment,
    Audit,
    Dependency,
    Loss,
    Plan,
    Platform,
    Score,
    Survey,
    Task,
)
from toolkit.plan import make_plan
from toolkit.report import caveats

CATALOG = load()
APPLICATION = Application("board", "board", start="run", port=8000, domains=("board.example",))
LOST = (
    ("ec2", "hosting.compute"),
    ("rds", "data.relational"),
    ("s3", "data.object-storage"),
    ("elasticache", "data.cache"),
    ("route53", "edge.dns"),
    ("cloudfront", "edge.cdn"),
)


def planned(
    *services: str, people: int = 3, prepared: bool = False, notice: float = 30, also: tuple[Dependency, ...] = ()
) -> Plan:
    lost = tuple(
        Dependency("aws", name, (capability,), "runtime", "high")
        for name, capability in LOST
        if not services or name in services
    )
    apps = [Dependency("google-play", None, ("distribution.app-store",), "runtime", "high")]
    if services and "ec2" not in services:
        apps.append(Dependency("heroku", None, ("hosting.containers",), "runtime", "high"))
    platform = Platform(name="board", domains=("board.example",), applications=(APPLICATION,))
    audit = Audit(SCHEMA_VERSION, "offramp 0", "h", platform, Survey(), (*lost, *apps, *also), Assessment(Score(0, ())))
    losses = [Loss("aws", notice), Loss("google-play", 0)]
    return make_plan(audit, CATALOG, losses=losses, people=people, prepared=prepared)


@pytest.fixture(scope="module")
def full() -> Plan:
    return planned()


def found(plan: Plan, name: str) -> Task:
    return next(task for task in plan.tasks if task.id == name)


def before(plan: Plan, name: str) -> set[str]:
    """Everything that must be done and waited out before it begins."""
    known = {task.id: task for task in plan.tasks}
    seen: set[str] = set()
    todo = [name]
    while todo:
        needs = set(known[todo.pop()].needs) - seen
        seen |= needs
        todo += needs
    return seen


def test_with_streams_and_copies_that_were_rehearsed_nobody_is_kept_from_writing_for_half_an_hour() -> None:
    assert planned(prepared=True).schedule.freeze_hours * 60 <= 30


def test_what_the_rehearsal_wrote_is_gone_and_nothing_writes_while_a_database_follows(full: Plan) -> None:
    """A row of an application on the new side breaks a subscription: it stops in the middle of the window."""
    assert {"web.rehearse", "edge.rehearse", "common.hold"} <= before(full, "postgresql.follow")
    assert "common.hold" in before(full, "common.freeze")
    held = "path=/etc/offramp/held state=touch"
    for name in ("web.prepare", "common.hold"):
        assert any(held in command for command in found(full, name).commands), name
    for name in ("web.rehearse", "web.serve"):
        assert "path=/etc/offramp/held state=absent" in found(full, name).commands[0], name


def test_where_applications_stay_where_they_are_nothing_is_held() -> None:
    assert not any("/etc/offramp/held" in one for task in planned("s3", "rds").tasks for one in task.commands)


def test_own_name_servers_lead_where_names_led_before_until_the_window(full: Plan) -> None:
    frozen = {task.id for task in full.tasks if task.phase == "freeze"}
    leading = [task for task in full.tasks if any("dns_point_at: here" in one for one in task.commands)]
    assert [task.id for task in leading] == ["edge.cut-over"]
    assert frozen <= before(full, "edge.cut-over")
    assert "dns_point_at: before" in found(full, "dns.prepare").commands[0]
    assert "dns.rehearse" in before(full, "common.name-servers"), "answers are compared before anybody asks there"


def test_where_nothing_else_moves_own_name_servers_lead_to_what_is_there() -> None:
    plan = planned("route53")
    assert not any("dns_point_at" in one for task in plan.tasks for one in task.commands)


def test_certificates_are_there_before_names_move_and_no_issuer_asks_the_old_host(full: Plan) -> None:
    wanted = found(full, "common.certificates")
    assert "--preferred-challenges dns" in wanted.commands[0]
    assert "--domain board.example --domain '*.board.example'" in wanted.commands[0]
    assert "edge_tls: provided" in wanted.commands[1]
    assert "web_tls" not in wanted.commands[1], "edges check what lies behind by the platform's own authority"
    assert "common.certificates" in before(full, "edge.rehearse")
    renewed = found(full, "common.renewal")
    assert "edge_tls: acme" in renewed.commands[0]
    assert "edge.cut-over" in renewed.needs
    alone = found(planned("ec2"), "common.certificates")
    assert "web_tls: provided" in alone.commands[1]


def test_what_a_service_is_told_outlives_the_run_that_told_it() -> None:
    """A setting of one run is taken back by the next whole run: certificates, or where names lead."""
    # tried within one task, which says where it is kept
    moments = {"edge_filter=detect", "edge_filter=block"}
    for slug, blueprint in CATALOG.blueprints.items():
        for task in blueprint.tasks:
            told = {one for command in task.commands for one in re.findall(r"site\.yml\b.* -e (\S+)", command)}
            assert told - {"offramp_migrate=true"} <= moments, f"{slug}.{task.id}"


def test_a_command_that_is_given_twice_works_twice(full: Plan) -> None:
    """Copies of the window go where the first ones went."""
    assert found(full, "versitygw.copy").commands[0] == found(full, "versitygw.last-copy").commands[0]
    assert "postgresql_import_replace=true" in found(full, "postgresql.import").commands[0]
    assert any("$PWD/dataset" in one for one in found(full, "versitygw.import").commands)


def test_objects_are_caught_up_with_while_workers_finish(full: Plan) -> None:
    assert "common.stop-workers" not in before(full, "versitygw.catch-up")
    assert "common.freeze" in found(full, "versitygw.catch-up").needs
    assert "common.stop-workers" in found(full, "versitygw.last-copy").needs


def test_an_app_that_is_tried_on_phones_keeps_no_writer_from_being_stopped(full: Plan) -> None:
    assert any(task.id == "app-repository.rehearse" for task in full.tasks)
    assert "app-repository.rehearse" not in before(full, "common.freeze")


def test_a_lowered_ttl_is_waited_out_and_then_shortens_the_wait_for_names(full: Plan) -> None:
    lowered, moved = found(full, "common.lower-ttl"), found(full, "edge.cut-over")
    assert lowered.wait
    assert moved.wait
    assert lowered.wait.high_hours >= 1
    assert moved.wait.high_hours <= 0.1
    assert lowered.id in moved.needs
    at_once = found(planned(notice=0), "edge.cut-over")
    assert at_once.wait
    assert at_once.wait.high_hours == 1, "nobody can lower it any more"


def test_what_works_on_machines_that_are_not_there_yet_is_not_held_already() -> None:
    ready = {slug: {task.id: task for task in one.tasks} for slug, one in CATALOG.blueprints.items()}
    from toolkit.plan.prepared import ahead

    for name in ahead(CATALOG):
        slug, _, task = name.partition(".")
        if slug in ready:
            assert not any(one.startswith("ansible-playbook") for one in ready[slug][task].commands), name


def test_people_are_signed_in_where_something_answers_them() -> None:
    """A trial by people comes after the applications serve, where these move as well."""
    for slug in ("keycloak", "otp-gateway", "sign-up-guard", "request-tracker", "app-repository"):
        for task in CATALOG.blueprints[slug].tasks:
            if task.phase == "cut over":
                assert "hosting.*" in task.needs, f"{slug}.{task.id}"


def test_what_answers_inside_its_network_alone_is_made_reachable_before_anything_is_fetched(full: Plan) -> None:
    way = found(full, "common.way-in")
    assert "common.way-in" in found(full, "postgresql.dump").needs
    assert "common.way-in" in found(full, "postgresql.follow").needs
    assert "common.way-in" not in before(full, "versitygw.copy"), "anybody with a key reaches a bucket"
    assert any(command.startswith("ssh -f -N") for command in way.commands)
    assert any("the new database" in note or "new database" in note for note in way.notes)
    assert "BASTION" in " ".join(way.look_up)
    assert not any(task.id == "common.way-in" for task in planned("s3").tasks)
    assert not any(task.id == "common.way-in" for task in planned("rds", notice=0).tasks)


def test_what_is_taken_out_by_hand_waits_for_the_way_in_too() -> None:
    mongo = Dependency("aws", "documentdb", ("data.document",), "runtime", "high")
    platform = Platform(name="board", domains=("board.example",), applications=(APPLICATION,))
    audit = Audit(SCHEMA_VERSION, "offramp 0", "h", platform, Survey(), (mongo,), Assessment(Score(0, ())))
    plan = make_plan(audit, CATALOG, losses=[Loss("aws", 30)], people=2)
    assert "common.way-in" in found(plan, "take-out.aws.documentdb").needs
    assert any("documentdb" in one.dependency for one in plan.unplanned), "nothing here speaks to its documents"


def test_what_a_way_out_asks_for_stands_beside_its_commands(full: Plan) -> None:
    assert any("reboot" in note for note in found(full, "postgresql.follow").notes)


def test_the_old_databases_address_is_asked_for_wherever_a_playbook_takes_it(full: Plan) -> None:
    for name in ("postgresql.follow", "postgresql.last-rows"):
        assert any("OLD_DATABASE_URL: set it first" in line for line in found(full, name).look_up), name


def test_a_service_of_containers_says_how_its_settings_are_had() -> None:
    lost = Dependency("aws", "ecs", ("hosting.containers",), "runtime", "high")
    platform = Platform(name="board", applications=(APPLICATION,))
    audit = Audit(SCHEMA_VERSION, "offramp 0", "h", platform, Survey(), (lost,), Assessment(Score(0, ())))
    task = found(make_plan(audit, CATALOG, losses=[Loss("aws", 30)], people=2), "common.settings-copy")
    assert any("describe-task-definition" in command for command in task.commands)


def test_the_window_says_how_long_resolvers_lead_people_to_the_old_hosts(full: Plan) -> None:
    said = caveats.freeze(full)
    assert "minutes in which nobody can write, and up to 6 more for whoever is still led to the old hosts" in said
