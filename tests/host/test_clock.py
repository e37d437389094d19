"""What keeps the time on a host that is a container, whose clock is not its own; and where another daemon keeps it."""

from collections.abc import Iterator

import projects
import pytest

from toolkit.drill import lab as labs
from toolkit.model import Platform
from toolkit.tools import ssh

HOST = "clock"
DAEMON = "dpkg-query --show --showformat '${db:Status-Status}' systemd-timesyncd"


@pytest.fixture(scope="module")
def built(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[labs.Lab, projects.Project]]:
    folder = tmp_path_factory.mktemp("time")
    with labs.temporary([HOST], log=print, state=folder / "labs") as lab:
        project = projects.make(folder, lab, Platform(name="board"), {"memcached": {}}, host=HOST)
        project.play("site.yml")
        yield lab, project


def _on(lab: labs.Lab, command: str) -> str:
    return ssh.run(lab.login, lab.host(HOST).address, [command])


def test_a_host_keeps_the_time_and_a_second_run_changes_nothing(built: tuple[labs.Lab, projects.Project]) -> None:
    lab, project = built
    assert _on(lab, DAEMON) == "installed"
    assert _on(lab, "systemctl is-enabled systemd-timesyncd.service").strip() == "enabled"
    assert projects.changed(project.play("site.yml")) == 0
    assert _on(lab, "systemctl --failed --plain --no-legend") == ""


def test_the_servers_that_are_named_are_asked(built: tuple[labs.Lab, projects.Project]) -> None:
    lab, project = built
    project.play("site.yml", "-e", '{"base_time_servers": ["192.0.2.1", "time.example"]}')
    assert "NTP=192.0.2.1 time.example\n" in _on(lab, "systemd-analyze cat-config systemd/timesyncd.conf")


def test_a_daemon_that_is_there_stays(built: tuple[labs.Lab, projects.Project]) -> None:
    lab, project = built
    _on(lab, "apt-get install --yes --no-install-recommends chrony >/dev/null 2>&1")
    project.play("site.yml")
    assert _on(lab, DAEMON) != "installed"
    assert _on(lab, "dpkg-query --show --showformat '${db:Status-Status}' chrony") == "installed"
