"""Keycloak as its blueprint builds it: real browser, second factors, clients nobody here wrote, import, restore."""

import base64
import json
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import identity
import projects
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from identity import HOST, ISSUER, PASSWORD, REALM, Provider, click, enrol, fill, totp, until
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions
from spelled_hashes import FIREBASE, FIREBASE_PASSWORD, FIREBASE_USER, spelled
from spelled_hashes import PASSWORD as HASHED
from staff import APP, APPLICATIONS, GROUPS, HOSTILE, IMPORTED, PEOPLE, WIKI, exported, person

from toolkit.drill import lab as labs
from toolkit.errors import ProgramFailed
from toolkit.export import passwords
from toolkit.model import Platform

ACCOUNT = f"{ISSUER}/account/"
INPUTS = {
    "redirect_uris": [f"{APP}/staff/callback"],
    "groups": ["moderators"],
    "lockout_failures": 3,
}
FINGER = VirtualAuthenticatorOptions(
    protocol="ctap2", transport="internal", has_resident_key=True, has_user_verification=True, is_user_verified=True
)


@pytest.fixture(scope="module")
def provider(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """PostgreSQL and Keycloak on a fresh host."""
    folder = tmp_path_factory.mktemp("auth")
    platform = Platform(name="Board", domains=("board.example",))
    with labs.temporary([HOST], log=print, state=folder / "labs") as lab:
        project = projects.make(folder, lab, platform, {"postgresql": {}, "keycloak": INPUTS}, host=HOST)
        # the foreign applications run on the same host, and are none of the platform's: see `apache` and `wiki`
        (project.folder / "host_vars").mkdir(exist_ok=True)
        opened = [{"port": urlsplit(address).port} for address in (APP, WIKI)]
        (project.folder / f"host_vars/{HOST}.yml").write_text(json.dumps({"base_open_ports": opened}))
        project.play("site.yml")
        yield Provider(project, lab)


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "identity"
    return exported(folder, users=PEOPLE, groups=GROUPS, applications=APPLICATIONS)


def take(provider: Provider, export: Path, *options: str) -> str:
    """Import, as a user would; what it printed."""
    return provider.project.play("import.yml", "--tags", "keycloak", "-e", f"dataset={export}", *options)


def configure(provider: Provider, *options: str) -> str:
    """Only what comes after the server is installed and runs; what it printed."""
    begin = ("--tags", "keycloak", "--start-at-task", "Bring the realm to the described state")
    return provider.project.play("site.yml", *begin, *options)


@pytest.fixture(scope="module")
def imported(provider: Provider, export: Path) -> str:
    """What the first import printed."""
    return take(provider, export)


@pytest.fixture(scope="module")
def apache(provider: Provider, imported: str) -> None:
    """Debian's mod_auth_openidc and mod_auth_mellon."""
    secret = provider.printed("client_secret.py", "keycloak_client_seed", "board").strip()
    provider.script("apache.sh", (identity.CLIENTS / "apache.conf").read_text().replace("SECRET", secret))


@pytest.fixture(scope="module")
def wiki(provider: Provider, imported: str) -> None:
    """`openid-client` from npm, entered as the checklist says."""
    assert shutil.which("npm"), "npm is not installed"
    listed = (provider.project.folder / "applications.md").read_text()
    [issuer] = re.findall(r"^\| issuer \| `(.*)` \|$", listed, re.MULTILINE)
    [client_id] = re.findall(r"\*\*Wiki\*\* \(oidc\): client is made.*\n  - client id: (.*)", listed)
    secret = provider.printed("client_secret.py", "keycloak_client_seed", client_id).strip()
    provider.run_openid_client(issuer, client_id, secret, WIKI)


@pytest.fixture
def browser(provider: Provider) -> Iterator[Callable[[], Chrome]]:
    """Opens browsers; each is a person with no history."""
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        assert not os.environ.get("CI"), "chromium and chromium-driver are not installed"
        pytest.skip("chromium and chromium-driver are not installed")
    opened: list[Chrome] = []

    def open_one() -> Chrome:
        opened.append(provider.open_browser())
        return opened[-1]

    yield open_one
    for one in opened:
        one.quit()


def test_a_second_run_changes_nothing(provider: Provider) -> None:
    assert projects.changed(provider.project.play("site.yml")) == 0


def test_it_verifies(provider: Provider) -> None:
    provider.project.play("verify.yml")


def test_a_clock_that_is_off_is_reported(provider: Provider) -> None:
    provider.shell(
        "cat >/usr/local/bin/date; chmod +x /usr/local/bin/date", b'#!/bin/sh\nexec /bin/date -d "+90 sec" "$@"'
    )
    try:
        with pytest.raises(AssertionError, match=r"(8\d|9\d)\s+seconds apart"):
            provider.project.play("verify.yml", "--tags", "keycloak")
    finally:
        provider.shell("rm /usr/local/bin/date")


# --- import -----------------------------------------------------------------------------------------------------------
def test_people_groups_and_applications_are_imported_and_conflicts_reported(
    provider: Provider, export: Path, imported: str
) -> None:
    users = {one["username"]: one for one in provider.admin(f"result = admin.get('/{REALM}/users')")}
    assert set(users) == {"break-glass", *(f"{name}@board.example" for name in IMPORTED)}
    ada = provider.user("ada")
    assert ada["attributes"]["source_id"] == ["00u-ada"]
    assert set(ada["requiredActions"]) == {"UPDATE_PASSWORD", "CONFIGURE_TOTP"}
    assert users["eve@board.example"]["lastName"] == HOSTILE
    assert not users["eve@board.example"]["enabled"]
    assert imported.count("also claimed by somebody else: twin@board.example") == 2
    assert "Break-Glass (00u-root): also claimed by somebody else: break-glass" in imported
    assert "nul@board.example (00u-nul): has a NUL character" in imported
    assert "long@board.example (00u-long): longer than 255 characters: first_name" in imported
    assert "members not imported" in imported
    assert re.search(r"second factors to enrol again:.*totp: 1", imported, re.DOTALL)
    groups = provider.admin(f"result = [one['name'] for one in admin.get('/{REALM}/groups')]")
    assert groups == ["R/D {{ 7 * 7 }}", "moderators"]
    again = take(provider, export)
    assert projects.changed(again) == 0
    assert f"there before: {len(IMPORTED)}" in again


def test_every_application_becomes_an_entry_of_the_checklist(provider: Provider, imported: str) -> None:
    listed = (provider.project.folder / "applications.md").read_text()
    assert "**Desk** (saml): client is made" in listed
    assert f"entity id: {APP}/mellon/metadata" in listed
    assert "**Wiki** (oidc): client is made: enter issuer, client id and secret" in listed
    assert "**Old intranet** (other): does not sign in by OIDC or SAML" in listed
    assert r"**Hostile \| \[tool\](x)** (oidc): make the client by hand, Keycloak refuses what was exported" in listed
    [certificate] = re.findall(r"-----BEGIN CERTIFICATE-----\n(.*?)\n-----END", listed, re.DOTALL)
    metadata = provider.shell(f"curl --silent --fail {ISSUER}/protocol/saml/descriptor")
    assert certificate.replace("\n", "") in metadata


def test_another_export_has_a_part_of_its_own_and_ticks_stay(
    provider: Provider, export: Path, imported: str, tmp_path: Path
) -> None:
    path = provider.project.folder / "applications.md"
    before = path.read_text()
    shop = {"id": "c1", "source": "auth0", "name": "Shop", "protocol": "oidc", "enabled": True, "client_id": "shop"}
    other = exported(tmp_path / "auth0", source="auth0 https://board.example", applications=[shop])
    assert projects.changed(take(provider, other)) > 0
    assert path.read_text().startswith(before)
    assert "\n## Checklist: auth0 https://board.example\n- [ ] **Shop** (oidc): client is made" in path.read_text()
    path.write_text(worked := path.read_text().replace("[ ] **Wiki**", "[x] **Wiki**"))
    assert projects.changed(take(provider, export)) == 0
    assert projects.changed(take(provider, other)) == 0
    assert path.read_text() == worked


def _shorten(folder: Path) -> None:
    path = folder / "identity.users.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


def _cut_off(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes()[:100])


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_shorten, r"identity\.users\.jsonl: not what was exported"),
        (lambda folder: (folder / "identity.groups.jsonl").unlink(), r"identity\.groups\.jsonl: No such file"),
        (_cut_off, r"manifest\.json: damaged"),
        (lambda folder: (folder / "manifest.json").unlink(), "the export is not complete"),
    ],
    ids=["shortened", "lost", "cut off", "unfinished"],
)
def test_a_damaged_export_is_refused_whole(
    provider: Provider, export: Path, tmp_path: Path, damage: Callable[[Path], None], said: str
) -> None:
    damage(damaged := shutil.copytree(export, tmp_path / "damaged"))
    with pytest.raises(AssertionError, match=said):
        take(provider, damaged)


