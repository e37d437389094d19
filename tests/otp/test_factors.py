"""Authenticator apps: what RFC 6238 says, each code once, and Twilio's SDK as published."""

import base64
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from hypothesis import HealthCheck, given
from hypothesis import settings as run
from hypothesis import strategies as some
from processes import Served
from sqlalchemy import Row, select
from twilio.base.exceptions import TwilioRestException
from worlds import MakeWorld, World

from toolkit.otp import factors
from toolkit.otp.refusals import Refusal
from toolkit.otp.settings import Limit, Limits
from toolkit.otp.store import factors as stored

ADA, BOB = "ff483d1ff591898a9942916050d2ca3f", "7a1c0b1e-0000-4000-8000-000000000002"
FORM = {"FactorType": "totp", "FriendlyName": "Ada's phone"}


def make(world: World, form: Mapping[str, str] = FORM) -> tuple[Row[Any], TOTP]:
    row, seed = factors.create(world.gateway, ADA, form)
    return row, factors.authenticator(row, seed)


def verified(world: World) -> tuple[str, TOTP]:
    row, app = make(world)
    assert factors.verify(world.gateway, ADA, row.sid, code(world, app)).status == "verified"
    world.later(30)
    return row.sid, app


def code(world: World, app: TOTP, ahead: float = 0) -> str:
    return app.generate(int(world.now[0] + ahead)).decode()


def other(right: str) -> str:
    return "000000" if right != "000000" else "111111"


def refused(call: Callable[[], Any]) -> int:
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value.code


def asked(world: World, sid: str, code: str) -> str:
    return factors.challenge(world.gateway, ADA, sid, code).status


def test_a_factor_is_verified_and_asked(world: World) -> None:
    row, app = make(world)
    assert refused(lambda: factors.challenge(world.gateway, ADA, row.sid, code(world, app))) == 60318
    assert factors.verify(world.gateway, ADA, row.sid, other(code(world, app))).status == "unverified"
    assert factors.verify(world.gateway, ADA, row.sid, code(world, app)).status == "verified"
    world.later(30)
    assert asked(world, row.sid, other(code(world, app))) == "pending"
    assert asked(world, row.sid, code(world, app)) == "approved"


