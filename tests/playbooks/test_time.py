"""Hosts agree on the time: one program sets the clock, and one that is wrong is said before anything relies on it."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

BASE = Path(__file__).parents[2] / "playbooks/_base"
HOURS_LATE = 3


def _play(folder: Path, tasks: list[dict[str, Any]], **variables: Any) -> "subprocess.CompletedProcess[str]":
    """Tasks with the role's own variables, run on this machine."""
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": sys.executable, **variables},
        "vars_files": [str(BASE / "vars/main.yml"), str(BASE / "defaults/main.yml")],
        "tasks": tasks,
        "environment": {"PATH": f"{folder}:/usr/bin:/bin"},
    }
    (folder / "play.yml").write_text(json.dumps([play]))
    command = [Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", folder / "play.yml"]
    return subprocess.run(
        [*command, "-e", "base_time_tries=1"], check=False, capture_output=True, text=True, cwd=folder
    )


@pytest.mark.parametrize(
    ("installed", "others"),
    [
        ("installed systemd-timesyncd time-daemon\\ninstalled tzdata ", False),
        ("installed chrony time-daemon\\ninstalled tzdata ", True),
        ("installed tzdata \\ninstalled ntpsec ntp (= 1:4.2.8), time-daemon", True),
        ("config-files chrony time-daemon\\ninstalled tzdata ", False),
        ("installed time-daemon-tools ", False),
    ],
)
def test_a_second_time_daemon_is_not_installed(tmp_path: Path, installed: str, others: bool) -> None:
    asked = {"ansible.builtin.assert": {"that": f"base_others_keep_time | bool == {others}"}}
    done = _play(tmp_path, [asked], base_installed={"stdout": installed.replace("\\n", "\n")})
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("late", [0, HOURS_LATE])
def test_a_clock_that_is_wrong_is_said(tmp_path: Path, late: int) -> None:
    (tmp_path / "date").write_text(f"#!/bin/sh\necho {int(time.time()) - 3600 * late}\n")
    (tmp_path / "date").chmod(0o755)
    tasks = [{"ansible.builtin.include_tasks": str(BASE / "tasks/time.yml")}]
    done = _play(tmp_path, tasks, base_installed={"stdout": "installed chrony time-daemon"})
    assert done.returncode == (2 if late else 0), done.stdout
    assert ("more than 60 s apart" in done.stdout) == bool(late)
