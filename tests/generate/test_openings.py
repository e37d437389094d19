"""What each host's firewall opens, from who uses what."""

import msgspec
import pytest
import yaml

from toolkit.catalog.consistency import validate
from toolkit.catalog.entries import Catalog
from toolkit.errors import BadInput
from toolkit.generate import generate
from toolkit.generate.firewall import inner_ports, openings
from toolkit.generate.variables import PATH as VARIABLES
from toolkit.generate.wiring import fronted, ordered
from toolkit.model import Application, HostNeed, Plan, Platform, Replacement

PLACED = {
    "app-1": ("web", "mail"),
    "data-1": ("postgresql", "valkey", "versitygw"),
    "desk-1": ("request-tracker", "otp-gateway"),
    "id-1": ("keycloak",),
    "apart-1": ("status-page",),
}


@pytest.fixture
def whole(make_plan, catalog: Catalog) -> Plan:
    """Every blueprint, on five hosts; the application uses the database and the cache."""
    board = Application(
        name="board",
        source="board",
        start="serve",
        environment={"DATABASE": "${data.relational.postgresql.url}", "CACHE": "${data.cache.url}"},
    )
    return make_plan(
        platform=Platform(name="Board", domains=("board.example",), applications=(board,)),
        hosts=tuple(HostNeed(host, 1024, 1, 10, slugs) for host, slugs in PLACED.items()),
        replacements=tuple(
            Replacement(slug, "1", catalog.blueprints[slug].capabilities, (), (host,))
            for host, slugs in PLACED.items()
            for slug in slugs
        ),
    )


def _table(plan: Plan, catalog: Catalog) -> dict[str, dict[int, str]]:
    return {
        host: {one.port: "everybody" if one.public else " ".join(one.sources) for one in made}
        for host, made in openings(plan, catalog).items()
    }


def test_each_port_is_open_to_those_who_use_it_and_to_nobody_else(whole: Plan, catalog: Catalog) -> None:
    public = {80: "everybody", 443: "everybody"}
    assert _table(whole, catalog) == {
        "app-1": {**public, 25: "everybody", 587: "apart-1 desk-1 id-1"},
        "data-1": {5432: "app-1 desk-1 id-1", 6379: "app-1"},
        "desk-1": {**public, 25: "app-1"},
        "id-1": public,
        "apart-1": public,
    }


def test_what_nobody_of_the_platform_uses_is_open_to_nobody(make_plan, catalog: Catalog) -> None:
    plan = make_plan(platform=Platform(name="Board", domains=("board.example",)))
    assert _table(plan, catalog) == {"data-1": {}, "app-1": {80: "everybody", 443: "everybody"}}


def test_an_input_of_another_service_that_names_a_capability_is_use_of_it(make_plan, catalog: Catalog) -> None:
    replacements = list(make_plan().replacements)
    hosts = (*make_plan().hosts, HostNeed("page-1", 512, 1, 5, ("status-page",)))
    checks = {"checks": {"database": "tcp://${data.relational.host}"}}
    page = Replacement("status-page", "1", ("support.status-page",), (), ("page-1",), checks)
    plan = make_plan(hosts=hosts, replacements=(*replacements, page))
    assert _table(plan, catalog)["data-1"] == {5432: "app-1 page-1"}


def test_a_port_may_be_open_on_the_first_host_or_on_the_others_alone(make_plan, catalog: Catalog) -> None:
    plan = make_plan()
    names = ("hidden-1", "ns-1", "ns-2")
    servers = Replacement("dns", "1", ("edge.dns",), (), names)
    hosts = (*plan.hosts, *(HostNeed(name, 512, 1, 5, ("dns",)) for name in names))
    table = _table(make_plan(hosts=hosts, replacements=(*plan.replacements, servers)), catalog)
    assert table["ns-1"] == table["ns-2"] == {53: "everybody"}
    assert table["hidden-1"] == {53: "app-1 data-1 ns-1 ns-2"}


def test_a_port_that_was_chosen_is_the_one_that_is_opened(make_plan, catalog: Catalog) -> None:
    web, database = make_plan().replacements
    plan = make_plan(replacements=(web, msgspec.structs.replace(database, inputs={"port": 5433})))
    assert _table(plan, catalog)["data-1"] == {5433: "app-1"}
    files = {file.path: file.content for file in generate(plan, catalog, target="hosts")}
    assert "| data-1 | 5433 | postgresql: the databases | app-1 |" in files["README.md"]
    assert "| app-1 | 443 | web: the applications | **everybody** |" in files["README.md"]
    yaml.SafeLoader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))
    [opened] = yaml.safe_load(files[VARIABLES])["offramp_openings"]["data-1"]
    assert opened["port"] == "{{ postgresql_port }}", "who sets it in group_vars is heeded"


