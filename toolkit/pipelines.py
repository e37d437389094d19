"""What pipelines ask of their forge: GitHub, Forgejo and Gitea (which speak GitHub's API here), GitLab.

In: the environment CI sets. Out: the baseline that the default branch kept, and one comment on the pull request, which
is updated in its place. Only a comment of the pipeline's own is touched: anybody may write the mark into his.
https://docs.github.com/rest/issues/comments, https://docs.github.com/rest/actions/artifacts,
https://docs.gitlab.com/api/notes/, https://docs.gitlab.com/api/job_artifacts/
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import httpx

MARK = "<!-- offramp gate -->"
_AUDIT = "audit.json"
_MOST = 256 * 2**20  # bytes of a baseline
_LONGEST = 60_000  # characters of a comment: GitHub takes 65,536
_PAGES = 10  # of a hundred comments
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_BOTS = {"github-actions[bot]", "forgejo-actions", "gitea-actions"}


class Forge(Protocol):
    pull_request: int | None

    def baseline(self, artefact: str) -> bytes | None: ...

    def comment(self, text: str) -> str: ...


@contextmanager
def forge_of(environment: Mapping[str, str]) -> Iterator[Forge | None]:
    """The forge whose pipeline this is; None where no pipeline that is known runs."""
    if (api := environment.get("GITHUB_API_URL")) and environment.get("GITHUB_REPOSITORY"):
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if token := environment.get("GITHUB_TOKEN"):
            headers["Authorization"] = f"Bearer {token}"
        with httpx.Client(base_url=api, headers=headers, timeout=_TIMEOUT) as client:
            yield GitHub(client, environment)
    elif (api := environment.get("CI_API_V4_URL")) and environment.get("CI_PROJECT_ID"):
        with httpx.Client(base_url=api, timeout=_TIMEOUT) as client:
            yield GitLab(client, environment)
    else:
        yield None


class GitHub:
    """Also Forgejo and Gitea, as far as they have artefacts at this address."""

    def __init__(self, client: httpx.Client, environment: Mapping[str, str]) -> None:
        self._client, self._environment = client, environment
        self._event = _event(environment.get("GITHUB_EVENT_PATH", ""))
        self._home = f"/repos/{quote(environment['GITHUB_REPOSITORY'])}"
        found = re.fullmatch(r"refs/pull/(\d+)/\w+", environment.get("GITHUB_REF", ""))
        self.pull_request = int(found[1]) if found else None

    def baseline(self, artefact: str) -> bytes | None:
        """The newest artefact of that name which the default branch of this very repository kept."""
        answer = _json(self._client, f"{self._home}/actions/artifacts", name=artefact, per_page=100)
        kept = answer.get("artifacts", []) if isinstance(answer, dict) else []
        mine = [one for one in kept if self._is_of_default_branch(one)]
        if not mine:
            return None
        newest = max(mine, key=lambda one: str(one.get("created_at")))
        return _unzipped(self._client, f"{self._home}/actions/artifacts/{int(newest['id'])}/zip")

    def _is_of_default_branch(self, artefact: Mapping[str, Any]) -> bool:
        """A fork's pull request runs here too, perhaps from a branch of the same name."""
        run = artefact.get("workflow_run") or {}
        branch = (self._event.get("repository") or {}).get("default_branch")
        branch = branch or self._environment.get("GITHUB_BASE_REF") or "main"
        same = run.get("head_repository_id") == run.get("repository_id")
        return not artefact.get("expired") and same and run.get("head_branch") == branch

    def comment(self, text: str) -> str:
        place = f"{self._home}/issues/{self.pull_request}/comments"
        body = {"body": _body(text)}
        for page in range(1, _PAGES + 1):
            some = _json(self._client, place, per_page=100, page=page)
            if not isinstance(some, list) or not some:
                break
            for one in some:
                if str(one.get("body", "")).startswith(MARK) and self._is_ours(one):
                    return _sent(self._client, "PATCH", f"{self._home}/issues/comments/{int(one['id'])}", body)
        return _sent(self._client, "POST", place, body)

    def _is_ours(self, comment: Mapping[str, Any]) -> bool:
        login = (comment.get("user") or {}).get("login")
        return login in {*_BOTS, self._environment.get("OFFRAMP_COMMENT_AUTHOR")}


