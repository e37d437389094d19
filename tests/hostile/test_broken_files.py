"""Files that are broken, or made to cost: each is named with its line, and everything else is still found."""

import os
from pathlib import Path

import pytest
from readings import SOUND, Audited, Run, found, unread

BROKEN = {
    "package.json": ('{\n  "dependencies": {\n    "twilio": \n', 4),
    "composer.json": ('{\n  "require": {]\n}\n', 2),
    "api/pyproject.toml": ('[project]\nname = "api"\ndependencies = ["twilio"\n', 4),
    "job/Cargo.toml": ("[dependencies]\nserde = \n", 2),
    "docker-compose.yml": ("services:\n  db:\n    image: postgres\n   environment: [x\n", 4),
    ".github/workflows/ci.yml": ("jobs:\n  test:\n    steps:\n      - uses: actions/checkout@v4\n    }\n", 5),
    "infra/open.tf": ('resource "aws_s3_bucket" "a" {\n  bucket = "a"\n', 3),
    "infra/half.tf": ('resource "aws_sqs_queue" "q" {\n  name = \n}\n\nresource "aws_ses_template" "t" {}\n', 3),
    "infra/text.tf": ('resource "aws_s3_bucket" "a" {\n  bucket = "a\n}\nresource "aws_kms_key" "k" {}\n', 4),
    "infra/small.tf": ('resource "aws_s3_bucket" "a" {\n  bucket = "a"\n}\n' * 60 + "}}}\n", 181),
    "infra/prod.tfstate": ('{\n  "version": 4,\n  "resources": [{"type": "aws_s3_bucket"', 3),
    "pom.xml": ("<project>\n<dependencies>\n</project>\n", 3),
}


def test_broken_files_are_named_with_their_line(shop: Path, audited: Audited) -> None:
    for name, (text, _) in BROKEN.items():
        (shop / name).parent.mkdir(parents=True, exist_ok=True)
        (shop / name).write_text(text)
    audit = audited(shop)
    assert set(unread(audit)) == {f"{name}:{line}" for name, (_, line) in BROKEN.items()}
    assert found(audit) >= SOUND


def test_what_a_broken_file_still_says_is_kept(shop: Path, audited: Audited) -> None:
    (shop / "half.tf").write_text(BROKEN["infra/half.tf"][0])
    (shop / "text.tf").write_text(BROKEN["infra/text.tf"][0])
    (shop / "settings.json").write_text('{"api": "https://api.twilio.com", "more": [')
    (shop / "settings.toml").write_text('[api\nurl = "https://api.twilio.com"\n')
    (shop / "settings.yml").write_text("a: [1, 2\napi: https://api.twilio.com\n  b: }\n")
    found_here = found(audited(shop))
    infra = {("aws/sqs", "half.tf:1"), ("aws/ses", "half.tf:5"), ("aws/s3", "text.tf:1"), ("aws/kms", "text.tf:4")}
    settings = {("twilio", f"settings.{name}") for name in ("json:1", "toml:2", "yml:2")}
    assert found_here >= SOUND | infra | settings


DEPTH = 100_000
DEEP = {
    "package.json": '{"dependencies":' + "[" * DEPTH,
    "composer.json": "[" * DEPTH + "]" * DEPTH,
    "deep.json": '{"u":"https://api.twilio.com"' + ',"a":{"b":1' * DEPTH,
    "prod.tfstate": '{"type": "aws_s3_bucket", "resources":' + "[" * DEPTH,
    "docker-compose.yml": "a: " + "[" * DEPTH,
    "compose.yml": "".join(f"{' ' * depth}a:\n" for depth in range(1_500)),
    "pyproject.toml": "a = " + "[" * DEPTH,
    "Cargo.toml": "a = " + "{a=" * DEPTH,
    "deep.tf": 'resource "aws_s3_bucket" "b" {}\na = "${' + "(" * DEPTH,
    "blocks.tf": 'resource "aws_s3_bucket" "b" {\n' * 20_000,
    "deep.py": "import boto3\nx = " + "(" * DEPTH,
    "deep.js": 'require("twilio");' + "[" * DEPTH,
    "pom.xml": "<a>" * DEPTH,
}