@pytest.mark.parametrize(
    ("victim", "said"),
    [("pkill -KILL -f import_people.py", "was ended"), ("systemctl kill -s KILL keycloak", "Keycloak does not answer")],
    ids=["the import", "Keycloak"],
)
def test_an_import_goes_on_after_being_killed(
    provider: Provider, imported: str, tmp_path: Path, victim: str, said: str
) -> None:
    mark = victim.split()[0]
    people = [person(f"{mark}-{number}") for number in range(1000)]
    group = {"id": f"g-{mark}", "source": "okta", "name": mark, "members": [one["id"] for one in people]}
    crowd = exported(tmp_path / "crowd", users=people, groups=[group])
    count = f"admin.get('/{REALM}/users/count')"
    before = provider.admin(f"result = {count}")
    wait = f"import os, time\nwhile {count} == {before}:\n    time.sleep(0.01)\nos.system('{victim}')"
    killer = threading.Thread(target=provider.admin, args=(wait,))
    killer.start()
    with pytest.raises(AssertionError, match=said):
        take(provider, crowd)
    killer.join()
    printed = take(provider, crowd)
    left = int(re.findall(r"created: (\d+)", printed)[0])
    assert 0 < left < 1000
    assert f"there before: {1000 - left}" in printed
    assert provider.admin(f"result = {count}") == before + 1000
    assert projects.changed(take(provider, crowd)) == 0
    provider.admin(  # the tests that follow need no crowd
        f"from admin import at_once\ncrowd = list(admin.pages('/{REALM}/users', search='{mark}-'))\n"
        f"at_once(lambda one: admin.delete('/{REALM}/users/' + one['id']), crowd)"
    )


