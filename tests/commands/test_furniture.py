"""Help, completion, --quiet, finding in the catalogue, and what is said to a file of the wrong kind."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from toolkit.catalog.entries import Catalog
from toolkit.catalog.folders import load
from toolkit.catalog.search import KINDS, narrowed, one_called
from toolkit.cli import cli, main
from toolkit.console import formats
from toolkit.documents import read_audit, read_journal, read_manifest, read_plan
from toolkit.errors import BadInput, OfframpError

OFFRAMP = str(Path(sys.executable).with_name("offramp"))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments])


# --- help and completion ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("command", "function"),
    [("audit", "render"), ("gate", "render_verdict"), ("diff", "render_diff"), ("plan", "render_plan")],
)
def test_help_names_the_formats_that_there_are(command: str, function: str) -> None:
    said = " ".join(run(command, "--help").output.split())
    assert f"There are: {', '.join(formats(function))}." in said


def test_help_names_the_rules_that_there_are(catalog: Catalog) -> None:
    said = run("explain", "--help").output.split()
    assert [rule for rule in catalog.rules if rule not in said] == []


def _completed(*words: str) -> list[str]:
    environment = {
        **os.environ,
        "COMP_WORDS": " ".join(("offramp", *words)),
        "COMP_CWORD": str(len(words)),
        "_OFFRAMP_COMPLETE": "bash_complete",
    }
    done = subprocess.run([OFFRAMP], env=environment, capture_output=True, text=True, check=True)
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("gate", "a.json", "--format", "gi"), ["github"]),
        (("audit", "-o", "ju"), ["junit="]),
        (("explain", "dns-with"), ["dns-with-hosting"]),
        (("simulate", "a.json", "--scenario", "parl"), ["parler-2021"]),
        (("catalog", "list", "--kind", "ru"), ["rules"]),
        (("catalog", "show", "twilio/ver"), ["twilio/verify"]),
    ],
)
def test_a_shell_completes_formats_rules_and_ids(words: tuple[str, ...], expected: list[str]) -> None:
    assert _completed(*words) == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_is_one_of_that_shell(shell: str) -> None:
    done = run("completion", shell)
    assert done.exit_code == 0
    assert f"_OFFRAMP_COMPLETE={shell}_complete" in done.output
    if program := shutil.which(shell):
        checked = subprocess.run([program, "-n"], input=done.output, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr


# --- quiet ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("arguments", [["--quiet", "audit", "shop"], ["audit", "shop", "-q"]])
def test_quiet_says_nothing_and_does_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/requirements.txt").write_text("twilio\n")
    done = run(*arguments, "-o", "json=audit.json")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
    assert json.loads((tmp_path / "audit.json").read_text())["dependencies"]
    loud = run(*(one for one in arguments if one not in ("-q", "--quiet")), "-o", "json=audit.json")
    assert "wrote audit.json" in loud.stderr


def test_quiet_keeps_errors(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["offramp", "plan", "missing.json", "--quiet"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "missing.json" in capsys.readouterr().err


# --- all of it --------------------------------------------------------------------------------------------------------
def test_lists_are_cut_on_a_screen_and_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    broken = [f"part-{number}/package.json" for number in range(9)]
    for path in broken:
        (tmp_path / "shop" / path).parent.mkdir(parents=True)
        (tmp_path / "shop" / path).write_text("{ this is no JSON")
    cut = run("audit", "shop", "-o", "text=whole.txt", "--format", "text").stdout
    assert "… and 5 more: --all shows them" in cut
    assert sum(path in cut for path in broken) == 4
    for whole in (run("audit", "shop", "--all").stdout, (tmp_path / "whole.txt").read_text()):
        assert all(path in whole for path in broken)
        assert "--all" not in whole


# --- progress, for programs -------------------------------------------------------------------------------------------
def told(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("arguments", [["--progress", "json", "audit", "shop"], ["audit", "shop", "--progress=json"]])
def test_what_is_said_can_be_read_by_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/requirements.txt").write_text("twilio\n")
    subprocess.run(["git", "init", "-q", "shop"], check=True)
    subprocess.run(["git", "-C", "shop", "add", "."], check=True)
    done = run(*arguments, "-o", "json=audit.json", "--format", "text")
    first, *_, last = told(done.stderr)
    assert {key: first[key] for key in ("phase", "done", "total")} == {"phase": "files read", "done": 1, "total": 1}
    assert last == {"said": "wrote audit.json"}


def test_errors_too_can_be_read_by_programs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["offramp", "plan", "missing.json", "--progress", "json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "missing.json" in str(told(capsys.readouterr().err)[-1]["said"])
    assert run("catalog", "show", "nobody").stderr == ""  # the next one talks as it is told


@pytest.mark.parametrize("words", [["plan", "--nope"], ["pack", "--debian", "x"], ["no-such-command"], ["generate"]])
def test_wrong_usage_too_can_be_read_by_programs(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["offramp", "--progress=json", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    [said] = told(capsys.readouterr().err)
    assert str(said["said"]).startswith("offramp: ")


# --- the catalogue ----------------------------------------------------------------------------------------------------
def test_the_catalogue_is_narrowed_by_kind_capability_and_text(catalog: Catalog) -> None:
    rules = narrowed(catalog, "rules", None, "")
    assert (rules.rules, rules.vendors) == (catalog.rules, {})
    sms = narrowed(catalog, None, "otp.sms", "")
    assert "twilio/verify" in sms.services
    assert "twilio" in sms.vendors, "a vendor has what its services have"
    assert {"otp.sms"} <= set(sms.capabilities)
    assert "aws/s3" not in sms.services
    assert set(narrowed(catalog, "capabilities", "otp.*", "").capabilities) == {
        name for name in catalog.capabilities if name.startswith("otp.")
    }
    assert "twilio/verify" in narrowed(catalog, "services", None, "Verify TWILIO").services


def test_the_list_is_short_where_it_is_asked_for_little() -> None:
    listed = run("catalog", "list", "--kind", "scenarios", "parler").output
    assert listed.splitlines()[0] == "Scenarios (1)"
    assert "parler-2021" in listed
    done = run("catalog", "list", "no such thing anywhere")
    assert isinstance(done.exception, BadInput)


@pytest.mark.parametrize(
    ("name", "ident"),
    [
        ("aws/s3", "aws/s3"),
        ("amazon s3", "aws/s3"),
        ("Amazon S3", "aws/s3"),
        ("Amazon Web Services", "aws"),
        ("twilio verify", "twilio/verify"),
        ("DNS is lost together with the host", "dns-with-hosting"),
    ],
)
def test_an_entry_is_shown_by_the_name_people_print(catalog: Catalog, name: str, ident: str) -> None:
    assert one_called(catalog, name) == (ident, catalog.find(ident))


def test_a_name_of_several_names_them(catalog: Catalog) -> None:
    with pytest.raises(BadInput, match=r"'twilio sms' could be|'data' could be"):
        one_called(catalog, "data")
    with pytest.raises(BadInput, match="nothing in the catalogue is called"):
        one_called(catalog, "xyzzy plugh")


def test_every_printed_name_of_a_service_with_its_vendor_is_found(catalog: Catalog) -> None:
    """By itself, or among a few: nobody has to know ids."""
    lost = []
    for ident, service in [*catalog.services.items()][::25]:
        name = f"{catalog.vendors[ident.partition('/')[0]].name} {service.name}"
        try:
            found = one_called(catalog, name)[0]
        except BadInput as err:
            found = str(err)
        if ident not in found:
            lost.append((name, found))
    assert lost == []
    assert len(KINDS) == 6


# --- the wrong kind of file, the wrong folder -------------------------------------------------------------------------
DOCUMENTS = {
    "an audit": '{"schema_version": "1.0", "tool": "", "survey": {}, "assessment": {}}',
    "a plan": '{"schema_version": "1.0", "tool": "", "tasks": [], "schedule": {}}',
    "a journal of a drill": '{"schema_version": "1.0", "tool": "", "steps": [], "restored": true}',
    "the manifest of a generated project": '{"schema_version": "1.0", "tool": "", "target": "", "files": {}}',
    "a verdict of the gate": '{"passed": true}',
    "a SARIF report": '{"$schema": "x", "runs": []}',
    "a CycloneDX document": '{"bomFormat": "CycloneDX"}',
    "a report in HTML": "<!doctype html><html></html>",
}
READERS = {"audit": read_audit, "plan": read_plan, "journal": read_journal, "manifest": read_manifest}


@pytest.mark.parametrize("wanted", READERS)
def test_a_file_of_the_wrong_kind_is_called_what_it_is(tmp_path: Path, wanted: str) -> None:
    file = tmp_path / "file"
    for kind, text in DOCUMENTS.items():
        if kind.split()[1] != wanted:
            file.write_text(text)
            with pytest.raises(OfframpError) as refused:
                READERS[wanted](file)
            assert f"this is {kind}, not " in str(refused.value)
            assert "hint: give " in str(refused.value)


def test_a_broken_file_of_the_right_kind_still_says_what_is_broken(tmp_path: Path) -> None:
    file = tmp_path / "audit.json"
    file.write_text(DOCUMENTS["an audit"])
    with pytest.raises(BadInput, match="the key 'catalog' is missing"):
        read_audit(file)


def test_an_empty_folder_is_asked_about(tmp_path: Path) -> None:
    done = run("audit", tmp_path)
    assert done.exit_code == 0
    assert "is this a checkout?" in done.stderr
    refused = run("gate", tmp_path)
    assert isinstance(refused.exception, BadInput)
    assert "is this a checkout?" in str(refused.exception)
    (tmp_path / "requirements.txt").write_text("twilio\n")
    assert "is this a checkout?" not in run("audit", tmp_path).stderr


def test_without_an_audit_explain_tells_what_is_known_of_a_dependency_or_an_engine(tmp_path: Path) -> None:
    for name, told in (("sendgrid", "mail.outgoing"), ("aws/s3", "data.object-storage"), ("postgresql", "psycopg")):
        done = run("explain", name)
        assert done.exit_code == 0, done.output
        assert done.stdout.splitlines()[0] == name
        assert told in done.stdout
        assert "--audit FILE" in done.stderr
    assert json.loads(run("explain", "postgresql", "--format", "json").stdout)["capabilities"] == ["data.relational"]
    refused = run("explain", "sendgird")
    assert isinstance(refused.exception, BadInput)
    assert "did you mean sendgrid" in str(refused.exception.hint)


def test_with_an_audit_explain_shows_where_an_engine_was_seen(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("psycopg2==2.9\n")
    audit = tmp_path / "audit.json"
    run("audit", tmp_path, "--no-cache", "-o", f"json={audit}")
    needed = run("explain", "PostgreSQL", "--audit", audit).stdout
    assert needed.startswith("postgresql: reported")
    assert "requirements.txt:1  engine:postgresql#pypi:psycopg2" in needed
    assert run("explain", "memcached", "--audit", audit).stdout.startswith("memcached: not reported")


def _every_command(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        for beneath in command.commands.values():
            yield from _every_command(beneath)


def test_no_command_has_an_option_twice() -> None:
    """One that stands in two groups would get --quiet from each."""
    for command in _every_command(cli):
        names = [name for option in command.params for name in option.opts]
        assert sorted(names) == sorted(set(names)), command.name
