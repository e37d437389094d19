"""The user's own files when they are broken: exit 2, with the file and the key, and nothing of a value."""

import json
from pathlib import Path

import pytest
from readings import Run

VENDOR = 'name = "Acme"\n'
SERVICE = 'name = "Acme Mail"\ncapabilities = ["mail.outgoing"]\n[signals]\npypi = ["acme"]\n'


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("vendors/acme/vendor.toml", VENDOR + "nam = 'planted-value'\n", "unknown key 'nam'"),
        ("vendors/acme/mail.toml", SERVICE.replace("pypi", "pipy"), "'pipy' - at `key` in `$.signals`"),
        ("vendors/acme/mail.toml", SERVICE.replace('"acme"', '"planted-value'), "line 4"),
        ("blueprints/mine/blueprint.toml", "name = 'x'\n", "the key 'capabilities' is missing"),
    ],
)
def test_a_broken_overlay_is_named(shop: Path, run: Run, file: str, text: str, said: str) -> None:
    overlay = shop.parent / "overlay"
    (overlay / "vendors/acme").mkdir(parents=True)
    (overlay / "vendors/acme/vendor.toml").write_text(VENDOR)
    (overlay / file).parent.mkdir(parents=True, exist_ok=True)
    (overlay / file).write_text(text, encoding="latin-1")
    done = run("catalog", "validate", "--catalog", overlay, code=2)
    assert said in done.stderr
    assert Path(file).name in done.stderr or "acme" in done.stderr
    assert "planted-value" not in done.stderr


def test_the_audit_refuses_a_broken_overlay_too(shop: Path, run: Run) -> None:
    (shop / "own/vendors/acme").mkdir(parents=True)
    (shop / "own/vendors/acme/vendor.toml").write_text("name = 5\n")
    (shop / "offramp.toml").write_text('catalog = ["own"]\n')
    done = run("audit", shop, "-o", "json=audit.json", code=2)
    assert "own/vendors/acme/vendor.toml: name: expected a text" in done.stderr
    assert not (shop.parent / "audit.json").exists()


def test_what_reads_an_audit_or_a_plan_refuses_half_of_one(shop: Path, run: Run) -> None:
    """Every command that takes a document, with one of each way it can be no document."""
    run("audit", shop, "-o", "json=audit.json")
    run("plan", "audit.json", "-o", "json=plan.json")
    whole = {name: (shop.parent / f"{name}.json").read_text() for name in ("audit", "plan")}
    commands = [["plan"], ["simulate", "--lose", "aws@1h"], ["gate"], ["explain", "aws/s3", "--audit"]]
    for number, (name, command) in enumerate(
        [*(("audit", command) for command in commands), ("plan", ["generate", "--to", "infra"])]
    ):
        ways = _ways_to_be_none(whole[name], "plan" if name == "audit" else "audit", whole)
        text, said = ways[number % len(ways)]
        (shop.parent / "bad.json").write_bytes(text)
        done = run(*command, "bad.json", code=2)
        assert said in done.stderr
        assert "bad.json" in done.stderr
        assert done.stdout == ""
    assert not (shop.parent / "infra").exists()


def _ways_to_be_none(text: str, other: str, whole: dict[str, str]) -> list[tuple[bytes, str]]:
    """Bytes of a file, and what is to be said of it."""
    newer = json.dumps({**json.loads(text), "schema_version": "99.1"})
    return [
        (text[: len(text) // 2].encode(), "not a complete JSON document"),
        (newer.encode(), "schema_version this Offramp does not know"),
        (whole[other].encode(), "bad.json"),
        (b"\xff\xfe" + text.encode(), "not UTF-8"),
        (b"", "not a complete JSON document"),
    ]


def test_a_half_written_project_is_not_built_upon(shop: Path, run: Run) -> None:
    """A damaged manifest would make every file look like the user's own, or nobody's."""
    run("audit", shop, "-o", "json=audit.json")
    run("plan", "audit.json", "-o", "json=plan.json")
    run("generate", "plan.json", "--to", "infra")
    manifest = shop.parent / "infra/offramp-manifest.json"
    whole = manifest.read_text()
    manifest.write_text(whole[:100])
    assert "offramp-manifest.json: not a manifest" in run("generate", "plan.json", "--to", "infra", code=2).stderr
    manifest.write_text(whole)
    assert "unchanged" in run("generate", "plan.json", "--to", "infra").stderr
