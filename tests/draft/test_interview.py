"""Open questions as comments of offramp.toml, and as tables once they are answered."""

import tomllib

import pytest

from toolkit.catalog.folders import load
from toolkit.draft.interview import questions_as_toml
from toolkit.model import (
    SCHEMA_VERSION,
    Assessment,
    Audit,
    Evidence,
    Platform,
    Question,
    Score,
    Survey,
)

EFFECT = '[[correct]]\ndependency = "netlify"\neffect = "degrades"\n'
HOST = '[[declare]]\nvendor = "hetzner"\ncapabilities = ["hosting.compute"]\n'


def audit(*questions: Question, where: str = "netlify.toml:1") -> Audit:
    seen = Evidence("files.name", "netlify#file:netlify.toml", "it", where, "runtime")
    found = Assessment(Score(0, ()), questions=questions)
    return Audit(SCHEMA_VERSION, "", "", Platform(), Survey(evidence=(seen,)), (), found)


def test_what_is_not_answered_is_a_comment_with_its_evidence() -> None:
    text = questions_as_toml(
        audit(Question("q", "Does it run there?", ("read",), evidence=(0,), answer=EFFECT)), load()
    )
    assert tomllib.loads(text) == {}
    assert "# Does it run there?" in text
    assert "# Seen at netlify.toml:1." in text
    assert '# effect = "degrades"' in text


@pytest.mark.parametrize(
    ("answer", "effect"), [("y", "stops"), ("Yes", "stops"), ("n", "degrades"), ("", None), ("?", None)]
)
def test_yes_and_no_are_the_effects_that_the_question_says(answer: str, effect: str | None) -> None:
    assert _effect(Question("q", "Does it?", answer=EFFECT, yes="stops", no="degrades"), answer) == effect
    freed = {"stops": "nothing", "degrades": "stops", None: None}[effect]
    assert _effect(Question("q", "Does it go on?", answer=EFFECT, yes="nothing", no="stops"), answer) == freed


def _effect(question: Question, answer: str) -> str | None:
    told = tomllib.loads(_told(question, answer)).get("correct", [{}])[0].get("effect")
    return None if told is None else str(told)


def _told(question: Question, *answers: str, said: list[str] | None = None) -> str:
    """What is drafted when these are answered in turn; then the input ends."""
    left = list(answers)

    def ask(text: str) -> str:
        if said is not None:
            said.append(text)
        if not left:
            raise EOFError
        return left.pop(0)

    return questions_as_toml(audit(question), load(), ask, said.append if said is not None else lambda _text: None)


def test_every_question_of_the_catalogue_says_what_yes_and_no_mean() -> None:
    """The surest: when the loss of a cache leaves people at work, yes must not stop the journey."""
    told = {need.question: (need.yes, need.no) for need in load().judgement.needs if need.question}
    assert all(sorted(map(str, both)) in (["degrades", "stops"], ["nothing", "stops"]) for both in told.values())
    freeing = [text for text in told if "let people through" in text or "cache is gone" in text or "another" in text]
    assert len(freeing) >= 4
    assert all(told[text] == ("degrades", "stops") for text in freeing)
    assert not [
        text for text in told if ", or " in text or ", and " in text or text.startswith(("Which", "What", "Where"))
    ]


@pytest.mark.parametrize("answer", ["hetzner", "Hetzner", "HETZNER"])
def test_a_vendor_is_named_by_its_id_or_its_printed_name(answer: str) -> None:
    drafted = tomllib.loads(_told(Question("q", "Where?", answer=HOST.replace("hetzner", "x")), answer))
    assert drafted == {"declare": [{"vendor": "hetzner", "capabilities": ["hosting.compute"]}]}


@pytest.mark.parametrize("answer", ["y", "n", "maybe", 'ovh"\nx = "'])
def test_what_is_no_vendor_is_asked_for_again_and_then_left_open(answer: str) -> None:
    said: list[str] = []
    text = _told(Question("q", "Where?", answer=HOST), answer, answer, answer, "hetzner", said=said)
    assert tomllib.loads(text) == {}
    assert said[0] == "Where? [a vendor's name, Enter to skip]"
    assert said.count(said[0]) == 3
    assert said[-1].startswith("Left open")


def test_a_misspelt_name_is_met_with_the_one_that_was_meant() -> None:
    said: list[str] = []
    assert 'vendor = "hetzner"' in _told(Question("q", "Where?", answer=HOST), "hetzer", "hetzner", said=said)
    assert "did you mean hetzner?" in said[1]


def test_only_a_member_of_a_choice_is_chosen() -> None:
    table = '[[correct]]\ndependency = "twilio"\nchosen_for = "otp.sms"\n'
    which = Question("q", "Which of twilio, aws/sns?", answer=table, among=("twilio", "aws/sns"))
    assert tomllib.loads(_told(which, "maybe", "hetzner", "y")) == {}
    assert tomllib.loads(_told(which, "AWS/SNS"))["correct"][0]["dependency"] == "aws/sns"


def test_the_end_of_the_input_leaves_the_rest_open() -> None:
    first, second = (Question(name, f"{name}?", answer=EFFECT, yes="stops", no="nothing") for name in ("one", "two"))
    asked: list[str] = []

    def ask(text: str) -> str:
        asked.append(text)
        raise EOFError

    text = questions_as_toml(audit(first, second), load(), ask, lambda _text: None)
    assert tomllib.loads(text) == {}
    assert asked == ["one? [y/n, Enter to skip]"]
    assert "# two?" in text


def test_a_line_end_in_a_name_ends_no_comment() -> None:
    asked = Question("q", "Which\n[[ignore]]", evidence=(0,), answer=EFFECT)
    text = questions_as_toml(audit(asked, where="a\n[[waiver]]\x1b[31m:1"), load())
    assert tomllib.loads(text) == {}
    assert "\x1b" not in text
