"""Keys of age, compared with the program's own where it is installed."""

import shutil
import subprocess

import pytest

from toolkit.generate import age


def test_a_private_key_is_spelt_as_age_does() -> None:
    """As `age-keygen -y` of age 1.1.1 says of this identity."""
    identity, recipient = age.pair(bytes(range(32)))
    assert identity == "AGE-SECRET-KEY-1QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNZS23V9CCRYDPK8QARC0SWRYDWG"
    assert recipient == "age13aqvttdk3ujkyjh9kg2w5an6dmy5mq5a84a4uxk3hfhnugfc9p0sy5p2wh"


def test_no_two_are_the_same() -> None:
    assert len({age.new_pair() for _ in range(50)}) == 50


@pytest.mark.skipif(not shutil.which("age"), reason="age is not installed")
def test_age_takes_them() -> None:
    identity, recipient = age.new_pair()
    known = subprocess.run(["age-keygen", "-y"], input=identity.encode(), capture_output=True, check=True).stdout
    assert known.decode().strip() == recipient
