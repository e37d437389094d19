"""What CI runs says what took how long, ends at the first step that fails, and explores at random."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
STEPS = """\
first last:
	@echo $@
broken:
	@exit 3
"""


def steps(folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    (folder / "Makefile").write_text(STEPS)
    return subprocess.run([ROOT / ".ci/steps", *names], cwd=folder, capture_output=True, text=True, check=False)


def test_each_step_says_how_long_it_took(tmp_path: Path) -> None:
    done = steps(tmp_path, "first", "last")
    assert done.returncode == 0
    told = re.sub(r"\d min \d\d s", "TIME", done.stdout)
    assert told == "first\nlast\n\nfirst          TIME\nlast           TIME\ntogether       TIME\n"


def test_the_first_step_that_fails_ends_it(tmp_path: Path) -> None:
    done = steps(tmp_path, "first", "broken", "last")
    assert done.returncode != 0
    assert done.stdout == "first\n"
    assert re.search(r"^broken +FAILED after .*\nlast +not run\n\Z", done.stderr, re.MULTILINE)


def test_random_tests_find_new_examples_in_ci() -> None:
    program = "import conftest, hypothesis; given = hypothesis.settings(); print(given.derandomize, given.print_blob)"
    environment = os.environ | {"CI": "true", "PYTHONPATH": str(ROOT / "tests")}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
    chosen = [path for path in (ROOT / "tests").rglob("test_*.py") if "derandomize=True" in path.read_text()]
    assert [path for path in chosen if path != Path(__file__)] == []
