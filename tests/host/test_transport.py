"""What crosses between hosts, as another host of the platform sees it: database, cache, objects and mail on `inner`,
applications and the gateway for codes on `edge`. Whoever has the wrong name, authority or version is refused, on both
sides, and nothing is said in the clear.
"""

import hashlib
import json
import smtplib
import sys
from collections.abc import Iterator
from pathlib import Path

import projects
import pytest

from toolkit.catalog.folders import load
from toolkit.drill import lab as labs
from toolkit.errors import ProgramFailed
from toolkit.model import SCHEMA_VERSION, Application, HostNeed, Plan, Platform, Replacement, Schedule
from toolkit.tools import ssh

sys.path.append(str(Path(__file__).parents[1] / "otp"))
from processes import eventually

PLACED = {"inner": ("postgresql", "valkey", "versitygw", "mail"), "edge": ("otp-gateway", "web")}
AUTHORITY = "/usr/local/share/ca-certificates/offramp.crt"
OTHER = "/tmp/other.crt"  # on a host of the lab
PORTS = {"postgresql": 5432, "valkey": 6379, "versitygw": 7070, "mail": 587}
# service, address, port, whom to believe, whose name to expect, highest version → what comes of it
HANDSHAKE = """
import socket, ssl, struct, sys
service, address, port, authority, name, version = sys.argv[1:]
context = ssl.create_default_context(cafile=authority)
context.set_ciphers("DEFAULT@SECLEVEL=0")
context.minimum_version = ssl.TLSVersion.TLSv1
context.maximum_version = ssl.TLSVersion[version]
raw = socket.create_connection((address, int(port)), 10)
if service == "postgresql":
    raw.sendall(struct.pack("!II", 8, 80877103))
    assert raw.recv(1) == b"S"
elif service == "mail":
    raw.recv(1000)
    for line in (b"EHLO edge", b"STARTTLS"):
        raw.sendall(line + bytes([13, 10]))
        raw.recv(1000)
try:
    print(context.wrap_socket(raw, server_hostname=name).version())
except (ssl.SSLError, ConnectionError) as err:
    print("refused:", err)
"""
# what a service answers to whoever speaks without TLS
IN_THE_CLEAR = """
import socket, sys
raw = socket.create_connection((sys.argv[1], int(sys.argv[2])), 10)
raw.sendall(sys.argv[3].replace("_", " ").encode() + bytes([13, 10, 13, 10]))
try:
    raw.settimeout(5)
    print(b"".join(iter(lambda: raw.recv(1000), b"")))
except OSError as err:
    print(err)
"""
LETTER_IN_THE_CLEAR = """
import smtplib, sys
with smtplib.SMTP(sys.argv[1], int(sys.argv[2]), timeout=30) as server:
    server.ehlo()
    print(server.mail("a@board.example"), server.rcpt("postmaster@board.example"))
"""


class Built:
    """The platform and its lab."""

    def __init__(self, lab: labs.Lab, project: projects.Project) -> None:
        self.lab, self.project = lab, project

    def on(self, host: str, *command: str, stdin: str = "") -> str:
        return ssh.run(self.lab.login, self.lab.host(host).address, command, stdin=stdin.encode())

    @property
    def address(self) -> str:
        """Where the services are."""
        return self.lab.host("inner").address

    def handshake(self, service: str, *, authority: str = AUTHORITY, name: str = "", version: str = "TLSv1_3") -> str:
        words = (service, self.address, str(PORTS[service]), authority, name or self.address, version)
        return self.on("edge", "python3", "-", *words, stdin=HANDSHAKE).strip()


