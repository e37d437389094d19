"""Two edges before a board: pages through both, one dies; reading without the origin; nobody gets another's page; a
flood of sign-ins is refused while a person signs in; the origin answers nobody else; a deploy purges with CloudFront's
own client, a release by itself; copies of others' files are served; the filter looks, and refuses when it is told to.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import edges
import projects
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from click.testing import CliRunner
from nginx_server import names_lead_here, serving

from toolkit.cli import cli
from toolkit.drill import lab as labs
from toolkit.errors import ProgramFailed
from toolkit.tools import ssh

EDGES = ("edge-1", "edge-2")
AUTHORITY = "/tmp/board-ca.crt"  # on the hosts of people
# how often each status came, for so many POSTs to /login one after the other
GUESS = """
import collections, http.client, json, ssl, sys
address, times = sys.argv[1], int(sys.argv[2])
context = ssl.create_default_context(cafile="/tmp/board-ca.crt")
seen = collections.Counter()
connection = http.client.HTTPSConnection("board.example", context=context, timeout=20)
connection._create_connection = lambda _, *rest: __import__("socket").create_connection((address, 443), 20)
for _ in range(times):
    connection.request("POST", "/login", "name=ada&password=guess")
    answer = connection.getresponse()
    answer.read()
    seen[answer.status] += 1
print(json.dumps(seen))
"""


class Built:
    """The platform, its lab, and how people ask it."""

    def __init__(self, lab: labs.Lab, project: projects.Project) -> None:
        self.lab, self.project = lab, project

    def on(self, host: str, *command: str, stdin: str = "") -> str:
        return ssh.run(self.lab.login, self.lab.host(host).address, command, stdin=stdin.encode())

    def ask(self, path: str, *options: str, edge: str = "edge-1", who: str = "person") -> tuple[int, str, str]:
        """(status, head, body) of a page as a person's browser gets it from an edge."""
        name = f"{edges.NAME}:443:{self.lab.host(edge).address}"
        words = ["curl", "--silent", "--include", "--max-time", "20", "--cacert", AUTHORITY, "--resolve", name]
        said = self.on(who, *words, *options, f"'https://{edges.NAME}{path}'").replace("\r", "")
        head, _, body = said.partition("\n\n")
        return int(head.split()[1]), head.lower(), body


