"""siteverify in the vendors' own words, and everything that must not pass."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from conftest import MakeGuard
from guards import ADDRESS, KEY, OPEN_KEY, OPEN_SECRET, OTHER_KEY, OTHER_SECRET, VERIFY, World, solved
from sqlalchemy import text

from toolkit.guard import eras
from toolkit.guard.housekeeping import keep_house
from toolkit.guard.settings import Site, Toll, Tolls, Work

every_vendor = pytest.mark.parametrize("vendor", [*VERIFY])
ALREADY = {
    "recaptcha": "timeout-or-duplicate",
    "hcaptcha": "already-seen-response",
    "turnstile": "timeout-or-duplicate",
}
EXPIRED = {**ALREADY, "hcaptcha": "expired-input-response"}


@every_vendor
def test_an_answer_counts_once(guarded: World, vendor: str) -> None:
    answer = guarded.answer()
    told = guarded.verify(vendor, response=answer, remoteip=ADDRESS)
    assert told["success"] is True
    assert told["hostname"] == "board.example"
    assert datetime.fromisoformat(told["challenge_ts"]).timestamp() == guarded.now[0]
    assert guarded.codes(vendor, response=answer) == [ALREADY[vendor]]


@every_vendor
def test_what_is_missing_or_wrong_is_said_in_the_vendors_words(guarded: World, vendor: str) -> None:
    answer = guarded.answer()
    assert guarded.codes(vendor, secret="", response=answer) == ["missing-input-secret"]
    assert guarded.codes(vendor, secret="0xWRONG", response=answer) == ["invalid-input-secret"]
    assert guarded.codes(vendor, response="") == ["missing-input-response"]
    assert guarded.codes(vendor, response="no answer") == ["invalid-input-response"]
    assert guarded.codes(vendor, response="x" * 16_000) == ["invalid-input-response"]
    body = guarded.http.post(VERIFY[vendor], content=b"\xff=%ff", headers={"Content-Type": "application/json"})
    assert body.json() == {"success": False, "error-codes": ["bad-request"]}
    assert guarded.verify(vendor, response=answer)["success"], "none of these used it up"


@every_vendor
def test_json_is_taken_as_well(guarded: World, vendor: str) -> None:
    from guards import SECRET

    told = guarded.http.post(VERIFY[vendor], json={"secret": SECRET, "response": guarded.answer()}).json()
    assert told["success"] is True


@every_vendor
def test_a_forged_answer_is_none(guarded: World, vendor: str) -> None:
    answer = guarded.answer()
    body, _, signature = answer.partition(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims[1] = "evil.example"
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    for one in (f"{forged}.{signature}", f"{body}.{'0' * 64}", body, f"{body}.{signature}x", f".{signature}", "\u2603"):
        assert guarded.codes(vendor, response=one) == ["invalid-input-response"]


@every_vendor
def test_an_answer_of_another_site_is_refused_and_stays_good(guarded: World, vendor: str) -> None:
    answer = guarded.answer(sitekey=OTHER_KEY, hostname="shop.example")
    mismatch = "sitekey-secret-mismatch" if vendor == "hcaptcha" else "invalid-input-response"
    assert guarded.codes(vendor, response=answer) == [mismatch]
    assert guarded.verify(vendor, secret=OTHER_SECRET, response=answer)["success"] is True


@every_vendor
def test_an_answer_expires(guarded: World, vendor: str) -> None:
    answer = guarded.answer()
    guarded.now[0] += guarded.guard.settings.work.answer_seconds
    assert guarded.codes(vendor, response=answer) == [EXPIRED[vendor]]


def test_of_many_at_once_one_gets_in(guarded: World) -> None:
    answer = guarded.answer()
    with ThreadPoolExecutor(16) as threads:
        told = list(threads.map(lambda _: guarded.verify(response=answer)["success"], range(32)))
    assert told.count(True) == 1


def test_of_one_solution_handed_in_by_many_one_becomes_an_answer(guarded: World) -> None:
    solution = solved(guarded.challenge())
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: guarded.post("/guard/answer", solution), range(32)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 31
    assert {answer.json().get("error") for answer in answers} == {None, "spent"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda found: found["challenge"]["parameters"].update(cost=1, keyPrefix=""), "challenge"),
        (lambda found: found["challenge"]["parameters"]["data"].update(hostname="shop.example"), "challenge"),
        (lambda found: found["challenge"].update(signature="0" * 64), "challenge"),
        (lambda found: found["challenge"].update(signature=None), "challenge"),
        (lambda found: found["challenge"].update(parameters=[]), "challenge"),
        (lambda found: found.update(challenge="x"), "challenge"),
        (lambda found: found["solution"].update(derivedKey="00" * 32), "solution"),
        (lambda found: found["solution"].update(derivedKey="no hex"), "solution"),
        (lambda found: found["solution"].update(derivedKey=7), "solution"),
        (lambda found: found.update(solution=None), "solution"),
    ],
)
def test_a_challenge_that_was_changed_or_not_solved_is_refused(guarded: World, change: object, reason: str) -> None:
    found = solved(guarded.challenge())
    change(found)  # type: ignore[operator]
    refused = guarded.post("/guard/answer", found)
    assert (refused.status_code, refused.json()) == (400, {"error": reason})


def test_a_solution_from_elsewhere_or_too_late_is_refused(guarded: World) -> None:
    challenge = guarded.challenge()
    assert guarded.hand_in(challenge, "198.51.100.9").json() == {"error": "network"}
    guarded.now[0] += guarded.guard.settings.work.seconds
    assert guarded.hand_in(challenge).json() == {"error": "expired"}


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"sitekey": "unknown"}, "sitekey"),
        ({"sitekey": 7}, "sitekey"),
        ({"hostname": "evil.example"}, "hostname"),
        ({"hostname": "sub.board.example"}, "hostname"),
        ({"action": "<script>"}, "action"),
        ({"cdata": "x" * 256}, "cdata"),
    ],
)
def test_no_challenge_for_another_page(guarded: World, asked: dict[str, object], reason: str) -> None:
    answer = guarded.post("/guard/challenge", {"sitekey": KEY, "hostname": "board.example", **asked})
    assert (answer.status_code, answer.json()) == (400, {"error": reason})


def test_a_clock_that_goes_back_revives_nothing(guarded: World) -> None:
    """What was answered is forgotten once it has expired; then the clock is set back an hour."""
    solution = solved(guarded.challenge())
    answer = guarded.post("/guard/answer", solution).json()["answer"]
    assert guarded.verify(response=answer)["success"]
    guarded.now[0] += 100_000
    with guarded.guard.engine.begin() as connection:
        keep_house(connection, guarded.guard.settings, guarded.now[0])
        assert connection.execute(text("SELECT count(*) FROM spent")).scalar_one() == 0
    guarded.now[0] -= 100_000 - 10
    assert guarded.codes(response=answer) == ["timeout-or-duplicate"]
    assert guarded.post("/guard/answer", solution).json() == {"error": "expired"}
    assert guarded.verify(response=guarded.answer())["success"], "and people get in again"


def test_a_clock_that_ran_ahead_stops_nobody_for_long(guarded: World) -> None:
    guarded.now[0] += 10 * 365 * 86_400
    guarded.answer()
    with guarded.guard.engine.begin() as connection:
        keep_house(connection, guarded.guard.settings, guarded.now[0])
    guarded.now[0] -= 10 * 365 * 86_400
    assert guarded.verify(response=guarded.answer())["success"]


def test_a_restart_forgets_nothing(make_guard: MakeGuard) -> None:
    before = make_guard()
    used, unused, solution = before.answer(), before.answer(), solved(before.challenge())
    assert before.verify(response=used)["success"]
    assert before.post("/guard/answer", solution).status_code == 200
    after = make_guard()
    assert after.codes(response=used) == ["timeout-or-duplicate"]
    assert after.post("/guard/answer", solution).json() == {"error": "spent"}
    assert after.verify(response=unused)["success"]


def test_after_a_restored_backup_nothing_of_before_is_good(guarded: World) -> None:
    """The backup does not know what was answered after it was made."""
    answer, solution = guarded.answer(), solved(guarded.challenge())
    with guarded.guard.engine.begin() as connection:
        eras.begin(connection, guarded.now[0])
    assert guarded.codes(response=answer) == ["timeout-or-duplicate"]
    assert guarded.post("/guard/answer", solution).json() == {"error": "expired"}
    assert guarded.verify(response=guarded.answer())["success"]


def test_a_score_for_who_asks_for_one(guarded: World) -> None:
    told = guarded.verify(response=guarded.answer(scored=True, action="sign_up"))
    assert (told["score"], told["action"]) == (0.9, "sign_up")
    told = guarded.verify(response=guarded.answer(scored=True, action="sign_up", automated=True))
    assert told["score"] == 0.5
    assert "score" not in guarded.verify(response=guarded.answer())


def test_turnstiles_own_fields(guarded: World) -> None:
    answer = guarded.answer(action="login", cdata="session-1")
    first = guarded.verify("turnstile", response=answer, idempotency_key="11111111-1111-4111-8111-111111111111")
    assert (first["action"], first["cdata"], first["error-codes"]) == ("login", "session-1", [])
    again = guarded.verify("turnstile", response=answer, idempotency_key="11111111-1111-4111-8111-111111111111")
    assert again == first
    assert guarded.codes("turnstile", response=answer, idempotency_key="another") == ["timeout-or-duplicate"]
    assert guarded.codes("turnstile", response=answer) == ["timeout-or-duplicate"]


def test_hcaptchas_own_fields(guarded: World) -> None:
    answer = guarded.answer()
    assert guarded.codes("hcaptcha", response=answer, sitekey=OTHER_KEY) == ["sitekey-secret-mismatch"]
    assert guarded.codes("hcaptcha", response=answer, remoteip="nowhere") == ["invalid-remoteip"]
    assert guarded.verify("hcaptcha", response=answer, sitekey=KEY, remoteip=ADDRESS)["success"]


def test_a_site_may_bind_answers_to_the_visitors_network(make_guard: MakeGuard) -> None:
    from guards import SECRET, hashed

    world = make_guard(site=(Site(KEY, hashed(SECRET), ("board.example",), same_network=True),))
    answer = world.answer()
    assert world.codes(response=answer) == ["invalid-input-response"]
    assert world.codes(response=answer, remoteip="198.51.100.1") == ["invalid-input-response"]
    assert world.verify(response=answer, remoteip="203.0.113.99")["success"], "the /24 is one network"


def test_the_toll_rises_by_address_and_by_network(make_guard: MakeGuard) -> None:
    world = make_guard(tolls=Tolls(Toll(2), Toll(6), Toll(1000)), work=Work(cost=1, rounds=3, most_doublings=2))

    def doublings(address: str = ADDRESS) -> int:
        return int(world.challenge(address)["parameters"]["data"]["doublings"])

    assert doublings() == 0
    for _ in range(4):
        world.answer()
    assert doublings() == 2
    assert doublings("203.0.113.8") == 0, "a neighbour pays nothing yet"
    for last in range(8, 11):
        world.answer(f"203.0.113.{last}")
    assert doublings("203.0.113.250") == 1, "but the network does"
    assert doublings("198.51.100.1") == 0
    world.now[0] += 3_600
    assert doublings() == 0


def test_cheap_challenges_collected_first_do_not_stay_cheap(make_guard: MakeGuard) -> None:
    world = make_guard(tolls=Tolls(Toll(1), Toll(1000), Toll(1000)))
    collected = [world.challenge() for _ in range(6)]
    told = [world.hand_in(challenge).json() for challenge in collected]
    assert ["answer" in one for one in told] == [True, True, False, False, False, False]
    assert told[-1]["parameters"]["data"]["doublings"] == 2


@every_vendor
def test_while_its_database_is_out_each_site_does_as_it_said(
    make_guard: MakeGuard, vendor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_guard()
    stored = world.answer(), world.answer(sitekey=OPEN_KEY)
    gone = make_guard()
    gone.guard.engine.dispose()
    object.__setattr__(gone.guard, "engine", _gone())
    outage = "internal-error" if vendor == "turnstile" else "bad-request"
    assert gone.codes(vendor, response=stored[0]) == [outage]
    assert gone.post("/guard/challenge", {"sitekey": KEY, "hostname": "board.example"}).status_code == 503
    assert gone.verify(vendor, secret=OPEN_SECRET, response=stored[1])["success"] is True
    made = gone.answer(sitekey=OPEN_KEY)
    assert gone.verify(vendor, secret=OPEN_SECRET, response=made)["success"] is True
    forged = stored[1][:-1] + ("0" if stored[1][-1] != "0" else "1")
    assert gone.codes(vendor, secret=OPEN_SECRET, response=forged) == ["invalid-input-response"], "open, not blind"
    assert gone.http.get("/healthz").status_code == 503


def _gone() -> object:
    """A database that nobody answers for."""
    from sqlalchemy import create_engine

    return create_engine("postgresql+psycopg://x@127.0.0.1:9/x?connect_timeout=1")


def test_nothing_kept_tells_who_was_there(guarded: World) -> None:
    answer = guarded.answer()
    guarded.verify(response="wrong")
    with guarded.guard.engine.begin() as connection:
        rows = connection.execute(text("SELECT * FROM answers")).all()
    said = repr(rows) + "".join(guarded.log) + repr(guarded.guard.settings)
    assert rows
    assert ADDRESS not in said
    assert answer not in said


@pytest.mark.parametrize("path", ["/guard/challenge", "/guard/answer"])
@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"[" * 9_000, b"null", b'"\\ud800"', b"\xff", b"9" * 6_000])
def test_junk_is_the_senders_mistake(guarded: World, path: str, body: bytes) -> None:
    answer = guarded.http.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert (
        guarded.http.post(path, content=b"x" * 20_000, headers={"Content-Type": "application/json"}).status_code == 413
    )
    assert guarded.http.post(path, data={"a": "b"}).status_code == 415
