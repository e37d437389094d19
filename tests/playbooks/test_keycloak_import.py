"""The programs that import people into Keycloak, as far as they need no Keycloak: tests/host/test_auth.py has that."""

import re
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

PROGRAMS = Path(__file__).parents[2] / "playbooks/blueprints/keycloak/files"


@pytest.fixture(scope="module")
def programs() -> Iterator[dict[str, ModuleType]]:
    """Imported as Python on the host does: from their own folder."""
    before = set(sys.modules)
    sys.path.insert(0, str(PROGRAMS))
    import accounts
    import admin
    import checklist
    import import_applications
    import import_people
    import invite
    import lacks

    yield {one.__name__: one for one in (accounts, admin, checklist, import_applications, import_people, invite, lacks)}
    sys.path.remove(str(PROGRAMS))
    for name in set(sys.modules) - before:
        del sys.modules[name]


NAMES = st.sampled_from(["ada", "Ada", "ADA ", "bob", "straße", "STRASSE", "İ", "ı", ""])
PEOPLE = st.builds(
    lambda number, name, address: {
        "id": f"u{number}",
        "source": "okta",
        "username": name or "nobody",
        "email": address,
        "enabled": True,
    },
    st.integers(0, 8),
    NAMES,
    NAMES,
)


@given(people=st.lists(PEOPLE, max_size=12), there=st.lists(PEOPLE, max_size=3, unique_by=lambda one: one["username"]))
def test_nobody_is_lost_and_no_name_is_given_twice(
    programs: dict[str, ModuleType], people: list[dict[str, Any]], there: list[dict[str, Any]]
) -> None:
    sort_out, account_of = programs["import_people"].sort_out, programs["accounts"].account_of
    present = [account_of(one, None) for one in there]
    new, known, conflicts = sort_out(people, present)
    sorted_out = [one["id"] for one in (*new, *known, *(one for one, _ in conflicts))]
    assert set(sorted_out) == {one["id"] for one in people}
    taken = [name for one in new for name in {one["username"].casefold(), one["email"].casefold()} - {""}]
    held = {name.casefold() for one in present for name in (one["username"], one.get("email") or "")} - {""}
    assert len(taken) == len(set(taken))
    assert not set(taken) & held
    assert {one["id"] for one in known} <= {one["id"] for one in there}
    # who was made is known the next time, and nobody is new
    made = present + [account_of(one, None) for one in new]
    assert sort_out(people, made)[0] == []


class Keycloak:
    """Refuses who is called "bad", and is away for the first `away` requests."""

    realm = "board"

    def __init__(self, refused: type[Exception], away: int = 0, status: int = 500) -> None:
        self.refused, self.away, self.status, self.held = refused, away, status, set[str]()

    def get(self, path: str) -> int:
        return len(self.held)

    def post(self, path: str, body: dict[str, Any]) -> None:
        if self.away:
            self.away -= 1
            raise self.refused(self.status, "away", path)
        names = {one["username"] for one in body["users"]}
        if "bad" in names:
            raise self.refused(500, "no such letter", path)
        self.held |= names


def _forms(names: list[str]) -> list[dict[str, Any]]:
    return [{"username": name, "attributes": {"source_id": [f"{number}"]}} for number, name in enumerate(names)]


def test_a_batch_is_halved_until_the_one_at_fault_is_found(programs: dict[str, ModuleType]) -> None:
    keycloak = Keycloak(programs["admin"].Refused)
    names = [f"p{number}" for number in range(120)]
    refused = programs["import_people"].create(keycloak, _forms([*names[:60], "bad", *names[60:]]))
    assert refused == {"60": "no such letter"}
    assert keycloak.held == set(names)


def test_nobody_is_refused_because_the_database_was_away(programs: dict[str, ModuleType]) -> None:
    keycloak = Keycloak(programs["admin"].Refused, away=1)
    assert programs["import_people"].create(keycloak, _forms(["ada"])) == {}
    assert keycloak.held == {"ada"}


def test_a_server_that_is_gone_ends_the_import(programs: dict[str, ModuleType]) -> None:
    refused, gone = programs["admin"].Refused, programs["admin"].NO_ANSWER
    with pytest.raises(refused, match="away"):
        programs["import_people"].create(Keycloak(refused, away=99, status=gone), _forms(["ada", "bob"]))


def test_no_answer_is_told_in_words(programs: dict[str, ModuleType]) -> None:
    access = {"url": "http://127.0.0.1:9", "client_id": "-", "client_secret": "-", "realm": "board"}
    with pytest.raises(programs["admin"].Refused, match=r"Keycloak does not answer \(ConnectionRefusedError\)"):
        programs["admin"].Admin(access).get("")


