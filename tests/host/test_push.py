"""The push server as its blueprint builds it: an open connection hears at once, strangers only read what is theirs."""

import json
import ssl
from collections.abc import Iterator

import httpx
import projects
import pytest

from toolkit.drill import lab as labs
from toolkit.model import Platform
from toolkit.tools import ssh

HOST = "bell"
NAME = "push.board.example"


class Bell:
    """The built server, asked by its name."""

    def __init__(self, lab: labs.Lab, project: projects.Project) -> None:
        self.lab, self.project, self.address = lab, project, lab.host(HOST).address
        authority = ssl.create_default_context(cafile=str(project.folder / "ca.crt"))
        self.http = httpx.Client(verify=authority, timeout=60)
        self.platform = ("platform", str(project.secrets()["ntfy_password"]))

    def run(self, *words: str) -> str:
        return ssh.run(self.lab.login, self.address, words)

    def ask(self, method: str, path: str, **more) -> httpx.Response:
        return self.http.request(method, f"https://{self.address}/{path}", **self._named(), **more)

    def listen(self, topic: str):
        return self.http.stream("GET", f"https://{self.address}/{topic}/json", **self._named())

    def _named(self) -> dict:
        return {"headers": {"Host": NAME}, "extensions": {"sni_hostname": NAME}}


@pytest.fixture(scope="module")
def bell(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bell]:
    folder = tmp_path_factory.mktemp("bell")
    with labs.temporary([HOST], log=print, state=folder / "labs") as lab:
        platform = Platform(name="board", domains=("board.example",))
        project = projects.make(folder, lab, platform, {"ntfy": {}}, host=HOST)
        project.play("site.yml")
        bell = Bell(lab, project)
        with bell.http:
            yield bell


def test_the_second_run_changes_nothing(bell: Bell) -> None:
    assert projects.changed(bell.project.play("site.yml")) == 0
    bell.project.play("verify.yml")


def test_an_open_connection_hears_at_once(bell: Bell) -> None:
    with bell.listen("news") as stream:
        lines = stream.iter_lines()
        assert json.loads(next(lines))["event"] == "open"
        assert bell.ask("POST", "news", content="Ahoy ✓".encode(), auth=bell.platform).status_code == 200
        assert json.loads(next(lines))["message"] == "Ahoy ✓"


def test_strangers_read_the_topics_and_do_nothing_else(bell: Bell) -> None:
    assert "Ahoy" in bell.ask("GET", "news/json?poll=1").text
    refused = [
        bell.ask("POST", "news", content=b"from a stranger"),
        bell.ask("POST", "news", content=b"guessed", auth=("platform", "guess")),
        bell.ask("GET", "other/json?poll=1"),
        bell.ask("POST", "upABCDEFGHIJKL?up=1", content=b"x"),
        bell.ask("POST", "v1/account", json={"username": "eve", "password": "eve-eve-eve"}),
        bell.ask("GET", "v1/users"),
    ]
    assert all(400 <= one.status_code < 500 for one in refused), [one.status_code for one in refused]
    bell.run("systemd-analyze", "security", "--threshold=30", "ntfy.service")


def test_it_comes_back_for_phones_that_know_name_and_topic(bell: Bell) -> None:
    for playbook in ("backup", "drill-steady", "drill-break", "site", "restore", "verify"):
        bell.project.play(f"{playbook}.yml")
    assert bell.ask("POST", "news", content=b"back", auth=bell.platform).status_code == 200
    assert "back" in bell.ask("GET", "news/json?poll=1").text
