"""A few of each attack that `make attack` makes by the hundred."""

from pathlib import Path

import attack
import gateway
import pytest


def test_nothing_crashes_hangs_leaks_or_is_lost(
    tmp_path: Path, cache_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_home))
    monkeypatch.setattr(attack, "RENDERERS", {"render_verdict": attack.RENDERERS["render_verdict"]})
    for kind, found in attack.attack(tmp_path, times=2, seed=7).items():
        assert found["tried"], kind
        assert not [column for column in attack.COLUMNS[1:] if found[column]], (kind, found)


def test_what_goes_wrong_is_counted(tmp_path: Path, cache_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The attacks can fail: a program that ends in another way, hangs or repeats what was planted is seen."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_home))
    attacker = attack.Attacker(tmp_path, 1)
    monkeypatch.setattr(attack, "OFFRAMP", "/bin/sh")
    attacker.run("x", ["-c", "exit 70"])
    attacker.leaked("x", attacker.run("x", ["-c", "printf '\\033[1m'"]))
    monkeypatch.setattr(attack, "SECONDS", 0.2)
    attacker.run("x", ["-c", "sleep 5"])
    assert [attacker.seen["x", column] for column in attack.COLUMNS] == [3, 1, 1, 1, 0]


def test_what_the_gateway_lets_through_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The attacks on the gateway can fail: settings that are too generous are seen."""
    generous = gateway.CONFIG.replace("{per_address}", "1000").replace(
        "secret =", 'callback_networks = ["0.0.0.0/0", "::/0"]\nsecret ='
    )
    monkeypatch.setattr(gateway, "CONFIG", generous)
    monkeypatch.setattr(gateway, "PRIVATE", ["127.0.0.1"])
    monkeypatch.setattr(gateway, "PER_ADDRESS", 1)
    chosen = ("gateway: spellings", "gateway: callbacks")
    every = gateway.attacks
    monkeypatch.setattr(gateway, "attacks", lambda one: {kind: every(one)[kind] for kind in chosen})
    seen = gateway.attack(tmp_path, times=2, seed=7)
    assert [seen[kind, "leaked"] for kind in chosen] == [2, 2]


def test_a_port_that_is_open_to_others_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scans = tmp_path / "test_scans_made_up.py"
    scans.write_text(
        "import pytest\n\n"
        "def test_closed(): pass\n\n"
        "def test_open(): assert False\n\n"
        "@pytest.mark.skip\ndef test_no_lab(): pass\n"
    )
    monkeypatch.setattr(attack, "SCANS", scans)
    assert [attack.ports(tmp_path)[column] for column in attack.COLUMNS] == [2, 0, 0, 1, 0]
