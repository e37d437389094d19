"""At which commit a checkout is: read from `.git` itself, for git would obey what a stranger's `.git/config` says.

In: a folder. Out: the commit's id, from where gitrepository-layout(5) and git-pack-refs(1) say it stands. A `.git` that
is a file (a worktree, a submodule) names a folder outside what was handed over, and is not followed.
"""

import os
import re
from pathlib import Path

_MOST_OF_REFS = 4_000_000  # bytes of `packed-refs`: some 60,000 branches and tags
_MOST_OF_INDEX = 64_000_000  # bytes: some 500,000 files
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BRANCH = re.compile(r"ref: (refs/(?:[\w+@#%=-][\w.+@#%=-]*/)*[\w+@#%=-][\w.+@#%=-]*)")


def commit_of(folder: Path) -> str:
    """The id of the commit that is checked out there; empty where nobody can say.

    A repository further up is asked where its index names the folder: what was unpacked into somebody's home is none of
    its commits.
    """
    place = folder.resolve()
    top = next((one for one in (place, *place.parents) if os.path.lexists(one / ".git")), place)
    git = top / ".git"
    if git.is_symlink() or not git.is_dir() or not (top == place or _has(git, place.relative_to(top))):
        return ""
    head = text_of(git / "HEAD", 500)
    branch = _BRANCH.fullmatch(head.strip())
    return _id(_of_branch(git, branch[1]) if branch else head)


def text_of(file: Path, most: int) -> str:
    """The first characters of a file that may be anything; empty where it cannot be read at once."""
    return bytes_of(file, most).decode("ascii", "replace")


def bytes_of(file: Path, most: int) -> bytes:
    """The first bytes of a file that may be anything; none where it cannot be read at once."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as opened:
            return opened.read(most) or b""
    except OSError:
        return b""


def _has(git: Path, folder: Path) -> bool:
    """Whether Git follows files of that folder (gitformat-index(5): paths stand there as they are, up to version 3)."""
    return os.fsencode(folder) + b"/" in bytes_of(git / "index", _MOST_OF_INDEX)


def _of_branch(git: Path, name: str) -> str:
    """What the branch's own file says, else the list of packed ones."""
    if own := text_of(git / name, 100):
        return own
    lines = text_of(git / "packed-refs", _MOST_OF_REFS).splitlines()
    return next((ident for ident, _, branch in (line.partition(" ") for line in lines) if branch == name), "")


def _id(text: str) -> str:
    return text.strip() if _ID.fullmatch(text.strip()) else ""
