"""A new release and the edges: the handler of the blueprint `web`, run by Ansible, against the edge's own program."""

import datetime
import ipaddress
import json
import os
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from test_edge_purge import SECRET, Edge

WEB = Path(__file__).parents[2] / "playbooks/blueprints/web"
HANDLER = "Have pages of the last release forgotten"


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    """An edge that takes purges by TLS, with two pages."""
    made = Edge(tmp_path / "edge")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certified(tmp_path))
    made.server.socket = context.wrap_socket(made.server.socket, server_side=True)
    made.keep("board.example/news", "help.example/news")
    yield made
    made.stop()


def certified(folder: Path) -> Path:
    """A file with a key and a certificate for this machine, signed by itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "edge")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = folder / "edge.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(serialization.Encoding.PEM, form, none)
    )
    return file


def released(folder: Path, urls: list[str], names: list[str]) -> str:
    """What Ansible prints when a release of these names was switched to."""
    shared = yaml.safe_load((WEB / "vars/main.yml").read_text())
    variables = {
        "web_purged_at": urls if urls else shared["web_purged_at"],
        "web_names": names,
        "edge_purge_secret": SECRET,
        "offramp_authority": str(folder / "edge.pem"),
        "offramp_edges": [],
    }
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": variables,
        "handlers": yaml.safe_load((WEB / "handlers/main.yml").read_text()),
        "tasks": [{"ansible.builtin.command": "true", "notify": HANDLER}],
    }
    (folder / "play.yml").write_text(json.dumps([play]))
    environment = {**os.environ, "ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_HOME": str(folder / "ansible")}
    environment |= {"ANSIBLE_INVENTORY_UNPARSED_WARNING": "false", "no_proxy": "*"}
    words = ["ansible-playbook", folder / "play.yml"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert SECRET not in done.stdout
    return done.stdout


def test_pages_of_the_applications_names_are_forgotten_and_no_others(edge: Edge, tmp_path: Path) -> None:
    said = released(tmp_path, [edge.url.replace("http:", "https:")], ["board.example"])
    assert edge.kept() == {"help.example/news"}
    assert "no edge took the purge" not in said


def test_names_with_a_star_mean_all_pages(edge: Edge, tmp_path: Path) -> None:
    released(tmp_path, [edge.url.replace("http:", "https:")], ["*.board.example"])
    assert edge.kept() == set()


def test_an_edge_that_is_down_ends_no_release_and_is_told(edge: Edge, tmp_path: Path) -> None:
    assert "no edge took the purge" in released(tmp_path, ["https://127.0.0.1:9"], ["board.example"])
    assert len(edge.kept()) == 2


def test_without_edges_nobody_is_asked(edge: Edge, tmp_path: Path) -> None:
    assert "no edge took the purge" not in released(tmp_path, [], ["board.example"])
    assert len(edge.kept()) == 2


def test_edges_are_asked_at_their_addresses(tmp_path: Path) -> None:
    shared = yaml.safe_load((WEB / "vars/main.yml").read_text())
    variables = {"offramp_edges": ["10.0.0.1", "fd00::1"], "web_purged_at": shared["web_purged_at"]}
    (tmp_path / "variables.json").write_text(json.dumps(variables))
    environment = {**os.environ, "ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_HOME": str(tmp_path / "ansible")}
    words = ["ansible", "localhost", "-m", "ansible.builtin.debug", "-a", "var=web_purged_at"]
    words += ["-e", f"@{tmp_path}/variables.json"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment)
    assert json.loads(done.stdout.partition("=>")[2])["web_purged_at"] == [
        "https://10.0.0.1:8443",
        "https://[fd00::1]:8443",
    ]