@pytest.mark.parametrize(
    ("app", "state"),
    [
        ({"protocol": "oidc", "client_id": "a", "kind": "browser"}, r"issuer and client id \(it keeps no secret\)"),
        ({"protocol": "oidc", "client_id": "a", "kind": "web"}, "issuer, client id and secret"),
        ({"protocol": "saml"}, "make the client from the metadata the application offers"),
        ({"protocol": "oidc", "client_id": "a", "enabled": False}, "was switched off"),
    ],
    ids=["public", "confidential", "unknown addresses", "off"],
)
def test_the_checklist_says_what_to_enter(programs: dict[str, ModuleType], app: dict[str, Any], state: str) -> None:
    _, said = programs["import_applications"].client_of({"name": "A", "enabled": True, **app}, "seed")
    assert re.search(state, said)


@given(text=st.text())
def test_names_of_applications_are_only_text_in_the_checklist(programs: dict[str, ModuleType], text: str) -> None:
    plain = programs["import_applications"].plain(text)
    assert "\n" not in plain
    tokens = MarkdownIt().parseInline(plain)
    assert {one.type for token in tokens for one in token.children or []} <= {"text", "text_special"}


# --- the checklist ----------------------------------------------------------------------------------------------------
OKTA, AUTH0 = "okta https://board.example", "auth0 https://board.example"


def _row(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "protocol": "oidc", "state": "client is made", "values": {"client id": "x"}, **more}


def test_an_import_writes_its_own_part_of_the_checklist_only(programs: dict[str, ModuleType]) -> None:
    checklist = programs["checklist"].checklist
    okta = checklist("# Applications to move\n", OKTA, [_row("Desk", protocol="saml"), _row("Wiki")])
    assert okta == (
        f"## Checklist: {OKTA}\n"
        "- [ ] **Desk** (saml): client is made\n  - client id: x\n"
        "- [ ] **Wiki** (oidc): client is made\n  - client id: x\n"
    )
    both = checklist(okta, AUTH0, [_row("Shop"), _row("Wiki")])
    worked = both.replace("[ ] **Desk**", "[x] **Desk**").replace("[ ] **Shop**", "[X] **Shop**")
    again = checklist(worked, OKTA, [_row("Board"), _row("Desk", protocol="saml", state="another"), _row("Wiki")])
    mine, _, others = again.partition(f"## Checklist: {AUTH0}\n")
    assert re.findall(r"^- (.*)$", mine, re.MULTILINE) == [
        "[ ] **Board** (oidc): client is made", "[x] **Desk** (saml): another", "[ ] **Wiki** (oidc): client is made",
    ]  # fmt: skip
    assert others == worked.partition(f"## Checklist: {AUTH0}\n")[2]
    assert "[X] **Shop**" in others


NAMES_OF_APPLICATIONS = st.lists(
    st.sampled_from(["Wiki", "** (oidc): x", "## Checklist: okta"]) | st.text(), max_size=4
)


@given(okta=NAMES_OF_APPLICATIONS, auth0=NAMES_OF_APPLICATIONS, ticks=st.lists(st.booleans(), min_size=8, max_size=8))
def test_whatever_applications_are_called_ticks_and_parts_stay(
    programs: dict[str, ModuleType], okta: list[str], auth0: list[str], ticks: list[bool]
) -> None:
    checklist, plain = programs["checklist"].checklist, programs["import_applications"].plain
    rows = {source: [_row(plain(name)) for name in names] for source, names in ((OKTA, okta), (AUTH0, auth0))}
    listed = checklist(checklist("", OKTA, rows[OKTA]), AUTH0, rows[AUTH0])
    marks = iter(ticks)
    listed = re.sub(r"^- \[ \]", lambda _: f"- [{'x' if next(marks) else ' '}]", listed, flags=re.MULTILINE)
    assert len(re.findall(r"^- \[x\]", listed, re.MULTILINE)) == sum(ticks[: len(okta) + len(auth0)])
    for source, ones in rows.items():
        assert checklist(f"# Values\n\n{listed}", source, ones) == listed


@pytest.mark.parametrize(
    ("noted", "works"),
    [([], False), (["2026-11-18"], True), (["2026-11-17"], False), (["hand-made"], False)],
    ids=["never mailed", "last day", "the day after", "not a day"],
)
def test_who_let_a_link_pass_gets_another(programs: dict[str, ModuleType], noted: list[str], works: bool) -> None:
    account = {"attributes": {"source_id": ["1"], **({"invited": noted} if noted else {})}}
    today, valid = date(2026, 11, 25), timedelta(days=7)
    assert programs["invite"].link_works(account, today, valid) is works


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"username": "a", "attributes": {"k": ["x", "y\0"]}}, "has a NUL character"),
        ({"username": "a" * 256, "last_name": "b" * 300}, "longer than 255 characters: username, last_name"),
        ({"username": "a" * 255, "email": None, "enabled": True, "attributes": {"k": ["\\u0000"]}}, "^$"),
    ],
    ids=["nul", "long", "fit"],
)
def test_what_no_account_can_hold_is_told_in_words(
    programs: dict[str, ModuleType], record: dict[str, Any], said: str
) -> None:
    assert re.search(said, programs["accounts"].unfit(record))


