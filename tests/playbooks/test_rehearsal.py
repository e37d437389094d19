"""A rehearsal beside a platform that still works: the web processes run, and no worker and no job does, until a run
without it."""

from pathlib import Path
from types import ModuleType

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from jinja2 import Environment

WEB = Path(__file__).parents[2] / "playbooks/blueprints/web"
CONDITION = "ConditionPathExists=!/etc/offramp/rehearsal"


def said(expression: str, **known: object) -> object:
    """What Ansible makes of it."""
    return Templar(loader=DataLoader(), variables=known).template(trust_as_template(expression))


def state(file: str, **known: object) -> object:
    """What the task that runs it asks of systemd."""
    tasks = yaml.safe_load((WEB / "tasks" / file).read_text())
    [wanted] = [task["ansible.builtin.systemd_service"]["state"] for task in tasks if "systemd" in str(list(task))]
    rehearsing = yaml.safe_load((WEB / "vars/main.yml").read_text())["web_rehearsing"]
    known["web_rehearsing"] = said(rehearsing, **known)
    held = {"stat": {"exists": known.pop("held", False)}}
    return said(wanted, web_holding=held, web_is_new=False, web_job_timer={"changed": False}, **known)


@pytest.mark.parametrize(("process", "in_rehearsal"), [("web", "started"), ("worker", "stopped")])
def test_workers_wait_for_a_run_without_it(process: str, in_rehearsal: str) -> None:
    one = {"name": process}
    assert state("process.yml", process=one, offramp_rehearsal="true") == in_rehearsal
    assert state("process.yml", process=one) == "started"
    assert state("process.yml", process=one, offramp_rehearsal=False) == "started"
    assert state("process.yml", process=one, held=True) == "stopped"


@pytest.mark.parametrize("file", ["unit.service.j2", "unit.container.j2"])
@pytest.mark.parametrize(("process", "kept"), [("web", False), ("worker", True), ("job-nightly", True)])
def test_a_reboot_starts_none_of_them(file: str, process: str, *, kept: bool) -> None:
    """The head of the unit, before what only Ansible knows."""
    head = (WEB / "templates" / file).read_text().partition("StartLimitIntervalSec")[0]
    paths = yaml.safe_load((WEB / "vars/main.yml").read_text())
    unit = Environment(autoescape=False).from_string(head)  # noqa: S701
    text = unit.render(
        ansible_managed="",
        application={"name": "board"},
        process={"name": process},
        web_held=paths["web_held"],
        web_rehearsed=paths["web_rehearsed"],
    )
    assert (CONDITION in text) == kept
    assert "ConditionPathExists=!/etc/offramp/held" in text


def test_timers_wait_too() -> None:
    tasks = (WEB / "tasks/job.yml").read_text()
    assert "web_holding.stat.exists or web_rehearsing" in tasks


def test_the_file_is_there_as_long_as_the_rehearsal() -> None:
    tasks = yaml.safe_load((WEB / "tasks/main.yml").read_text())
    names = [task["name"] for task in tasks]
    [place] = [number for number, task in enumerate(tasks) if "web_rehearsed" in str(task)]
    assert place < names.index("Run each application"), "before anything could start"
    wanted = tasks[place]["ansible.builtin.file"]["state"]
    assert [said(wanted, web_rehearsing=one) for one in (True, False)] == ["touch", "absent"]


def test_what_rests_in_a_rehearsal_is_not_taken_for_down(
    programs: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = ["app-board-web.service", "app-board-mail.service"]
    monkeypatch.setattr(programs, "units", lambda name, kind="app": units)
    monkeypatch.setattr(programs, "REHEARSAL", tmp_path / "rehearsal")
    assert programs.wanted("board") == units
    (tmp_path / "rehearsal").touch()
    assert programs.wanted("board") == units[:1]


@pytest.fixture
def programs() -> ModuleType:
    import importlib.util

    spec = importlib.util.spec_from_file_location("programs", WEB / "files/programs.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
