"""Whether a README invites others to run the program themselves."""

from pathlib import Path

import pytest

from toolkit.catalog.folders import load
from toolkit.collect.files import collect_files
from toolkit.collect.files.invitations import invitation, is_readme
from toolkit.identify.dependencies import identify
from toolkit.model import Platform


@pytest.mark.parametrize(
    "text",
    [
        b"# Chat\n\n## Self-hosting\n",
        b"An open source, self hosted alternative",
        b"[![Deploy](https://www.herokucdn.com/deploy/button.svg)](https://heroku.com/deploy?template=x)",
        b"![pulls](https://img.shields.io/docker/pulls/acme/chat)",
        b"Images are at https://hub.docker.com/r/acme/chat/tags",
    ],
)
def test_an_invitation(text: bytes) -> None:
    assert invitation(text)


@pytest.mark.parametrize(
    "text",
    [
        b"# The site of our town\n\nRun `docker compose up` and open localhost.",
        b"CI needs a self-hosted runner.",
        b"Fonts: self-hosted fonts only",
        b"Deployed to Heroku by the team",
        b"",
    ],
)
def test_no_invitation(text: bytes) -> None:
    assert not invitation(text)


def test_only_the_root_has_a_readme() -> None:
    assert is_readme("README.md")
    assert is_readme("readme")
    assert not is_readme("docs/README.md")
    assert not is_readme("README.py")


def test_the_root_says_where_it_invites(tmp_path: Path) -> None:
    catalog = load()
    (tmp_path / "README.md").write_text("# Chat\n\nSelf-host it.\n", encoding="utf-8")
    assert collect_files({"app": tmp_path}, catalog).roots[0].invites == "README.md:3"
    (tmp_path / "README.md").write_text("# Chat\n", encoding="utf-8")
    assert not collect_files({"app": tmp_path}, catalog).roots[0].invites


def test_who_only_builds_is_called_by_programs_that_work_on_what_lies_there(tmp_path: Path) -> None:
    """A program that asks a forge's interface about packages is not built there."""
    (tmp_path / "worker.php").write_text("<?php\n$x = get('https://api.bitbucket.org/2.0/repositories/');\n", "utf-8")
    catalog = load()
    found = identify(collect_files({"app": tmp_path}, catalog), Platform(), catalog)
    assert [(one.id, one.role, one.capabilities) for one in found] == [("bitbucket", "runtime", ("product.data",))]
