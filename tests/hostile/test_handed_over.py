"""Whatever is handed to Offramp by name: a clear error and exit 2, or it is taken; never a bug, a hang or a secret."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from toolkit import cli

Main = Callable[..., tuple[int, str]]
DEEP = 1_000


@pytest.fixture
def main(tmp_path: Path, cache_home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Main:
    """`main("audit", folder)`: exit code and what was said, of the whole command in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_home))

    def run(*arguments: str | Path) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["offramp", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capfd.readouterr().err
        assert "Traceback" not in said
        return int(ended.value.code or 0), said

    return run


@pytest.fixture
def whole(tmp_path: Path, main: Main) -> dict[str, str]:
    """An audit and a plan that are sound."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/requirements.txt").write_text("twilio\n")
    assert main("audit", "shop", "--format", "text", "-o", "json=audit.json")[0] == 0
    assert main("plan", "audit.json", "--format", "text", "-o", "json=plan.json")[0] == 0
    return {name: (tmp_path / name).read_text() for name in ("audit.json", "plan.json")}


COMMANDS = {
    "audit.json": [
        ["simulate", "FILE", "--lose", "twilio"],
        ["plan", "FILE"],
        ["gate", "FILE"],
        ["diff", "FILE", "FILE"],
    ],
    "plan.json": [["generate", "FILE", "--to", "infra"]],
    "offramp.toml": [["audit", "shop", "--platform", "FILE"]],
    "policy.toml": [["gate", "audit.json", "--policy", "FILE"]],
    "baseline.json": [["gate", "audit.json", "--baseline", "FILE"], ["diff", "FILE", "audit.json"]],
    "journal.json": [["audit", "shop", "--record", "FILE"]],
    "overlay/vendors/acme/vendor.toml": [["catalog", "validate", "--catalog", "overlay"]],
    "overlay/capabilities.toml": [["catalog", "list", "--catalog", "overlay"]],
    "overlay/readiness/mine.toml": [["catalog", "list", "--catalog", "overlay"]],
    "overlay/blueprints/mine/blueprint.toml": [["catalog", "list", "--catalog", "overlay"]],
}
CONTENTS = {
    "nothing": b"",
    "zero bytes": b"\0" * 100,
    "UTF-16": "name = 'x'".encode("utf-16"),
    "Latin-1": b"name = '\xe9'\n",
    "no text": bytes(range(256)) * 10,
    "deep lists": b"a = " + b"[" * DEEP + b"]" * DEEP,
    "deep JSON": b'{"schema_version": "1.0", "a": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "a key of many parts": b"a." * 39_000 + b"a = 1\n",
    "a huge whole number": b"people = " + b"9" * 5_000,
    "a huge number in JSON": b'{"schema_version": "1.0", "people": ' + b"9" * 5_000 + b"}",
    "a number beyond all": b"people = 1e999\n[objectives]\nrto_hours = inf\nrpo_hours = nan\n",
    "a strange date": b"a = 0000-99-99\n",
    "half a surrogate": b'{"schema_version": "\\ud800"}',
}


@pytest.mark.parametrize("name", COMMANDS)
def test_content_that_is_no_document(tmp_path: Path, main: Main, whole: dict[str, str], name: str) -> None:
    file = tmp_path / ("bad-" + name if "/" not in name else name)
    file.parent.mkdir(parents=True, exist_ok=True)
    for title, content in CONTENTS.items():
        file.write_bytes(content)
        for command in COMMANDS[name]:
            code, said = main(*(file if word == "FILE" else word for word in command))
            empty = title == "nothing" and file.suffix == ".toml"  # a document in which everything has its default
            assert code in ((0, 1, 2) if empty else (2,)), (title, command, said)
            assert code != 2 or file.name in said or "acme" in said, (title, command, said)


@pytest.mark.parametrize("name", [name for name in COMMANDS if "/" not in name])
def test_what_is_no_file(tmp_path: Path, main: Main, whole: dict[str, str], name: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("link")
    for path in ("folder", "pipe", "link", "/dev/zero", "/dev/null", "/dev/tty", "gone", "x" * 300):
        for command in COMMANDS[name]:
            code, said = main(*(path if word == "FILE" else word for word in command))
            assert code == 2, (path, said)


def test_a_pipe_that_the_shell_lays_is_read(tmp_path: Path, main: Main, whole: dict[str, str]) -> None:
    reading, writing = os.pipe()
    content = json.dumps(json.loads(whole["audit.json"])).encode()
    assert os.write(writing, content) == len(content) < 65_536
    os.close(writing)
    assert main("gate", f"/dev/fd/{reading}")[0] in (0, 1)
    os.close(reading)


def test_an_overlay_of_pipes_and_folders(tmp_path: Path, main: Main) -> None:
    (tmp_path / "overlay/vendors/acme").mkdir(parents=True)
    os.mkfifo(tmp_path / "overlay/vendors/acme/vendor.toml")
    code, said = main("catalog", "validate", "--catalog", "overlay")
    assert code == 2
    assert "acme" in said


SECRETS = {
    "[application.environment]\nDATABASE_PASSWORD = 'planted-value'": "environment.DATABASE_PASSWORD",
    "[application.environment]\nSECRET_KEY_BASE = 'plantedvalueplantedvalue'": "environment.SECRET_KEY_BASE",
    "[application.environment]\nANY = 'xoxb-planted-value-1'": "environment.ANY",
    "[application.environment]\nANY = 'postgres://user:planted@db/x'": "environment.ANY",
    "start = 'web --token planted-value'": "application[0].start",
    "start = 'API_KEY=planted-value web'": "application[0].start",
    "workers = {jobs = 'run --password=planted-value'}": "application[0].workers.jobs",
    "release = ['curl -H \"Authorization: Bearer planted-value-planted\" x']": "application[0].release[0]",
    "health = '/up?access_token=planted-value'": "application[0].health",
}
PLAIN = """
start = 'web --token-ttl 3600 --password "$PASSWORD" --secret=${secrets.store.key}'
health = '/up?page=2'
[application.environment]
API_TOKEN = '${otp.sms.token}'
SECRET_FILE = '/run/secrets/x'
TOKEN_TTL_SECONDS = '3600'
PASSWORD = ''
CACHE_KEY_PREFIX = 'harbour'
OIDC_TOKEN_ENDPOINT = 'https://sso.example.org/token'
"""


@pytest.mark.parametrize("table", SECRETS)
def test_a_secret_among_the_settings_is_refused_and_not_shown(tmp_path: Path, main: Main, table: str) -> None:
    (tmp_path / "offramp.toml").write_text(f"[[application]]\nname = 'a'\nsource = '.'\n{table}\n")
    code, said = main("audit", ".")
    assert code == 2
    assert SECRETS[table] in said
    assert "`secrets`" in said
    assert "planted" not in said


def test_what_only_names_a_secret_is_taken(tmp_path: Path, main: Main) -> None:
    (tmp_path / "offramp.toml").write_text(f"[[application]]\nname = 'a'\nsource = '.'\n{PLAIN}\n")
    (tmp_path / "requirements.txt").write_text("twilio\n")
    assert main("audit", ".") == (0, "")


@pytest.mark.parametrize(
    "text",
    [
        "repositories = ['{outside}']",
        "repositories = ['../outside']",
        "repositories = ['link']",
        "[[application]]\nname = 'a'\nsource = '../outside'",
        "catalog = ['../outside']",
    ],
)
def test_folders_outside_only_when_allowed(tmp_path: Path, main: Main, text: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "requirements.txt").write_text("twilio\n")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/link").symlink_to(outside)
    (tmp_path / "shop/offramp.toml").write_text(text.replace("{outside}", str(outside)))
    code, said = main("audit", "shop")
    assert (code, "--allow-outside" in said) == (2, True)
    assert main("audit", "shop", "--allow-outside")[0] == 0
    assert main("audit", "shop", "outside")[0] == 0 or "two platforms" in said


def _with_something_to_run(folder: Path, main: Main) -> str:
    """The plan for a platform that has an application."""
    (folder / "shop/offramp.toml").write_text("[[application]]\nname = 'a'\nsource = '.'\nstart = './serve'\n")
    for arguments in (["audit", "shop", "-o", "json=runs.json"], ["plan", "runs.json", "-o", "json=to-run.json"]):
        assert main(*arguments, "--format", "text")[0] == 0
    return (folder / "to-run.json").read_text()


def _forged(document: str, **platform: object) -> str:
    made = json.loads(document)
    made["platform"] |= platform
    return json.dumps(made)


@pytest.mark.parametrize("name", ["../outside", "{outside}", "link", "link/../outside", "../../../../etc"])
def test_a_forged_document_opens_no_folder_outside(
    tmp_path: Path, main: Main, whole: dict[str, str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command that takes an audit or a plan, run in the checkout."""
    plan = _with_something_to_run(tmp_path, main)
    (tmp_path / "outside/vendors").mkdir(parents=True)
    shop = tmp_path / "shop"
    (shop / "link").symlink_to(tmp_path / "outside")
    monkeypatch.chdir(shop)
    folder = name.replace("{outside}", str(tmp_path / "outside"))
    application = {"name": "a", "source": folder, "start": "./serve"}
    (shop / "audit.json").write_text(_forged(whole["audit.json"], catalog=[folder]))
    (shop / "plan.json").write_text(_forged(plan, catalog=[folder]))
    (shop / "source.json").write_text(_forged(plan, application=[application]))
    for arguments in (
        ["plan", "audit.json"],
        ["simulate", "audit.json", "--lose", "twilio"],
        ["gate", "audit.json"],
        ["diff", "audit.json", "audit.json"],
        ["explain", "twilio", "--audit", "audit.json"],
        ["generate", "plan.json", "--to", "infra"],
        ["generate", "source.json", "--to", "infra"],
    ):
        code, said = main(*arguments)
        assert (code, "--allow-outside" in said, ".json" in said) == (2, True, True), arguments
        if name == "link":
            assert main(*arguments, "--allow-outside")[0] in (0, 1), arguments
    assert name != "link" or main("gate", "audit.json", "--catalog", "link")[0] in (0, 1)


def test_sources_lie_where_the_user_says(tmp_path: Path, main: Main, whole: dict[str, str]) -> None:
    plan = _with_something_to_run(tmp_path, main)
    application = {"name": "a", "source": "app", "start": "./serve"}
    (tmp_path / "plan.json").write_text(_forged(plan, application=[application]))
    for source in (".", "shop", str(tmp_path / "shop")):
        assert main("generate", "plan.json", "--to", "infra", "--source", source)[0] == 0
    for odd in ("a\0b", "loop"):
        (tmp_path / "loop").unlink(missing_ok=True)
        (tmp_path / "loop").symlink_to("loop")
        (tmp_path / "plan.json").write_text(_forged(plan, application=[{**application, "source": odd}]))
        code, said = main("generate", "plan.json", "--to", "infra")
        assert (code, "plan.json" in said) == (2, True), said


@pytest.mark.parametrize("name", ["audit.json", "plan.json"])
def test_a_forged_document_brings_no_secret_into_the_inventory(
    tmp_path: Path, main: Main, whole: dict[str, str], name: str
) -> None:
    application = {"name": "a", "source": ".", "start": "x", "environment": {"API_TOKEN": "planted-value"}}
    (tmp_path / "forged.json").write_text(_forged(whole[name], application=[application]))
    for command in COMMANDS[name]:
        code, said = main(*("forged.json" if word == "FILE" else word for word in command))
        assert (code, "application[0].environment.API_TOKEN" in said, "planted" in said) == (2, True, False)


def test_a_forged_plan_writes_no_markup_into_the_generated_readme(tmp_path: Path, main: Main, whole: object) -> None:
    """Every text of a plan that its schema leaves free, in every place where Markdown could find something in it."""
    planted = "x](javascript:1)<img src=x>|`\n## planted"
    plan = json.loads(_with_something_to_run(tmp_path, main))
    plan["tool"] = planted
    plan["platform"]["name"] = planted
    plan["replacements"][0]["dependencies"] = [planted]
    plan["unplanned"] = [{"dependency": planted, "capability": planted, "reason": planted}]
    plan["obstacles"] = [{"subject": "a", "reason": planted, "hint": planted}]
    (tmp_path / "forged.json").write_text(json.dumps(plan))
    assert main("generate", "forged.json", "--to", "infra", "--vault-key", "key")[0] == 0
    readme = (tmp_path / "infra/README.md").read_text()
    assert readme.count("planted") >= 6
    for harm in ("\n## planted", "](javascript", ")<img", "|`"):
        assert harm not in readme


@pytest.mark.parametrize("position", [10**15, -1])
@pytest.mark.parametrize(
    "place", [("dependencies",), ("assessment", "findings"), ("assessment", "questions"), ("needs",), ("undescribed",)]
)
def test_an_audit_that_points_at_what_it_does_not_have(
    tmp_path: Path, main: Main, whole: dict[str, str], place: tuple[str, ...], position: int
) -> None:
    (tmp_path / "shop/main.py").write_text(
        'import boto3\nimport requests\nimport psycopg2\nimport redis\nrequests.get("https://api.nobody-knows.io/x")\n'
    )
    (tmp_path / "shop/requirements.txt").write_text("twilio\npsycopg2\nredis\nstripe\n")
    assert main("audit", "shop", "--format", "text", "-o", "json=more.json")[0] == 0
    audit = json.loads((tmp_path / "more.json").read_text())
    rows = audit
    for key in place:
        rows = rows[key]
    name = "seen" if place == ("undescribed",) else "evidence"
    rows[0][name] = [*rows[0].get(name, ()), position]
    (tmp_path / "forged.json").write_text(json.dumps(audit))
    for command in COMMANDS["audit.json"]:
        code, said = main(*("forged.json" if word == "FILE" else word for word in command))
        assert (code, f"{'.'.join(place)}[0].{name}[" in said) == (2, True), said