@pytest.fixture(scope="module")
def built(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("edges")
    with labs.temporary([*EDGES, "web", "mob", "person"], log=print, state=folder / "labs") as lab:
        rules = [{"path": "/pictures/*", "seconds": 600, "query": False}, {"path": "/slow", "seconds": 0}]
        platform = Built(lab, edges.build(folder, lab, EDGES, {"cache_seconds": 2, "rules": rules}))
        authority = (platform.project.folder / "ca.crt").read_text()
        for host in ("mob", "person"):
            platform.on(host, f"tee {AUTHORITY}", stdin=authority)
            platform.on(host, "apt-get update -q && apt-get install -y -q --no-install-recommends curl")
        yield platform


def test_a_second_run_changes_nothing_and_it_verifies(built: Built) -> None:
    assert projects.changed(built.project.play("site.yml")) == 0
    built.project.play("verify.yml")


@pytest.mark.parametrize("edge", EDGES)
def test_a_page_comes_through_each_edge_with_what_an_edge_adds(built: Built, edge: str) -> None:
    status, head, body = built.ask("/who", edge=edge)
    assert status == 200
    address = built.lab.host("person").address
    assert f"X-Forwarded-For: {address}\nX-Request-ID: " in body
    assert f"X-Real-IP: {address}\n" in body
    assert "X-Edge-Class: None" in body
    for name in ("strict-transport-security", "x-content-type-options: nosniff", "referrer-policy", "x-request-id"):
        assert f"\n{name}" in head
    assert "\nserver:" not in head
    assert built.lab.host("web").address not in head + body


def test_what_a_client_says_of_itself_is_not_believed(built: Built) -> None:
    lies = ("-H", "'X-Forwarded-For: 9.9.9.9'", "-H", "'X-Real-IP: 9.9.9.9'", "-H", "'X-Edge-Class: 0'")
    assert "9.9.9.9" not in built.ask("/who?lies", *lies)[2]


def test_names_nobody_serves_are_refused(built: Built) -> None:
    assert built.ask("/", "-H", "'Host: other.example'")[0] == 421


def test_the_origin_answers_an_edge_and_nobody_else(built: Built) -> None:
    origin = built.lab.host("web").address
    for port in (80, 443):
        with pytest.raises(ProgramFailed):
            built.on(
                "person",
                f"curl --silent --insecure --max-time 4 --output /dev/null --connect-to ::{origin}:{port} https://x/",
            )
    ask = f"curl --silent --max-time 10 --resolve {edges.NAME}:443:{origin} https://{edges.NAME}/who"
    assert "X-Request-ID: None" in built.on("edge-1", ask)


def test_what_was_asked_without_a_session_is_kept_and_nothing_else(built: Built) -> None:
    first, again = (built.ask("/pictures/1?a=1"), built.ask("/pictures/1?a=2"))
    assert first[2] == again[2], "the rule leaves the query out"
    assert "x-cache: hit" in again[1]
    me = [built.ask("/me", "--cookie", "sessionid=of-ada") for _ in range(2)]
    assert all(body.startswith("you are ada") for _, _, body in me)
    assert me[0][2] != me[1][2], "asked twice, answered twice"
    assert not any("x-cache" in head for _, head, _ in me)
    assert built.ask("/me")[2].startswith("you are nobody"), "and nobody gets ada's page"
    assert built.ask("/me", "--cookie", "sessionid=of-ada")[2].startswith("you are ada")
    assert "x-cache" not in built.ask("/me", "-H", "'Authorization: Bearer x'")[1]
    assert built.ask("/sets-a-cookie")[2] != built.ask("/sets-a-cookie")[2]
    assert "x-cache: miss" in built.ask("/slow")[1]
    assert "x-cache: miss" in built.ask("/slow")[1]


def test_events_reach_two_readers_while_the_stream_is_open(built: Built) -> None:
    """A cache would wait for the end of one, and let the other wait for it."""
    name = f"{edges.NAME}:443:{built.lab.host('edge-1').address}"
    read = f"curl --silent --no-buffer --max-time 6 --cacert {AUTHORITY} --resolve {name} "
    read += f"-H 'Accept: text/event-stream' https://{edges.NAME}/events"
    both = built.on("person", "sh", "-c", f'"{read} & {read}; wait; true"')
    assert both == "data: ahoy\n\n" * 2


def test_uploads_arrive_whole(built: Built) -> None:
    built.on("person", "sh -c 'head -c 3000000 /dev/zero >/tmp/upload'")
    assert built.ask("/posts", "--data-binary", "@/tmp/upload")[2] == "posted 3000000 bytes\n"


def test_reading_goes_on_while_the_origin_is_down(built: Built) -> None:
    page = built.ask("/bulletin")[2]
    built.on("web", "systemctl stop nginx.service")
    try:
        time.sleep(6)  # older than what counts as fresh, and the edge knows
        stale = built.ask("/bulletin")
        assert (stale[0], stale[2]) == (200, page)
        assert built.ask("/me", "--cookie", "sessionid=of-ada")[0] == 503
    finally:
        built.on("web", "systemctl start nginx.service")
    deadline = time.monotonic() + 30
    while built.ask("/bulletin")[2] == page:
        assert time.monotonic() < deadline, "no newer page though the origin is back"
        time.sleep(1)


def test_a_flood_of_sign_ins_is_refused_and_a_person_signs_in(built: Built) -> None:
    for edge in EDGES:
        seen = json.loads(built.on("mob", "python3", "-", built.lab.host(edge).address, "60", stdin=GUESS))
        assert seen == {"200": 20, "429": 40}
    status, head, _ = built.ask("/login", "--data", "name=ada")
    assert status == 200
    assert "set-cookie: sessionid=of-ada" in head
    assert built.ask("/me", "--cookie", "sessionid=of-ada")[0] == 200
    assert built.ask("/news", who="mob")[0] == 200, "who guesses may still read"


def test_a_deploy_purges_both_edges(built: Built) -> None:
    def client(secret: str):
        url = f"https://{built.lab.host('edge-1').address}:8443"
        keys = {"aws_access_key_id": "edge", "aws_secret_access_key": secret, "region_name": "us-east-1"}
        config = Config(retries={"total_max_attempts": 1})
        verify = str(built.project.folder / "ca.crt")
        return boto3.client("cloudfront", endpoint_url=url, verify=verify, config=config, **keys)

    # a deploy runs elsewhere: the port is opened to it by name of its address
    opened = [{"port": 8443, "from": [built.lab.gateway]}]
    (built.project.folder / "group_vars/edge.yml").write_text(json.dumps({"base_open_ports": opened}))
    built.project.play("site.yml", "--tags", "base")
    before = {edge: built.ask("/pictures/2", edge=edge)[2] for edge in EDGES}
    paths = {"Paths": {"Quantity": 1, "Items": ["/pictures/*"]}, "CallerReference": "release-1"}
    cloudfront = client(built.project.secrets()["edge_purge_secret"])
    made = cloudfront.create_invalidation(DistributionId=edges.NAME, InvalidationBatch=paths)["Invalidation"]
    assert made["Status"] == "Completed", "the other edge said so too"
    assert cloudfront.get_invalidation(DistributionId=edges.NAME, Id=made["Id"])["Invalidation"]["Id"] == made["Id"]
    for edge in EDGES:
        assert built.ask("/pictures/2", edge=edge)[2] != before[edge]
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        client("wrong").create_invalidation(DistributionId=edges.NAME, InvalidationBatch=paths)


def test_a_new_release_has_both_edges_forget_the_last_ones_pages(built: Built) -> None:
    before = {edge: built.ask("/pictures/3", edge=edge)[2] for edge in EDGES}
    assert {edge: built.ask("/pictures/3", edge=edge)[2] for edge in EDGES} == before
    edges.release(built.project)
    built.project.play("site.yml", "--tags", "web")
    for edge in EDGES:
        assert built.ask("/pictures/3", edge=edge)[2].startswith("newer picture")


def test_copies_of_others_files_are_served_and_pages_name_them(built: Built, tmp_path: Path) -> None:
    cdn, script = "cdn.jsdelivr.net", "go()\n"
    with serving(tmp_path / "cdn", [cdn]) as others, names_lead_here([cdn], tmp_path / "cdn/names.crt"):
        others.put(cdn, "npm/a@1/a.js", script)
        address = f"{cdn}:{others.port}/npm/a@1/a.js"
        (tmp_path / "page.html").write_text(f'<script src="https://{address}"></script>')
        words = ["export", "assets", str(tmp_path), "--allow-private", "--to", str(tmp_path / "dataset")]
        CliRunner().invoke(cli, words, catch_exceptions=False, standalone_mode=False)
    built.project.play("import.yml", "--tags", "edge", "-e", f"dataset={tmp_path}/dataset")
    built.project.play("site.yml", "--tags", "edge")
    page, ada = f"/loads?https://{address}", ("--cookie", "sessionid=of-ada")
    for edge in EDGES:
        status, head, body = built.ask(f"/offramp-assets/{address}", edge=edge)
        assert (status, body) == (200, script)
        assert "content-type: text/javascript" in head
        assert built.ask("/offramp-assets/other.js", edge=edge)[0] == 404
        assert f'src="https://{address}"' in built.ask(page, edge=edge)[2]
    assert projects.changed(built.project.play("site.yml", "--tags", "edge")) == 0
    built.project.play("site.yml", "--tags", "edge", "-e", "edge_rewrite_assets=true")
    for who in ((), ada):
        assert f'src="/offramp-assets/{address}"' in built.ask(page, *who)[2]
    assert built.ask("/me", *ada)[2].startswith("you are ada")
    built.project.play("verify.yml", "--tags", "edge")
    built.project.play("site.yml", "--tags", "edge")
    assert f'src="https://{address}"' in built.ask(page)[2]


def test_the_filter_looks_before_it_refuses(built: Built) -> None:
    attack = "/who?q=%3Cscript%3Ealert(1)%3C/script%3E"
    ada = ("--cookie", "sessionid=of-ada")
    password = ("--data", "'name=ada&password=%27%20or%201%3D1%20--%20'")
    report = "/usr/local/lib/offramp/edge/filter-report"
    try:
        built.project.play("site.yml", "--tags", "edge", "-e", "edge_filter=detect")
        assert [built.ask(attack)[0], built.ask(attack, *ada)[0], built.ask("/login", *password)[0]] == [200, 200, 200]
        assert built.ask("/me", *ada)[2].startswith("you are ada")
        said = built.on("edge-1", report)
        assert "941100: 2 times, from 1 addresses, on /who (2): XSS" in said
        assert "942" in said
        assert "on /login (1)" in said
        built.project.play("site.yml", "--tags", "edge", "-e", "edge_filter=block")
        assert [built.ask(attack)[0], built.ask(attack, *ada)[0], built.ask("/login", *password)[0]] == [403, 403, 403]
        assert built.ask("/me", *ada)[2].startswith("you are ada")
        assert built.ask("/posts", "--data-binary", "@/tmp/upload")[2] == "posted 3000000 bytes\n"
        assert built.ask("/posts", "--request", "PATCH", "--json", "{}")[0] == 501, "the board does not know it"
    finally:
        built.project.play("site.yml", "--tags", "edge")
    assert built.ask(attack)[0] == 200


@pytest.mark.parametrize("unit", ["haproxy", "offramp-edge-cache", "offramp-edge-purge"])
def test_a_service_that_is_taken_over_can_do_little(built: Built, unit: str) -> None:
    said = built.on("edge-1", f"systemd-analyze security --no-pager {unit}.service").splitlines()[-1]
    assert float(said.partition(": ")[2].split()[0]) <= 3, said
    assert "infinity" not in built.on("edge-1", f"systemctl show -P MemoryMax -P TasksMax {unit}.service")


def test_one_edge_dies_and_the_other_goes_on(built: Built) -> None:
    built.on("edge-1", "systemctl stop haproxy.service")
    try:
        with pytest.raises(ProgramFailed):
            built.ask("/news", edge="edge-1")
        assert built.ask("/news", edge="edge-2")[0] == 200
        assert built.ask("/login", "--data", "name=ada", edge="edge-2")[0] == 200
    finally:
        built.on("edge-1", "systemctl start haproxy.service")
    assert built.ask("/news", edge="edge-1")[0] == 200
