"""Journey "release": a change to the source goes from this machine to production through the generated project, while
the hosts reach nothing outside, no package index either."""

import os
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import stage
from browser import browser
from selenium.webdriver.common.by import By

_FOOTER = "harbour/templates/base.html"
_LEFT_BEHIND = shutil.ignore_patterns(".venv", ".git", "__pycache__", ".pytest_cache")


def main() -> None:
    mark = f"Release {secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory(prefix="harbour-release-") as folder:
        shutil.copytree("harbour", Path(folder, "harbour"), ignore=_LEFT_BEHIND)
        change(Path(folder, "harbour", _FOOTER), mark)
        assert mark not in footer()
        changed = deploy(Path(folder))
    assert eventually_shows(mark), "the change does not show"
    print(f"'{mark}' went from a folder here to the footer: {changed} tasks of the generated project changed something")


def change(template: Path, mark: str) -> None:
    """What a developer would commit: here the page's footer says which release it is."""
    text = template.read_text()
    assert "</footer>" in text
    template.write_text(text.replace("</footer>", f"  <span>{mark}</span>\n  </footer>"))


def deploy(sources: Path) -> int:
    """Run the playbook as an administrator does. Returns how many tasks changed something."""
    command = ["ansible-playbook", "--inventory", os.environ["OFFRAMP_INVENTORY"], "site.yml", "--tags", "web"]
    command += ["--extra-vars", f"offramp_sources={sources}"]
    done = subprocess.run(command, cwd=stage.PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ansible-playbook: {done.stdout[-2000:]}{done.stderr[-500:]}"
    return sum(map(int, re.findall(r"\bchanged=(\d+)", done.stdout)))


def eventually_shows(mark: str) -> bool:
    """Within a minute: an edge shows the page that it has for some seconds more."""
    deadline = time.monotonic() + 60
    while mark not in footer():
        if time.monotonic() > deadline:
            return False
        time.sleep(2)
    return True


def footer() -> str:
    with browser() as visitor:
        visitor.get(stage.URL)
        return visitor.find_element(By.TAG_NAME, "footer").text


if __name__ == "__main__":
    main()
