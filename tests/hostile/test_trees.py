"""Trees whose links, names, modes and settings are traps."""

import json
import os
import socket
from pathlib import Path

import pytest
from readings import SOUND, Audited, Run, found, unread


def test_paths_that_cannot_be_audited(shop: Path, run: Run) -> None:
    (shop / "plain").write_text("")
    (shop / "link").symlink_to("nowhere")
    for path, said in (("gone", "no such file or folder"), ("plain", "no such folder"), ("link", "no such file")):
        done = run("audit", shop / path, code=2)
        assert f"{path}: {said}" in done.stderr
        assert done.stdout == ""


def test_what_may_not_be_read_is_unread(shop: Path, audited: Audited, run: Run) -> None:
    (shop / "locked").mkdir()
    (shop / "locked/app.py").write_text("import twilio\n")
    (shop / "locked").chmod(0)
    (shop / "own.py").write_text("import twilio\n")
    (shop / "own.py").chmod(0)
    audit = audited(shop, privileged=False)
    assert unread(audit) == {"locked/": "Permission denied", "own.py": "Permission denied"}
    assert found(audit) >= SOUND
    assert run("audit", shop, "--strict", code=3, privileged=False).stdout
    run("init", shop, privileged=False)
    assert "own.py" not in (shop / "offramp.toml").read_text()


def test_a_root_that_may_not_be_read_is_refused(shop: Path, run: Run) -> None:
    shop.chmod(0)
    assert "not readable" in run("audit", shop, code=2, privileged=False).stderr
    shop.chmod(0o700)


def test_links_lead_nowhere(shop: Path, audited: Audited, run: Run) -> None:
    outside = shop.parent / "outside"
    outside.mkdir()
    (outside / "otp.py").write_text("import twilio\n")
    (outside / "Procfile").write_text("web: planted-start-command\n")
    (shop / "loop").symlink_to(".")
    (shop / "self").symlink_to("self")
    (shop / "up").symlink_to("..")
    (shop / "out").symlink_to(outside)
    (shop / "linked.py").symlink_to(outside / "otp.py")
    (shop / "Procfile").symlink_to(outside / "Procfile")
    (shop / ".gitignore").symlink_to("/dev/zero")
    (shop / "null.py").symlink_to("/dev/zero")
    audit = audited(shop)
    assert {where.partition(":")[0] for _, where in found(audit)} <= {"app.py", "requirements.txt"}
    assert found(audit) >= SOUND
    run("init", shop)
    assert "planted-start-command" not in (shop / "offramp.toml").read_text()


def test_what_is_no_file_is_passed_by(shop: Path, audited: Audited) -> None:
    os.mkfifo(shop / "pipe.py")
    os.mkfifo(shop / "Procfile")
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.open(shop, os.O_RDONLY)
        listening.bind(f"/proc/self/fd/{here}/socket.py")
        assert found(audited(shop)) >= SOUND
        os.close(here)


def test_a_repository_runs_nothing(shop: Path, run: Run) -> None:
    """Settings by which Git, pip, npm, Terraform, direnv or Python would run a program of the repository's."""
    canary = shop.parent / "canary"
    program = shop / "program.sh"
    program.write_text(f"#!/bin/sh\ntouch {canary}\n")
    program.chmod(0o755)
    (shop / ".git/hooks").mkdir(parents=True)
    (shop / ".git/HEAD").write_text("ref: refs/heads/main\n")
    (shop / ".git/config").write_text(
        f"[core]\n\tfsmonitor = {program}\n\thooksPath = .git/hooks\n\tpager = {program}\n\tsshCommand = {program}\n"
        f'[diff]\n\texternal = {program}\n[filter "x"]\n\tsmudge = {program}\n\tclean = {program}\n'
    )
    for name in ("post-checkout", "pre-commit", "post-index-change"):
        (shop / ".git/hooks" / name).symlink_to(program)
    (shop / ".gitattributes").write_text("* filter=x\n")
    touch = f"__import__('pathlib').Path({str(canary)!r}).touch()\n"
    for name in ("setup.py", "sitecustomize.py", "conftest.py", "toolkit.py", "json.py", "click.py"):
        (shop / name).write_text(touch)
    (shop / "package.json").write_text(json.dumps({"scripts": {"preinstall": str(program), "start": str(program)}}))
    (shop / "main.tf").write_text(f'data "external" "x" {{\n  program = ["{program}"]\n}}\n')
    (shop / ".envrc").write_text(f"{program}\n")
    for arguments in (["audit", "."], ["init", "."], ["audit", "."], ["doctor"]):
        run(*arguments, cwd=shop)
    assert not canary.exists()