def _plan() -> Plan:
    catalog = load()
    board = Application(
        name="board",
        source="board",
        runtime="binary",
        packages=("python3",),
        start="exec python3 -m http.server --bind 127.0.0.1 $PORT",
        environment={
            "DATABASE_URL": "${data.relational.url}",
            "CACHE": "${data.cache.url}",
            "OBJECTS": "${data.object-storage.endpoint}",
            "MAIL": "${mail.outgoing.host}",
        },
    )
    carrier = {"id": "none", "host": "127.0.0.1", "port": 2775, "system_id": "board"}  # nobody answers there
    inputs = {"otp-gateway": {"carriers": [carrier]}, "versitygw": {"buckets": ["pictures"]}}
    replacements = tuple(
        Replacement(slug, "1", catalog.blueprints[slug].capabilities, (), (host,), inputs.get(slug, {}))
        for host, slugs in PLACED.items()
        for slug in slugs
    )
    hosts = tuple(HostNeed(host, 512, 1, 5, slugs) for host, slugs in PLACED.items())
    platform = Platform(name="board", domains=("board.example",), applications=(board,))
    return Plan(SCHEMA_VERSION, "offramp", "", platform, (), hosts, replacements, (), Schedule(1, 0, 0))


@pytest.fixture(scope="module")
def built(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("between")
    (folder / "board").mkdir()
    (folder / "board/page.html").write_text("here\n")
    with labs.temporary(list(PLACED), log=print, state=folder / "labs") as lab:
        platform = Built(lab, projects.build(folder, lab, _plan()))
        passwords = {"otp_gateway_carrier_passwords": {"none": "unused"}}
        (platform.project.folder / "group_vars/otp_gateway.yml").write_text(json.dumps(passwords))
        platform.project.play("site.yml")
        other = "openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=other -out"
        platform.on("edge", *other.split(), OTHER, "2>/dev/null")
        yield platform


def test_a_second_run_changes_nothing(built: Built) -> None:
    assert projects.changed(built.project.play("site.yml")) == 0


def test_it_verifies(built: Built) -> None:
    built.project.play("verify.yml", "--tags", "postgresql,valkey,versitygw,mail,web")


@pytest.mark.parametrize("service", PORTS)
def test_a_service_is_believed_by_its_name_and_authority_alone(built: Built, service: str) -> None:
    assert built.handshake(service) == "TLSv1.3"
    assert built.handshake(service, name="inner") == "TLSv1.3"
    assert "name" in built.handshake(service, name="edge").lower()
    assert "certificate verify failed" in built.handshake(service, authority=OTHER)


@pytest.mark.parametrize("service", PORTS)
def test_old_versions_are_refused(built: Built, service: str) -> None:
    assert built.handshake(service, version="TLSv1_2") == "TLSv1.2"
    assert built.handshake(service, version="TLSv1_1").startswith("refused:")


@pytest.mark.parametrize(("port", "said"), [(6379, "PING"), (7070, "GET_/_HTTP/1.0")])
def test_nothing_is_answered_in_the_clear(built: Built, port: int, said: str) -> None:
    heard = built.on("edge", "python3", "-", built.address, str(port), said, stdin=IN_THE_CLEAR)
    assert not any(word in heard for word in ("PONG", "NOAUTH", "200", "403"))


@pytest.mark.parametrize(
    ("port", "refusal"), [(587, "Must issue a STARTTLS command first"), (25, "Session encryption is required")]
)
def test_no_mail_of_the_platforms_hosts_is_taken_in_the_clear(built: Built, port: int, refusal: str) -> None:
    heard = built.on("edge", "python3", "-", built.address, str(port), stdin=LETTER_IN_THE_CLEAR)
    assert refusal in heard


def test_mail_from_elsewhere_needs_no_encryption(built: Built) -> None:
    with smtplib.SMTP(built.address, 25, local_hostname="mx.elsewhere.example", timeout=30) as server:
        server.ehlo()
        assert server.mail("somebody@elsewhere.example")[0] == 250
        assert server.rcpt("postmaster@board.example")[0] == 250


def test_a_code_by_mail_crosses_encrypted(built: Built) -> None:
    secrets = built.project.secrets()
    account, service = (
        kind + hashlib.md5(f"{secrets['otp_gateway_seed']}:{name}".encode(), usedforsecurity=False).hexdigest()
        for kind, name in (("AC", "account"), ("VA", "service"))
    )
    url = f"https://{built.lab.host('edge').address}:8085/v2/Services/{service}/Verifications"
    form = "--data-urlencode To=postmaster@board.example --data-urlencode Channel=email"
    login = f"--user {account}:{secrets['otp_gateway_auth_token']}"
    answer = json.loads(built.on("edge", f"curl --silent --show-error {login} {form} {url}"))
    assert answer["status"] == "pending"
    find = "grep -rl 'is your board code' /var/mail/offramp/postmaster@board.example/new || true"
    [letter] = eventually(lambda: built.on("inner", find).splitlines(), 60)
    assert "with ESMTPS id" in built.on("inner", "cat", letter)


def test_browsers_are_told_to_stay_with_https(built: Built) -> None:
    ask = "curl --silent --show-error --include --resolve board.example:443:127.0.0.1 https://board.example/page.html"
    assert "strict-transport-security: max-age=63072000" in built.on("edge", ask).lower().splitlines()
    old = f"{ask} --tlsv1.0 --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0 2>&1 || true"
    assert "alert protocol version" in built.on("edge", old)


@pytest.mark.parametrize(
    ("host", "unit"),
    [
        ("inner", "versitygw"),
        ("edge", "offramp-bearerbox"),
        ("edge", "offramp-smsbox"),
        ("edge", "offramp-otp-gateway"),
        ("edge", "app-board-web"),
    ],
)
def test_a_service_that_is_taken_over_can_do_little(built: Built, host: str, unit: str) -> None:
    said = built.on(host, f"systemd-analyze security --no-pager {unit}.service").splitlines()[-1]
    exposure = float(said.partition(": ")[2].split()[0])
    assert exposure <= 3, said
    limits = built.on(host, f"systemctl show -P MemoryMax -P TasksMax {unit}.service").split()
    assert "infinity" not in limits


REACH = """
import socket, sys
for port in sys.argv[1:]:
    try:
        socket.create_connection(("127.0.0.1", int(port)), 5).close()
        print("open")
    except ConnectionRefusedError:
        print("closed")
"""


def test_an_application_reaches_nothing_on_its_hosts_loopback_but_itself(built: Built) -> None:
    ports = ("8000", "8086", "13000", "13001", "13013")  # its own; the gateway and Kannel
    assert built.on("edge", "python3", "-", *ports, stdin=REACH).split() == ["open"] * 5
    as_board = ("runuser", "-u", "app-board", "--", "python3", "-")
    assert built.on("edge", *as_board, *ports, stdin=REACH).split() == ["open", *["closed"] * 4]


SERVED = """
import socket, ssl, struct, sys
service, address, port = sys.argv[1:]
raw = socket.create_connection((address, int(port)), 10)
if service == "postgresql":
    raw.sendall(struct.pack("!II", 8, 80877103))
    raw.recv(1)
elif service == "mail":
    raw.recv(1000)
    for line in (b"EHLO edge", b"STARTTLS"):
        raw.sendall(line + bytes([13, 10]))
        raw.recv(1000)
context = ssl._create_unverified_context()  # which one it is, whether it counts yet or not
print(ssl.DER_cert_to_PEM_cert(context.wrap_socket(raw).getpeercert(binary_form=True)))
"""


def test_the_next_certificate_is_taken_into_use_in_time(built: Built) -> None:
    renew, folder = "/usr/local/lib/offramp/tls/renew", "/etc/offramp/tls"
    built.on("inner", "apt-get install -qq -y --no-install-recommends faketime >/dev/null 2>&1")

    def served(service: str) -> str:
        words = (service, built.address, str(PORTS[service]))
        return built.on("edge", "python3", "-", *words, stdin=SERVED).strip()

    def written(name: str) -> str:
        return built.on("inner", "cat", f"{folder}/{name}").strip()

    before = {service: served(service) for service in PORTS}
    assert (
        built.on("inner", "systemctl start offramp-certificates.service; systemctl is-active -q '*.timer' && echo")
        == "\n"
    )
    assert {service: served(service) for service in PORTS} == before, "it is not time yet"

    built.on("inner", f"faketime '+360 days' {renew}")
    for service in PORTS:
        following = written(f"{service}.next/0.crt")
        assert written(f"{service}.crt") == following
        assert served(service) == following != before[service]

    with pytest.raises(ProgramFailed, match=r"valkey: notAfter=.*, and nothing follows: run site.yml"):
        built.on("inner", f"mv {folder}/valkey.next /tmp; faketime '+720 days' {renew}")
    built.project.play("site.yml")  # they do not count yet
    for service in PORTS:
        assert built.handshake(service) == "TLSv1.3"
