"""Secrets lie in every kind of scanned file; no byte that any command writes has one of them in it."""

import os
import shutil
from pathlib import Path

import pytest
from readings import Run

# Made up, in the forms the vendors use. Assembled here so that no scanner of secrets finds them in this file.
SECRETS = {
    "aws id": "AKIA" + "QZ7PLANTED4XNW2K",
    "aws key": "pLaNtEd/wJalrXUtnFEMI+K7MDENG/bPxRfiCYzX9",
    "twilio token": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "twilio sid": "AC" + "c0ffee00c0ffee00c0ffee00c0ffee00",
    "url password": "pl4nt3d-Pa55w0rd-of-db",
    "query token": "pl4nt3d-query-t0ken-77",
    "private key": "MIIEvQIBADANBgkqhkiG9w0PLANTEDBAQEFAASCBKcwggSj",
    "stripe": "sk_" + "live_51PLANTEDh7Kq9ZxW3vT8nR2m",
    "slack": "xoxb-" + "2834756201-PLANTEDq8Zk3Wv7",
    "state": "pl4nt3d-state-output-value",
    "basic": "cGw0bnQzZDpiYXNpYy1hdXRoLXZhbHVl",
    "comment": "pl4nt3d-in-a-comment",
    "procfile": "pl4nt3d-start-command-9",
    "sentry": "9f8e7d6c5b4a39281706f5e4d3c2b1a0",
    "bare word": "planthunterhunter",
    "yaml word": "PLANTED_LIKE_A_VARIABLE_7",
}
S = SECRETS
PEM = f"-----BEGIN PRIVATE KEY-----\n{S['private key']}\n-----END PRIVATE KEY-----\n"
DATABASE = f"postgres://shop:{S['url password']}@db.abc.eu-central-1.rds.amazonaws.com:5432/shop"
QUERY = f"https://{S['twilio sid']}:{S['twilio token']}@api.twilio.com/2010-04-01?token={S['query token']}"
FILES = {
    ".env": f"AWS_ACCESS_KEY_ID={S['aws id']}\nAWS_SECRET_ACCESS_KEY={S['aws key']}\nDATABASE_URL={DATABASE}\n"
    f"TWILIO_AUTH_TOKEN='{S['twilio token']}'\nexport STRIPE_SECRET_KEY={S['stripe']}  # {S['comment']}\n"
    f"SENTRY_DSN=https://{S['sentry']}@o1.ingest.sentry.io/2\nDB_PASSWORD={S['bare word']}\n",
    ".env.production": f'AWS_SESSION_TOKEN="{S["aws key"]}\n{S["private key"]}"\n',
    "settings.py": f'import boto3\ns3 = boto3.client("s3", aws_secret_access_key="{S["aws key"]}")\n'
    f'URL = "{QUERY}"  # {S["comment"]}\nKEY = """{PEM}"""\nPASSWORD = "{S["bare word"]}"\n'
    f'client = boto3.client("{S["bare word"]}")\n',
    "app.js": f'const t = require("twilio")("{S["twilio sid"]}", "{S["twilio token"]}");\nfetch("{QUERY}");\n'
    f'const k = process.env["{S["yaml word"]}"]; new S3Client("{S["bare word"]}");\n',
    "config/prod.yml": f"aws:\n  secret_access_key: {S['aws key']}\n  service: {S['bare word']}\nurl: {DATABASE}\n"
    f"twilio_auth_token: {S['twilio token']}\nslack: {S['slack']}\npassword: {S['yaml word']}\n"
    f"key: |\n  {PEM.strip()}\n",
    "appsettings.json": f'{{"Twilio": {{"AuthToken": "{S["twilio token"]}"}}, "Db": "{DATABASE}"}}',
    "app.properties": f"spring.datasource.url={DATABASE}\ntwilio.token={S['twilio token']}\naws.s3={S['bare word']}\n",
    "docker-compose.yml": f"services:\n  db:\n    image: u:{S['url password']}@docker.io/postgres\n    environment:\n"
    f"      DATABASE_URL: {DATABASE}\n      - TWILIO_AUTH_TOKEN={S['twilio token']}\n",
    "compose.yaml": f"services:\n  a:\n    image: postgres\n    environment: [AWS_SECRET_ACCESS_KEY={S['aws key']}]\n"
    f"    command: curl -H 'Authorization: Basic {S['basic']}' {QUERY}\n",
    "Dockerfile": f"FROM python:3.12\nENV AWS_SECRET_ACCESS_KEY={S['aws key']}\nARG T={S['slack']}\n"
    f"RUN curl -u {S['twilio sid']}:{S['twilio token']} {QUERY}\n",
    ".github/workflows/ci.yml": f"on: push\nenv:\n  AWS_SECRET_ACCESS_KEY: {S['aws key']}\njobs:\n  a:\n"
    f"    runs-on: ubuntu-latest\n    steps:\n      - uses: https://x:{S['slack']}@github.com/actions/checkout@v4\n"
    f"      - run: aws s3 ls && curl '{QUERY}'\n",
    "infra/main.tf": f'provider "aws" {{\n  access_key = "{S["aws id"]}"\n  secret_key = "{S["aws key"]}"\n}}\n'
    f'resource "aws_db_instance" "x" {{\n  password = "{S["url password"]}"\n}}\n'
    f'module "m" {{\n  source = "git::https://x:{S["slack"]}@github.com/o/r.git?ref=1"\n}}\n',
    "infra/broken.tf": f'resource "aws_s3_bucket" "b" {{\n  x = "{S["aws key"]}\n  y = {S["slack"]} = {QUERY}\n',
    "infra/prod.tfvars": f'password = "{S["url password"]}"\nurl = "{DATABASE}"\n',
    "infra/terraform.tfstate": f'{{"version": 4, "outputs": {{"p": {{"value": "{S["state"]}"}}}}, "resources": [\n'
    f'{{"type": "aws_db_instance", "instances": [{{"attributes": {{"a": "{S["state"]}", "u": "{DATABASE}"}}}}]}}]}}',
    "infra/half.tfstate": f'{{"resources": [{{"type": "aws_s3_bucket", "instances": [{{"x": "{S["state"]}',
    "package.json": f'{{"dependencies": {{"twilio": "git+https://u:{S["slack"]}@github.com/twilio/twilio-node",\n'
    f'"aws-sdk": "https://n.example/{S["query token"]}.tgz"}}, "scripts": {{"start": "T={S["slack"]} node ."}}}}',
    "lib/package.json": f'{{"dependencies": {{"twilio": "{S["slack"]}\n',
    "requirements.txt": f"--index-url https://u:{S['url password']}@packages.example/simple\ntwilio==9\n"
    f"git+https://{S['slack']}@github.com/boto/boto3\n",
    "pyproject.toml": f'[project]\nname = "shop"\ndependencies = ["boto3 @ https://u:{S["slack"]}@x.example/b.whl"]\n',
    "api/pyproject.toml": f"[project]\ndependencies = [\n{S['slack']} = '{S['aws key']}\n",
    ".npmrc": f"//packages.example/:_authToken={S['slack']}\n",
    "Procfile": f"web: TWILIO_AUTH_TOKEN={S['procfile']} gunicorn app\njob: run --token {S['procfile']}\n",
    "deploy.sh": f"#!/bin/sh\naws s3 sync . s3://b --profile x\ncurl -H 'X-Token: {S['query token']}' '{QUERY}'\n"
    f"mysql -p{S['url password']} -h db.rds.amazonaws.com\n",
    "nginx.conf": f"proxy_pass {QUERY};\n",
    "k8s/secret.yaml": f"apiVersion: v1\nkind: Secret\nmetadata:\n  annotations:\n"
    f"    eks.amazonaws.com/role-arn: {S['slack']}\n"
    f"data:\n  AWS_SECRET_ACCESS_KEY: {S['basic']}\n",
    "pom.xml": f"<project><dependencies><dependency><groupId>com.amazonaws</groupId><artifactId>aws-java-sdk-s3"
    f"</artifactId></dependency></dependencies><p>{S['aws key']}</p><broken>{S['slack']}</project>",
    "server.pem": PEM,
    "notes.md": f"The token is {S['twilio token']}, see {QUERY}\n",
    "conftest.py": f'URL = "{QUERY}"\n',
    "zone.db.zone": f"a.example. IN TXT twilio-domain-verification={S['query token']}\n",
    "page.html": f'<script src="https://cdn.segment.com/analytics.js/v1/{S["query token"]}/a.js"></script>\n',
}
AUDITS = ("text", "json", "markdown", "html", "sarif", "cyclonedx", "junit")


