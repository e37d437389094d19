import shutil

import pytest

from toolkit.errors import ProgramFailed
from toolkit.tools import debian, process


def test_sources_hold_updates_and_security() -> None:
    mirror = debian.Mirror(main="http://mirror.example/debian", security="http://mirror.example/security")
    assert mirror.sources("trixie") == [
        "deb http://mirror.example/debian trixie main",
        "deb http://mirror.example/debian trixie-updates main",
        "deb http://mirror.example/security trixie-security main",
    ]


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="asks apt")
def test_the_mirror_is_the_one_apt_uses() -> None:
    try:
        mirror = debian.mirror()
    except ProgramFailed as err:  # no package lists on this machine
        pytest.skip(str(err))
    policy = process.run(["apt-cache", "policy"])
    assert f" {mirror.main} " in policy


def test_the_first_source_of_several_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "Debian http://near.example/debian\nDebian http://far.example/debian\nOther http://other.example/x\n"
    monkeypatch.setattr(process, "find", lambda program, **options: program)
    monkeypatch.setattr(process, "run", lambda command: rows)
    assert debian.mirror() == debian.Mirror(main="http://near.example/debian", security=None)