class GitLab:
    """The baseline is read with the job's token, comments need one of their own (OFFRAMP_GITLAB_TOKEN, scope api)."""

    def __init__(self, client: httpx.Client, environment: Mapping[str, str]) -> None:
        self._client, self._environment = client, environment
        self._home = f"/projects/{quote(environment['CI_PROJECT_ID'], safe='')}"
        number = environment.get("CI_MERGE_REQUEST_IID", "")
        self.pull_request = int(number) if number.isdecimal() else None

    def baseline(self, artefact: str) -> bytes | None:
        """`audit.json` in the folder `artefact` of the artefacts of this job's last success on the default branch."""
        branch = quote(self._environment.get("CI_DEFAULT_BRANCH", "main"), safe="")
        place = f"{self._home}/jobs/artifacts/{branch}/raw/{quote(artefact)}/{_AUDIT}"
        headers = {"JOB-TOKEN": self._environment.get("CI_JOB_TOKEN", "")}
        job = {"job": self._environment.get("CI_JOB_NAME", "offramp")}
        return _bytes(self._client, place, headers=headers, params=job)

    def comment(self, text: str) -> str:
        token = self._environment.get("OFFRAMP_GITLAB_TOKEN")
        if not token:
            return "no comment: OFFRAMP_GITLAB_TOKEN is not set (a project access token with the scope api)"
        self._client.headers["PRIVATE-TOKEN"] = token
        me = _json(self._client, "/user")
        own = me.get("id") if isinstance(me, dict) else None
        place = f"{self._home}/merge_requests/{self.pull_request}/notes"
        for page in range(1, _PAGES + 1):
            some = _json(self._client, place, per_page=100, page=page)
            if not isinstance(some, list) or not some:
                break
            for one in some:
                mine = own is not None and (one.get("author") or {}).get("id") == own
                if mine and str(one.get("body", "")).startswith(MARK):
                    return _sent(self._client, "PUT", f"{place}/{int(one['id'])}", {"body": _body(text)})
        return _sent(self._client, "POST", place, {"body": _body(text)})


def _body(text: str) -> str:
    if len(text) > _LONGEST:
        text = text[:_LONGEST] + "\n\n… cut: the whole text is in the job's summary and artefacts.\n"
    return f"{MARK}\n{text}"


def _event(path: str) -> dict[str, Any]:
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


# --- asking -----------------------------------------------------------------------------------------------------------
def _json(client: httpx.Client, place: str, **params: str | int) -> Any:
    """What the forge answers; None where it refuses or does not answer."""
    try:
        answer = client.get(place, params=params)
        return answer.json() if answer.is_success else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError):
        return None


def _bytes(client: httpx.Client, place: str, **more: Any) -> bytes | None:
    """A file of at most `_MOST` bytes. Redirected to a store elsewhere, the client leaves the token behind."""
    try:
        with client.stream("GET", place, follow_redirects=True, **more) as answer:
            if not answer.is_success:
                return None
            content = bytearray()
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) > _MOST:
                    return None
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
    return bytes(content)


def _unzipped(client: httpx.Client, place: str) -> bytes | None:
    """The audit in an artefact's archive."""
    archive = _bytes(client, place)
    if archive is None:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened, opened.open(_AUDIT) as file:
            content = file.read(_MOST + 1)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError, OSError):
        return None
    return content if len(content) <= _MOST else None


def _sent(client: httpx.Client, method: str, place: str, body: dict[str, str]) -> str:
    """What came of it, in words: a pull request of a fork has a token that may not write."""
    try:
        answer = client.request(method, place, json=body)
    except (httpx.HTTPError, httpx.InvalidURL) as err:
        return f"no comment: the forge did not answer ({type(err).__name__})"
    if answer.is_success:
        return "comment updated" if method in ("PATCH", "PUT") else "comment made"
    return f"no comment: the forge answered {answer.status_code}; may the token write to pull requests?"