@pytest.fixture
def leaky(shop: Path) -> Path:
    """The checkout is audited and then taken away: whatever is left is output."""
    for name, text in FILES.items():
        (shop / name).parent.mkdir(parents=True, exist_ok=True)
        (shop / name).write_text(text)
    return shop


def _assert_nothing_leaked(texts: dict[str, bytes]) -> None:
    leaks = [
        (name, kind) for name, content in texts.items() for kind, value in SECRETS.items() if value.encode() in content
    ]
    assert leaks == []


def _everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_no_byte_of_any_output(leaky: Path, run: Run, environment: dict[str, str], cache_home: Path) -> None:
    home = leaky.parent / "home"
    own = {**environment, "XDG_CACHE_HOME": str(home / "cache")}
    shutil.copytree(cache_home, home / "cache", dirs_exist_ok=True)
    os.utime(leaky, (0, 0))
    spoken: dict[str, bytes] = {}

    def keep(*arguments: str | Path, code: int = 0) -> None:
        done = run(*arguments, code=code, env=own)
        spoken[" ".join(map(str, arguments))] = (done.stdout + done.stderr).encode()

    formats = [part for name in AUDITS for part in ("-o", f"{name}=audit.{name}")]
    keep("audit", leaky, *formats)
    keep("audit", leaky, "--redact", "-o", "json=redacted.json")
    keep("init", leaky, "--to", "offramp.toml")
    keep("audit", leaky, "--platform", "offramp.toml", "--strict", "-o", "json=declared.json", code=3)
    keep("simulate", "audit.json", "--lose", "aws@30h,twilio@0h")
    keep("explain", "aws/s3", "--audit", "audit.json")
    keep("gate", "audit.json", "-o", "sarif=gate.sarif", "-o", "junit=gate.xml", "--write-baseline", "baseline.json")
    (leaky.parent / "policy.toml").write_text("new_only = false\n")
    keep("gate", "audit.json", "--policy", "policy.toml", "-o", "markdown=gate.md", code=1)
    keep(
        "diff", "declared.json", "audit.json", "-o", "markdown=diff.md", "-o", "html=diff.html", "-o", "json=diff.json"
    )
    keep("plan", "declared.json", "-o", "json=plan.json", "-o", "markdown=plan.md", "--runbooks", "books")
    keep("generate", "plan.json", "--to", "infra", code=2)  # commands with secrets were not drafted
    keep("plan", "audit.json", "--lose", "aws@0h", "-o", "json=lost.json")
    keep("generate", "lost.json", "--to", "infra")
    shutil.rmtree(leaky)
    written = _everything_in(leaky.parent)
    assert any("files-" in name for name in written), "the cache of file results is among what was searched"
    assert len([name for name in written if "/infra/" in name]) > 20
    _assert_nothing_leaked({**spoken, **written})