@pytest.mark.parametrize("port", ["5432", "${otp.sms.url}", 0, 65536, [5432]])
def test_what_is_no_port_is_refused(make_plan, catalog: Catalog, port: object) -> None:
    web, database = make_plan().replacements
    with pytest.raises(BadInput, match=r"the input port of postgresql is .*, which is no port"):
        openings(make_plan(replacements=(web, msgspec.structs.replace(database, inputs={"port": port}))), catalog)


def test_listens_are_checked_against_the_blueprint(catalog: Catalog) -> None:
    database = catalog.blueprints["postgresql"]
    [listen] = database.listens
    wrong = (
        msgspec.structs.replace(listen, port="database"),
        msgspec.structs.replace(listen, of=("mail.incoming",)),
    )
    slipped = msgspec.structs.replace(database, listens=wrong)
    said = validate(msgspec.structs.replace(catalog, blueprints={**catalog.blueprints, "postgresql": slipped}))
    assert said == (
        "blueprint postgresql: it listens on 'database', which is no integer input of it",
        "blueprint postgresql: port port is for consumers of 'mail.incoming', which has none",
    )


def test_what_services_keep_to_their_host_is_known_for_each(whole: Plan, catalog: Catalog) -> None:
    assert inner_ports(whole, catalog) == {
        "app-1": [11332],
        "data-1": [],
        "desk-1": [8091, 8092, 8086, 13000, 13001, 13013],
        "id-1": ["{{ keycloak_port }}"],
        "apart-1": [],
    }


def test_what_an_edge_stands_before_is_open_to_it_alone(whole: Plan, catalog: Catalog) -> None:
    edges = ("apart-2", "apart-2-2")
    edge = Replacement("edge", "1", ("edge.cdn",), (), edges)
    hosts = (*whole.hosts, *(HostNeed(name, 1024, 2, 10, ("edge",)) for name in edges))
    plan = msgspec.structs.replace(whole, hosts=hosts, replacements=(edge, *whole.replacements))
    table, public = _table(plan, catalog), {80: "everybody", 443: "everybody"}
    closed = {80: "apart-2 apart-2-2", 443: "apart-2 apart-2-2"}
    assert table["app-1"] == {**closed, 25: "everybody", 587: "apart-1 desk-1 id-1"}
    assert table["desk-1"] == {**closed, 25: "app-1"}
    assert table["id-1"] == closed
    assert table["apart-1"] == public, "the status page must not fall with the edge"
    for name in edges:
        assert table[name].items() >= public.items()
    in_order = [one.blueprint for one in ordered(plan, catalog)]
    behind = {one.blueprint for one in fronted(plan, catalog)}
    assert behind
    assert all(in_order.index("edge") < in_order.index(slug) for slug in behind), "hosts find these at the edge"
    files = {file.path: file.content for file in generate(plan, catalog, target="hosts")}
    yaml.SafeLoader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))
    plays = yaml.safe_load(files["verify.yml"])
    assert plays[-1]["hosts"] == "edge", "what stands behind it runs when it is asked"
    said = yaml.safe_load(files[VARIABLES])
    assert [one["blueprint"] for one in said["offramp_fronted"]] == ["web", "request-tracker", "keycloak"]
    assert {one["port"] for one in said["offramp_fronted"]} == {443}
    assert len(said["offramp_edges"]) == 2


def test_without_an_edge_nothing_is_fronted(whole: Plan, catalog: Catalog) -> None:
    content = {file.path: file.content for file in generate(whole, catalog, target="hosts")}[VARIABLES]
    yaml.SafeLoader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))
    assert {name: yaml.safe_load(content)[name] for name in ("offramp_edges", "offramp_fronted")} == {
        "offramp_edges": [],
        "offramp_fronted": [],
    }


def test_a_number_of_hosts_is_checked_against_the_blueprint(catalog: Catalog) -> None:
    edge = catalog.blueprints["edge"]
    slipped = msgspec.structs.replace(edge, apart=False, host=msgspec.structs.replace(edge.host, number="tls"))
    said = validate(msgspec.structs.replace(catalog, blueprints={**catalog.blueprints, "edge": slipped}))
    assert said == (
        "blueprint edge: it has a number of hosts and is not apart",
        "blueprint edge: its number of hosts is 'tls', which is no integer input of it",
    )
