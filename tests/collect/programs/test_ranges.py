"""Whether Debian's version of a language lies in what a manifest asks for."""

import json
from pathlib import Path

import pytest

from tests.collect.programs.test_stacks import only
from toolkit.collect.programs.ranges import admits


@pytest.mark.parametrize(
    ("text", "language", "holds"),
    [
        (">=18", "node", True),
        (">=18 <23", "node", True),
        (">= 20.4.0", "node", True),
        ("18.x || 20.x", "node", True),
        ("^20.11.0 || >=22", "node", True),
        ("20", "node", True),
        (">=22.13", "node", False),
        ("22.x", "node", False),
        ("^18", "node", False),
        ("lts/*", "node", False),
        (">=3.10,<4.0", "python", True),
        ("^3.8", "python", True),
        ("~=3.11", "python", True),
        ("~3.11.2", "python", False),
        (">=3.9,<3.13", "python", False),
        (">=3.14", "python", False),
        ("^8.2", "php", True),
        ("^8.5", "php", False),
        (">=1", "cobol", False),
    ],
)
def test_ranges(text: str, language: str, *, holds: bool) -> None:
    assert admits(text, language) is holds


@pytest.mark.parametrize(("engines", "contained"), [(">=18", False), (">=22", True), ("", True)])
def test_a_manifest_that_admits_debians_is_believed_before_its_developers_pin(
    tmp_path: Path, engines: str, *, contained: bool
) -> None:
    manifest = {
        "private": True,
        "scripts": {"start": "node server.js"},
        "engines": {"node": engines},
        "dependencies": {"express": "5"},
    }
    files = {
        "package.json": json.dumps(manifest),
        ".nvmrc": "24\n",
        "Dockerfile": "FROM node:24\nWORKDIR /app\nCOPY . .\nEXPOSE 3000\nCMD node server.js\n",
    }
    assert (only(tmp_path, files).image is not None) == contained
