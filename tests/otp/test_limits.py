"""The limits, as properties: whatever is asked for and whenever."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import Engine, create_engine

from toolkit.otp.limits import Demand, admit, forget
from toolkit.otp.settings import Limit
from toolkit.otp.store import hits, metadata

limits = some.builds(Limit, some.integers(1, 6), some.integers(1, 100))
gaps = some.lists(some.floats(0, 60), min_size=1, max_size=60)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def _admitted(engine: Engine, gaps: list[float], demands: list[Demand]) -> list[tuple[float, float | None]]:
    """(moment, seconds to wait or None) of one attempt after each gap. Nothing is kept."""
    moment, seen = 1_800_000_000.0, []
    with engine.connect() as connection:
        for gap in gaps:
            moment += gap
            exceeded = admit(connection, demands, moment, key=b"key")
            seen.append((moment, exceeded.retry_after if exceeded else None))
        connection.rollback()
    return seen


@given(gaps=gaps, limit=limits)
def test_never_more_than_the_limit_in_any_window(engine: Engine, gaps: list[float], limit: Limit) -> None:
    admitted = [at for at, wait in _admitted(engine, gaps, [Demand("number", "+491", limit)]) if wait is None]
    for at in admitted:
        assert sum(at - limit.seconds < other <= at for other in admitted) <= limit.count


@given(gaps=gaps, limit=limits)
def test_nothing_is_refused_below_the_limit(engine: Engine, gaps: list[float], limit: Limit) -> None:
    seen = _admitted(engine, gaps, [Demand("number", "+491", limit)])
    for index, (at, wait) in enumerate(seen):
        before = sum(at - limit.seconds < other for other, earlier in seen[:index] if earlier is None)
        assert (wait is None) == (before < limit.count)


@given(gaps=gaps, limit=limits)
def test_whoever_waits_as_told_is_admitted_and_not_sooner(engine: Engine, gaps: list[float], limit: Limit) -> None:
    demands = [Demand("number", "+491", limit)]
    seen = _admitted(engine, gaps, demands)
    _, wait = seen[-1]
    if wait is None:
        return
    assert 0 < wait <= limit.seconds
    assert _admitted(engine, [*gaps, wait + 0.001], demands)[-1][1] is None
    assert _admitted(engine, [*gaps, max(wait - 0.001, 0)], demands)[-1][1] is not None


@given(gaps=gaps, first=limits, second=limits)
def test_of_several_limits_each_holds_and_a_refusal_counts_for_none(
    engine: Engine, gaps: list[float], first: Limit, second: Limit
) -> None:
    demands = [Demand("number", "+491", first), Demand("prefix", "+49", second)]
    admitted = [at for at, wait in _admitted(engine, gaps, demands) if wait is None]
    for limit in (first, second):
        for at in admitted:
            assert sum(at - limit.seconds < other <= at for other in admitted) <= limit.count
    assert admitted  # the first attempt always fits


@given(gaps=gaps, limit=limits, turns=some.lists(some.booleans(), min_size=60, max_size=60))
def test_subjects_do_not_count_for_each_other(
    engine: Engine, gaps: list[float], limit: Limit, turns: list[bool]
) -> None:
    moment, alone = 1_800_000_000.0, _admitted(engine, gaps, [Demand("number", "+491", limit)])
    with engine.connect() as connection:
        for gap, turn, (_, expected) in zip(gaps, turns, alone, strict=False):
            moment += gap
            if turn:
                admit(connection, [Demand("number", "+492", limit)], moment, key=b"key")
            exceeded = admit(connection, [Demand("number", "+491", limit)], moment, key=b"key")
            assert (exceeded is None) == (expected is None)
        connection.rollback()


@given(gaps=gaps, limit=limits)
def test_forgetting_changes_no_answer(engine: Engine, gaps: list[float], limit: Limit) -> None:
    moment, demand = 1_800_000_000.0, Demand("number", "+491", limit)
    with engine.connect() as connection:
        for gap, (_, expected) in zip(gaps, _admitted(engine, gaps, [demand]), strict=True):
            moment += gap
            forget(connection, [limit], moment)
            exceeded = admit(connection, [demand], moment, key=b"key")
            assert (exceeded.retry_after if exceeded else None) == expected
        connection.rollback()


def test_a_clock_that_was_far_ahead_does_not_lock_anybody_out(engine: Engine) -> None:
    demand = Demand("number", "+491", Limit(1, 60))
    with engine.connect() as connection:
        assert admit(connection, [demand], 2_000_000_000, key=b"key") is None
        assert admit(connection, [demand], 1_800_000_000, key=b"key") is None
        assert admit(connection, [demand], 1_800_000_001, key=b"key") is not None


def test_numbers_are_stored_as_keyed_hashes_only(engine: Engine) -> None:
    with engine.connect() as connection:
        admit(connection, [Demand("number", "+4915112345678", Limit(1, 60))], 1.0, key=b"key")
        (key,) = connection.execute(hits.select().with_only_columns(hits.c.key)).scalars()
    assert len(key) == 64
    assert "12345678" not in key
