"""What strangers can do to the owner of a number: as little as possible."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text
from test_verify import MAILBOX, NUMBER, codes, refused, wrong
from worlds import MakeWorld, World

from toolkit.cli import cli
from toolkit.errors import BadInput
from toolkit.otp import verify
from toolkit.otp.dispatch import keep_house
from toolkit.otp.gateway import Gateway
from toolkit.otp.keys import code_of
from toolkit.otp.refusals import Refusal
from toolkit.otp.settings import Budget, Carrier, Conversion, Kannel, Limit, Limits
from toolkit.otp.store import hits, metadata, open_database, people, places, spending
from toolkit.otp.unlock import unlock

HOME, ELSEWHERE = "203.0.113.7", "198.51.100.9"


def guess(gateway: Gateway, code: str, times: int, **where: str) -> list[object]:
    """What is answered to guesses: the status, or the refusal's code."""
    answers: list[object] = []
    for _ in range(times):
        try:
            answers.append(verify.check(gateway, code, **where)[0].status)
        except Refusal as refusal:
            answers.append(refusal.code)
    return answers


def sign_in(world: World, to: str = NUMBER, source: str = "") -> None:
    verify.start(world.gateway, to, "email" if "@" in to else "sms", source=source)
    assert verify.check(world.gateway, codes(world)[-1], to=to, source=source)[1]


# --- guesses ----------------------------------------------------------------------------------------------------------
def test_a_strangers_guesses_do_not_lock_the_owner_out(world: World) -> None:
    """It took 25 guesses to lock a number out for a day."""
    for _ in range(6):
        verify.start(world.gateway, NUMBER, "sms")
        code = codes(world)[-1]
        assert guess(world.gateway, wrong(code), 4, to=NUMBER)[-1] in ("pending", 60202)
        assert verify.check(world.gateway, code, to=NUMBER)[1]
        world.later(1)


def test_guesses_are_counted_by_source_where_it_is_known(world: World) -> None:
    verify.start(world.gateway, NUMBER, "sms", source=HOME)
    (code,) = codes(world)
    seen = guess(world.gateway, wrong(code), 8, to=NUMBER, source=ELSEWHERE)
    assert seen == ["pending"] * 5 + [60202] * 3
    assert guess(world.gateway, wrong(code), 1, to=NUMBER, source="192.0.2.1") == [60202]  # others share their five
    assert guess(world.gateway, code, 1, to=NUMBER, source=ELSEWHERE) == [60202]
    assert guess(world.gateway, code, 1, to=NUMBER, source=HOME) == ["approved"]


@pytest.mark.parametrize("source", [HOME, ""])
def test_a_verification_takes_five_guesses_of_one_source_and_a_new_code_is_the_way_on(
    world: World, source: str
) -> None:
    first = verify.start(world.gateway, NUMBER, "sms", source=source)
    code = codes(world)[-1]
    assert guess(world.gateway, wrong(code), 5, to=NUMBER, source=source) == ["pending"] * 5
    assert guess(world.gateway, code, 1, to=NUMBER, source=source) == [60202]
    world.later(1)
    second = verify.start(world.gateway, NUMBER, "sms", source=source)
    assert second.sid != first.sid
    assert guess(world.gateway, codes(world)[-1], 1, to=NUMBER, source=source) == ["approved"]


