"""What the authority signs is judged by openssl, through the program that signs on the operator's machine."""

import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509

from toolkit.generate import authority
from toolkit.model import Application, Plan, Platform, Replacement

SIGN = Path(__file__).parents[2] / "playbooks/_tls/files/sign.py"
PERMITTED = ("board.example", "db", "internal", "localhost")


@pytest.fixture
def sign(tmp_path: Path) -> Callable[..., tuple[int, list[str], str]]:
    """Signs a request for names, as (exit code, certificates, what was said)."""
    request = "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj /CN=x"
    asked = subprocess.run(request.split(), capture_output=True, text=True, check=True).stdout

    def signed(key: str, certificate: str, names: str) -> tuple[int, list[str], str]:
        (tmp_path / "ca.crt").write_text(certificate)
        years = {"DAYS": "398", "COUNT": "5", "OVERLAP": "60"}
        environment = {"PATH": "/usr/bin:/bin", "REQUEST": asked, "NAMES": names, **years}
        command = [sys.executable, SIGN, tmp_path / "ca.crt"]
        done = subprocess.run(command, input=key, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout or "[]"), done.stderr

    return signed


def verified(folder: Path, certificate: str, leaf: str) -> bool:
    (folder / "root.crt").write_text(certificate)
    (folder / "leaf.crt").write_text(leaf)
    command = ["openssl", "verify", "-CAfile", folder / "root.crt", folder / "leaf.crt"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    "names", ["DNS:board.example DNS:www.board.example", "DNS:db IP:10.0.0.7 IP:fd00::7", "DNS:x.internal"]
)
def test_it_signs_for_the_platforms_names(sign, names: str) -> None:
    code, certificates, said = sign(*authority.make("board", PERMITTED), names)
    assert (code, said) == (0, "")
    found = x509.load_pem_x509_certificate(certificates[0].encode())
    written = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    kinds = {x509.DNSName: "DNS", x509.IPAddress: "IP"}
    assert [f"{kinds[type(name)]}:{name.value}" for name in written] == names.split()


def test_one_follows_the_other(sign) -> None:
    _, certificates, _ = sign(*authority.make("board", PERMITTED), "DNS:board.example")
    made = [x509.load_pem_x509_certificate(one.encode()) for one in certificates]
    assert len({one.serial_number for one in made}) == 5
    for one, following in itertools.pairwise(made):
        assert one.not_valid_after_utc - following.not_valid_before_utc == timedelta(days=60)
        assert one.not_valid_after_utc - one.not_valid_before_utc == timedelta(days=398)
    assert made[-1].not_valid_after_utc - datetime.now(UTC) > timedelta(days=4.7 * 365)


@pytest.mark.parametrize("names", ["DNS:bank.example", "DNS:board.example DNS:bank.example", "DNS:notboard.example"])
def test_nobody_believes_it_for_another_name(sign, names: str) -> None:
    code, certificates, said = sign(*authority.make("board", PERMITTED), names)
    assert (code, certificates) == (1, [])
    assert f"ca.crt does not cover {names}" in said
    assert "permitted subtree violation" in said


def test_the_names_come_from_the_plan(make_plan) -> None:
    plan: Plan = make_plan()
    status = Replacement(
        "status-page", "1", ("support.status-page",), (), ("db",), {"hostname": "Status.Elsewhere.example"}
    )
    mail = Replacement("mail", "1", ("mail.outgoing",), (), ("db",), {"domains": ["letters.example", "{{ other }}"]})
    shop = Application("shop", "shop", domains=("*.shop.example", "eu.shop.example"))
    platform = Platform(name="board", domains=("board.example", "www.board.example"), applications=(shop,))
    plan = msgspec.structs.replace(plan, platform=platform, replacements=(*plan.replacements, status, mail))
    hosts = {host.name for host in plan.hosts}
    expected = {"board.example", "shop.example", "status.elsewhere.example", "letters.example", "internal", "localhost"}
    assert set(authority.names(plan)) == expected | hosts


def test_it_grows_with_the_plan_and_what_it_signed_stays_valid(sign, tmp_path: Path) -> None:
    key, certificate = authority.make("board", PERMITTED)
    _, [leaf, *_], _ = sign(key, certificate, "DNS:board.example")
    assert authority.renewed("board", key, certificate.encode(), PERMITTED) is None
    assert authority.renewed("board", key, certificate.encode(), ["www.board.example"]) is None, "covered already"
    grown = authority.renewed("board", key, certificate.encode(), ["shop.example"])
    assert grown is not None
    assert verified(tmp_path, grown, leaf)
    assert sign(key, grown, "DNS:shop.example DNS:db")[0] == 0
    assert sign(key, certificate, "DNS:shop.example")[0] == 1


def test_one_without_constraints_gets_them(sign, tmp_path: Path) -> None:
    key, _ = authority.make("board", PERMITTED)
    (tmp_path / "key").write_text(key)
    bare = f"openssl req -x509 -new -key {tmp_path}/key -days 3650 -subj"
    certificate = subprocess.run([*bare.split(), "/CN=board own CA"], capture_output=True, text=True, check=True).stdout
    assert sign(key, certificate, "DNS:bank.example")[0] == 0
    constrained = authority.renewed("board", key, certificate.encode(), PERMITTED)
    assert constrained is not None
    assert sign(key, constrained, "DNS:bank.example")[0] == 1


def test_one_that_ends_gets_ten_more_years(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authority, "_DAYS", 1000)
    key, certificate = authority.make("board", PERMITTED)
    monkeypatch.undo()
    renewed = authority.renewed("board", key, certificate.encode(), PERMITTED)
    assert renewed is not None
    ends = x509.load_pem_x509_certificate(renewed.encode()).not_valid_after_utc
    assert ends - datetime.now(UTC) > timedelta(days=3600)


def test_the_users_own_is_left_alone(sign) -> None:
    key, certificate = authority.make("board", PERMITTED)
    other, foreign = authority.make("board", PERMITTED)
    more = ["shop.example"]
    assert authority.renewed("board", other, certificate.encode(), more) is None, "another key's"
    assert authority.renewed("another", key, certificate.encode(), more) is None, "another name"
    assert authority.renewed("board", key, b"a chain of the company's\n", more) is None
    assert foreign
