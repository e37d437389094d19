"""The documentation as a site: every page built without a warning, searchable, nothing of it fetched from anybody."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from toolkit.cli import cli

ROOT = Path(__file__).parents[1]
_FETCHED = re.compile(r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=["'](?:https?:)?//[^"']+""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pages, made = tmp_path_factory.mktemp("pages"), tmp_path_factory.mktemp("site")
    subprocess.run([sys.executable, ROOT / "docs/pages.py", pages], check=True)
    sphinx = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", ROOT / "docs", pages, made]
    done = subprocess.run(sphinx, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return made


def test_every_command_document_and_blueprint_has_its_page(site: Path) -> None:
    commands = (site / "reference/commands.html").read_text()
    assert 'id="offramp-audit"' in commands
    assert "--compare" in commands
    for readme in (ROOT / "playbooks/blueprints").glob("*/README.md"):
        assert (site / f"blueprints/{readme.parent.name}.html").exists()
    for page in (ROOT / "docs").rglob("*.md"):
        assert (site / page.relative_to(ROOT / "docs").with_suffix(".html")).exists()


def test_the_man_page_has_every_command(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "docs/pages.py", tmp_path / "pages"], check=True)
    sphinx = [sys.executable, "-m", "sphinx", "-q", "-b", "man", "-c", ROOT / "docs", tmp_path / "pages", tmp_path]
    subprocess.run(sphinx, check=True)
    page = (tmp_path / "offramp.1").read_text()
    for name in cli.commands:
        assert f".SS {name}" in page


def test_links_between_files_of_the_repository_lead_to_pages(site: Path) -> None:
    front = (site / "overview.html").read_text()
    assert 'href="plan.html"' in front
    assert 'href="../playbooks' not in front
    assert "<code" in (site / "judgement.html").read_text().partition("checks/needs.toml")[0][-200:]


def test_the_catalogue_says_what_can_be_taken_along(site: Path) -> None:
    page = (site / "catalogue/auth.html").read_text()
    assert "Okta" in page
    assert "Stays behind" in page


def test_nothing_is_fetched_and_the_search_needs_no_server(site: Path) -> None:
    assert (site / "searchindex.js").stat().st_size > 100_000
    for page in site.rglob("*.html"):
        assert not _FETCHED.findall(page.read_text()), page.name