# --- signing in -------------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("apache")
def test_a_browser_signs_in_to_foreign_clients_with_totp(provider: Provider, browser: Callable[[], Chrome]) -> None:
    provider.set_password("ada", "CONFIGURE_TOTP")
    page = browser()
    page.get(f"{APP}/staff/")
    assert page.current_url.startswith(ISSUER)
    fill(page, username="ada@board.example", password="wrong", then="[id^=input-error]")
    fill(page, username="ada@board.example", password=PASSWORD, then="[name=totpSecret]")
    seed = enrol(page, then="h1")
    assert page.find_element(By.TAG_NAME, "h1").text == "Staff only"

    other = browser()
    other.get(f"{APP}/staff/")
    fill(other, username="ada@board.example", password=PASSWORD, then="[name=otp]")
    fill(other, otp="000000" if totp(seed) != "000000" else "111111", then="[id^=input-error]")
    fill(other, otp=totp(seed, step=1), then="h1")
    assert other.find_element(By.TAG_NAME, "h1").text == "Staff only"
    # the same session opens the SAML application as well; pages that post themselves onward come in between
    other.get(f"{APP}/saml/")
    until(other, lambda: "<h1>SAML only</h1>" in other.page_source, "the page behind SAML")


@pytest.mark.usefixtures("wiki")
def test_openid_client_finds_every_token_valid(provider: Provider, browser: Callable[[], Chrome]) -> None:
    provider.set_password("gus", "CONFIGURE_TOTP")
    page = browser()
    page.get(WIKI)
    fill(page, username="gus@board.example", password=PASSWORD, then="[name=totpSecret]")
    enrol(page, then="pre")
    assert shown(page) == {
        "iss": ISSUER,
        "email": "gus@board.example",
        "groups": ["R/D {{ 7 * 7 }}"],
        "former_sub": "00u-gus",
        "userinfo": "gus@board.example",
        "refreshed": True,
        "active": True,
        "revoked": "invalid_grant",
        "replayed": "invalid_grant",
    }