def test_what_breaks_does_not_quote(leaky: Path, run: Run) -> None:
    """Documents of the user's with a secret in the wrong place: the error names the place only."""
    for number, text in enumerate((
        f'people = "{S["twilio token"]}"\n',
        f'name = "{S["aws key"]}\n',
        f'{S["slack"]} = 1\n',
        f'"{S["aws key"]}" = 1\n',
        f'[[application]]\nname = "a"\nsource = "."\nruntime = "{S["query token"]}"\n',
        f'[[application]]\nname = "a"\nsource = "."\n[application.environment]\nDATABASE_URL = "{DATABASE}"\n',
        f'[[application]]\nname = "a"\nsource = "."\n[application.environment]\nAWS_ACCESS_KEY_ID = "{S["aws id"]}"\n',
        f"[[application]]\nname = 'a'\nsource = '.'\n[application.environment]\nKEY = '''{PEM}'''\n",
    )):  # fmt: skip
        (leaky / "offramp.toml").write_text(text)
        done = run("audit", leaky, code=2)
        assert "offramp.toml: " in done.stderr
        _assert_nothing_leaked({str(number): (done.stdout + done.stderr).encode()})


def test_plain_settings_are_shown(shop: Path, run: Run) -> None:
    """The environment of an application is the user's own, for plain settings: it is in the plan as it was written."""
    (shop / "offramp.toml").write_text(
        '[[application]]\nname = "a"\nsource = "."\nstart = "x"\n'
        '[application.environment]\nPUBLIC_URL = "https://user@shop.example"\nDATABASE_URL = "${data.relational.url}"\n'
    )
    run("audit", shop, "-o", "json=audit.json")
    assert '"https://user@shop.example"' in (shop.parent / "audit.json").read_text()
