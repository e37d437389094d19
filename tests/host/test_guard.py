"""The sign-up guard as its blueprint builds it: asked by applications and by a browser with a keyboard alone."""

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import projects
import pytest
from browsers import browser, wait_for
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By

from toolkit.drill import lab as labs
from toolkit.model import Platform
from toolkit.tools import ssh

sys.path.append(str(Path(__file__).parents[1] / "guard"))  # what a browser computes is shared
from guards import solved

HOST, NAME = "guarded", "guard.board.example"
VERIFY = "/recaptcha/api/siteverify"
PAGE = """<!doctype html><html lang="en"><title>Sign up</title>
<script src="https://{name}/recaptcha/api.js" async defer></script>
<form><label>Name <input name="name"></label><div class="g-recaptcha" data-sitekey="{key}"></div></form>"""


class Guarded:
    """The project, its lab, and the guard as seen from its host and from outside."""

    def __init__(self, project: projects.Project, lab: labs.Lab) -> None:
        self.project, self.lab, self.address = project, lab, lab.host(HOST).address

    def shell(self, script: str, stdin: str = "") -> str:
        return ssh.run(self.lab.login, self.address, [script], stdin=stdin.encode())

    def ask(self, path: str, data: str, kind: str = "application/json") -> dict[str, Any]:
        """What is answered over TLS that the host can verify."""
        command = f"curl --silent --show-error --data @- --header 'Content-Type: {kind}' https://{NAME}{path}"
        return dict(json.loads(self.shell(command, data)))

    def keys(self) -> tuple[str, str]:
        """Site key and secret, as an application is given them."""
        seed = self.project.secrets()["sign_up_guard_seed"]
        key = hashlib.md5(f"{seed}:key:sign-up".encode(), usedforsecurity=False).hexdigest()
        secret = hashlib.sha256(f"{seed}:secret:sign-up".encode()).hexdigest()
        return key, secret

    def answer(self) -> str:
        """What a form would bring."""
        told = self.ask("/guard/challenge", json.dumps({"sitekey": self.keys()[0], "hostname": "www.board.example"}))
        while "answer" not in told:
            told = self.ask("/guard/answer", json.dumps(solved(told)))
        return str(told["answer"])

    def verify(self, answer: str) -> dict[str, Any]:
        form = f"secret={self.keys()[1]}&response={answer}"
        return self.ask(VERIFY, form, "application/x-www-form-urlencoded")


@pytest.fixture(scope="module")
def guarded(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    with labs.temporary([HOST], log=print, state=folder / "labs") as lab:
        platform = Platform(name="Board", domains=("board.example", "www.board.example"))
        inputs = {"sites": [{"name": "sign-up", "outage": "closed"}, {"name": "comments", "outage": "open"}]}
        project = projects.make(folder, lab, platform, {"sign-up-guard": inputs}, host=HOST)
        project.play("site.yml")
        made = Guarded(project, lab)
        made.shell("apt-get install -qq -y --no-install-recommends curl >/dev/null 2>&1")  # what the tests ask with
        yield made


def test_a_second_run_changes_nothing(guarded: Guarded) -> None:
    assert projects.changed(guarded.project.play("site.yml")) == 0


def test_it_verifies(guarded: Guarded) -> None:
    guarded.project.play("verify.yml")


def test_an_answer_counts_once(guarded: Guarded) -> None:
    answer = guarded.answer()
    told = guarded.verify(answer)
    assert (told["success"], told["hostname"]) == (True, "www.board.example")
    assert guarded.verify(answer) == {"success": False, "error-codes": ["timeout-or-duplicate"]}


def test_its_unit_is_confined(guarded: Guarded) -> None:
    said = guarded.shell("systemd-analyze security offramp-sign-up-guard.service --no-pager | tail -1")
    level = re.search(r": ([0-9.]+) ", said)
    assert level, said
    assert float(level[1]) <= 3


def test_a_restart_forgets_nothing_and_revives_nothing(guarded: Guarded) -> None:
    used, unused = guarded.answer(), guarded.answer()
    assert guarded.verify(used)["success"]
    guarded.shell("systemctl kill --signal=KILL offramp-sign-up-guard.service")
    guarded.shell("for i in $(seq 60); do curl --silent --fail http://127.0.0.1:8087/healthz && break; sleep 1; done")
    assert guarded.verify(used)["error-codes"] == ["timeout-or-duplicate"]
    assert guarded.verify(unused)["success"]


def test_a_person_passes_by_keyboard(guarded: Guarded) -> None:
    page = PAGE.format(name=NAME, key=guarded.keys()[0])
    guarded.shell("mkdir -p /srv/www && cat >/srv/www/index.html", page)
    guarded.shell(
        "cat >/etc/nginx/conf.d/page.conf && systemctl reload nginx",
        "server { listen 443 ssl; server_name www.board.example; root /srv/www;"
        " ssl_certificate /etc/offramp/tls/sign-up-guard.crt;"
        " ssl_certificate_key /etc/offramp/tls/sign-up-guard.key; }",
    )
    with browser("board.example", guarded.address) as person:
        person.get("https://www.board.example/")
        wait_for(person, lambda: bool(person.find_elements(By.TAG_NAME, "iframe")))
        person.switch_to.frame(person.find_element(By.TAG_NAME, "iframe"))
        wait_for(person, lambda: bool(person.find_element(By.ID, "label").text))
        person.switch_to.default_content()
        ActionChains(person).send_keys(Keys.TAB, "ada", Keys.TAB, Keys.SPACE).perform()
        given = "return document.querySelector('[name=g-recaptcha-response]').value"
        wait_for(person, lambda: bool(person.execute_script(given)))
        answer = str(person.execute_script(given))
    assert guarded.verify(answer)["success"]


def test_everything_is_lost_and_restored_and_nothing_of_before_counts(guarded: Guarded) -> None:
    answer = guarded.answer()
    guarded.project.play("drill-steady.yml", "--tags", "sign-up-guard")
    guarded.project.play("backup.yml", "--tags", "sign-up-guard")
    guarded.project.play("drill-break.yml", "--tags", "sign-up-guard")
    guarded.project.play("site.yml", "--tags", "sign-up-guard")
    guarded.project.play("restore.yml", "--tags", "sign-up-guard")
    guarded.project.play("verify.yml", "--tags", "sign-up-guard")
    assert guarded.verify(answer)["error-codes"] == ["timeout-or-duplicate"]
    assert guarded.verify(guarded.answer())["success"]