def shown(page: Chrome) -> Any:
    """What the application behind openid-client found."""
    return json.loads(page.find_element(By.TAG_NAME, "pre").text)


@pytest.mark.usefixtures("wiki")
def test_a_passkey_is_enrolled_and_needs_no_password_any_more(
    provider: Provider, browser: Callable[[], Chrome]
) -> None:
    provider.set_password("dora", "webauthn-register-passwordless")
    page = browser()
    page.add_virtual_authenticator(FINGER)
    page.get(WIKI)
    fill(page, username="dora@board.example", password=PASSWORD, then="#registerWebAuthn")
    click(page, "#registerWebAuthn", then="pre")
    assert shown(page)["email"] == "dora@board.example"

    other = browser()  # which knows nothing but the passkey, and offers it by itself
    other.add_virtual_authenticator(FINGER)
    for passkey in page.get_credentials():
        other.add_credential(passkey)
    other.get(WIKI)
    until(other, lambda: other.find_elements(By.TAG_NAME, "pre"), "what the application shows")
    assert shown(other)["email"] == "dora@board.example"


def test_a_code_works_once_and_a_printed_recovery_code_as_well(
    provider: Provider, browser: Callable[[], Chrome]
) -> None:
    printed = provider.printed("break_glass.py", "keycloak_break_glass_seed")
    codes = re.findall(r"^ *\d+  (\w{12})$", printed, re.MULTILINE)
    for wanted, code in (("[id^=input-error]", codes[1]), ("#root, #app", codes[0])):
        page = browser()
        page.get(ACCOUNT)
        until(page, lambda page=page: page.find_elements(By.NAME, "username"), "the sign-in form")
        fill(page, username="break-glass", password=provider.vault["keycloak_break_glass_password"], then="form")
        fill(page, recoveryCodeInput=code, then=wanted)


@pytest.mark.usefixtures("imported")
def test_wrong_passwords_lock_an_account_for_a_while(provider: Provider) -> None:
    provider.set_password("bob", "CONFIGURE_TOTP")
    for _ in range(3):
        with pytest.raises(ProgramFailed, match="Invalid username or password"):
            provider.sign_in("bob@board.example", "guess")
    with pytest.raises(ProgramFailed):
        provider.sign_in("bob@board.example", PASSWORD)
    path = f"/{REALM}/attack-detection/brute-force/users/{provider.user('bob')['id']}"
    assert provider.admin(f"result = admin.get('{path}')")["disabled"]
    provider.admin(f"admin.delete('{path}')")
    provider.sign_in("bob@board.example", PASSWORD)


def test_tokens_validate_with_the_published_keys(provider: Provider) -> None:
    """The client-credentials token of the role's own service account, checked against the realm's JWKS."""
    from joserfc import jwt
    from joserfc.jwk import KeySet

    base = "https://id.board.example/realms/master/protocol/openid-connect"
    form = f"grant_type=client_credentials&client_id=offramp&client_secret={provider.vault['keycloak_service_secret']}"
    token = json.loads(provider.shell(f"curl --silent --fail --data @- {base}/token", form.encode()))["access_token"]
    keys = KeySet.import_key_set(json.loads(provider.shell(f"curl --silent --fail {base}/certs")))
    claims = jwt.decode(token, keys).claims
    assert claims["iss"] == "https://id.board.example/realms/master"
    forged = token[:-8] + base64.urlsafe_b64encode(b"forged").decode()
    with pytest.raises(Exception, match="signature"):
        jwt.decode(forged, keys)


