"""Applications that could not work on the hosts are refused, all at once and with what to change."""

import pytest

from toolkit.entries import Catalog
from toolkit.errors import BadInput
from toolkit.generate import generate
from toolkit.model import Application, HostNeed, Platform, Replacement

SERVE = "serve --port $PORT"


@pytest.mark.parametrize(
    ("applications", "said"),
    [
        ((Application("a", "a"),), "a has no start"),
        ((Application("a", "a", start="next dev"),), "start is a server for development, 'next dev'; use `next build`"),
        ((Application("a", "a", start=SERVE, workers={"w": "nodemon w.js"}),), "a: w is a server for development"),
        ((Application("a", "a", start=SERVE, workers={"w": ""}),), "the worker w has no command"),
        ((Application("a", "a", start="serve --port 3000"),), r"names the port 3000, its port is 8000; write \$PORT"),
        ((Application("a", "a", start=SERVE, port=80),), "port 80 is not one"),
    ],
)
def test_what_could_not_work_is_said(make_plan, catalog: Catalog, applications: tuple, said: str) -> None:
    plan = make_plan(platform=Platform(domains=("board.example",), applications=applications))
    with pytest.raises(BadInput, match=said):
        generate(plan, catalog, target="hosts")


def test_four_applications_in_one_place(make_plan, catalog: Catalog) -> None:
    applications = tuple(Application(name, name, start=SERVE) for name in "abcd")
    with pytest.raises(BadInput) as caught:
        generate(
            make_plan(platform=Platform(domains=("x.example",), applications=applications)), catalog, target="hosts"
        )
    assert "a and b and c and d have the same port (8000): give each its own port" in str(caught.value)
    assert "a and b and c and d have the same domain (x.example): give each its own domains" in str(caught.value)


def test_a_plan_that_runs_no_applications_does_not_mind(make_plan, catalog: Catalog) -> None:
    database = Replacement("postgresql", "17", ("data.relational",), (), ("data-1",))
    hosts = (HostNeed("data-1", 1024, 1, 10, ("postgresql",)),)
    plan = make_plan(platform=Platform(applications=(Application("a", "a"),)), hosts=hosts, replacements=(database,))
    assert generate(plan, catalog, target="hosts")
