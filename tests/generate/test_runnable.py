"""Applications that could not work on the hosts are refused, all at once and with what to change."""

import re

import pytest

from toolkit.catalog.entries import Catalog
from toolkit.errors import BadInput
from toolkit.generate import generate
from toolkit.model import Application, HostNeed, Job, Platform, Replacement

SERVE = "serve --port $PORT"


@pytest.mark.parametrize(
    ("applications", "said"),
    [
        ((Application("a", "a"),), "a has no start"),
        ((Application("a", "a", start="next dev"),), "start is a server for development, 'next dev'; use `next build`"),
        ((Application("a", "a", start=SERVE, workers={"w": "nodemon w.js"}),), "a: w is a server for development"),
        ((Application("a", "a", start=SERVE, workers={"w": ""}),), "the worker w has no command"),
        ((Application("a", "a", start="serve --port 3000", port=8000),), r"names the port 3000, its port is 8000"),
        ((Application("a", "a", start=SERVE, port=80),), "port 80 is not one"),
        ((Application("a", "a", serve={"/files": "out"}),), "a has no start"),
        ((Application("a", "a", start=SERVE, serve={"/": "out"}),), "both start and serve answer at /"),
        ((Application("a", "a", serve={"/": "../out"}),), "serve names '../out', which is no folder in its source"),
        ((Application("a", "a", serve={"/": "out; }"}),), "serve names 'out; }'"),
        ((Application("a", "a", serve={"/": "out"}, fallback="/i.html;"),), "'/i.html;' is no path"),
        ((Application("a", "a", start=SERVE, paths=("api",)),), "'api' is no path"),
        ((Application("a", "a", start=SERVE, writable=("../x",)),), "writable names '../x'"),
        ((Application("a", "a", start=SERVE, writable=(".",)),), "writable names '.'"),
        ((Application("a", "a", start=SERVE, writable=("/etc/x",)),), "writable names '/etc/x'"),
        ((Application("a", "a", start=SERVE, writable=("/var",)),), "writable names '/var'"),
        ((Application("a", "a", start=SERVE, writable=("/opt/offramp/b",)),), "writable names '/opt/offramp/b'"),
        ((Application("a", "a", start=SERVE, jobs={"j": Job("99 * * * *", "x")}),), "j cannot run at '99 . . . .'"),
    ],
)
def test_what_could_not_work_is_said(make_plan, catalog: Catalog, applications: tuple, said: str) -> None:
    plan = make_plan(platform=Platform(domains=("board.example",), applications=applications))
    with pytest.raises(BadInput, match=said):
        generate(plan, catalog, target="hosts")


def test_four_applications_in_one_place(make_plan, catalog: Catalog) -> None:
    applications = tuple(Application(name, name, start=SERVE, port=8000) for name in "abcd")
    with pytest.raises(BadInput) as caught:
        generate(
            make_plan(platform=Platform(domains=("x.example",), applications=applications)), catalog, target="hosts"
        )
    assert "a and b and c and d have the same port (8000): give each its own port" in str(caught.value)
    assert (
        "a and b and c and d have the same domain (x.example): give each its own domains, or its own paths on them"
        in str(caught.value)
    )


def test_ports_are_given_and_a_domain_is_shared_by_paths(make_plan, catalog: Catalog) -> None:
    applications = (
        Application("page", "page", serve={"/": "dist"}, fallback="/index.html"),
        Application("api", "api", start=SERVE, paths=("/api", "/ws")),
        Application("own", "own", start="serve --port 8000", paths=("/own/",)),
        Application("more", "more", start=SERVE, domains=("more.example",), writable=("data", "/var/opt/more")),
    )
    plan = make_plan(platform=Platform(domains=("x.example",), applications=applications))
    [text] = [file.content for file in generate(plan, catalog, target="hosts") if file.path.endswith("10-offramp.yml")]
    assert re.findall(r"(?m)^    port: (\d+)$", text) == ["0", "8001", "8000", "8002"]


def test_a_path_of_another_is_refused(make_plan, catalog: Catalog) -> None:
    applications = (
        Application("page", "page", serve={"/": "dist", "/api/": "docs"}),
        Application("api", "api", start=SERVE, paths=("/api",)),
    )
    plan = make_plan(platform=Platform(domains=("x.example",), applications=applications))
    with pytest.raises(BadInput, match=r"page and api have the same domain \(x.example/api\)"):
        generate(plan, catalog, target="hosts")


def test_a_plan_that_runs_no_applications_does_not_mind(make_plan, catalog: Catalog) -> None:
    database = Replacement("postgresql", "17", ("data.relational",), (), ("data-1",))
    hosts = (HostNeed("data-1", 1024, 1, 10, ("postgresql",)),)
    plan = make_plan(platform=Platform(applications=(Application("a", "a"),)), hosts=hosts, replacements=(database,))
    assert generate(plan, catalog, target="hosts")
