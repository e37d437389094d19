"""Places that cannot be written to, and disks that are full: exit 2, nothing half-written, and it goes on after."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from readings import OFFRAMP, Run

from toolkit import cli


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 128 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", place], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {made.stderr.strip()}")
    yield place
    subprocess.run(["umount", place], check=True)


def _fill(disk: Path) -> Path:
    """Take all that is left, but for some bytes of the last page."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096):
                pass
        except OSError:
            return filler


def test_a_full_disk_takes_no_half_report(shop: Path, small_disk: Path, run: Run) -> None:
    report = small_disk / "audit.json"
    report.write_text("the one before")
    filler = _fill(small_disk)
    said = run("audit", shop, "-o", f"json={report}", code=2).stderr
    assert "disk/audit.json: cannot be written: No space left on device" in said
    assert report.read_text() == "the one before"
    run("audit", shop, "-o", "json=audit.json")
    said = run("plan", "audit.json", "--runbooks", small_disk / "books", code=2).stderr
    assert "No space left on device" in said
    assert {path.name for path in small_disk.rglob("*")} <= {"audit.json", "filler", "books"}
    filler.unlink()
    run("audit", shop, "-o", f"json={report}")
    assert report.read_text() == (shop.parent / "audit.json").read_text()


def test_a_full_cache_is_no_error(shop: Path, small_disk: Path, run: Run, environment: dict[str, str]) -> None:
    _fill(small_disk)
    run("audit", shop, "-o", "json=audit.json", env={**environment, "XDG_CACHE_HOME": str(small_disk)})
    assert [path.name for path in small_disk.rglob("*") if path.is_file()] == ["filler"]


def test_generate_goes_on_when_there_is_space_again(shop: Path, small_disk: Path, run: Run) -> None:
    run("audit", shop, "-o", "json=audit.json")
    run("plan", "audit.json", "--lose", "aws@0h", "-o", "json=plan.json")
    run("generate", "plan.json", "--vault-key", "key", "--to", "beside/whole")
    assert (
        "No space left on device"
        in run("generate", "plan.json", "--vault-key", "key", "--to", small_disk / "infra", code=2).stderr
    )
    written = [path for path in (small_disk / "infra").rglob("*") if path.is_file()]
    assert written
    for path in written:
        assert path.name == ".offramp-pending.json" or path.read_bytes() == _twin(path, small_disk, shop).read_bytes()
    subprocess.run(["mount", "-o", "remount,size=16m", small_disk], check=True)
    run("generate", "plan.json", "--vault-key", "key", "--to", small_disk / "infra")
    assert "unchanged" in run("generate", "plan.json", "--vault-key", "key", "--to", small_disk / "infra").stderr


def _twin(path: Path, disk: Path, shop: Path) -> Path:
    return shop.parent / "beside/whole" / path.relative_to(disk / "infra")


def test_folders_that_may_not_be_written_to(shop: Path, run: Run) -> None:
    run("audit", shop, "-o", "json=audit.json")
    run("plan", "audit.json", "--lose", "aws@0h", "-o", "json=plan.json")
    locked = shop.parent / "locked"
    locked.mkdir(mode=0o500)
    for arguments in (
        ["audit", shop, "-o", "json=locked/audit.json"],
        ["plan", "audit.json", "--runbooks", "locked/books"],
        ["generate", "plan.json", "--vault-key", "key", "--to", "locked/infra"],
        ["generate", "plan.json", "--vault-key", "key", "--to", "locked"],
        ["init", shop, "--to", "locked/offramp.toml"],
    ):
        said = run(*arguments, code=2, privileged=False).stderr
        assert "locked" in said
        assert "Permission denied" in said
    assert not list(locked.iterdir())
    (shop.parent / "file").write_text("")
    for arguments in (
        ["plan", "audit.json", "--runbooks", "file"],
        ["generate", "plan.json", "--vault-key", "key", "--to", "file/x"],
    ):
        assert "file" in run(*arguments, code=2).stderr


def test_a_home_that_may_not_be_written_to_is_no_error(shop: Path, run: Run, environment: dict[str, str]) -> None:
    locked = shop.parent / "locked"
    locked.mkdir(mode=0o500)
    own = {**environment, "HOME": str(locked), "XDG_CACHE_HOME": str(locked / "cache")}
    assert run("audit", shop, env=own, privileged=False).stdout


@pytest.mark.parametrize("arguments", [["audit", "shop", "--format", "json"], ["catalog", "list"], ["--help"]])
def test_output_that_takes_nothing_is_no_failed_gate(shop: Path, run: Run, arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        assert "No space left on device" in run(*arguments, code=2, stdout=full).stderr


@pytest.mark.parametrize("arguments", [["audit", "shop"], ["catalog", "list"], ["--help"]])
def test_output_that_is_closed_is_no_bug_of_ours(
    shop: Path, run: Run, environment: dict[str, str], arguments: list[str]
) -> None:
    closed = f'exec {OFFRAMP} "$@" >&-'
    done = subprocess.run(
        ["/bin/sh", "-c", closed, "sh", *arguments], cwd=shop.parent, env=environment, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, b"offramp: Bad file descriptor")


def test_nobody_need_hear_what_is_said(shop: Path, environment: dict[str, str]) -> None:
    """With stdin and stderr closed, files get other numbers, and what is said reaches none of them."""
    command = f"exec {OFFRAMP} audit shop -o json=audit.json --format json <&- 2>&-"
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=shop.parent, env=environment, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads((shop.parent / "audit.json").read_text()) == json.loads(done.stdout)


def test_a_folder_that_cannot_be_copied_is_told_in_a_line(
    small_disk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    many = small_disk.parent / "many"
    many.mkdir()
    for number in range(100):
        (many / f"file{number}").write_bytes(b"x" * 4096)

    def copy(*_: object, **__: object) -> None:
        shutil.copytree(many, small_disk / "copy")

    monkeypatch.setattr(cli.cli, "main", copy)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert "No space left on device" in said
    assert said.count("No space left") == 1  # of a hundred files the first is told
    assert len(said.replace(str(small_disk.parent), "")) < 300