@pytest.mark.parametrize("networks", [1, 2, 5])
def test_all_guesses_at_a_number_in_a_day_are_few(world: World, networks: int) -> None:
    """Ten codes nobody typed in; five guesses by each network that asked for one, five by all others."""
    sources = [f"198.51.100.{number}" for number in range(networks)]

    def a_round() -> int:
        """Guesses that were looked at, at one verification."""
        for source in sources:
            verify.start(world.gateway, NUMBER, "sms", source=source)
            world.later(0.1)
        code = wrong(codes(world)[-1])
        guesses = [guess(world.gateway, code, 7, to=NUMBER, source=source) for source in [*sources, "192.0.2.1", ""]]
        world.later(601)
        return sum(answers.count("pending") for answers in guesses)

    evaluated = sum(a_round() for _ in range(10 // networks))
    assert refused(a_round) == 60212
    assert 50 <= evaluated <= 100


def test_guesses_at_a_number_are_limited_and_the_right_code_is_let_through(make_world: MakeWorld) -> None:
    world = make_world(limits=Limits(number_checks=Limit(3, 86_400)))
    verify.start(world.gateway, NUMBER, "sms")
    (code,) = codes(world)
    assert guess(world.gateway, wrong(code), 4, to=NUMBER) == ["pending"] * 3 + [60202]
    assert guess(world.gateway, code, 1, to=NUMBER) == ["approved"]


def test_spellings_of_a_number_are_guessed_at_together(make_world: MakeWorld) -> None:
    world = make_world(limits=Limits(number_checks=Limit(3, 86_400)))
    spellings = ["+4915112345678", "+49 151 1234 5678", "+49 (0)151-12345678", "+49.151.12345678"]
    seen = [guess(world.gateway, "123456", 1, to=spelling)[0] for spelling in spellings]
    assert seen == [20404, 20404, 20404, 60202]


@pytest.mark.parametrize("status", ["approved", "wrong"])
def test_a_verification_belongs_to_its_number(world: World, status: str) -> None:
    own = verify.start(world.gateway, NUMBER, "sms")
    world.later(1)
    other = verify.start(world.gateway, "+4915112345679", "sms")
    mine, theirs = codes(world)
    code = theirs if status == "approved" else wrong(mine, theirs)
    assert refused(lambda: verify.check(world.gateway, code, to=NUMBER, sid=other.sid)) == 20404
    assert refused(lambda: verify.check(world.gateway, code, to=MAILBOX, sid=other.sid)) == 20404
    assert verify.fetch(world.gateway, other.sid).checks == 0  # nor is it guessed at so
    assert verify.check(world.gateway, mine, to="+49 151 1234 5678", sid=own.sid)[1]
    assert verify.check(world.gateway, theirs, sid=other.sid)[1]


# --- codes ------------------------------------------------------------------------------------------------------------
def test_codes_that_were_typed_in_do_not_count(world: World) -> None:
    for _ in range(30):
        sign_in(world, source=HOME)
        world.later(1)


def test_there_is_an_end_all_the_same(make_world: MakeWorld) -> None:
    world = make_world(limits=Limits(number_all=Limit(12, 86_400)))
    for _ in range(12):
        sign_in(world)
        world.later(1)
    assert refused(lambda: verify.start(world.gateway, NUMBER, "sms")) == 60212


@pytest.mark.parametrize("to", [NUMBER, MAILBOX])
def test_who_asks_for_codes_to_a_strangers_number_does_not_lock_its_owner_out(world: World, to: str) -> None:
    channel = "email" if "@" in to else "sms"
    sign_in(world, to, HOME)
    for _ in range(10):
        verify.start(world.gateway, to, channel, source=ELSEWHERE)
        world.later(601)
    with pytest.raises(Refusal):
        verify.start(world.gateway, to, channel, source=ELSEWHERE)
    for _ in range(5):
        verify.start(world.gateway, to, channel, source=HOME)
    assert verify.check(world.gateway, codes(world)[-1], to=to, source=HOME)[1]


def test_five_codes_a_stranger_asked_for_leave_the_owner_theirs(world: World) -> None:
    sign_in(world, source=HOME)
    for _ in range(5):
        verify.start(world.gateway, NUMBER, "sms", source=ELSEWHERE)
    assert refused(lambda: verify.start(world.gateway, NUMBER, "sms", source=ELSEWHERE)) == 60203
    sign_in(world, source=HOME)


def test_a_network_is_not_taken_for_home_because_it_asked_too(world: World) -> None:
    """Else a stranger who asks for a code just before the owner types it in would count as the owner."""
    verify.start(world.gateway, NUMBER, "sms", source=HOME)
    verify.start(world.gateway, NUMBER, "sms", source=ELSEWHERE)
    assert verify.check(world.gateway, codes(world)[-1], to=NUMBER)[1]
    for _ in range(5):
        verify.start(world.gateway, NUMBER, "sms", source="192.0.2.1")
    assert refused(lambda: verify.start(world.gateway, NUMBER, "sms", source=ELSEWHERE)) == 60203


def test_pumping_a_block_of_numbers_stops_strangers_and_not_members(make_world: MakeWorld) -> None:
    world = make_world(limits=Limits(prefix=Limit(3, 3_600)))
    sign_in(world)
    for number in range(3):
        verify.start(world.gateway, f"+4915112345{number:03}", "sms")
    assert refused(lambda: verify.start(world.gateway, "+4915112345999", "sms")) == 60410
    sign_in(world)


def test_strangers_do_not_use_up_what_members_have_of_the_account(make_world: MakeWorld) -> None:
    world = make_world(limits=Limits(account=Limit(3, 60)))
    sign_in(world)
    world.later(61)
    for number in range(3):
        verify.start(world.gateway, f"+4915{number:02}0000000", "sms")
    assert refused(lambda: verify.start(world.gateway, "+4915112345999", "sms")) == 20429
    sign_in(world)


def test_windows_hold_together(make_world: MakeWorld) -> None:
    world = make_world(limits=Limits(prefix=(Limit(2, 60), Limit(3, 3_600))))
    for number in range(2):
        verify.start(world.gateway, f"+4915112345{number:03}", "sms")
    assert refused(lambda: verify.start(world.gateway, "+4915112345900", "sms")) == 60410
    world.later(61)
    verify.start(world.gateway, "+4915112345901", "sms")
    world.later(61)
    with pytest.raises(Refusal) as caught:
        verify.start(world.gateway, "+4915112345902", "sms")
    assert caught.value.retry_after == pytest.approx(3_600 - 122)


# --- money ------------------------------------------------------------------------------------------------------------
def priced(make_world: MakeWorld, budget: Budget, conversion: Conversion | None = None) -> World:
    """10 for a code to Germany, 20 for one to the USA."""
    carriers = (Carrier("a", {"+49": 10.0, "+1": 20.0}),)
    url = "http://127.0.0.1:1/"
    sms = Kannel(url=url, username="u", password="p", sender="Offramp", report_url=url, carriers=carriers)
    return make_world(sms=sms, budget=budget, conversion=conversion or Conversion())


@pytest.mark.parametrize(
    ("budget", "fit", "code"),
    [
        (Budget(account=50, members=0), 5, 20429),
        (Budget(country=30, members=0), 3, 60410),
        (Budget(country=10, countries={"DE": 40}, members=0), 4, 60410),
        (Budget(account=100, members=0.6), 4, 20429),
        (Budget(), 8, None),
    ],
)
def test_a_day_costs_no_more_than_was_said(make_world: MakeWorld, budget: Budget, fit: int, code: int | None) -> None:
    world = priced(make_world, budget)
    for number in range(fit):
        verify.start(world.gateway, f"+4915{number:02}0000000", "sms")
    if code is None:
        return
    with pytest.raises(Refusal) as caught:
        verify.start(world.gateway, "+4917612345678", "sms")
    assert caught.value.code == code
    assert caught.value.retry_after == 86_400
    assert world.events()[-1]["event"] == "sending.stopped"
    world.later(86_401)
    verify.start(world.gateway, "+4917612345678", "sms")


def test_members_have_a_share_of_the_budget_and_countries_one_each(make_world: MakeWorld) -> None:
    world = priced(make_world, Budget(country=60, members=0.5))
    sign_in(world)
    for number in range(2):
        verify.start(world.gateway, f"+4915{number:02}0000000", "sms")
    assert refused(lambda: verify.start(world.gateway, "+4917612345678", "sms")) == 60410
    verify.start(world.gateway, "+12025550123", "sms")  # another country
    sign_in(world)
    sign_in(world)


# --- conversion -------------------------------------------------------------------------------------------------------
def pump(world: World, count: int, number: str = "+49151{:02}000{:03}") -> int:
    """Ask for codes nobody types in, in many blocks; how many were sent."""
    for sent in range(count):
        try:
            verify.start(world.gateway, number.format(sent % 100, sent), "sms")
        except Refusal:
            return sent
    return count


def test_a_block_whose_codes_do_not_come_back_is_stopped_for_strangers(make_world: MakeWorld) -> None:
    world = priced(make_world, Budget(), Conversion(least=0.2, prefix=5))
    sign_in(world)
    assert pump(world, 5, "+49151123450{:02}") == 5
    assert pump(world, 1, "+4915112345{:02}9") == 1  # codes that are still good do not say
    world.later(601)
    assert refused(lambda: verify.start(world.gateway, "+4915112345888", "sms")) == 60410
    verify.start(world.gateway, "+4917612345678", "sms")
    sign_in(world)
    world.later(86_400)
    verify.start(world.gateway, "+4915112345888", "sms")


def test_a_country_whose_codes_do_not_come_back_is_stopped_for_strangers(make_world: MakeWorld) -> None:
    world = priced(make_world, Budget(), Conversion(country=20))
    sign_in(world)
    assert pump(world, 25) == 25
    world.later(601)
    assert pump(world, 1) == 0
    verify.start(world.gateway, "+12025550123", "sms")
    sign_in(world)


def test_enough_codes_that_come_back_stop_nobody(make_world: MakeWorld) -> None:
    world = priced(make_world, Budget(), Conversion(country=20, prefix=20))
    for number in range(30):
        to = f"+49151{number:02}000000"
        verify.start(world.gateway, to, "sms")
        if number % 5 == 0:
            verify.check(world.gateway, codes(world)[-1], to=to)
        world.later(1)
    world.later(601)
    verify.start(world.gateway, "+4915100000999", "sms")


# --- at once, and long ago -------------------------------------------------------------------------------------------
def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each returned, or the code it was refused with."""
    with ThreadPoolExecutor(len(calls)) as threads:
        return [future.result() for future in [threads.submit(_outcome, call) for call in calls]]


def _outcome(call: Callable[[], object]) -> object:
    try:
        return call()
    except Refusal as refusal:
        return refusal.code


def test_a_budget_holds_also_for_codes_that_are_asked_for_at_once(make_world: MakeWorld) -> None:
    world = priced(make_world, Budget(account=30, members=0))
    numbers = [f"+4915{number:02}0000000" for number in range(8)]
    calls = [lambda to=to: verify.start(world.gateway, to, "sms").status for to in numbers]
    assert sorted(map(str, at_once(*calls))) == ["20429"] * 5 + ["pending"] * 3


def test_one_person_types_two_codes_in_at_once(world: World) -> None:
    spellings = ["ada@example.org", "Ada+1@example.org"]
    rows = [verify.start(world.gateway, to, "email") for to in spellings]
    code = {row.sid: code_of(world.gateway.keys, row.sid, 6) for row in rows}
    calls = [lambda row=row: verify.check(world.gateway, code[row.sid], sid=row.sid)[1] for row in rows]
    assert at_once(*calls) == [True, True]


@pytest.mark.parametrize(("days", "kept"), [(399, True), (401, False)])
def test_who_was_not_seen_for_long_is_a_stranger_again(world: World, days: int, kept: bool) -> None:
    sign_in(world, source=HOME)
    world.later(days * 86_400)
    keep_house(world.gateway)
    with world.gateway.engine.begin() as connection:
        known = [len(connection.execute(table.select()).all()) for table in (people, places, spending)]
    assert known == [int(kept), int(kept), 0]


# --- unlocking --------------------------------------------------------------------------------------------------------
def test_an_operator_unlocks_a_number(make_world: MakeWorld) -> None:
    world = make_world(limits=Limits(number=Limit(1, 86_400), number_all=Limit(1, 86_400), prefix=Limit(1, 86_400)))
    verify.start(world.gateway, NUMBER, "sms")
    guess(world.gateway, wrong(codes(world)[-1]), 5, to=NUMBER)
    assert refused(lambda: verify.start(world.gateway, NUMBER, "sms")) == 60212
    world.later(1)
    settings = world.gateway.settings
    where = "otp.toml"
    said = unlock(settings, "+49 151 1234-5678", where=where, clock=world.gateway.clock)  # type: ignore[arg-type]
    assert said == "+49•••78"
    verify.start(world.gateway, NUMBER, "sms")
    assert verify.check(world.gateway, codes(world)[-1], to=NUMBER)[1]


def test_an_operator_unlocks_an_address(make_world: MakeWorld) -> None:
    world = make_world(limits=Limits(rate_limits={"end_user_ip_address": Limit(1, 86_400)}))
    named = {"end_user_ip_address": HOME}
    verify.start(world.gateway, NUMBER, "sms", rate_limits=named)
    assert refused(lambda: verify.start(world.gateway, "+4917612345678", "sms", rate_limits=named)) == 60207
    where = "otp.toml"
    assert unlock(world.gateway.settings, f"::ffff:{HOME}", where=where, clock=world.gateway.clock) == HOME  # type: ignore[arg-type]
    verify.start(world.gateway, "+4917612345678", "sms", rate_limits=named)


def test_what_is_none_of_the_three_cannot_be_unlocked(world: World) -> None:
    with pytest.raises(BadInput, match="no number, mailbox or address"):
        unlock(world.gateway.settings, "everybody", where="otp.toml", clock=world.gateway.clock)  # type: ignore[arg-type]


def test_the_command(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "otp.toml").write_text(
        f"""
database = "sqlite:///{tmp_path}/otp.sqlite"
account_sid = "AC{"a" * 32}"
auth_token = "{"t" * 32}"
service_sid = "VA{"b" * 32}"
secret = "{"s" * 32}"
"""
    )
    result = CliRunner().invoke(cli, ["otp", "unlock", "--config", "otp.toml", NUMBER])
    assert (result.exit_code, result.output) == (0, "unlocked: +49•••78\n")


# --- the database -----------------------------------------------------------------------------------------------------
def test_a_database_of_an_earlier_version_gets_what_it_lacks(database: str) -> None:
    engine = create_engine(database)
    metadata.create_all(engine)
    with engine.begin() as connection:
        for statement in (
            "DROP INDEX hits_verification",
            "ALTER TABLE hits DROP COLUMN verification",
            "ALTER TABLE callbacks DROP COLUMN host",
            "ALTER TABLE messages DROP COLUMN service",
            "DROP TABLE people",
            "INSERT INTO hits (key, at) VALUES ('k', 1)",
            "INSERT INTO callbacks (url, parameters, attempts, due) VALUES ('http://x', '{}', 0, 1)",
        ):
            connection.execute(text(statement))
    engine.dispose()
    for _ in range(2):
        engine = open_database(database)
        with engine.begin() as connection:
            assert connection.execute(hits.select()).one().verification is None
            assert connection.execute(text("SELECT host FROM callbacks")).scalar_one() == ""
            assert connection.execute(text("SELECT count(*) FROM people")).scalar_one() == 0
        engine.dispose()
