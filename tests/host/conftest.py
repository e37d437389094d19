"""Lab hosts for the tests in this folder. Where they cannot be made the tests are skipped with the reason; with CI=true
that is a failure: a run that proves nothing must not look green."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from toolkit.drill import lab as labs
from toolkit.errors import ProgramFailed
from toolkit.tools import incus


def _why_not() -> str:
    if sys.platform != "linux":
        return "lab hosts need Linux"
    if os.geteuid() != 0:
        return "lab hosts need root"
    try:
        incus.ensure_daemon(print)
    except ProgramFailed as err:
        return str(err)
    return ""


@pytest.fixture(scope="session")
def lab_possible() -> None:
    """Skips (with CI=true: fails) where lab hosts cannot be made."""
    if reason := _why_not():
        if os.environ.get("CI") == "true":
            pytest.fail(f"host tests did not run: {reason}")
        pytest.skip(reason)


@pytest.fixture(scope="session")
def lab_hosts(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[labs.Lab]:
    """A lab of two hosts, `web` and `db`, shared by the session's tests."""
    with labs.temporary(["web", "db"], log=print, state=tmp_path_factory.mktemp("labs")) as lab:
        yield lab


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder carries the mark `host`."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.host)
