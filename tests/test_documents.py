"""Reading what users and programs hand over: what is said about mistakes, and writing that is whole or not at all."""

import json
import os
import stat
from pathlib import Path

import msgspec
import pytest

from toolkit import documents
from toolkit.catalog.entries import Policy
from toolkit.errors import BadInput
from toolkit.model import SCHEMA_VERSION, Assessment, Audit, Platform, Score, Survey

PLATFORM = """
name = "harbour"
domains = ["harbour.example"]
people = 2

[objectives]
rto_hours = 4

[owners]
auth = "ops"

[[application]]
name = "web"
source = "."
runtime = "python"

[[journey]]
id = "sign-in"
needs = ["auth.customer-identity"]

[[declare]]
vendor = "gandi"

[[ignore]]
path = "old/**"
reason = "nobody runs it"

[[fallback]]
of = "mail.outgoing"
by = "own Postfix"

[[choice]]
capability = "data.relational"
blueprint = "postgresql"

[choice.inputs]
version = 17

[[waiver]]
rule = "one-company"
subject = "okta"
owner = "cto"
reason = "until the move"
expires = 2026-12-31
"""


def _audit() -> Audit:
    return Audit(
        schema_version=SCHEMA_VERSION,
        tool="offramp 0",
        catalog="0",
        platform=Platform(),
        survey=Survey(),
        dependencies=(),
        assessment=Assessment(score=Score(points=1.0, parts=())),
    )


def _refused(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    reader = documents.read_platform if path.suffix == ".toml" else documents.read_audit
    with pytest.raises(BadInput) as caught:
        reader(path)
    return str(caught.value)


def test_a_platform_with_everything(tmp_path: Path) -> None:
    path = tmp_path / "offramp.toml"
    path.write_text(PLATFORM, encoding="utf-8")
    platform = documents.read_platform(path)
    assert platform.applications[0].name == "web"
    assert platform.journeys[0].needs == ("auth.customer-identity",)
    assert platform.choices[0].inputs == {"version": 17}
    assert platform.waivers[0].expires.year == 2026
    assert platform.objectives.rto_hours == 4
    assert (platform.declare[0].vendor, platform.ignore[0].path, platform.fallbacks[0].by) == (
        "gandi",
        "old/**",
        "own Postfix",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = 3", "name: expected a text, found the number 3"),
        ('[[journey]]\nid = "a"\nneeds = "otp.sms"', "journey[0].needs: expected a list, found 'otp.sms'"),
        ('[[journey]]\ntitle = "a"', "journey[0]: the key 'id' is missing"),
        ('[[journeys]]\nid = "a"', "unknown key 'journeys' (did you mean 'journey'?)"),
        ("[objectives]\nrto_hours = -1", "objectives.rto_hours: expected a number of at least 0, found the number -1"),
        ('[[application]]\nname = "a"\nsource = "."\nruntime = "perl"', "application[0].runtime: expected one of"),
        ('[[ignore]]\nreason = "a"\npath = 2', "ignore[0].path: expected"),
        (
            '[[waiver]]\nrule = "a"\nsubject = "b"\nowner = "c"\nreason = "d"\nexpires = "soon"',
            "waiver[0].expires: expected a date",
        ),
        (
            '[[waiver]]\nrule = "a"\nsubject = "b"\nowner = ""\nreason = " "\nexpires = 2030-01-01',
            "waiver[0].owner: expected a text that is not empty",
        ),
        ('[[ignore]]\nreason = ""\npath = "a"', "ignore[0].reason: expected a text that is not empty"),
        ('name = "a', "line 1, column 10"),
        ('name = "a"\nname = "b"', "line 2"),
    ],
)
def test_what_is_said_about_a_mistake(tmp_path: Path, text: str, said: str) -> None:
    message = _refused(tmp_path / "offramp.toml", text)
    assert said in message
    assert message.startswith(str(tmp_path / "offramp.toml"))


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    message = _refused(tmp_path / "offramp.toml", 'name = 1\npeople = "two"\ndomains = "x"')
    assert [line.split(":")[-2].strip() for line in message.splitlines()[:3]] == ["domains", "name", "people"]


@pytest.mark.parametrize(
    "text",
    [
        'people = "hunter2-Sup3rSecret"',
        '[owners]\ntoken = ["hunter2-Sup3rSecret"]',
        '"hunter2-Sup3rSecret with blanks" = 1',
        '[[application]]\nname = "a"\nsource = "."\nsecrets = "hunter2-Sup3rSecret"',
        '[[application]]\nname = "a"\nsource = "."\n[application.environment]\nA = { x = "hunter2-Sup3rSecret" }',
        'x = "hunter2-Sup3rSecret\n',
    ],
)
def test_values_are_not_echoed(tmp_path: Path, text: str) -> None:
    assert "hunter2" not in _refused(tmp_path / "offramp.toml", text)


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "offramp.toml"
    path.write_bytes(b'name = "\xff"')
    with pytest.raises(BadInput, match="UTF-8"):
        documents.read_platform(path)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        documents.read_platform(tmp_path / "none.toml")
    with pytest.raises(BadInput, match="directory"):
        documents.read_platform(tmp_path)


def test_a_policy_takes_missing_keys_from_the_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("min_score = 50\n", encoding="utf-8")
    policy = documents.read_policy(path, Policy(min_score=10, fail_on="high"))
    assert (policy.min_score, policy.fail_on) == (50, "high")


# --- audits and plans -------------------------------------------------------------------------------------------------
def test_an_audit_survives_the_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    documents.write_json(_audit(), path)
    assert documents.read_audit(path) == _audit()


def test_half_an_audit(tmp_path: Path) -> None:
    text = msgspec.json.format(msgspec.json.encode(_audit()), indent=2).decode()
    message = _refused(tmp_path / "audit.json", text[: len(text) // 2])
    assert "line " in message
    assert "interrupted" in message


@pytest.mark.parametrize("text", ["", "[]", "nothing", "{}", '{"schema_version": 1}', "[" * 100_000])
def test_what_is_no_audit(tmp_path: Path, text: str) -> None:
    _refused(tmp_path / "audit.json", text)


def test_an_audit_of_another_major_version(tmp_path: Path) -> None:
    data = json.loads(msgspec.json.encode(_audit())) | {"schema_version": "2.0", "new": True}
    message = _refused(tmp_path / "audit.json", json.dumps(data))
    assert "schema_version" in message
    assert "unknown key" not in message


def test_an_audit_of_a_later_minor_version_is_read(tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    data = json.loads(msgspec.json.encode(_audit())) | {"schema_version": "1.9"}
    path.write_text(json.dumps(data), encoding="utf-8")
    assert documents.read_audit(path).schema_version == "1.9"


def test_a_broken_audit_names_the_key_path(tmp_path: Path) -> None:
    data = json.loads(msgspec.json.encode(_audit()))
    data["assessment"]["score"]["points"] = "many"
    message = _refused(tmp_path / "audit.json", json.dumps(data))
    assert "assessment.score.points: expected a number, found 'many'" in message


# --- writing ----------------------------------------------------------------------------------------------------------
def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "audit.json"
    documents.write_text(path, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match="No space left"):
        documents.write_text(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_mode_is_kept_and_links_are_followed(tmp_path: Path) -> None:
    path, link = tmp_path / "report.html", tmp_path / "link"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o640)
    link.symlink_to(path)
    documents.write_text(link, "new")
    assert path.read_text(encoding="utf-8") == "new"
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_obeys_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        documents.write_text(tmp_path / "new", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        documents.write_text(pipe, "through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        documents.write_text(tmp_path / "none" / "x", "x")
