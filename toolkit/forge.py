"""Where a line of the source can be seen: the address of the commit that CI builds, from the variables CI sets.

In: what the user says, an audit, the environment. Out: an https address to put a path after, or nothing.
https://docs.github.com/actions/reference/workflows-and-actions/variables,
https://docs.gitlab.com/ci/variables/predefined_variables/, https://woodpecker-ci.org/docs/usage/environment
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from toolkit.errors import BadInput
from toolkit.model import Audit

_ADDRESS = re.compile(r"https?://[\w.~:/@%+-]{3,500}")
# repository address, commit, and what a forge writes between them
_VARIABLES = (
    ("CI_PROJECT_URL", "CI_COMMIT_SHA", "/-/blob/"),
    ("CI_REPO_URL", "CI_COMMIT_SHA", "/src/commit/"),
)
_CHECKOUTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "CI_WORKSPACE")  # where CI has laid the repository


def source_url(given: str | None, audit: Audit, environment: Mapping[str, str] = os.environ) -> str:
    """With a slash at its end; empty where nobody says. Paths of the audit are put after it as they are."""
    if given is not None:
        if not _ADDRESS.fullmatch(given):
            raise BadInput("--source-url is no http(s) address", hint="https://forge.example/me/shop/blob/COMMIT/")
        return given.rstrip("/") + "/"
    address = _of_ci(environment)
    return address + _folder(audit, environment) if _ADDRESS.fullmatch(address) else ""


def _of_ci(environment: Mapping[str, str]) -> str:
    server, repository = environment.get("GITHUB_SERVER_URL"), environment.get("GITHUB_REPOSITORY")
    if server and repository and (commit := environment.get("GITHUB_SHA")):
        forgejo = environment.get("FORGEJO_ACTIONS") or environment.get("GITEA_ACTIONS")
        return f"{server}/{repository}{'/src/commit/' if forgejo else '/blob/'}{commit}/"
    for repository_key, commit_key, between in _VARIABLES:
        if (home := environment.get(repository_key)) and (commit := environment.get(commit_key)):
            return f"{home}{between}{commit}/"
    return ""


def _folder(audit: Audit, environment: Mapping[str, str]) -> str:
    """What lies between the repository and the audited folder; with several, between it and the folder they lie in."""
    checkouts = [Path(root.location) for root in audit.survey.roots if root.kind == "checkout" and root.location]
    folders = set(checkouts) if len(checkouts) == 1 else {path.parent for path in checkouts}
    top = next((Path(environment[name]) for name in _CHECKOUTS if environment.get(name)), None)
    if top is None or len(folders) != 1 or not (folder := folders.pop().resolve()).is_relative_to(top.resolve()):
        return ""
    inside = folder.relative_to(top.resolve()).as_posix()
    return "" if inside == "." else quote(inside) + "/"
