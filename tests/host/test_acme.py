"""Public certificates from an ACME server, Debian's pebble: it asks the platform's names for a challenge, and either of
two edges answers for both; without edges `web` does. Renewals reach who serves with them.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import edges
import projects
import pytest

from toolkit.drill import lab as labs
from toolkit.tools import ssh

EDGES = ("edge-1", "edge-2")
ISSUER = "Pebble Intermediate CA"
PEBBLE = {
    "pebble": {
        "listenAddress": "0.0.0.0:14000",
        "managementListenAddress": "0.0.0.0:15000",
        "certificate": "/root/pebble.crt",
        "privateKey": "/root/pebble.key",
        "httpPort": 80,
        "tlsPort": 443,
    }
}
# what hosts are told of the authority: who signed its own address, and what it signs with
TRUST = """
cd /usr/local/share/ca-certificates
cp /tmp/pebble.crt pebble-itself.crt
curl --silent --fail --cacert /tmp/pebble.crt https://{0}:15000/roots/0 >pebble-root.crt
update-ca-certificates
"""


class Authority:
    """The lab's host `authority`: pebble, and the name server that it asks where a name leads."""

    def __init__(self, lab: labs.Lab) -> None:
        self.lab, self.address = lab, lab.host("authority").address
        self.url = f"https://{self.address}:14000/dir"

    def on(self, host: str, *command: str, stdin: str = "") -> str:
        return ssh.run(self.lab.login, self.lab.host(host).address, command, stdin=stdin.encode(), timeout=600)

    def begin(self) -> None:
        self.on(
            "authority",
            "apt-get update -q && apt-get install -y -q --no-install-recommends pebble dnsmasq-base openssl",
        )
        self.on("authority", "tee /root/pebble.json", stdin=json.dumps(PEBBLE))
        self.on(
            "authority",
            "openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=pebble -keyout /root/pebble.key"
            f" -out /root/pebble.crt -addext subjectAltName=IP:{self.address}",
        )
        unit = "systemd-run --quiet --unit pebble --setenv PEBBLE_VA_NOSLEEP=1"
        self.on("authority", f"{unit} pebble -config /root/pebble.json -dnsserver 127.0.0.1:53")

    def point(self, *hosts: str) -> None:
        """From now on the name leads to these hosts of the lab."""
        leads = " ".join(f"--address=/{edges.NAME}/{self.lab.host(host).address}" for host in hosts)
        self.on("authority", "systemctl stop names.service 2>/dev/null || true")
        self.on(
            "authority", f"systemd-run --quiet --collect --unit names dnsmasq --keep-in-foreground --no-hosts {leads}"
        )

    def trusted_by(self, *hosts: str) -> None:
        itself = self.on("authority", "cat /root/pebble.crt")
        for host in hosts:
            self.on(
                host, "apt-get update -q && apt-get install -y -q --no-install-recommends curl ca-certificates openssl"
            )
            self.on(host, "tee /tmp/pebble.crt", stdin=itself)
            self.on(host, "sh -e", stdin=TRUST.format(self.address))

    def shown(self, host: str) -> tuple[str, str]:
        """(issuer, serial number) of what a host shows to whoever asks for the platform's name."""
        ask = f"openssl s_client -connect {self.lab.host(host).address}:443 -servername {edges.NAME}"
        said = self.on("authority", f"{ask} </dev/null 2>/dev/null | openssl x509 -noout -issuer -serial").splitlines()
        return said[0], said[1]


@pytest.fixture(scope="module")
def authority(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with labs.temporary([*EDGES, "web", "authority"], log=print, state=tmp_path_factory.mktemp("labs")) as lab:
        made = Authority(lab)
        made.begin()
        made.trusted_by(*EDGES, "web")
        yield made


@pytest.fixture(scope="module")
def alone(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> projects.Project:
    authority.point("web")
    inputs = {"tls": "acme", "acme_server": authority.url, "acme_email": "admin@board.example"}
    return edges.build(tmp_path_factory.mktemp("alone"), authority.lab, (), inputs)


def _renewed(authority: Authority, host: str, name: str, *showing: str) -> None:
    """certbot renews, and every host of `showing` shows the new one with nobody's help."""
    before = {one: authority.shown(one) for one in showing}
    authority.on(host, f"certbot renew --force-renewal --no-random-sleep-on-renew --cert-name {name}")
    deadline = time.monotonic() + 20
    while any(authority.shown(one) == before[one] for one in showing):
        assert time.monotonic() < deadline, "what serves still shows the old certificate"
        time.sleep(0.5)
    assert all(ISSUER in authority.shown(one)[0] for one in showing)


def test_a_platform_without_edges_gets_its_certificate_and_renews_it(
    authority: Authority, alone: projects.Project
) -> None:
    assert ISSUER in authority.shown("web")[0]
    assert projects.changed(alone.play("site.yml")) == 0
    alone.play("verify.yml")
    _renewed(authority, "web", "web", "web")
    assert authority.on("web", "systemctl is-enabled certbot.timer").strip() == "enabled"


def test_each_of_two_edges_gets_one_though_either_may_be_asked(
    authority: Authority, alone: projects.Project, tmp_path: Path
) -> None:
    authority.point(*EDGES)
    inputs = {"tls": "acme", "acme_server": authority.url}
    project = edges.build(tmp_path, authority.lab, EDGES, inputs)
    assert all(ISSUER in authority.shown(edge)[0] for edge in EDGES)
    assert projects.changed(project.play("site.yml")) == 0
    project.play("verify.yml")
    for edge in EDGES:
        _renewed(authority, edge, "edge", edge)