# --- before the cut, and the cut --------------------------------------------------------------------------------------
@pytest.fixture
def former(provider: Provider) -> Iterator[dict[str, Any]]:
    """The old provider, played by another realm: its subjects are the ids its export had. Out: the settings for it."""
    secret = "of the client made at the old provider"
    realm = {
        "realm": "former",
        "enabled": True,
        "clients": [
            {
                "clientId": "0oabroker",
                "secret": secret,
                "redirectUris": [f"{ISSUER}/broker/upstream/endpoint"],
                "attributes": {"pkce.code.challenge.method": "S256"},
            }
        ],
        "users": [
            {
                "id": "00u-cleo",
                "username": "cleo@board.example",
                "email": "cleo@board.example",
                "emailVerified": True,
                "firstName": "Cleo",
                "lastName": "Foo",
                "enabled": True,
                "credentials": [{"type": "password", "value": "as before", "temporary": False}],
            }
        ],
    }
    provider.admin(f"admin.post('', json.loads({json.dumps(realm)!r}))")
    issuer = "https://id.board.example/realms/former"
    upstream = {"issuer": issuer, "client_id": "0oabroker"}
    yield {"keycloak_upstream": upstream, "keycloak_upstream_secret": secret}
    provider.admin("admin.delete('/former')")


@pytest.mark.usefixtures("wiki")
def test_people_sign_in_as_before_until_the_cut_and_by_themselves_after_it(
    provider: Provider, export: Path, former: dict[str, Any], browser: Callable[[], Chrome]
) -> None:
    settings = ("-e", json.dumps(former))
    assert projects.changed(configure(provider, *settings)) > 0
    assert projects.changed(configure(provider, *settings)) == 0
    assert projects.changed(take(provider, export, *settings)) > 0  # everybody is tied to his old account
    assert projects.changed(take(provider, export, *settings)) == 0

    page = browser()
    page.get(WIKI)
    click(page, "#social-upstream", then="[name=username]")
    assert page.current_url.startswith("https://id.board.example/realms/former/")
    fill(page, username="cleo@board.example", password="as before", then="[name=password-new], [name=totpSecret]")
    seed = settle(page)
    assert shown(page)["email"] == "cleo@board.example"

    configure(provider)
    page = browser()
    page.get(WIKI)
    assert not page.find_elements(By.ID, "social-upstream")
    fill(page, username="cleo@board.example", password=PASSWORD, then="[name=otp]")
    fill(page, otp=totp(seed, step=1), then="pre")
    assert shown(page)["email"] == "cleo@board.example"


def settle(page: Chrome) -> bytes:
    """Do what an account has yet to do, in the order it is asked for: a password, an authenticator. Out: its seed."""
    seed = b""
    form = "[name=password-new], [name=totpSecret]"
    for last in (False, True):
        following = "pre, #kc-info-message, #root" if last else form
        if page.find_elements(By.NAME, "totpSecret"):
            seed = enrol(page, then=following)
        else:
            fill(page, **{"password-new": PASSWORD, "password-confirm": PASSWORD}, then=following)
    return seed


