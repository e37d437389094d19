import asyncio
import threading
from collections import Counter

import pytest
from sqlalchemy import select
from worlds import MakeWorld, World

from toolkit.otp import messages as texts
from toolkit.otp import outbox, verify
from toolkit.otp.carriers import Outcome, Outgoing
from toolkit.otp.dispatch import keep_house, send_some
from toolkit.otp.gateway import Gateway
from toolkit.otp.store import callbacks, hits, messages, verifications

NUMBER = "+4915112345678"


def states(gateway: Gateway) -> list[tuple[str, int | None]]:
    with gateway.engine.begin() as connection:
        rows = connection.execute(
            select(messages.c.state, messages.c.error).order_by(messages.c.created, messages.c.sid)
        )
        return [(state, error) for state, error in rows]


def claim(world: World, count: int = 10) -> list[Outgoing]:
    with world.gateway.engine.begin() as connection:
        return outbox.claim(connection, world.gateway.keys, world.now[0], count)


def settle(world: World, outcomes: dict[str, Outcome]) -> None:
    with world.gateway.engine.begin() as connection:
        outbox.settle(connection, outcomes, world.now[0])


def send_with(world: World, *outcomes: Outcome) -> list[Outgoing]:
    """One round of sending with a carrier that answers so; what it was given."""
    given: list[Outgoing] = []
    answers = iter(outcomes)

    async def carrier(message: Outgoing) -> Outcome:
        given.append(message)
        return next(answers)

    asyncio.run(send_some(world.gateway, {"sms": carrier, "email": carrier}))
    return given


def test_a_claimed_message_is_claimed_by_nobody_else(world: World) -> None:
    texts.send(world.gateway, NUMBER, "hello")
    assert [message.body for message in claim(world)] == ["hello"]
    assert claim(world) == []
    world.later(outbox.LEASE * 2)
    assert claim(world) == []


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome("accepted"), ("sent", None)),
        (Outcome("refused", 30003), ("failed", 30003)),
        (Outcome("unknown", 30008), ("unknown", 30008)),
        (Outcome("later", 30001), ("queued", 30001)),
    ],
    ids=lambda value: value.kind if isinstance(value, Outcome) else "",
)
def test_what_a_carrier_says_is_recorded(world: World, outcome: Outcome, state: tuple[str, int | None]) -> None:
    texts.send(world.gateway, NUMBER, "hello")
    assert len(send_with(world, outcome)) == 1
    assert states(world.gateway) == [state]


def test_what_was_not_taken_is_tried_again_later_until_the_code_expires(world: World) -> None:
    verify.start(world.gateway, NUMBER, "sms")
    attempts = 0
    for _ in range(700):
        attempts += len(send_with(world, Outcome("later", 30001)))
        world.later(1)
    assert 8 < attempts < 25
    assert states(world.gateway) == [("failed", 30036)]


def test_an_unknown_outcome_is_never_sent_again(world: World) -> None:
    verify.start(world.gateway, NUMBER, "sms")
    send_with(world, Outcome("unknown", 30008))
    for _ in range(20):
        world.later(100)
        keep_house(world.gateway)
        assert send_with(world, Outcome("accepted")) == []
    assert states(world.gateway) == [("unknown", 30008)]


def test_a_sender_that_dies_leaves_an_unknown_outcome(world: World) -> None:
    texts.send(world.gateway, NUMBER, "hello")
    (held,) = claim(world)
    world.later(outbox.LEASE - 1)
    keep_house(world.gateway)
    assert states(world.gateway) == [("sending", None)]
    world.later(1)
    keep_house(world.gateway)
    assert states(world.gateway) == [("unknown", 30008)]
    assert world.events()[-1] == {"at": world.now[0], "event": "message.unknown", "sid": held.sid}
    settle(world, {held.sid: Outcome("accepted")})  # it was only slow
    assert states(world.gateway) == [("sent", None)]


def test_reports_settle_what_was_unknown_and_a_final_state_stays(world: World) -> None:
    texts.send(world.gateway, NUMBER, "hello")
    (message,) = send_with(world, Outcome("unknown", 30008))

    def report(state: str) -> bool:
        with world.gateway.engine.begin() as connection:
            return outbox.report(connection, message.sid, state, world.now[0])

    assert report("sent")
    assert report("delivered")
    assert not report("undelivered")
    assert states(world.gateway) == [("delivered", None)]


def test_a_codes_text_is_forgotten_once_it_is_sent(world: World) -> None:
    verify.start(world.gateway, NUMBER, "sms")
    send_with(world, Outcome("accepted"))
    with world.gateway.engine.begin() as connection:
        assert connection.execute(select(messages.c.body, messages.c.subject)).one() == ("", "")


def test_what_was_written_under_another_secret_is_given_up(make_world: MakeWorld) -> None:
    texts.send(make_world().gateway, NUMBER, "hello")
    other = make_world(secret="another secret, as long as it has to be")
    assert claim(other) == []
    assert states(other.gateway) == [("failed", 30008)]
    (row,) = texts.page(other.gateway, size=1).rows
    assert texts.text(other.gateway, row) == ""


def test_senders_side_by_side_send_everything_once(world: World) -> None:
    for number in range(200):
        texts.send(world.gateway, f"+49151{number:05}000", "hello")
    sent: Counter[str] = Counter()

    def sender() -> None:
        while taken := claim(world, 5):
            sent.update(message.sid for message in taken)
            settle(world, {message.sid: Outcome("accepted") for message in taken})

    threads = [threading.Thread(target=sender) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == 200
    assert set(sent.values()) == {1}


def test_house_keeping_forgets_what_is_old(make_world: MakeWorld) -> None:
    world = make_world(keep_days=1)
    verify.start(world.gateway, NUMBER, "sms")
    send_with(world, Outcome("accepted"))
    world.later(86_401)
    texts.send(world.gateway, NUMBER, "waits")
    keep_house(world.gateway)
    with world.gateway.engine.begin() as connection:
        assert connection.execute(select(verifications.c.sid)).all() == []
        assert [row.state for row in connection.execute(select(messages))] == ["queued"]
        assert connection.execute(select(callbacks.c.id)).all() == []
        assert len(connection.execute(select(hits.c.id)).all()) == 2  # the message that waits
