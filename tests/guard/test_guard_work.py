"""The proof of work is ALTCHA's: its own library verifies ours, and ours is what it would make."""

import altcha
import pytest
from guards import solved

from toolkit.guard import work

KEY, SOLUTIONS = b"k" * 32, b"s" * 32
DATA = {"site": "a-b_c", "hostname": "bücher.example", "action": "", "doublings": 0, "line": '"\\\u2028\x1f'}


def made(**changes: int) -> dict[str, object]:
    usual = {"cost": 3, "rounds": 5, "expires": 4_000_000_000}
    return work.challenge(KEY, SOLUTIONS, data=DATA, **{**usual, **changes})


def test_altchas_library_solves_and_verifies_it() -> None:
    payload = solved(made())
    verified = altcha.verify_solution(altcha.Payload.from_dict(payload), KEY, hmac_key_secret=SOLUTIONS)
    assert (verified.verified, verified.error) == (True, None)
    without_ours = altcha.verify_solution(altcha.Payload.from_dict(payload), KEY)  # derives the key once more
    assert without_ours.verified
    assert not altcha.verify_solution(altcha.Payload.from_dict(payload), b"x" * 32, hmac_key_secret=SOLUTIONS).verified


def test_ours_verifies_what_altchas_library_made() -> None:
    theirs = altcha.create_challenge(
        work.ALGORITHM, 3, counter=7, expires_at=4_000_000_000, data=DATA, hmac_secret=KEY, hmac_key_secret=SOLUTIONS
    ).to_dict()
    found = solved(theirs)
    assert work.is_ours(KEY, theirs["parameters"], theirs["signature"])
    assert work.is_solved(SOLUTIONS, theirs["parameters"], found["solution"]["derivedKey"])


def test_the_work_has_a_bound_and_no_easy_part() -> None:
    counters = [solved(made(cost=1, rounds=4))["solution"]["counter"] for _ in range(200)]
    assert set(counters) == set(range(1, 9))


@pytest.mark.parametrize("derived", ["", "00", "zz", None, 7, "\u0660" * 64])
def test_nothing_else_solves_it(derived: object) -> None:
    assert not work.is_solved(SOLUTIONS, made()["parameters"], derived)  # type: ignore[arg-type]
