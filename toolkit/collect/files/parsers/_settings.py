"""Settings that are named for a vendor, in any spelling: `mailgunApiKey`, `mailgun.api-key`, `FacebookSecret`.

In: text. Out: the names that a variable of the environment would have, "MAILGUN_API_KEY", with their offsets. Only what
ends like a credential counts: `slackColor` is a word of the program, `slackToken` is a key to Slack.
"""

import re
from collections.abc import Iterator

# how the name of a credential ends; the words before it say whose it is
_END = re.compile(
    r"(?:[Kk]ey|[Tt]oken|[Ss]ecret|[Pp]assword|[Ss]id|[Dd]sn|[Ww]ebhook|[Cc]redentials|(?<=[Ww]ebhook)_?[Uu][Rr][Ll]"
    r"|(?<=[Cc]lient)[_\-]?[Ii][Dd]|(?<=[Aa]pp)[_\-]?[Ii][Dd]|(?<=[a-z]-)api)(?![A-Za-z0-9(])"
)
_BEFORE = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]{0,80}$")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[-._]+")
_REACH = 81
_MOST_PARTS = 3  # between dots that are one name together


def settings(text: str) -> Iterator[tuple[str, int]]:
    """Each credential as a variable would be called, and where its name begins."""
    for match in _END.finditer(text):
        start = max(match.start() - _REACH, 0)
        found = _BEFORE.search(text[start : match.end()])
        if found is None or found[0].isupper():
            continue
        for name in spellings(found[0]):
            yield name, start + found.start()


def ends_like_one(key: str) -> bool:
    """Whether a key, with the keys above it, may be a credential."""
    return any(found.end() == len(key) for found in _END.finditer(key))


def spellings(name: str) -> Iterator[str]:
    """The variables that a name may stand for: "api.openAiKey" is `API_OPEN_AI_KEY`, `OPEN_AI_KEY`, `OPENAI_KEY`."""
    parts = name.split(".")
    for count in range(1, min(len(parts), _MOST_PARTS) + 1):
        words = [word for word in _HUMP.split("_".join(parts[-count:])) if word]
        if len(words) > 1:
            yield "_".join(words).upper()
        if len(words) > 2:  # SendGrid, OpenAI
            yield f"{words[0]}{'_'.join(words[1:])}".upper()
            yield "_".join(words[1:]).upper()  # the program's own name stands before it