def test_deep_nesting_costs_one_file(shop: Path, audited: Audited) -> None:
    for name, text in DEEP.items():
        (shop / name).write_text(text)
    audit = audited(shop)
    structured = set(DEEP) - {"deep.json", "deep.py", "deep.js"}  # these say what they say without structure
    assert {where.partition(":")[0] for where in unread(audit)} >= structured
    assert found(audit) >= SOUND | {("twilio", "deep.json:1")}


def test_yaml_bombs_do_not_go_off(shop: Path, audited: Audited) -> None:
    laughs = 'a0: &a0 ["lol"]\n' + "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(30))
    bomb = laughs + "services:\n  db:\n    image: postgres:16\n"
    for name in ("docker-compose.yml", "values.yaml", "k8s.yaml", ".gitlab-ci.yml"):
        (shop / name).write_text("apiVersion: v1\nkind: Secret\n" + bomb)
    audit = audited(shop, memory=1_500_000_000)
    line = 2 + bomb.count("\n")
    assert found(audit) >= SOUND | {("docker-hub", f"docker-compose.yml:{line}")}


def test_large_files_cost_no_memory(shop: Path, audited: Audited) -> None:
    """1 GB that is not there, 200 MB of text, 50 MB of lock file, binary files: within 1.5 GB of address space."""
    for name, size in (("core", 2**30), ("dump.sql", 2**30), ("app.log.txt", 0)):
        (shop / name).touch()
        os.truncate(shop / name, size)
    with (shop / "dump.txt").open("w") as file:
        for _ in range(200):
            file.write(("see https://api.twilio.com/2010-04-01 " * 27 + "\n") * 1000)
    (shop / "program.py").write_bytes(b"\x7fELF\0\0import boto3\nhttps://api.twilio.com\n" * 100)
    entry = (
        '    "node_modules/package-{0}": {{\n      "version": "1.0.{0}",\n      "integrity": "sha512-{1}"\n    }},\n'
    )
    with (shop / "package-lock.json").open("w") as file:
        file.write('{\n  "packages": {\n    "node_modules/twilio": {\n      "version": "5"\n    },\n')
        file.writelines(entry.format(number, "x" * 88) for number in range(300_000))
    assert (shop / "package-lock.json").stat().st_size > 50_000_000
    audit = audited(shop, memory=1_500_000_000)
    assert unread(audit) == {"dump.txt": "larger than 16 MiB"}
    assert found(audit) >= SOUND
    assert not any(where.startswith("program.py") for _, where in found(audit))
    transitive = {(one["signal"].partition("#")[0], one["where"]) for one in audit["survey"]["discarded"]}
    assert ("twilio", "package-lock.json:3") in transitive


def test_content_that_is_no_text(shop: Path, audited: Audited) -> None:
    (shop / "latin.py").write_bytes(b"import twilio  # caf\xe9 \xff\xfe\xed\xa0\x80\n")
    (shop / "wide.env").write_bytes("TWILIO_AUTH_TOKEN=x\n".encode("utf-16"))
    (shop / "half-wide.env").write_bytes(b"\xff\xfeT\0W\0I")
    (shop / "marks.json").write_bytes(b'\xef\xbb\xbf{"u": "https://api.twilio.com/\xc3"}')
    assert found(audited(shop)) >= SOUND | {("twilio", where) for where in ("latin.py:1", "wide.env:1", "marks.json:1")}


@pytest.mark.parametrize("name", ["offramp.toml", "policy.toml"])
def test_own_files_that_nest_too_deeply(shop: Path, run: Run, name: str) -> None:
    run("audit", shop, "-o", "json=audit.json")
    (shop.parent / name).write_text("a = " + "[" * DEPTH)
    arguments = (
        ["audit", shop, "--platform", name] if name == "offramp.toml" else ["gate", "audit.json", "--policy", name]
    )
    assert f"{name}: nested too deeply" in run(*arguments, code=2).stderr
