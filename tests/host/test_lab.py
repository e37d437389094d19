import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from toolkit.drill import lab as labs
from toolkit.errors import BadInput, ProgramFailed
from toolkit.tools import incus, network, ssh


def _shell(lab: labs.Lab, host: str, script: str) -> str:
    return ssh.run(lab.login, lab.host(host).address, [script])


def _tables() -> str:
    return subprocess.run(["nft", "list", "tables"], capture_output=True, text=True, check=True).stdout


def test_hosts_are_debian_13_with_systemd_ssh_and_the_drill_marker(lab_hosts: labs.Lab) -> None:
    for host in lab_hosts.hosts:
        facts = _shell(
            lab_hosts, host.name, f"hostname; . /etc/os-release; echo $ID $VERSION_ID; test -f {labs.MARKER}"
        )
        assert facts.splitlines() == [host.name, "debian 13"]
        assert _shell(lab_hosts, host.name, "systemctl is-system-running").strip() == "running"
        assert _shell(lab_hosts, host.name, "systemctl --failed --plain --no-legend") == ""


def test_hosts_have_the_addresses_and_names_they_were_given(lab_hosts: labs.Lab) -> None:
    for host in lab_hosts.hosts:
        assert f"inet {host.address}/24" in _shell(lab_hosts, host.name, "ip -4 -o address show eth0")
    assert lab_hosts.host("db").address in _shell(lab_hosts, "web", "getent hosts db")


def test_apt_installs_from_this_machines_mirror(lab_hosts: labs.Lab) -> None:
    _shell(lab_hosts, "web", "apt-get update -q && apt-get install -y -q --no-install-recommends tree")
    assert "tree" in _shell(lab_hosts, "web", "tree --version")


def test_an_unknown_host_key_is_refused(lab_hosts: labs.Lab) -> None:
    web, db = lab_hosts.hosts
    known = lab_hosts.login.known_hosts
    swapped = known.with_name("swapped")
    keys = {line.split()[0]: line.split(" ", 1)[1] for line in known.read_text().splitlines()}
    swapped.write_text(f"{web.address} {keys[db.address]}\n")
    wrong = ssh.Login(key=lab_hosts.login.key, known_hosts=swapped)
    with pytest.raises(ProgramFailed, match="Host key verification failed"):
        ssh.run(wrong, web.address, ["true"])


def test_cut_off_hosts_reach_each_other_and_nothing_else(lab_hosts: labs.Lab) -> None:
    db = lab_hosts.host("db")
    connect = 'python3 -c "import socket; socket.create_connection((\\"{}\\", {}), 3)"'
    outside = "apt-get update -q -o APT::Update::Error-Mode=any -o Acquire::Retries=0"
    labs.cut_off(lab_hosts)
    try:
        with pytest.raises(ProgramFailed):
            _shell(lab_hosts, "web", outside)
        with pytest.raises(ProgramFailed):
            _shell(lab_hosts, "web", connect.format(lab_hosts.gateway, 53))
        _shell(lab_hosts, "web", connect.format(db.address, 22))
        labs.cut_off(lab_hosts, allowed=[lab_hosts.gateway])
        _shell(lab_hosts, "web", connect.format(lab_hosts.gateway, 53))
    finally:
        labs.reconnect(lab_hosts)
    _shell(lab_hosts, "web", outside)


def test_only_addresses_can_be_allowed(lab_hosts: labs.Lab) -> None:
    with pytest.raises(BadInput, match=r"example\.org"):
        labs.cut_off(lab_hosts, allowed=["example.org"])


@pytest.mark.alone
def test_a_second_lab_lives_beside_the_first_and_destroy_leaves_nothing(lab_hosts: labs.Lab, tmp_path: Path) -> None:
    lines: list[str] = []
    with labs.temporary(["web"], log=lines.append, state=tmp_path, memory="256MiB") as other:
        assert not [line for line in lines if "building" in line]  # the image is kept
        assert other.subnet != lab_hosts.subnet
        assert _shell(other, "web", "hostname").strip() == "web"
        labs.cut_off(other)
        bridge, prefix = other.bridge, f"{labs.PREFIX}{other.id}-"
        assert other.id in _tables()
    assert bridge not in {net.name for net in incus.networks()}
    assert not [instance.name for instance in incus.instances() if instance.name.startswith(prefix)]
    assert not list(tmp_path.iterdir())
    assert f"offramp_lab_{other.id}" not in _tables()
    assert not any(str(route) == other.subnet for route in network.routed())
    assert _shell(lab_hosts, "web", "hostname").strip() == "web"


@pytest.mark.alone
def test_what_a_killed_process_left_is_swept_by_the_next_lab(lab_possible: None, tmp_path: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from toolkit.drill import lab;"
        f"made = lab.make(['orphan'], log=lambda line: None, state=Path({str(tmp_path)!r}));"
        "print(made.id, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    orphan = f"{labs.PREFIX}{done.stdout.strip()}-orphan"
    assert orphan in {instance.name for instance in incus.instances()}
    with labs.temporary(["next"], log=print, state=tmp_path):
        assert orphan not in {instance.name for instance in incus.instances()}


def test_labs_made_at_the_same_time_do_not_collide(lab_possible: None, tmp_path: Path) -> None:
    with ThreadPoolExecutor() as pool:
        made = list(pool.map(lambda name: labs.make([name], log=print, state=tmp_path), ["left", "right"]))
    try:
        assert len({lab.subnet for lab in made}) == 2
        for lab, name in zip(made, ["left", "right"], strict=True):
            assert _shell(lab, name, "hostname").strip() == name
    finally:
        for lab in made:
            labs.destroy(lab)


def test_a_kept_lab_outlives_its_process_until_destroyed(lab_possible: None, tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from toolkit.drill import lab;"
        f"made = lab.make(['kept'], log=lambda line: None, state=Path({str(tmp_path)!r}), keep=True); print(made.id)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    with labs.temporary(["next"], log=print, state=tmp_path):  # sweeps
        [kept] = [lab for lab in labs.existing() if lab.id == done.stdout.strip()]
    assert _shell(kept, "kept", "hostname").strip() == "kept"
    labs.destroy(kept)
    assert kept.id not in {lab.id for lab in labs.existing()}


@pytest.mark.alone
@pytest.mark.skipif(Path("/run/systemd/system").exists(), reason="systemd restarts the daemon itself")
def test_a_killed_daemon_is_started_again_and_finds_its_hosts(lab_hosts: labs.Lab) -> None:
    if len(labs.existing()) > 1:
        pytest.skip("another run's lab needs the daemon")
    pid = incus.server_pid()
    os.kill(pid, signal.SIGKILL)
    incus.ensure_daemon(print)
    assert incus.server_pid() != pid
    assert incus.execute(lab_hosts.host("web").instance, ["hostname"]).strip() == "web"
    assert _shell(lab_hosts, "db", "hostname").strip() == "db"
