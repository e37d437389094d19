"""The file source from a folder to a survey."""

import os
import time
from pathlib import Path

import pytest
from fake_catalog import catalog

from toolkit.collect.files import collect_files
from toolkit.errors import BadInput
from toolkit.model import Discarded, Survey

KNOWN = catalog(
    {
        "twilio": {"pypi": ("twilio",), "python": ("twilio",), "env": ("TWILIO_*",), "host": ("*.twilio.com",)},
        "twilio/verify": {"host": ("verify.twilio.com",), "call": ("verify.v2",)},
        "packages": {"file": ("requirements*.txt",)},
    }
)
FILES = {
    "app/otp.py": "from twilio.rest import Client\n\nclient.verify.v2.services(sid)\n",
    "app/plain.py": "import os\n",
    "requirements.txt": "flask\ntwilio==9\n",
    ".env": "TWILIO_AUTH_TOKEN=sk-planted-secret-value\n",
    "README.md": "We use https://verify.twilio.com\n",
    "tests/test_otp.py": "URL = 'https://verify.twilio.com'\n",
}


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def signs(survey: Survey) -> set[tuple[str, str]]:
    return {(evidence.signal, evidence.where) for evidence in survey.evidence}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    write(root, FILES)
    return root


def test_finds_what_counts_and_keeps_what_does_not_apart(shop: Path) -> None:
    survey = collect_files({"shop": shop}, KNOWN)
    assert signs(survey) == {
        ("twilio#python:twilio", "app/otp.py:1"),
        ("twilio/verify#call:verify.v2", "app/otp.py:3"),
        ("twilio#pypi:twilio", "requirements.txt:2"),
        ("twilio#env:TWILIO_*", ".env:1"),
        ("packages#file:requirements*.txt", "requirements.txt:1"),
    }
    assert {(found.signal, found.where, found.reason) for found in survey.discarded} == {
        ("twilio/verify#host:verify.twilio.com", "README.md:1", "docs"),
        ("twilio/verify#host:verify.twilio.com", "tests/test_otp.py:1", "test"),
        ("twilio#host:*.twilio.com", "README.md:1", "docs"),
        ("twilio#host:*.twilio.com", "tests/test_otp.py:1", "test"),
    }
    assert survey.unread == ()
    assert survey.sources == ("files",)


def test_never_stores_a_value(shop: Path, tmp_path: Path) -> None:
    survey = collect_files({"shop": shop}, KNOWN, cache=tmp_path / "cache")
    assert "planted-secret" not in repr(survey)
    assert all(b"planted-secret" not in path.read_bytes() for path in (tmp_path / "cache").iterdir())


def test_ignored_by_the_platform_is_discarded(shop: Path) -> None:
    survey = collect_files({"shop": shop}, KNOWN, ignore=["app/"])
    assert all(not where.startswith("app/") for _, where in signs(survey))
    assert Discarded("files.python", "twilio#python:twilio", "shop", "app/otp.py:1", "ignored") not in survey.evidence


def test_what_cannot_be_looked_at_is_said(shop: Path) -> None:
    (shop / "huge.py").write_bytes(b"import twilio\n" * 1000)
    os.truncate(shop / "huge.py", 2**30)
    (shop / "broken.env").mkdir()
    (shop / "package.json").write_text('{"dependencies": {')
    survey = collect_files({"shop": shop}, KNOWN)
    assert {(unread.where, unread.reason) for unread in survey.unread} == {
        ("huge.py", "larger than 16 MiB"),
        ("package.json:1", "no valid JSON"),
    }


def test_a_file_that_may_not_be_read_is_unread(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def refuse(path: str, *rest: int) -> int:
        if str(path).endswith("/app/otp.py"):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest)

    monkeypatch.setattr(os, "open", refuse)
    survey = collect_files({"shop": shop}, KNOWN)
    assert [(unread.where, unread.reason) for unread in survey.unread] == [("app/otp.py", "Permission denied")]