# --- the campaign -----------------------------------------------------------------------------------------------------
class Post:
    """A mail server that takes `willing` mails and is out of order after that."""

    def __init__(self, willing: int) -> None:
        self.willing, self.mails = willing, dict[str, list[EmailMessage]]()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd calls it for each mail."""
        if not self.willing:
            return "451 try again later"
        self.willing -= 1
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        for recipient in envelope.rcpt_tos:
            self.mails.setdefault(recipient, []).append(mail)
        return "250 kept"


@pytest.fixture
def post(provider: Provider) -> Iterator[Post]:
    taken = Post(willing=1)
    controller = Controller(taken, hostname=provider.lab.gateway, port=2525)
    controller.start()
    yield taken
    controller.stop()


def test_everybody_without_a_password_is_mailed_once_and_can_set_one(
    provider: Provider, export: Path, imported: str, post: Post, browser: Callable[[], Chrome]
) -> None:
    mail = {"keycloak_mail": {"host": provider.lab.gateway, "port": 2525, "user": ""}}
    options = ("-e", json.dumps({**mail, "keycloak_invite": True, "keycloak_invite_per_minute": 6000}))
    configure(provider, "-e", json.dumps(mail))
    waiting = {
        one["email"]
        for one in provider.admin(f"result = admin.get('/{REALM}/users', briefRepresentation='false')")
        if "UPDATE_PASSWORD" in one["requiredActions"] and one["enabled"]
    }
    assert "fay@board.example" in waiting
    with pytest.raises(AssertionError, match="1 were mailed, and the same command goes on"):
        take(provider, export, *options)
    post.willing = 100
    printed = take(provider, export, *options)
    assert set(post.mails) == waiting - {"hal@board.example"}  # brackets in a name: Keycloak wants them gone first
    assert all(len(mails) == 1 for mails in post.mails.values())
    assert re.search(r"to be corrected first.*hal@board\.example", printed, re.DOTALL)
    take(provider, export, *options)
    assert all(len(mails) == 1 for mails in post.mails.values())

    body = post.mails["fay@board.example"][0].get_body(("plain",))
    assert body
    [link] = re.findall(rf"{ISSUER}/login-actions/action-token\S+", body.get_content())
    page = browser()
    page.get(link)
    until(page, lambda: page.find_elements(By.CSS_SELECTOR, "#kc-info-message a"), "the page that says what to do")
    click(page, "#kc-info-message a", then="[name=password-new], [name=totpSecret]")
    settle(page)
    assert not provider.user("fay")["requiredActions"]
    provider.sign_in("fay@board.example", PASSWORD)


# --- passwords that come along ----------------------------------------------------------------------------------------
def test_people_sign_in_with_the_passwords_they_had(
    provider: Provider, imported: str, tmp_path: Path, browser: Callable[[], Chrome]
) -> None:
    hashes = {f"hash-{number}": hashed for number, hashed in enumerate(spelled().values())}
    rows = [{"id": f"t-{name}", "email": f"{name}@board.example", "password": one} for name, one in hashes.items()]
    firebase_user = {**FIREBASE_USER, "email": "firebase@board.example"}
    later = {"id": "00u-ivy", "email": "ivy@board.example", "password": hashes["hash-0"]}  # was imported without one
    (tmp_path / "table.json").write_text(json.dumps([*rows, firebase_user, later]))
    found = passwords.read(tmp_path / "table.json", source="table", columns={}, firebase=FIREBASE)
    passwords.write(found, tmp_path / "out", source="table", key=provider.project.folder.parent / "vault-key")

    printed = take(provider, tmp_path / "out")
    assert f"with a new account: {len(rows) + 1}" in printed
    assert "for an account without a password: 1" in printed
    assert "for an account without a password: 0" in take(provider, tmp_path / "out")
    assert not provider.shell("ls /run/offramp-keycloak-import 2>/dev/null || true")
    with pytest.raises(ProgramFailed):
        provider.sign_in("hash-0@board.example", HASHED + " ")
    known = dict.fromkeys((*hashes, "ivy"), HASHED) | {"firebase": FIREBASE_PASSWORD}
    for name, password in known.items():
        page = browser()
        page.get(ACCOUNT)
        until(page, lambda page=page: page.find_elements(By.NAME, "username"), "the sign-in page")
        fill(page, username=f"{name}@board.example", password=password, then="[name=totpSecret]")
        page.quit()
    algorithms = {name: provider.credential(name)["algorithm"] for name in known}
    assert set(algorithms.values()) == {"argon2"}, "Keycloak hashes anew at the first sign-in"


# --- restore ----------------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("imported")
def test_people_can_still_sign_in_after_everything_was_lost_and_restored(provider: Provider) -> None:
    password = "another horse battery"
    provider.set_password("bob", "CONFIGURE_TOTP", password=password)
    provider.project.play("backup.yml", "--tags", "keycloak")
    provider.project.play("drill-steady.yml", "--tags", "keycloak")
    provider.project.play("drill-break.yml", "--tags", "keycloak")
    with pytest.raises(ProgramFailed):
        provider.sign_in("break-glass", provider.vault["keycloak_break_glass_password"])
    provider.project.play("site.yml")
    provider.project.play("restore.yml", "--tags", "keycloak")
    provider.project.play("verify.yml", "--tags", "keycloak")  # compares with what drill-steady noted
    provider.sign_in("bob@board.example", password)
