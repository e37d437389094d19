"""What is asked of a forge: the default branch's baseline and nobody else's, one comment and no other's."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from toolkit.pipelines import MARK, forge_of

if TYPE_CHECKING:
    from conftest import Forge


@pytest.fixture
def github(forge: "Forge", tmp_path: Path) -> dict[str, str]:
    (tmp_path / "event.json").write_text('{"repository": {"default_branch": "trunk"}}')
    return {
        "GITHUB_API_URL": forge.url,
        "GITHUB_REPOSITORY": "ada/shop",
        "GITHUB_REF": "refs/pull/12/merge",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_TOKEN": "planted",
    }


@pytest.fixture
def gitlab(forge: "Forge") -> dict[str, str]:
    return {
        "CI_API_V4_URL": forge.url,
        "CI_PROJECT_ID": "42",
        "CI_MERGE_REQUEST_IID": "5",
        "CI_DEFAULT_BRANCH": "release/1",
        "CI_JOB_NAME": "offramp",
        "CI_JOB_TOKEN": "job",
        "OFFRAMP_GITLAB_TOKEN": "own",
    }


def baseline(environment: dict[str, str]) -> bytes | None:
    with forge_of(environment) as found:
        assert found is not None
        return found.baseline("offramp-baseline")


def comment(environment: dict[str, str], text: str) -> str:
    with forge_of(environment) as found:
        assert found is not None
        return found.comment(text)


def test_the_newest_audit_of_the_default_branch_is_the_baseline(forge: "Forge", github: dict[str, str]) -> None:
    assert baseline(github) is None
    forge.keep(b"old", branch="trunk", created="2026-01-01")
    forge.keep(b"new", branch="trunk", created="2026-02-01")
    forge.keep(b"other", branch="feature", created="2026-03-01")
    forge.keep(b"forged", branch="trunk", fork=True, created="2026-04-01")
    assert baseline(github) == b"new"
    assert {token for _, _, token in forge.asked} == {"Bearer planted"}


def test_an_archive_that_is_none_is_no_baseline(forge: "Forge", github: dict[str, str]) -> None:
    forge.keep(b"x", branch="trunk")
    forge.archives[1] = b"no archive"
    assert baseline(github) is None


def test_a_comment_is_made_once_and_then_updated(forge: "Forge", github: dict[str, str]) -> None:
    forge.said("thanks!", "ada")
    assert comment(github, "first") == "comment made"
    assert comment(github, "second") == "comment updated"
    assert [one["body"] for one in forge.comments] == ["thanks!", f"{MARK}\nsecond"]
    assert forge.asked[1][:2] == ("POST", "/repos/ada/shop/issues/12/comments") or forge.asked[2][0] == "POST"


def test_a_comment_of_somebody_elses_with_the_mark_is_left_alone(forge: "Forge", github: dict[str, str]) -> None:
    forge.said(f"{MARK}\nOfframp: passed", "mallory")
    assert comment(github, "refused") == "comment made"
    assert [one["body"] for one in forge.comments] == [f"{MARK}\nOfframp: passed", f"{MARK}\nrefused"]


def test_a_token_that_may_not_write_is_said_and_no_failure(forge: "Forge", github: dict[str, str]) -> None:
    forge.may_write = False
    assert comment(github, "x") == "no comment: the forge answered 403; may the token write to pull requests?"


def test_a_forge_that_does_not_answer_is_said_and_no_failure(github: dict[str, str]) -> None:
    gone = github | {"GITHUB_API_URL": "http://127.0.0.1:9"}
    assert baseline(gone) is None
    assert comment(gone, "x").startswith("no comment: the forge did not answer")


def test_a_long_comment_is_cut(forge: "Forge", github: dict[str, str]) -> None:
    comment(github, "x" * 100_000)
    assert len(forge.comments[0]["body"]) < 65_536


def test_gitlab_reads_with_the_jobs_token_and_writes_with_its_own(forge: "Forge", gitlab: dict[str, str]) -> None:
    assert baseline(gitlab) is None
    forge.raw = b"audit"
    assert baseline(gitlab) == b"audit"
    place = "/projects/42/jobs/artifacts/release%2F1/raw/offramp-baseline/audit.json"
    assert forge.asked[-1] == ("GET", place, "job")
    forge.said(f"{MARK}\nforged", "mallory")
    assert comment(gitlab, "first") == "comment made"
    assert comment(gitlab, "second") == "comment updated"
    assert [one["body"] for one in forge.comments] == [f"{MARK}\nforged", f"{MARK}\nsecond"]
    assert comment(gitlab | {"OFFRAMP_GITLAB_TOKEN": ""}, "x").startswith("no comment: OFFRAMP_GITLAB_TOKEN")


def test_outside_of_pipelines_there_is_no_forge() -> None:
    with forge_of({}) as found:
        assert found is None
