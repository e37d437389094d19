"""An audit does not read what Offramp itself wrote, and a repository cannot use that to hide what it has."""

import hashlib
import json
from pathlib import Path
from typing import Any

from readings import SOUND, Audited, Run, found

from toolkit.console import formats

OUTPUTS = {
    "plan.json": "render_plan",
    "audit.json": "render",
    "gate": "render_verdict",
    "sim": "render_simulation",
    "diff": "render_diff",
}


def _without_skipped(audit: dict[str, Any]) -> dict[str, Any]:
    survey = {key: value for key, value in audit["survey"].items() if key != "skipped"}
    return {**audit, "survey": survey}


def _skipped(audit: dict[str, Any]) -> dict[str, int]:
    """where → number of files."""
    return {one["where"]: one.get("files", 1) for one in audit["survey"].get("skipped", ())}


def _wanted(function: str, stem: str) -> list[str]:
    """`-o` for every format there is, asked of the registry: a new one without a mark fails here."""
    names = [name for name in formats(function) if name != "github"]  # annotations go to a log, never to a file
    endings = {"text": "txt", "markdown": "md", "cyclonedx": "cdx.json", "junit": "xml"}
    return [word for name in names for word in ("-o", f"{name}={stem}-{name}.{endings.get(name, name)}")]


def test_every_output_in_the_checkout_is_passed_by(shop: Path, run: Run, audited: Audited) -> None:
    """What the README shows, with all formats, in the checkout's own folder."""
    before = audited(shop)
    run("audit", ".", "-o", "json=audit.json", *_wanted("render", "audit"), cwd=shop)
    run(
        "plan",
        "audit.json",
        "--lose",
        "aws@0h",
        "-o",
        "json=plan.json",
        *_wanted("render_plan", "plan"),
        "--runbooks",
        "runbooks",
        cwd=shop,
    )
    run("plan", "audit.json", "--compare", *_wanted("render_comparison", "compared"), cwd=shop)
    run("plan", "audit.json", "--today", *_wanted("render_today", "today"), cwd=shop)
    run("simulate", "audit.json", "--lose", "aws@1h", *_wanted("render_simulation", "sim"), cwd=shop)
    run("gate", "audit.json", *_wanted("render_verdict", "gate"), cwd=shop)
    run("diff", "audit.json", "audit.json", *_wanted("render_diff", "diff"), cwd=shop)
    why = run("explain", "aws/s3", "--audit", "audit.json", "--format", "json", cwd=shop).stdout
    (shop / "why.json").write_text(why)
    run("generate", "plan.json", "--target", "hosts", "--to", "infra", cwd=shop)
    after = audited(shop)
    assert _without_skipped(after) == _without_skipped(before)
    passed = _skipped(after)
    assert passed.pop("infra/offramp-manifest.json") > 50
    written = {path.relative_to(shop).as_posix() for path in shop.rglob("*") if "infra" not in path.parts}
    written -= {"runbooks", *(where.partition(":")[0] for _, where in found(after))}
    assert set(passed) == written
    assert audited(shop) == after


def test_settings_are_no_evidence(shop: Path, audited: Audited) -> None:
    (shop / "offramp.toml").write_text(
        '[[application]]\nname = "a"\nsource = "."\nenvironment = {API = "https://api.sendgrid.com"}\n'
    )
    audit = audited(shop)
    assert not any(where.startswith("offramp.toml") for _, where in found(audit))
    assert _skipped(audit) == {"offramp.toml": 1}


def _manifest(files: dict[str, str]) -> str:
    head = {"schema_version": "1.0", "tool": "offramp 9.9.9", "catalog": "x", "platform": "p", "target": "hosts"}
    return json.dumps({**head, "files": files})


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_forged_manifest_hides_no_code(shop: Path, audited: Audited) -> None:
    listed = {path.name: _digest(path) for path in shop.iterdir()}
    (shop / "offramp-manifest.json").write_text(_manifest(listed))
    audit = audited(shop)
    assert found(audit) >= SOUND
    assert _skipped(audit) == {"offramp-manifest.json": 1}


def test_what_is_listed_and_was_edited_is_read(shop: Path, audited: Audited) -> None:
    (shop / "infra").mkdir()
    for name in ("main.tf", "edited.tf", "unlisted.tf"):
        (shop / "infra" / name).write_text('resource "aws_s3_bucket" "b" {}\n')
    digest = _digest(shop / "infra/main.tf")
    listed = {"main.tf": digest, "edited.tf": digest, "../requirements.txt": _digest(shop / "requirements.txt")}
    (shop / "infra/edited.tf").write_text('resource "aws_sqs_queue" "q" {}\n')
    (shop / "infra/offramp-manifest.json").write_text(_manifest(listed))
    audit = audited(shop)
    seen = {("aws/sqs", "infra/edited.tf:1"), ("aws/s3", "infra/unlisted.tf:1")}
    assert found(audit) >= SOUND | seen
    assert ("aws/s3", "infra/main.tf:1") not in found(audit)
    assert _skipped(audit) == {"infra/offramp-manifest.json": 2}
    # the manifest goes: what it hid is read, though none of these files has changed since
    (shop / "infra/offramp-manifest.json").unlink()
    assert found(audited(shop)) >= SOUND | seen | {("aws/s3", "infra/main.tf:1")}


def test_a_file_that_says_so_hides_only_what_nobody_runs(shop: Path, audited: Audited) -> None:
    """The marks of documents, in files that a platform is built and run by."""
    head = '{"schema_version": "1.0", "tool": "offramp 1.0", "catalog": "", "platform": {}, '
    (shop / "package.json").write_text(head + '"dependencies": {"stripe": "1"}}')
    (shop / "mark.py").write_text("# Made by offramp 1.0\nimport twilio\n\n# Made by offramp 1.0\n")
    audit = audited(shop)
    assert found(audit) >= SOUND | {("twilio", "mark.py:2"), ("stripe", "package.json:1")}
    assert _skipped(audit) == {}


def test_an_export_is_not_read(shop: Path, audited: Audited) -> None:
    data = shop / "datasets/support.tickets.jsonl"
    data.parent.mkdir()
    data.write_text('{"id": "1", "body": "see https://api.sendgrid.com/v3"}\n')
    exported = {"support.tickets": {"file": data.name, "records": 1, "sha256": _digest(data)}}
    manifest = {"schema_version": "1.0", "source": "zendesk x", "complete": True, "datasets": exported}
    (data.parent / "manifest.json").write_text(json.dumps(manifest))
    assert not any(where.startswith("datasets/") for _, where in found(audited(shop)))
    data.write_text(data.read_text() * 2)
    assert any(where.startswith("datasets/") for _, where in found(audited(shop)))
