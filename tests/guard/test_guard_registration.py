"""Who may register: mailboxes, rates, invitations, the waiting room, and the door that nginx asks."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from conftest import MakeGuard
from guards import SECRET, World, config

from toolkit.guard import invitations, room
from toolkit.guard.command import guard as command
from toolkit.guard.settings import Registration, Toll

DAY = 86_400


def ask(world: World, path: str, status: int = 200, **asked: Any) -> dict[str, Any]:
    answer = world.http.post(f"/api/v1/{path}", json=asked, headers={"Authorization": f"Bearer {SECRET}"})
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def check(world: World, address: str = "203.0.113.7", **asked: Any) -> str:
    told = ask(world, "check", address=address, **asked)
    return "allowed" if told["allowed"] else str(told["reason"])


def shut(world: World, *, closed: bool) -> None:
    with world.guard.engine.begin() as connection:
        room.shut(connection, "operator", closed=closed)


def test_only_applications_of_the_platform_may_ask(guarded: World) -> None:
    for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {SECRET}"}):
        answer = guarded.http.post("/api/v1/check", json={"address": "203.0.113.7"}, headers=header)
        assert (answer.status_code, answer.json()) == (401, {"error": "secret"})
    assert ask(guarded, "check", 400, address="nowhere") == {"error": "address"}
    assert ask(guarded, "check", 400, address="203.0.113.7", email=["x"]) == {"error": "email"}


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("ada@example.org", "allowed"),
        ("ada@mailinator.example", "disposable"),
        ("ada@a.b.MAILINATOR.example.", "disposable"),
        ("ada@mailinator.example\u3002", "disposable"),
        ("ada@mailinator.example(theirs)", "mailbox"),
        ("ada@notmailinator.example", "allowed"),
        ("ada@blocked.example", "domain"),
        ("ada@sub.blocked.example", "domain"),
        ("ada@b\u00fccher.example", "domain"),
        ("no mailbox", "mailbox"),
        ("a@" + "x" * 300, "mailbox"),
        ("a@" + "\u2488" * 70, "mailbox"),
    ],
)
def test_mailboxes(make_guard: MakeGuard, tmp_path: Path, email: str, said: str) -> None:
    listed = tmp_path / "disposable"
    listed.write_text("# theirs\nmailinator.example\n\n")
    rules = Registration(blocked_domains=("blocked.example", "xn--bcher-kva.example"), disposable_file=str(listed))
    assert check(make_guard(registration=rules), email=email) == said


def test_what_people_do_not_do(guarded: World) -> None:
    assert check(guarded, honeypot="https://spam.example") == "honeypot"
    assert check(guarded, seconds=0.4) == "too fast"
    assert check(guarded, seconds=30) == "allowed"


def test_so_many_from_an_address_and_a_network(make_guard: MakeGuard) -> None:
    world = make_guard(registration=Registration(address=Toll(2, 3_600), network=Toll(4, 3_600)))
    assert [check(world) for _ in range(3)] == ["allowed", "allowed", "rate"]
    assert [check(world, f"203.0.113.{last}") for last in (8, 9, 10)] == ["allowed", "allowed", "rate"]
    assert check(world, "198.51.100.1") == "allowed"
    world.now[0] += 3_600
    assert check(world) == "allowed"


def test_invitations_are_a_tree_with_quotas_that_can_be_cut(make_guard: MakeGuard) -> None:
    rules = Registration(invitation_only=True, invitations_each=2, new_days=3)
    world = make_guard(registration=rules)
    assert check(world) == "invitation"
    with world.guard.engine.begin() as connection:
        from toolkit.guard import invitations

        first = invitations.invite(world.guard, connection, "")
    assert check(world, invitation=first) == "allowed"
    assert ask(world, "accounts", account="ada", invitation=first)["invitations_left"] == 2
    assert ask(world, "accounts", 403, account="eve", invitation=first) == {"error": "invitation"}, "it was for one"
    assert ask(world, "invitations", 403, account="ada") == {"error": "new account"}
    world.now[0] += 3 * DAY
    codes = [ask(world, "invitations", account="ada")["code"] for _ in range(2)]
    assert ask(world, "invitations", 403, account="ada") == {"error": "quota"}
    ask(world, "accounts", account="bo", invitation=codes[0])
    assert ask(world, "accounts", 409, account="bo", invitation=codes[1]) == {"error": "account"}
    world.now[0] += 3 * DAY
    of_bo = ask(world, "invitations", account="bo")["code"]
    cut = ask(world, "cut-off", account="ada", tree=True)
    assert cut == {"accounts": ["ada", "bo"], "codes": 2}
    assert check(world, invitation=of_bo) == check(world, invitation=codes[1]) == "invitation"
    assert ask(world, "invitations", 403, account="bo") == {"error": "barred"}


def test_an_invitation_expires(make_guard: MakeGuard) -> None:
    world = make_guard(registration=Registration(new_days=0, invitation_days=1))
    ask(world, "accounts", account="ada")
    code = ask(world, "invitations", account="ada")["code"]
    world.now[0] += DAY
    assert check(world, invitation=code) == "invitation"


def test_while_nobody_can_be_verified_everybody_waits_in_order(make_guard: MakeGuard) -> None:
    generous = Toll(1000, DAY)
    world = make_guard(registration=Registration(admit_per_minute=2, address=generous, network=generous))
    assert check(world) == "allowed"
    shut(world, closed=True)
    tickets = []
    for last in range(1, 4):
        told = ask(world, "check", address=f"203.0.113.{last}")
        assert (told["allowed"], told["reason"], told["position"]) == (False, "queue", last)
        tickets.append(told["ticket"])
    assert ask(world, "check", address="203.0.113.2", ticket=tickets[1])["position"] == 2
    shut(world, closed=False)
    assert check(world, "203.0.113.9") == "queue", "nobody overtakes"
    assert check(world, "203.0.113.3", ticket=tickets[2]) == "queue", "two a minute"
    assert [check(world, ticket=ticket) for ticket in tickets[:2]] == ["allowed", "allowed"]
    assert check(world, "203.0.113.3", ticket=tickets[2]) == "queue"
    assert check(world, "203.0.113.9", ticket="forged") == "queue"
    shut(world, closed=True)
    assert check(world, ticket=tickets[0]) == "queue", "who was let in before waits again: nobody gets in unverified"
    shut(world, closed=False)
    world.now[0] += 61
    assert check(world, "203.0.113.3", ticket=tickets[2]) == "allowed"


def test_who_was_called_up_and_went_away_holds_nobody_up(make_guard: MakeGuard) -> None:
    generous = Toll(1000, DAY)
    world = make_guard(registration=Registration(admit_per_minute=2, address=generous, network=generous))
    shut(world, closed=True)
    tickets = [ask(world, "check", address=f"203.0.113.{last}")["ticket"] for last in range(1, 6)]
    shut(world, closed=False)
    assert check(world, "203.0.113.5", ticket=tickets[4]) == "queue"
    world.now[0] += 61
    assert check(world, "203.0.113.5", ticket=tickets[4]) == "queue"
    world.now[0] += 61
    assert check(world, "203.0.113.5", ticket=tickets[4]) == "allowed", "four went away"


def test_who_got_in_counts_among_those_of_the_minute(make_guard: MakeGuard) -> None:
    generous = Toll(1000, DAY)
    world = make_guard(registration=Registration(admit_per_minute=1, address=generous, network=generous))
    shut(world, closed=True)
    first, second = (ask(world, "check", address=f"203.0.113.{last}")["ticket"] for last in (1, 2))
    shut(world, closed=False)
    assert check(world, "203.0.113.1", ticket=first) == "allowed"
    ask(world, "accounts", account="ada", ticket=first)
    assert check(world, "203.0.113.1", ticket=first) == "queue", "a ticket is one person's"
    assert check(world, "203.0.113.2", ticket=second) == "queue", "one a minute"


def test_one_address_holds_three_places(guarded: World) -> None:
    shut(guarded, closed=True)
    assert [check(guarded) for _ in range(4)] == ["queue", "queue", "queue", "rate"]


def test_the_operators_commands(tmp_path: Path) -> None:
    file = str(config(tmp_path, 1))

    def run(*words: str) -> str:
        done = CliRunner().invoke(command, [words[0], "--config", file, *words[1:]], catch_exceptions=False)
        return done.stdout.strip()

    assert run("room", "show") == "open, 0 waiting"
    assert run("room", "shut") == "shut, 0 waiting"
    assert run("room", "open") == "open, 0 waiting"
    code = run("invite", "--uses", "2")
    assert run("revoke", code) == "revoked"
    assert run("revoke", code) == "this is no invitation that was good"
    assert run("branch", "--cut-off", "ada") == "ada"
    assert run("forget").startswith("forgotten")


def test_the_door_lets_one_form_through_for_a_pass(make_guard: MakeGuard) -> None:
    world = make_guard(base_url="https://guard.board.example")
    host = {"Host": "board.example", "X-Real-IP": "203.0.113.7"}
    page = world.http.get("/door/?next=/signup", headers=host)
    assert "https://guard.board.example/turnstile/v0/api.js" in page.text
    assert 'action="?next=/signup"' in page.text

    def gate(cookie: str, method: str, name: str = "board.example") -> int:
        headers = {"Host": name, "X-Original-Method": method, "Cookie": cookie}
        return world.http.get("/door/gate", headers=headers).status_code

    def knock(**form: str) -> httpx.Response:
        return httpx.post(f"{world.http.base_url}/door/?next=/signup", data=form, headers=host, timeout=60)

    assert gate("", "POST") == 401
    assert knock().status_code == 403
    assert knock(**{"cf-turnstile-response": world.answer(), "website": "spam"}).status_code == 403
    passed = knock(**{"cf-turnstile-response": world.answer()})
    assert (passed.status_code, passed.headers["Location"]) == (303, "/signup")
    cookie = passed.headers["Set-Cookie"].partition(";")[0]
    assert "HttpOnly" in passed.headers["Set-Cookie"]
    assert [gate(cookie, "GET"), gate(cookie, "POST", "shop.example")] == [204, 401]
    assert [gate(cookie, "POST"), gate(cookie, "POST"), gate(cookie, "GET")] == [204, 401, 401]


def test_an_invitation_opens_the_door_once_and_so_does_a_place_in_the_queue(make_guard: MakeGuard) -> None:
    rules = Registration(invitation_only=True, address=Toll(1000, DAY), network=Toll(1000, DAY))
    world = make_guard(base_url="https://guard.board.example", registration=rules)
    with world.guard.engine.begin() as connection:
        code = invitations.invite(world.guard, connection, invitations.OPERATOR)

    def knock(cookie: str, **form: str) -> httpx.Response:
        headers = {"Host": "board.example", "X-Real-IP": "203.0.113.7", "Cookie": cookie}
        data = {"cf-turnstile-response": world.answer(), **form}
        return httpx.post(f"{world.http.base_url}/door/", data=data, headers=headers, timeout=60)

    shut(world, closed=True)
    ticket = knock("", invitation=code).headers["Set-Cookie"].partition(";")[0]
    assert ticket.startswith("guard_ticket=")
    shut(world, closed=False)
    assert knock(ticket, invitation=code).status_code == 303
    assert knock("", invitation=code).status_code == 403, "it was good for one"
    with world.guard.engine.begin() as connection:
        again = invitations.invite(world.guard, connection, invitations.OPERATOR)
    shut(world, closed=True)
    other = knock(ticket, invitation=again).headers["Set-Cookie"].partition(";")[0]
    assert other.startswith("guard_ticket=")
    assert other != ticket, "that place is used up"


@pytest.mark.parametrize("host", ["[", "board.example:x", "]"])
def test_a_host_that_is_none_is_no_bug(make_guard: MakeGuard, host: str) -> None:
    world = make_guard(base_url="https://guard.board.example")
    assert world.http.get("/door/", headers={"Host": host}).status_code < 500
    assert world.http.get("/door/gate", headers={"Host": host, "Cookie": "guard_pass=x"}).status_code == 401


@pytest.mark.parametrize(
    "path", ["//[", "https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "x"]
)
def test_the_door_leads_nowhere_else(make_guard: MakeGuard, path: str) -> None:
    world = make_guard(base_url="https://guard.board.example")
    page = world.http.get("/door/", params={"next": path}, headers={"Host": "board.example"})
    assert 'action="?next=/"' in page.text
