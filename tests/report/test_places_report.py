"""Places: files and lines where there are some, words for the rest."""

import pytest

from toolkit.model import Evidence, Root, Survey
from toolkit.report.places import Place, file_place, seen, words

ONE = (Root("shop", "checkout", "."), Root("aws:1", "account", "prod"))
TWO = (*ONE, Root("worker", "checkout", "../worker"))


def _evidence(root: str, where: str, signal: str = "aws/s3#pypi:boto3") -> Evidence:
    return Evidence("files", signal, root, where, "runtime")


@pytest.mark.parametrize(
    ("roots", "root", "where", "place"),
    [
        (ONE, "shop", "app/otp.py:12", Place("app/otp.py", 12)),
        (ONE, "shop", "odd:name.py:3", Place("odd:name.py", 3)),
        (ONE, "shop", "vercel.json", Place("vercel.json", 1)),
        (ONE, "shop", "app.py:0", Place("app.py", 1)),
        (ONE, "aws:1", "arn:aws:sqs:eu-west-1:1:orders:1", None),
        (TWO, "worker", "app.py:7", Place("worker/app.py", 7)),
    ],
)
def test_file_place(roots: tuple[Root, ...], root: str, where: str, place: Place | None) -> None:
    assert file_place(_evidence(root, where), Survey(roots)) == place


def test_words_name_the_root_unless_it_is_the_only_checkout() -> None:
    assert words("shop", "app.py:1", Survey(ONE)) == "app.py:1"
    assert words("aws:1", "kms:ListKeys", Survey(ONE)) == "aws:1/kms:ListKeys"
    assert words("worker", "app.py:1", Survey(TWO)) == "worker/app.py:1"
    assert words("worker", "", Survey(TWO)) == "worker"


def test_two_signs_of_one_place_are_shown_once() -> None:
    found = (_evidence("shop", "a.py:1"), _evidence("shop", "a.py:1", "aws/s3#host:x"), _evidence("worker", "a.py:1"))
    assert seen((0, 1, 2), Survey(TWO, evidence=found)) == [found[0], found[2]]
