"""When a certificate that was brought along goes on serving: judged by Ansible from what openssl says of it."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

ROLE = Path(__file__).parents[2] / "playbooks/_tls"


def does(folder: Path, names: list[str], alternatives: str) -> bool:
    """What the role makes of a certificate with these alternative names in use."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null", "-subj", "/CN=x"]
    made = ["openssl", "req", "-x509", "-days", "60", "-out", folder / "x.crt"]
    subprocess.run([*made, "-addext", f"subjectAltName={alternatives}", *key], check=True, capture_output=True)
    tasks = yaml.safe_load((ROLE / "tasks/main.yml").read_text())
    [look] = [task for task in tasks if task.get("register") == "tls_in_use"]
    issued = {"tls_issued": {"stat": {"exists": False}}}
    wanted = {"tls_mode": "acme", "tls_name": "x", "tls_names": names, "tls_folder": str(folder)}
    told = {"name": "Tell", "ansible.builtin.debug": {"msg": "does={{ tls_does | to_json }}"}}
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [look, told]}
    play |= {"vars": yaml.safe_load((ROLE / "defaults/main.yml").read_text()) | issued | wanted}
    (folder / "play.yml").write_text(json.dumps([play]))
    run = subprocess.run(["ansible-playbook", folder / "play.yml"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return "does=true" in run.stdout


@pytest.mark.parametrize(
    ("names", "alternatives", "expected"),
    [
        (["board.example", "auth.board.example"], "DNS:board.example,DNS:*.board.example", True),
        (["a.b.board.example"], "DNS:board.example,DNS:*.board.example", False),
        (["board.example", "shop.example"], "DNS:board.example", False),
        (["xboard.example"], "DNS:*.board.example", False),
    ],
)
def test_one_that_covers_every_name_serves_until_the_issuer_gave_another(
    tmp_path: Path, names: list[str], alternatives: str, expected: bool
) -> None:
    assert does(tmp_path, names, alternatives) is expected