def test_broken_text_is_read_as_far_as_it_goes(shop: Path) -> None:
    (shop / "latin.py").write_bytes(b"name = '\xe9\xff'\r\nimport twilio\r\n")
    (shop / "wide.env").write_bytes("TWILIO_SID=1\n".encode("utf-16"))
    (shop / "binary.py").write_bytes(b"\0\1\2import twilio")
    found = signs(collect_files({"shop": shop}, KNOWN))
    assert ("twilio#python:twilio", "latin.py:2") in found
    assert ("twilio#env:TWILIO_*", "wide.env:1") in found
    assert not any(where.startswith("binary.py") for _, where in found)


def test_file_names_that_are_no_text_do_not_break_the_report(shop: Path) -> None:
    Path(os.fsdecode(os.fsencode(shop) + b"/\xff.env")).write_text("TWILIO_SID=1\n")
    survey = collect_files({"shop": shop}, KNOWN)
    assert ("twilio#env:TWILIO_*", "\N{REPLACEMENT CHARACTER}.env:1") in signs(survey)
    repr(survey).encode("utf-8")


def test_missing_folder_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such folder"):
        collect_files({"gone": tmp_path / "gone"}, KNOWN)


def age(root: Path) -> None:
    """Files of the last two seconds are not cached: make these older. (Their ctime cannot be set, so wait for it.)"""
    newest = max(path.stat().st_ctime_ns for path in root.rglob("*"))
    while time.time_ns() < newest + 2_100_000_000:
        time.sleep(0.05)


def test_second_look_reads_only_what_changed(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    age(shop)
    first = collect_files({"shop": shop}, KNOWN, cache=cache)
    assert oct(cache.stat().st_mode & 0o777) == "0o700"

    opened: list[str] = []
    real = os.open

    def record(path: str, *rest: int, dir_fd: int | None = None) -> int:
        opened.append(str(path))
        return real(path, *rest, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", record)
    assert collect_files({"shop": shop}, KNOWN, cache=cache) == first
    assert opened == []

    (shop / "app/plain.py").write_text("import twilio\n")
    (shop / "requirements.txt").unlink()
    second = collect_files({"shop": shop}, KNOWN, cache=cache)
    assert [path for path in opened if str(shop) in path] == [str(shop / "app/plain.py")]
    assert ("twilio#python:twilio", "app/plain.py:1") in signs(second)
    assert not any(where.startswith("requirements") for _, where in signs(second))


@pytest.mark.parametrize("damage", [b"", b"garbage", b"\0" * 64])
def test_a_damaged_cache_is_as_good_as_none(shop: Path, tmp_path: Path, damage: bytes) -> None:
    cache = tmp_path / "cache"
    first = collect_files({"shop": shop}, KNOWN, cache=cache)
    for path in cache.iterdir():
        path.write_bytes(damage + path.read_bytes()[len(damage) : 100])
    assert collect_files({"shop": shop}, KNOWN, cache=cache) == first


def test_another_catalogue_does_not_see_old_results(shop: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    age(shop)
    collect_files({"shop": shop}, KNOWN, cache=cache)
    other = catalog({"flask": {"pypi": ("flask",)}}, hash="other")
    assert signs(collect_files({"shop": shop}, other, cache=cache)) == {("flask#pypi:flask", "requirements.txt:1")}


def test_progress_counts_every_file_of_every_root(shop: Path, tmp_path: Path) -> None:
    write(tmp_path / "two", {"a.py": "", "b.py": ""})
    heard: list[int] = []
    collect_files({"shop": shop, "two": tmp_path / "two"}, KNOWN, on_progress=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == len(FILES) + 2


def test_a_host_that_only_shows_the_form_is_an_example(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"a.py": "A = 'https://example.twilio.com'\nB = 'https://your-shop.twilio.com'\nC = 'https://eu.twilio.com'\n"},
    )
    survey = collect_files({"shop": tmp_path}, KNOWN)
    assert signs(survey) == {("twilio#host:*.twilio.com", "a.py:3")}
    assert [(found.where, found.reason) for found in survey.discarded] == [("a.py:1", "example")]


def test_a_workstations_image_is_a_developers_whatever_its_registry_is_for(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM ruby:3.3\nCOPY Gemfile /app/\nRUN bundle install\n"})
    built = catalog({"images": {"image": ("docker.io",)}}, role="build/ci")
    assert {one.role for one in collect_files({"app": tmp_path}, built).evidence} == {"developer"}
