"""The open questions of an audit, as comments for `offramp.toml` or asked one by one.

In: questions, the catalogue, and how to ask. Out: TOML text: answered ones as tables, the others as comments, the most
decisive first. An answer that is none is asked for again; whatever is no answer in the end leaves its question open.
"""

from collections.abc import Callable, Sequence
from difflib import get_close_matches

from toolkit.catalog.entries import Catalog
from toolkit.catalog.search import NEAR, vendor_called, vendors_near
from toolkit.model import Audit, Question

MOST_ASKED = 10
MOST_TRIES = 3
_MOST_PLACES = 3
_SKIPPED = ("", "?")
_YES, _NO = ("y", "yes"), ("n", "no")

Ask = Callable[[str], str]  # the question's text → what was answered; EOFError: the input has ended
Say = Callable[[str], object]


class _NoAnswer(Exception):
    """What was answered is no answer to the question, and why."""


def questions_as_toml(audit: Audit, catalog: Catalog, ask: Ask | None = None, say: Say = print) -> str:
    """One block for each question; with `ask` the first ones are asked, and what is answered counts."""
    blocks = []
    for number, question in enumerate(audit.assessment.questions):
        answered = ""
        if ask and number < MOST_ASKED:
            try:
                answered = _asked(question, catalog, ask, say)
            except EOFError:
                say("The input has ended: this question and those after it are left open.")
                ask = None
        blocks.append(_block(question, answered, audit))
    return "\n".join(blocks)


def _asked(question: Question, catalog: Catalog, ask: Ask, say: Say) -> str:
    """The table that the answer makes; empty where there was none."""
    prompt = f"{one_line(question.text)} [{_may_be(question)}, Enter to skip]"
    for _ in range(MOST_TRIES):
        answer = ask(prompt).strip()
        if answer in _SKIPPED:
            return ""
        try:
            return _answered(question, answer, catalog)
        except _NoAnswer as err:
            say(one_line(str(err)))
    say("Left open: the question stands in the file as a comment.")
    return ""


def _may_be(question: Question) -> str:
    if question.yes:
        return "y/n"
    return "one of these" if question.among else "a vendor's name"


def _answered(question: Question, answer: str, catalog: Catalog) -> str:
    """The question's table with the answer in it: yes and no are effects, anything else is the name asked for."""
    if question.yes:
        return _with(question.answer, "effect", _effect(question, answer))
    if question.among:
        return _with(question.answer, "dependency", _member(question.among, answer, catalog))
    return _with(question.answer, "vendor", _vendor(answer, catalog))


def _effect(question: Question, answer: str) -> str:
    told = question.yes if answer.lower() in _YES else question.no if answer.lower() in _NO else None
    if told is None:
        raise _NoAnswer("Please answer y or n.")
    return told


def _member(members: Sequence[str], answer: str, catalog: Catalog) -> str:
    """The one that is called so, by its id or its printed name."""
    printed = {member.casefold(): member for member in members}
    for member in members:
        if entry := catalog.entry(member):
            printed.setdefault(entry.name.casefold(), member)
    if found := printed.get(answer.casefold()):
        return found
    near = [printed[name] for name in get_close_matches(answer.casefold(), printed, n=2, cutoff=NEAR)]
    raise _NoAnswer(f"{answer!r} is none of {', '.join(members)}{_meant(near)}.")


def _vendor(answer: str, catalog: Catalog) -> str:
    if found := vendor_called(catalog, answer):
        return found
    near = _meant(vendors_near(catalog, answer))
    raise _NoAnswer(f"The catalogue knows no vendor {answer!r}{near}; `offramp catalog list` names them.")


def _meant(near: Sequence[str]) -> str:
    return f" (did you mean {' or '.join(dict.fromkeys(near))}?)" if near else ""


def _with(table: str, key: str, value: str) -> str:
    """The table with another value of this key."""
    lines = (f"{key} = {_quoted(value)}" if line.startswith(f"{key} = ") else line for line in table.splitlines())
    return "\n".join(lines)


def _quoted(text: str) -> str:
    import tomlkit

    return tomlkit.item(text).as_string()


def _block(question: Question, answered: str, audit: Audit) -> str:
    head = [f"# {one_line(question.text)}", *_places(question, audit)]
    if question.journeys:
        head.append(f"# It decides about: {', '.join(question.journeys)}.")
    if answered:
        return "\n".join([*head, answered.rstrip()]) + "\n"
    if question.yes:
        head.append(f'# Yes: effect = "{question.yes}". No: effect = "{question.no}".')
    return "\n".join([*head, *(f"# {line}".rstrip() for line in question.answer.splitlines())]) + "\n"


def _places(question: Question, audit: Audit) -> Sequence[str]:
    seen = [audit.survey.evidence[at].where for at in question.evidence[:_MOST_PLACES]]
    return [f"# Seen at {one_line(', '.join(dict.fromkeys(seen)))}."] if seen else []


def one_line(text: str) -> str:
    """Names of files may hold anything: a line end in one would end the comment."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