def test_codes_are_those_of_rfc_6238(world: World) -> None:
    form = {**FORM, "Binding.Secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "Config.CodeLength": "8"}
    row, seed = factors.create(world.gateway, ADA, form)
    assert factors.authenticator(row, seed).generate(1_111_111_109) == b"07081804"
    world.now[0] = 1_111_111_109
    assert factors.verify(world.gateway, ADA, row.sid, "07081804").status == "verified"


def test_a_code_counts_once_over_all_challenges(world: World) -> None:
    sid, app = verified(world)
    now = code(world, app)
    before = code(world, app, -30)
    assert asked(world, sid, now) == "approved"
    assert asked(world, sid, now) == "pending"
    assert asked(world, sid, before) == "pending"  # older than one that counted
    world.later(30)
    assert asked(world, sid, code(world, app)) == "approved"


def test_the_code_that_verified_a_factor_approves_nothing(world: World) -> None:
    row, app = make(world)
    used = code(world, app)
    factors.verify(world.gateway, ADA, row.sid, used)
    assert asked(world, row.sid, used) == "pending"


def test_of_two_challenges_at_once_one_is_approved(world: World) -> None:
    sid, app = verified(world)
    now, seen = code(world, app), list[str]()
    threads = [threading.Thread(target=lambda: seen.append(asked(world, sid, now))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == ["approved", *["pending"] * 5]


@given(offset=some.integers(-200, 200))
@run(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=30)
def test_a_clock_may_be_one_step_off_and_no_more(make_world: MakeWorld, offset: int) -> None:
    world = make_world()
    row, app = make(world)
    step = int(world.now[0]) // 30
    given_code = code(world, app, offset)
    near = {app.generate((step + nearby) * 30).decode() for nearby in (-1, 0, 1)}
    expected = "verified" if given_code in near else "unverified"
    assert factors.verify(world.gateway, ADA, row.sid, given_code).status == expected
    factors.remove(world.gateway, ADA, row.sid)


def test_guesses_are_limited(make_world: MakeWorld) -> None:
    world = make_world(limits=Limits(factor_checks=Limit(3, 60)))
    sid, app = verified(world)
    for _ in range(3):
        assert asked(world, sid, other(code(world, app))) == "pending"
    assert refused(lambda: asked(world, sid, code(world, app))) == 20429
    world.later(61)
    assert asked(world, sid, code(world, app)) == "approved"
    row, app = make(world)
    for _ in range(5):
        factors.verify(world.gateway, ADA, row.sid, other(code(world, app)))
    assert refused(lambda: factors.verify(world.gateway, ADA, row.sid, code(world, app))) == 60310


def test_a_challenge_is_answered_later_or_expires(world: World) -> None:
    sid, app = verified(world)
    open_one, late = (factors.challenge(world.gateway, ADA, sid, "").sid for _ in range(2))
    world.later(60)
    assert factors.respond(world.gateway, ADA, open_one, code(world, app)).status == "approved"
    world.later(240)
    row = factors.respond(world.gateway, ADA, late, code(world, app))
    assert factors.status(row, world.now[0]) == "expired"


def test_nobody_answers_for_another(world: World) -> None:
    sid, app = verified(world)
    assert refused(lambda: factors.fetch(world.gateway, BOB, sid)) == 20404
    assert refused(lambda: factors.challenge(world.gateway, BOB, sid, code(world, app))) == 20404
    assert factors.listed(world.gateway, BOB) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"FactorType": "push"}, 60369),
        ({"FriendlyName": ""}, 60306),
        ({"Binding.Secret": "too short"}, 60306),
        ({"Binding.Secret": "A"}, 60306),
        ({"Config.TimeStep": "10"}, 60306),
        ({"Config.Skew": "9"}, 60306),
        ({"Config.CodeLength": "٦"}, 60306),
        ({"Config.Alg": "md5"}, 60306),
        ({"Metadata": "{"}, 60306),
    ],
)
def test_bad_parameters(world: World, changes: dict[str, str], code: int) -> None:
    assert refused(lambda: factors.create(world.gateway, ADA, {**FORM, **changes})) == code
    assert refused(lambda: factors.create(world.gateway, "x", FORM)) == 60306


def test_an_identity_has_twenty_factors_at_most(world: World) -> None:
    for _ in range(20):
        make(world)
    assert refused(lambda: make(world)) == 60306


def test_no_seed_and_no_code_is_stored_readably_or_logged(world: World) -> None:
    row, seed = factors.create(world.gateway, ADA, FORM)
    factors.verify(world.gateway, ADA, row.sid, "123456")
    with world.gateway.engine.begin() as connection:
        kept = str(connection.execute(select(stored)).all())
    log = "\n".join(world.log)
    assert seed not in kept
    assert seed not in log
    assert "123456" not in log
    assert ADA not in log


def test_twilios_sdk(dev: Served) -> None:
    entity = dev.twilio().verify.v2.services(dev.service_sid).entities(ADA)
    made = entity.new_factors.create(friendly_name="Ada & Co: phone", factor_type="totp")
    assert (made.status, made.config["code_length"]) == ("unverified", 6)
    assert made.binding["uri"].startswith("otpauth://totp/Offramp:Ada%20%26%20Co%3A%20phone?")
    app = _scanned(made.binding["secret"])
    assert entity.factors(made.sid).update(auth_payload=app()).status == "verified"
    assert [one.sid for one in entity.factors.list()] == [made.sid]
    challenge = entity.challenges.create(factor_sid=made.sid, auth_payload="000000")
    assert challenge.status == "pending"
    assert entity.challenges(challenge.sid).fetch().factor_sid == made.sid
    assert entity.factors(made.sid).delete()
    with pytest.raises(TwilioRestException) as gone:
        entity.factors(made.sid).fetch()
    assert (gone.value.status, gone.value.code) == (404, 20404)


def _scanned(secret: str) -> Callable[[], str]:
    """What an app shows that was given the secret of a QR code."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    app = TOTP(key, 6, SHA1(), 30, enforce_key_length=False)  # noqa: S303  # what authenticator apps can do
    return lambda: app.generate(int(time.time())).decode()
