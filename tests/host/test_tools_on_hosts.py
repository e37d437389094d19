"""Terraform and Ansible, for real, against lab hosts."""

from pathlib import Path

import pytest

from toolkit.drill.lab import Lab
from toolkit.errors import ProgramFailed
from toolkit.tools import ansible, ssh, terraform

_MODULE = """
resource "terraform_data" "host" {
  input            = "ADDRESS"
  triggers_replace = "ADDRESS"
  connection {
    host        = self.input
    user        = "root"
    private_key = file("KEY")
    host_key    = "HOST_KEY"
  }
  provisioner "remote-exec" { inline = ["echo made on $(hostname)", "touch /root/made"] }
}
output "hosts" { value = { web = terraform_data.host.output } }
"""
_PLAYBOOK = """
- hosts: all
  gather_facts: false
  tasks:
    - name: Write a file
      ansible.builtin.copy: {content: "{{ word }}\\n", dest: /root/word, mode: "0600"}
    - name: Ask for a file
      ansible.builtin.command: cat {{ path | default('/root/word') }}
      changed_when: false
"""


@pytest.fixture
def module(lab_hosts: Lab, tmp_path: Path) -> Path:
    address = lab_hosts.host("web").address
    keys = dict(line.split(" ", 1) for line in lab_hosts.login.known_hosts.read_text().splitlines())
    text = _MODULE.replace("HOST_KEY", keys[address]).replace("KEY", str(lab_hosts.login.key))
    (tmp_path / "main.tf").write_text(text.replace("ADDRESS", address))
    return tmp_path


@pytest.fixture
def inventory(lab_hosts: Lab, tmp_path: Path) -> Path:
    options = " ".join(option for option in lab_hosts.login.options() if not option.startswith("-i"))
    lines = [f"{host.name} ansible_host={host.address}" for host in lab_hosts.hosts]
    common = ["ansible_user=root", "word=first", f"ansible_ssh_private_key_file={lab_hosts.login.key}"]
    common += ["ansible_python_interpreter=/usr/bin/python3", f"ansible_ssh_common_args='{options}'"]
    path = tmp_path / "inventory.ini"
    path.write_text("\n".join(["[all]", *lines, "[all:vars]", *common, ""]))
    (tmp_path / "site.yml").write_text(_PLAYBOOK)
    return path


def test_terraform_applies_to_a_host_and_destroys(lab_hosts: Lab, module: Path) -> None:
    lines: list[str] = []
    project = terraform.project(module, log=lines.append)
    terraform.init(project)
    terraform.validate(project)
    assert terraform.plan(project) == terraform.Changes(added=1, changed=0, destroyed=0)
    assert terraform.apply(project).added == 1
    assert any("made on web" in line for line in lines)
    ssh.run(lab_hosts.login, lab_hosts.host("web").address, ["test", "-f", "/root/made"])
    assert terraform.output(project) == {"hosts": {"web": lab_hosts.host("web").address}}
    assert terraform.apply(project) == terraform.Changes(added=0, changed=0, destroyed=0)
    assert terraform.destroy(project).destroyed == 1


def test_ansible_changes_hosts_once(inventory: Path) -> None:
    lines: list[str] = []
    first = ansible.play(inventory.parent, "site.yml", inventory=inventory, log=lines.append)
    assert first.hosts == {name: ansible.Tally(ok=2, changed=1) for name in ("db", "web")}
    assert "task: Write a file" in lines
    assert "  web: changed" in lines
    assert ansible.play(inventory.parent, "site.yml", inventory=inventory, log=lines.append).changed == 0


def test_ansible_names_the_task_and_host_that_failed(inventory: Path) -> None:
    (inventory.parent / "host_vars").mkdir()
    (inventory.parent / "host_vars" / "db.yml").write_text("path: /nowhere\n")
    with pytest.raises(ProgramFailed, match=r"db: task 'Ask for a file' failed: .*No such file"):
        ansible.play(inventory.parent, "site.yml", inventory=inventory, log=print)


def test_ansible_says_which_host_cannot_be_reached(inventory: Path) -> None:
    inventory.write_text(inventory.read_text().replace("ansible_user=root", "ansible_user=nobody"))
    with pytest.raises(ProgramFailed, match=r"web: unreachable at task 'Write a file': .*Permission denied"):
        ansible.play(inventory.parent, "site.yml", inventory=inventory, log=print)
