"""What Next's programs share in a workspace, sites that its kin build, and files that stay on disk where S3 may be left
out."""

import json
from pathlib import Path

import pytest

from tests.collect.programs.test_stacks import Files, only

_KEYS = "AWS_ACCESS_KEY_ID=\nAWS_SECRET_ACCESS_KEY=\nS3_ENDPOINT=\n"
_FLASK = {"requirements.txt": "flask\n", "app.py": "from flask import Flask\napp = Flask(__name__)\n"}


def test_a_library_beside_a_program_of_next_is_none_and_its_schema_migrates(tmp_path: Path) -> None:
    web = {"scripts": {"build": "next build", "start": "next start"}, "dependencies": {"next": "15"}, "private": True}
    files = {
        "package.json": '{"private": true, "workspaces": ["apps/*", "packages/*"]}',
        "apps/web/package.json": json.dumps({"name": "web", **web}),
        "packages/router/package.json": '{"private": true, "main": "index.ts", "dependencies": {"next": "15"}}',
        "packages/db/prisma/schema.prisma": 'datasource db {\n  url = env("DATABASE_URL")\n}\n',
        "packages/db/prisma/migrations/1/migration.sql": "",
    }
    program = only(tmp_path, files)
    assert program.folder == "apps/web/"
    command = "npx prisma migrate deploy --schema packages/db/prisma/schema.prisma"
    assert [said.text for said in program.release] == [command]


@pytest.mark.parametrize(
    ("files", "folder"),
    [
        ({"package.json": '{"dependencies": {"next": "15"}, "scripts": {"build": "next build"}}',
          "next.config.js": "module.exports = { output: 'export' }", "pages/index.js": ""}, "out"),
        ({"package.json": '{"dependencies": {"@docusaurus/core": "3"}, "scripts": {"build": "docusaurus build"}}'},
         "build"),
    ],
)  # fmt: skip
def test_what_is_built_to_files_is_served(tmp_path: Path, files: Files, folder: str) -> None:
    program = only(tmp_path, files)
    assert (program.start, program.fallback) == (None, None)
    assert program.serve["/"].text == folder


@pytest.mark.parametrize(
    ("more", "in_store"),
    [
        ({".env.example": f"{_KEYS}S3_BUCKET=\n"}, False),
        ({".env.example": f"{_KEYS}S3_BUCKET=pictures\n"}, True),
        ({".env.example": _KEYS, "config.py": "import os\nif 'S3_BUCKET' in os.environ:\n    x = 1\n"}, False),
        ({".env.example": _KEYS, "config.py": "import os\nBUCKET = os.environ['S3_BUCKET']\n"}, True),
        ({".env.example": _KEYS}, True),
    ],
)
def test_files_stay_on_disk_where_the_bucket_may_be_left_out(tmp_path: Path, more: Files, in_store: bool) -> None:
    program = only(tmp_path, {**_FLASK, **more})
    assert ("S3_ENDPOINT" in program.environment) == in_store
    assert any("stay on its disk" in line for line in program.open) != in_store


def test_nextauth_sends_mail_by_an_address(tmp_path: Path) -> None:
    package = '{"scripts": {"build": "next build", "start": "next start"}, "dependencies": {"next": "15"}}'
    program = only(tmp_path, {"package.json": package, ".env.example": "NEXTAUTH_SECRET=\nEMAIL_SERVER=\n"})
    assert program.environment["EMAIL_SERVER"].text.startswith("smtp://${mail.outgoing.user}:")
