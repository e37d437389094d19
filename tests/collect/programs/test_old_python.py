"""Programs whose locked packages know no Python as new as Debian's run in their own image, from its own folder."""

from pathlib import Path

import pytest

from tests.collect.programs.test_stacks import Files, only

_LOCKED = '[[package]]\nname = "{name}"\nversion = "1.0"\n{depends}files = [\n{files}]\n\n'
_FILE = '    {{file = "{name}-1.0-{tags}.whl", hash = "sha256:0"}},\n'
_PYPROJECT = (
    '[tool.poetry.dependencies]\npython = "^3.8"\nDjango = "*"\n{more}\n[tool.poetry.dev-dependencies]\nold = "*"\n'
)
_DJANGO = {
    "shop/manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
    "shop/shop/settings.py": 'STATIC_ROOT = "static"\nAPPS = ["checks", "checks.cache", "checks.db"]\n',
    "shop/shop/wsgi.py": "application = get_wsgi_application()\n",
    "Dockerfile": "FROM python:3.9\nWORKDIR /usr/src/shop\nCOPY shop .\nEXPOSE 8080\nCMD ./entrypoint.sh\n",
}


def _package(name: str, *tags: str, depends: str = "") -> str:
    files = "".join(_FILE.format(name=name, tags=one) for one in tags)
    return _LOCKED.format(name=name, files=files, depends=depends)


def _files(lock: str, *, more: str = "") -> Files:
    return {**_DJANGO, "pyproject.toml": _PYPROJECT.format(more=more), "poetry.lock": lock}


_WHEEL = _FILE.format(name="pyyaml", tags="cp39-cp39-manylinux2014_x86_64")
_OLD = _package("pyyaml", "cp38-cp38-manylinux2014_x86_64", "cp39-cp39-manylinux2014_x86_64", "cp313-cp313-win32")


@pytest.mark.parametrize(
    ("lock", "more"),
    [
        (_OLD, 'PyYAML = "5"'),
        (_OLD + _package("django", "py3-none-any", depends='dependencies = {PyYAML = "*"}\n'), ""),
    ],
)
def test_wheels_that_end_before_debians_python_ask_for_the_image(tmp_path: Path, lock: str, more: str) -> None:
    program = only(tmp_path, _files(lock, more=more))
    assert program.image
    assert program.image.where.startswith("pyyaml is locked to one for Python 3.9 at most (poetry.lock:2), Debian 13 ")
    assert [said.text for said in program.release] == ["python manage.py migrate --noinput"]
    assert program.writable == ()


def test_a_lock_that_lists_all_files_at_its_end(tmp_path: Path) -> None:
    lock = f'[[package]]\nname = "PyYAML"\nversion = "1.0"\n\n[metadata.files]\npyyaml = [\n{_WHEEL}]\n'
    program = only(tmp_path, _files(lock, more='PyYAML = "5"'))
    assert program.image
    assert program.image.where.startswith("pyyaml is locked to one for Python 3.9 at most (poetry.lock:2), Debian 13 ")


@pytest.mark.parametrize(
    "lock",
    [
        _package("old", "cp39-cp39-manylinux2014_x86_64"),  # of developers alone
        _package("django", "py3-none-any", depends='dependencies = {old = {markers = "python_version < 3.9"}}\n')
        + _package("old", "cp38-cp38-manylinux2014_x86_64"),
        _package("django", "cp39-cp39-manylinux2014_x86_64", "cp39-abi3-manylinux2014_x86_64"),
        _package("django", "cp313-cp313-manylinux2014_x86_64"),
        _package("django"),
        "[[package]\n",
    ],
)
def test_other_locks_do_not(tmp_path: Path, lock: str) -> None:
    program = only(tmp_path, _files(lock))
    assert program.image is None
    assert program.release[0].text == "(cd shop && python manage.py migrate --noinput)"


def test_what_keeps_it_from_building_is_said_where_there_is_no_image(tmp_path: Path) -> None:
    files = {name: text for name, text in _files(_OLD, more='PyYAML = "5"').items() if name != "Dockerfile"}
    assert any(line.startswith("pyyaml is locked to one for Python 3.9") for line in only(tmp_path, files).open)
