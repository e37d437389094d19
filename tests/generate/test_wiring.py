import jinja2
import pytest
from msgspec.structs import replace

from toolkit.catalog.entries import Blueprint, Catalog, HostSize, Output
from toolkit.errors import BadInput
from toolkit.generate import wiring
from toolkit.generate.ansible_yaml import Unsafe
from toolkit.model import Application, Platform, Replacement

SERVICES = {"data.relational": {"url": "…"}, "data.object-storage": {"endpoint": "…"}}


@pytest.mark.parametrize(
    ("text", "comes_out"),
    [
        ("${data.relational.url}", "<url>"),
        ("${data.relational.url}?x=${data.object-storage.endpoint}", "<url>?x=<endpoint>"),
        ("a{{ 7 * 7 }}b ${data.relational.url} {% raw %} {# c #}", "a{{ 7 * 7 }}b <url> {% raw %} {# c #}"),
        ("it's \"quoted\" \\ {{ ' }} ${data.relational.url}", "it's \"quoted\" \\ {{ ' }} <url>"),
        ("{${data.relational.url}}", "{<url>}"),
        ("[${data.cache.url}]", "[]"),
        ("${data.cache.url}{${data.relational.url}{", "{<url>{"),
    ],
)
def test_only_references_are_jinja(text: str, comes_out: str) -> None:
    expression = wiring.expression(text, SERVICES)
    assert not isinstance(expression, Unsafe)
    values = {"data.relational": {"url": "<url>"}, "data.object-storage": {"endpoint": "<endpoint>"}}
    assert jinja2.Template(expression).render(offramp_services=values) == comes_out


@pytest.mark.parametrize("text", ["plain", "{{ 7 * 7 }}", "${HOME}", "${data.url}", "$${x}", "${Data.Relational.url}"])
def test_text_without_references_is_taken_as_it_stands(text: str) -> None:
    expression = wiring.expression(text, SERVICES)
    assert isinstance(expression, Unsafe)
    assert expression == text


def test_what_is_needed_comes_first(make_plan, catalog: Catalog) -> None:
    assert [one.blueprint for one in wiring.ordered(make_plan(), catalog)] == ["postgresql", "web"]


def test_blueprints_that_need_each_other_are_refused(make_plan) -> None:
    catalog = two_blueprints(needs={"a": ("support.chat",), "b": ("support.helpdesk",)})
    plan = make_plan(replacements=replacements(), platform=Platform())
    with pytest.raises(BadInput, match=r"need each other: .*a"):
        wiring.ordered(plan, catalog)


def test_consumers_by_capability(make_plan) -> None:
    catalog = two_blueprints(needs={"a": (), "b": ("support.helpdesk",)})
    assert wiring.consumers(make_plan(replacements=replacements()), catalog) == {"support.helpdesk": ["b"]}


def test_an_output_counts_only_for_its_capability(make_plan) -> None:
    catalog = two_blueprints(needs={})
    table = wiring.services(make_plan(replacements=replacements()), catalog)
    assert table == {"support.helpdesk": {"url": "u", "desk": "d"}, "support.chat": {"url": "u"}}


def test_what_nothing_answers_is_listed_and_a_wrong_output_refused(make_plan, catalog: Catalog) -> None:
    def plan_with(text: str):
        return make_plan(platform=Platform(applications=(Application("x", "x", environment={"A": text}),)))

    plan = plan_with("${otp.sms.url}")
    found = wiring.missing(plan, wiring.services(plan, catalog))
    assert found == [wiring.Reference("otp.sms", "url", "x: A")]
    plan = plan_with("${data.relational.dsn}")
    with pytest.raises(BadInput, match=r"x: A: data.relational has no output 'dsn'\n.*url"):
        wiring.missing(plan, wiring.services(plan, catalog))


def replacements() -> tuple[Replacement, ...]:
    return (
        Replacement("a", "1", ("support.helpdesk",), (), ("app-1",)),
        Replacement("b", "1", ("support.chat",), (), ("app-1",)),
    )


def two_blueprints(needs: dict[str, tuple[str, ...]]) -> Catalog:
    outputs = (Output("url", "u"), Output("desk", "d", capability="support.helpdesk"))
    blueprints = {
        slug: Blueprint(slug, "1", "", (), HostSize(1, 1), 1, "", needs=needs.get(slug, ()), outputs=outputs)
        for slug in ("a", "b")
    }
    return Catalog("", {}, {}, {}, {}, {}, blueprints)


def test_a_service_is_also_found_by_what_it_speaks(make_plan, catalog: Catalog) -> None:
    """With two databases the first in the plan is the applications'; who needs the other names it."""
    other = replace(catalog.blueprints["postgresql"], speaks=("mysql",), outputs=(Output("url", "mysql://"),))
    both = replace(catalog, blueprints={**catalog.blueprints, "other": other})
    database = Replacement("other", "1", ("data.relational",), (), ("data-1",))
    plan = make_plan()
    table = wiring.services(replace(plan, replacements=(database, *plan.replacements)), both)
    assert table["data.relational"]["url"] == "mysql://"
    assert table["data.relational.mysql"]["url"] == "mysql://"
    assert table["data.relational.postgresql"]["url"].startswith("postgresql://")


def test_of_caches_and_queues_redis_is_meant_where_none_is_named(make_plan, catalog: Catalog) -> None:
    capabilities = {"elasticmq": ("data.queue",), "memcached": ("data.cache",), "valkey": ("data.cache", "data.queue")}
    placed = tuple(Replacement(slug, "1", offered, (), ("db-1",)) for slug, offered in capabilities.items())
    table = wiring.services(replace(make_plan(), replacements=placed), catalog)
    assert table["data.queue"]["url"] == table["data.queue.redis"]["url"] != table["data.queue.sqs"]["url"]
    assert table["data.cache"] == table["data.cache.redis"]
    assert table["data.cache.memcached"]["servers"]


def test_two_databases_each_make_room_for_those_that_need_them(make_plan, catalog: Catalog) -> None:
    """What speaks MySQL makes no database for Keycloak, and applications come after the one they refer to."""
    shop = Application("shop", "s", start="x", environment={"DATABASE_URL": "${data.relational.mysql.url}"})
    replacements = (
        Replacement("web", "1", ("hosting.compute",), (), ("data-1",)),
        Replacement("mariadb", "11.8", ("data.relational",), (), ("data-1",)),
        Replacement("postgresql", "17", ("data.relational",), (), ("data-1",)),
        Replacement("keycloak", "26", ("auth.workforce-sso",), (), ("data-1",)),
    )
    plan = replace(make_plan(), replacements=replacements)
    plan = replace(plan, platform=replace(plan.platform, applications=(shop,)))
    assert wiring.consumers(plan, catalog) == {
        "data.relational": ["keycloak"],
        "data.relational.postgresql": ["keycloak"],
    }
    order = [one.blueprint for one in wiring.ordered(plan, catalog)]
    assert order.index("mariadb") < order.index("web")
    assert wiring.services(plan, catalog)["data.relational.mysql"]["url"].startswith("mysql://")
