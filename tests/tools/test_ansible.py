"""Ansible for real, on this machine: connection `local`."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from toolkit.errors import ProgramFailed
from toolkit.tools import ansible

pytest.importorskip("ansible", reason="needs ansible-core (extra `build`)")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "inventory.ini").write_text(
        f"here ansible_connection=local ansible_python_interpreter={sys.executable}\n"
    )
    return tmp_path


def _play(project: Path, tasks: str, **options: Path) -> tuple[ansible.Stats, list[str]]:
    (project / "site.yml").write_text(f"- hosts: all\n  gather_facts: false\n  tasks:\n{tasks}")
    lines: list[str] = []
    stats = ansible.play(project, "site.yml", inventory=project / "inventory.ini", log=lines.append, **options)
    return stats, lines


def test_no_secret_of_the_environment_reaches_a_task(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted-secret")
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", "/nowhere")
    stats, _ = _play(project, f"    - ansible.builtin.shell: env > {project}/seen\n")
    assert stats.hosts == {"here": ansible.Tally(ok=1, changed=1)}
    seen = (project / "seen").read_text()
    assert "PATH=" in seen
    assert "planted-secret" not in seen


def test_a_vault_is_opened_with_its_password_file(project: Path) -> None:
    password = project / "a password"
    password.write_text("open sesame\n")
    (project / "group_vars").mkdir()
    vault = project / "group_vars" / "all.yml"
    vault.write_text("hidden: treasure\n")
    encrypt = [str(Path(sys.executable).parent / "ansible-vault"), "encrypt", "--vault-password-file", str(password)]
    subprocess.run([*encrypt, str(vault)], check=True, capture_output=True)
    task = "    - ansible.builtin.assert: {that: hidden == 'treasure', quiet: true}\n"
    assert _play(project, task, vault_password_file=password)[0].hosts["here"].ok == 1
    with pytest.raises(ProgramFailed, match="vault"):
        _play(project, task)


@pytest.mark.parametrize("stream", [1, 2])
def test_what_a_program_complains_of_is_in_the_message(project: Path, stream: int) -> None:
    with pytest.raises(ProgramFailed, match=r"here: task 'Say it' failed: .*no room left"):
        _play(
            project, f"    - {{name: Say it, ansible.builtin.command: sh -c 'echo no room left >&{stream}; false'}}\n"
        )


@pytest.mark.parametrize("stream", [1, 2])
def test_what_no_log_hides_is_in_no_message(project: Path, stream: int) -> None:
    said = f"sh -c 'echo planted-secret >&{stream}; false'"
    with pytest.raises(ProgramFailed, match="here: task 'Say it' failed") as caught:
        _play(project, f"    - {{name: Say it, ansible.builtin.command: {said}, no_log: true}}\n")
    assert "planted-secret" not in str(caught.value)


def test_a_failure_that_the_playbook_ignores_is_none(project: Path) -> None:
    stats, _ = _play(project, "    - {ansible.builtin.command: 'false', ignore_errors: true}\n")
    assert stats.hosts["here"].failed == 0


def test_a_broken_playbook_is_an_error_with_ansibles_words(project: Path) -> None:
    with pytest.raises(ProgramFailed, match="no_such_module"):
        _play(project, "    - no_such_module: {}\n")


def test_signal_handlers_are_left_as_they_were(project: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    _play(project, "    - ansible.builtin.ping:\n")
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_stops_ansible(project: Path) -> None:
    (project / "site.yml").write_text(
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - {name: Wait, ansible.builtin.command: sleep 61.5}\n"
    )

    def interrupt(line: str) -> None:
        if line == "task: Wait":
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        ansible.play(project, "site.yml", inventory=project / "inventory.ini", log=interrupt)
