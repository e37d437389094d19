"""What goes into HCL comes out of Terraform unchanged, whatever it is."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from toolkit.generate import hcl

STRINGS = [
    "",
    'quote " and backslash \\',
    '${file("/etc/passwd")} $${x} $$ $',
    "%{ if true }yes%{ endif } %%{x} 100%",
    "line\nbreak\ttab\rreturn",
    "\\${a} \\\\${a}",
    "bell \x07 escape \x1b[31m",
    "ünïcödé 🚢 \u2028 \u202e",
    "<<EOT\nEOT\n",
]


@pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not installed")
def test_terraform_reads_back_every_string(tmp_path: Path) -> None:
    value = {
        "strings": STRINGS,
        "keys": {text or "empty": number for number, text in enumerate(STRINGS)},
        "rest": {
            "none": None,
            "yes": True,
            "no": False,
            "number": 3,
            "fraction": 0.5,
            "nested": {"a": {"b": []}},
            "e": {},
        },
    }
    (tmp_path / "main.tf").write_text(f'output "value" {{\n  value = jsonencode({hcl.literal(value, 2)})\n}}\n')
    run(tmp_path, "init", "-input=false")
    run(tmp_path, "apply", "-auto-approve", "-input=false")
    output = json.loads(run(tmp_path, "output", "-json", "value"))
    assert json.loads(output) == value


@pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not installed")
def test_layout_is_that_of_terraform_fmt(tmp_path: Path) -> None:
    value = {"web-1": {"memory_mb": 1, "groups": ["a", "b"], "x": None}, "two words": {"deep": {"a": 1, "long": "x"}}}
    (tmp_path / "main.tf").write_text(f"locals {{\n  hosts = {hcl.literal(value, 2)}\n}}\n")
    run(tmp_path, "fmt", "-check", "-diff")


def test_other_types_are_refused() -> None:
    with pytest.raises(TypeError, match="Path"):
        hcl.literal([Path()])


def run(folder: Path, *words: str) -> str:
    done = subprocess.run(["terraform", *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
