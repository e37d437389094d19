"""Whether a checkout's README invites others to run the program themselves: "self-hosting", a button "Deploy to …".

In: a file of the root folder. Out: the line of the first invitation, or 0. Whoever invites others offers them vendors
to choose from; who invites nobody has in the checkout what runs at home.
"""

import re

_README = re.compile(r"readme(?:\.(?:md|markdown|rst|adoc|org|txt))?", re.IGNORECASE)
_INVITES = re.compile(
    # a runner, a font or a copy of somebody else's program that one runs oneself is no invitation
    rb"\bself[- ]?host(?:ed|ing|able|ers?)?\b(?!\s+(?:runner|agent|font|asset|mirror|copy|version of|instance of))"
    rb"|heroku\.com/deploy\b|cloud\.digitalocean\.com/apps/new|render\.com/deploy\b|vercel\.com/(?:new|import)/"
    rb"|railway\.(?:app|com)/(?:new|deploy|template)\b|netlify\.com/start/deploy|deploy\.cloud\.run"
    rb"|img\.shields\.io/docker/pulls/|hub\.docker\.com/r/",
    re.IGNORECASE,
)


def is_readme(path: str) -> bool:
    """Whether the path, relative to the root, is its README."""
    return _README.fullmatch(path) is not None


def invitation(data: bytes) -> int:
    """The line, from 1, that invites; 0 where none does."""
    found = _INVITES.search(data)
    return data.count(b"\n", 0, found.start()) + 1 if found else 0