def test_every_record_is_counted_in_one_place(programs: dict[str, ModuleType]) -> None:
    ada, bob = ({"id": name, "username": name, "source": "okta", "enabled": True} for name in ("ada", "bob"))
    told = programs["import_people"].of_people([ada, bob, ada], [ada], [], [(bob, "why")], {})
    assert told["people"] == {"exported": 3, "created": 1, "there before": 0, "in the export twice": 1}
    assert told["conflicts"] == ["bob (bob): why"]


def _application(**fields: Any) -> dict[str, Any]:
    plain = {"id": "1", "name": "Desk", "source": "auth0", "protocol": "oidc", "enabled": True, "client_id": "desk"}
    return {**plain, "redirect_uris": ["https://desk.example/back"], **fields}


@pytest.mark.parametrize(
    ("address", "works"),
    [
        ("https://desk.example/back", True),
        ("https://desk.example/*", True),
        ("desk://back/*", True),
        ("com.example.desk:/back", True),
        ("*", False),
        ("https://*", False),
        ("https://*.desk.example/back", False),
        ("https://desk.example*", False),
        ("https://desk.example/*/back", False),
    ],
)
def test_an_address_with_a_wildcard_that_cannot_work_is_left_out_and_named(
    programs: dict[str, ModuleType], address: str, works: bool
) -> None:
    kept, missing = programs["lacks"].workable(_application(redirect_uris=[address, "https://desk.example/a"]))
    client, _ = programs["import_applications"].client_of(kept, "seed")
    assert (address in client["redirectUris"]) is works
    assert "https://desk.example/a" in client["redirectUris"]
    assert any(address in text for text in missing) is not works


def test_a_client_that_has_no_address_left_says_so(programs: dict[str, ModuleType]) -> None:
    _, missing = programs["lacks"].workable(_application(redirect_uris=["*"]))
    assert any("enter one" in text for text in missing)
    for app in (_application(kind="service", redirect_uris=[]), _application()):
        assert programs["lacks"].workable(app)[1] == []


def test_a_wildcard_lets_no_foreign_page_ask_for_tokens(programs: dict[str, ModuleType]) -> None:
    kept, missing = programs["lacks"].workable(_application(web_origins=["*", "https://desk.example"]))
    assert kept["web_origins"] == ["https://desk.example"]
    assert "web origins" in missing[0]


def test_the_device_grant_is_on_where_it_was_asked_for_and_only_there(programs: dict[str, ModuleType]) -> None:
    switch, client_of = "oauth2.device.authorization.grant.enabled", programs["import_applications"].client_of
    device = _application(kind="native", redirect_uris=[], grant_types=[programs["lacks"].DEVICE, "refresh_token"])
    kept, missing = programs["lacks"].workable(device)
    assert missing == []
    assert client_of(kept, "seed")[0]["attributes"][switch] == "true"
    assert switch not in client_of(_application(grant_types=["authorization_code"]), "seed")[0]["attributes"]


@pytest.mark.parametrize("grant", ["implicit", "password", "client_credentials", "urn:example:own"])
def test_a_grant_that_stays_off_is_named(programs: dict[str, ModuleType], grant: str) -> None:
    app = _application(grant_types=["authorization_code", "refresh_token", grant])
    kept, [said] = programs["lacks"].workable(app)
    assert grant in said
    client, _ = programs["import_applications"].client_of(kept, "seed")
    assert not client["implicitFlowEnabled"]
    assert not client["directAccessGrantsEnabled"]
    assert not client["serviceAccountsEnabled"]


def test_the_checklist_says_what_an_application_lacks(programs: dict[str, ModuleType]) -> None:
    class Admin:
        realm = "staff"

        def get(self, path: str, **_: str) -> Any:
            keys = {"keys": [{"kid": "1", "certificate": "YQ=="}], "active": {"RS256": "1"}}
            return keys if path.endswith("/keys") else []

        def post(self, path: str, body: Any) -> None:
            assert body["redirectUris"] == []

    datasets = {"identity.groups": [], "identity.applications": [_application(redirect_uris=["https://*.example/`x`"])]}
    found = programs["import_applications"].import_applications(Admin(), datasets, "seed")
    text = programs["checklist"].checklist("", "auth0", found.rows)
    [line] = [line for line in text.splitlines() if "missing" in line]
    assert "wildcard" in line
    assert "enter one" in line
    assert "`x`" not in line.replace("\\`", "")