NAMES = [
    b"ansi-\x1b[31mred\x1b]0;title\x07.py",
    b"line\nfeed.py",
    b"carriage\rreturn.py",
    b"<img src=x onerror=alert(1)>.py",
    b"{{7*7}}{%raw%}.py",
    b"${7*7}%{if true}.py",
    b"`touch canary`$(touch canary).py",
    b"no-utf8-\xff\xfe.py",
    "right-to-left-\u202egnp.py".encode(),
    b"[link](javascript:alert(1))|cell|.py",
    b"' \" & ]]>.py",
]
FORMATS = ("text", "json", "markdown", "html", "sarif", "cyclonedx")


@pytest.fixture
def oddly_named(shop: Path) -> Path:
    for name in NAMES:
        Path(os.fsdecode(os.fsencode(shop) + b"/" + name)).write_text("import twilio\n")
    odd = shop / "<b>{{7*7}}\x1b[1m"
    odd.mkdir()
    (odd / "package.json").write_text('{"dependencies": {"<script>alert(2)</script>\x7f": "1", "twilio": ')
    return shop


def test_odd_names_do_not_act(oddly_named: Path, run: Run) -> None:
    """In no report does a name act. (How each format escapes is tested in tests/report.)"""
    wanted = [argument for name in FORMATS for argument in ("-o", f"{name}=audit.{name}")]
    done = run("audit", oddly_named, *wanted)
    written = {name: (oddly_named.parent / f"audit.{name}").read_bytes().decode() for name in FORMATS}
    for text in (done.stderr, *written.values()):
        assert not any(character in text for character in "\x1b\x07\r\x7f\u202e")
    twilio = [where for vendor, where in found(json.loads(written["json"])) if vendor == "twilio"]
    assert len([where for where in twilio if where.endswith(".py:1")]) == len(NAMES)
    for name in ("html", "markdown"):
        assert "<img" not in written[name]
        assert "<script>alert" not in written[name]
        assert "](javascript:" not in written[name]


def test_odd_names_end_in_no_project(oddly_named: Path, run: Run) -> None:
    """What is generated carries no name of a scanned file, so none can act in Terraform, Ansible or a shell."""
    run("audit", oddly_named, "-o", "json=audit.json")
    run(
        "plan",
        "audit.json",
        "--lose",
        "aws@0h",
        "-o",
        "json=plan.json",
        "-o",
        "markdown=plan.md",
        "--runbooks",
        "runbooks",
    )
    run("generate", "plan.json", "--to", "infra")
    texts = [path.read_text() for name in ("infra", "runbooks") for path in (oddly_named.parent / name).rglob("*.*")]
    assert len(texts) > 10
    for text in texts:
        assert not any(trace in text for trace in ("7*7", "onerror", "touch canary", "\x1b", "alert("))


def test_a_folder_whose_name_is_no_text(shop: Path, run: Run) -> None:
    odd = os.fsdecode(b"shop-\xff\x1b[31m")
    shop.rename(shop.with_name(odd))
    wanted = [argument for name in FORMATS for argument in ("-o", f"{name}=audit.{name}")]
    run("audit", odd, *wanted)
    audit = json.loads((shop.parent / "audit.json").read_text())
    assert found(audit) >= SOUND
    assert "\x1b" not in (shop.parent / "audit.text").read_text()


def test_an_error_that_names_hostile_things_does_not_act(shop: Path, run: Run) -> None:
    (shop / "offramp.toml").write_text('repositories = ["\\u001b[2J\\u202e"]\n"\\u001b[31m" = 1\n')
    assert "\x1b" not in run("audit", shop, code=2).stderr
    (shop / "offramp.toml").write_text('repositories = ["\\u001b[2J\\u202e"]\n')
    said = run("audit", shop, code=2).stderr
    assert "no such folder" in said
    assert "\x1b" not in said
