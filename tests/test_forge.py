"""Links lead to the commit that CI builds, into the folder that was audited, and only to an http address."""

import pytest

from toolkit.errors import BadInput
from toolkit.forge import source_url
from toolkit.model import SCHEMA_VERSION, Assessment, Audit, Platform, Root, Score, Survey

GITHUB = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "ada/shop", "GITHUB_SHA": "c0ffee"}


def audit(*folders: str) -> Audit:
    roots = tuple(Root(folder.rpartition("/")[2], "checkout", folder) for folder in folders)
    return Audit(SCHEMA_VERSION, "offramp 0", "", Platform(), Survey(roots), (), Assessment(Score(0.0, ())))


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        (GITHUB, "https://github.com/ada/shop/blob/c0ffee/"),
        ({**GITHUB, "FORGEJO_ACTIONS": "true"}, "https://github.com/ada/shop/src/commit/c0ffee/"),
        (
            {"CI_PROJECT_URL": "https://gitlab.com/ada/shop", "CI_COMMIT_SHA": "c0ffee"},
            "https://gitlab.com/ada/shop/-/blob/c0ffee/",
        ),
        (
            {"CI_REPO_URL": "https://codeberg.org/ada/shop", "CI_COMMIT_SHA": "c0ffee"},
            "https://codeberg.org/ada/shop/src/commit/c0ffee/",
        ),
        ({**GITHUB, "GITHUB_REPOSITORY": "a b)](javascript:"}, ""),
        ({}, ""),
    ],
)
def test_the_address_is_of_the_build(environment: dict[str, str], expected: str) -> None:
    assert source_url(None, audit("/ci/shop"), environment) == expected


@pytest.mark.parametrize(
    ("folders", "inside"),
    [
        (("/ci/shop",), ""),
        (("/ci/shop/services/api",), "services/api/"),
        (("/ci/shop/services/api", "/ci/shop/services/web"), "services/"),
        (("/ci/shop/a/api", "/ci/shop/b/web"), ""),
        (("/elsewhere/shop",), ""),
    ],
)
def test_the_address_leads_into_the_folder_that_was_audited(folders: tuple[str, ...], inside: str) -> None:
    address = source_url(None, audit(*folders), {**GITHUB, "GITHUB_WORKSPACE": "/ci/shop"})
    assert address == "https://github.com/ada/shop/blob/c0ffee/" + inside


def test_what_the_user_says_wins_and_must_be_an_address() -> None:
    assert source_url("https://forge.example/x", audit("/a"), GITHUB) == "https://forge.example/x/"
    with pytest.raises(BadInput, match="no http"):
        source_url("javascript:alert(1)", audit("/a"), {})
