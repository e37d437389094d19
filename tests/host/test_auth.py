"""Keycloak as its blueprint builds it: real browser, second factors, clients nobody here wrote, import, restore."""

import base64
import hmac
import json
import os
import re
import shutil
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import projects
import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from toolkit.drill import lab as labs
from toolkit.errors import ProgramFailed
from toolkit.export import dataset
from toolkit.model import Platform
from toolkit.tools import ssh

HOST = "id"
REALM = "board"
APP = "http://app.board.example:8081"
PASSWORD = "correct horse battery"
PROGRAMS = Path(__file__).parents[2] / "playbooks/blueprints/keycloak/files"
INPUTS = {
    "redirect_uris": [f"{APP}/staff/callback"],
    "groups": ["moderators"],
    "lockout_failures": 3,
    "clients": {"wiki": {"redirect_uris": [f"{APP}/wiki/callback"]}},
}
APACHE = """\
Listen 8081
OIDCProviderMetadataURL https://id.board.example/realms/board/.well-known/openid-configuration
OIDCClientID board
OIDCClientSecret SECRET
OIDCRedirectURI http://app.board.example:8081/staff/callback
OIDCCryptoPassphrase only-for-this-test
OIDCScope "openid profile email groups"
OIDCRemoteUserClaim email
<VirtualHost *:8081>
  DocumentRoot /var/www/app
  <Location /staff/>
    AuthType openid-connect
    Require claim groups:moderators
  </Location>
  <Location /saml/>
    MellonEnable auth
    MellonEndpointPath /mellon
    MellonSPPrivateKeyFile /etc/apache2/sp.key
    MellonSPCertFile /etc/apache2/sp.cert
    MellonSPMetadataFile /etc/apache2/sp.xml
    MellonIdPMetadataFile /etc/apache2/idp.xml
    MellonSecureCookie Off
    AuthType Mellon
    Require valid-user
  </Location>
  <Location /mellon/>
    MellonEnable info
    MellonEndpointPath /mellon
    MellonSPPrivateKeyFile /etc/apache2/sp.key
    MellonSPCertFile /etc/apache2/sp.cert
    MellonSPMetadataFile /etc/apache2/sp.xml
    MellonIdPMetadataFile /etc/apache2/idp.xml
    MellonSecureCookie Off
  </Location>
</VirtualHost>
"""
SET_UP_APACHE = """\
set -eu
export DEBIAN_FRONTEND=noninteractive
# nginx holds port 80
mkdir -p /etc/apache2 && printf '' >/etc/apache2/ports.conf
apt-get install -qq -y --no-install-recommends -o Dpkg::Options::=--force-confold \\
    apache2 libapache2-mod-auth-openidc libapache2-mod-auth-mellon >/dev/null 2>&1
a2dissite -q 000-default
a2enmod -q auth_openidc auth_mellon
mkdir -p /var/www/app/staff /var/www/app/saml
echo '<h1>Staff only</h1>' >/var/www/app/staff/index.html
echo '<h1>SAML only</h1>' >/var/www/app/saml/index.html
cd /etc/apache2
mellon_create_metadata http://app.board.example:8081/mellon/metadata http://app.board.example:8081/mellon >/dev/null
mv ./*_metadata.cert sp.cert; mv ./*_metadata.key sp.key; mv ./*_metadata.xml sp.xml
chmod 644 sp.key
curl --silent --fail https://id.board.example/realms/board/protocol/saml/descriptor >idp.xml
cat >sites-enabled/app.conf
systemctl restart apache2
"""


def person(name: str, **more: Any) -> dict[str, Any]:
    """A record of identity.users."""
    address = f"{name}@board.example"
    return {"id": f"00u-{name}", "source": "okta", "username": address, "email": address, "enabled": True, **more}


PEOPLE = [
    person("ada", first_name="Ada", last_name="O’Byron", email_verified=True),
    person("bob"),
    person("eve", first_name="Eve", last_name="{{ 7 * 7 }}<script>", enabled=False),
    {**person("twin-1"), "email": "twin@board.example"},
    {**person("twin-2"), "email": "Twin@board.example"},
]
GROUPS = [
    {"id": "g1", "source": "okta", "name": "moderators", "members": ["00u-ada", "00u-twin-1"]},
    {"id": "g2", "source": "okta", "name": "R/D {{ 7 * 7 }}", "members": ["00u-bob"]},
]
APPLICATIONS = [
    {
        "id": "a1",
        "source": "okta",
        "name": "Desk",
        "protocol": "saml",
        "enabled": True,
        "entity_id": f"{APP}/mellon/metadata",
        "acs_url": f"{APP}/mellon/postResponse",
        "groups": ["g1"],
    },
    {"id": "a2", "source": "okta", "name": "Old intranet", "protocol": "other", "enabled": True},
]


class Desk:
    """The project, its host, and what the tests do to them."""

    def __init__(self, project: projects.Project, lab: labs.Lab) -> None:
        self.project, self.lab, self.address = project, lab, lab.host(HOST).address
        self.vault = project.secrets()

    def shell(self, script: str, stdin: bytes = b"") -> str:
        return ssh.run(self.lab.login, self.address, [f"sh -c '{script}'"], stdin=stdin, timeout=600)

    def run(self, program: str, given: dict[str, Any]) -> str:
        """One of the role's programs on the host."""
        command = ["python3", f"/usr/local/lib/offramp/keycloak/{program}.py"]
        return ssh.run(self.lab.login, self.address, command, stdin=json.dumps(given).encode())

    def admin(self, statements: str) -> Any:
        """Python on the host with `admin`; what it leaves in `result` comes back."""
        access = {"url": "http://127.0.0.1:8080", "client_id": "offramp", "realm": REALM}
        access["client_secret"] = self.vault["keycloak_service_secret"]
        script = "import json, sys\nsys.path.insert(0, '/usr/local/lib/offramp/keycloak')\nfrom admin import Admin\n"
        script += (
            f"admin = Admin(json.loads({json.dumps(access)!r}))\nresult = None\n{statements}\nprint(json.dumps(result))"
        )
        return json.loads(ssh.run(self.lab.login, self.address, ["python3", "-"], stdin=script.encode()))

    def set_password(self, name: str) -> None:
        """What the mailed link lets people do themselves."""
        self.admin(
            f"[one] = admin.get('/{REALM}/users', username='{name}@board.example', exact='true')\n"
            f"admin.put('/{REALM}/users/' + one['id'] + '/reset-password', "
            f"{{'type': 'password', 'value': '{PASSWORD}', 'temporary': False}})\n"
            f"admin.put('/{REALM}/users/' + one['id'], {{**one, 'requiredActions': ['CONFIGURE_TOTP']}})"
        )

    def sign_in(self, name: str, password: str) -> None:
        """By password, up to the second step; ProgramFailed with what the page said instead."""
        given = {"hostname": "id.board.example", "realm": REALM, "username": name, "password": password}
        self.run("sign_in", given)


@pytest.fixture(scope="module")
def desk(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """PostgreSQL and Keycloak on a fresh host."""
    folder = tmp_path_factory.mktemp("auth")
    platform = Platform(name="Board", domains=("board.example",))
    with labs.temporary([HOST], log=print, state=folder / "labs") as lab:
        project = projects.make(folder, lab, platform, {"postgresql": {}, "keycloak": INPUTS}, host=HOST)
        project.play("site.yml")
        yield Desk(project, lab)


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export as `offramp export` writes it."""
    folder = tmp_path_factory.mktemp("export") / "identity"
    rows = {"identity.users": PEOPLE, "identity.groups": GROUPS, "identity.applications": APPLICATIONS}
    streams = {name: _once(found) for name, found in rows.items()}
    dataset.export(streams, folder, source="okta https://board.example", log=print)
    return folder


def _once(rows: list[dict[str, Any]]) -> dataset.Stream:
    return lambda cursor: [dataset.Page(tuple(rows), None)]


@pytest.fixture(scope="module")
def imported(desk: Desk, identity: Path) -> str:
    """What the first import printed."""
    return desk.project.play("import.yml", "--tags", "keycloak", "-e", f"dataset={identity}")


@pytest.fixture(scope="module")
def applications(desk: Desk, imported: str) -> None:
    """Apache with Debian's mod_auth_openidc and mod_auth_mellon: clients nobody here wrote."""
    desk.shell("cat >/root/apache.sh", SET_UP_APACHE.encode())
    secret = desk.admin(f"result = admin.get('/{REALM}/clients', clientId='board')[0]['secret']")
    desk.shell("sh -eu /root/apache.sh", APACHE.replace("SECRET", secret).encode())


@pytest.fixture
def browser(desk: Desk) -> Iterator[Callable[[], Chrome]]:
    """Opens browsers that know the lab's names; each is a person with no history."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (program and driver):
        assert not os.environ.get("CI"), "chromium and chromium-driver are not installed"
        pytest.skip("chromium and chromium-driver are not installed")
    opened: list[Chrome] = []

    def open_one() -> Chrome:
        options = ChromeOptions()
        options.binary_location = program
        options.accept_insecure_certs = True  # the own authority's; curl checks it in verify.yml
        rules = f"MAP *.board.example {desk.address}, MAP * ~NOTFOUND, EXCLUDE {desk.address}, EXCLUDE 127.0.0.1"
        for argument in ("--headless", "--no-sandbox", "--disable-gpu", f"--host-resolver-rules={rules}"):
            options.add_argument(argument)
        opened.append(Chrome(options=options, service=ChromeService(driver)))
        return opened[-1]

    yield open_one
    for one in opened:
        one.quit()


def totp(seed: bytes, *, step: int = 0) -> str:
    """RFC 6238 with Keycloak's defaults; `step` 1 is the next code, which a server must take from a fast clock."""
    digest = hmac.digest(seed, struct.pack(">Q", int(time.time()) // 30 + step), "sha1")
    number = struct.unpack(">I", digest[digest[-1] & 15 :][:4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def fill(page: Chrome, *, then: str, **fields: str) -> None:
    """Fill in a form's fields, submit it and wait for an element (a CSS selector) of the page that follows."""
    for name, text in fields.items():
        field = page.find_element(By.NAME, name)
        field.clear()
        field.send_keys(text)
    old = page.find_element(By.TAG_NAME, "html")
    page.find_element(By.CSS_SELECTOR, "form [type=submit]").click()
    WebDriverWait(page, 60).until(lambda one: one.find_elements(By.CSS_SELECTOR, then) and _gone(old))


def _gone(element: Any) -> bool:
    from selenium.common.exceptions import StaleElementReferenceException

    try:
        element.is_enabled()
    except StaleElementReferenceException:
        return True
    return False


def test_a_second_run_changes_nothing(desk: Desk) -> None:
    assert projects.changed(desk.project.play("site.yml")) == 0


def test_it_verifies(desk: Desk) -> None:
    desk.project.play("verify.yml")


def test_people_groups_and_applications_are_imported_and_conflicts_reported(
    desk: Desk, identity: Path, imported: str
) -> None:
    users = {
        one["username"]: one for one in desk.admin(f"result = admin.get('/{REALM}/users', briefRepresentation='false')")
    }
    assert set(users) == {"ada@board.example", "bob@board.example", "eve@board.example", "break-glass"}
    ada = users["ada@board.example"]
    assert ada["attributes"]["source_id"] == ["00u-ada"]
    assert set(ada["requiredActions"]) == {"UPDATE_PASSWORD", "CONFIGURE_TOTP"}
    assert users["eve@board.example"]["lastName"] == "{{ 7 * 7 }}<script>"
    assert not users["eve@board.example"]["enabled"]
    assert imported.count("also claimed by somebody else: twin@board.example") == 2
    assert "members not imported" in imported
    groups = desk.admin(f"result = [one['name'] for one in admin.get('/{REALM}/groups')]")
    assert groups == ["R/D {{ 7 * 7 }}", "moderators"]
    listed = (desk.project.folder / "applications.md").read_text()
    assert "**Desk** (saml): client is made" in listed
    assert "**Old intranet** (other): does not sign in by OIDC or SAML" in listed
    again = desk.project.play("import.yml", "--tags", "keycloak", "-e", f"dataset={identity}")
    assert projects.changed(again) == 0
    assert "there before: 3" in again


def test_a_damaged_export_is_refused_whole(desk: Desk, identity: Path, tmp_path: Path) -> None:
    damaged = shutil.copytree(identity, tmp_path / "damaged")
    lines = (damaged / "identity.users.jsonl").read_text().splitlines(keepends=True)
    (damaged / "identity.users.jsonl").write_text("".join(lines[:-1]))
    with pytest.raises(AssertionError, match=r"identity\.users\.jsonl: not what was exported"):
        desk.project.play("import.yml", "--tags", "keycloak", "-e", f"dataset={damaged}")


@pytest.mark.usefixtures("applications")
def test_a_browser_signs_in_to_a_foreign_oidc_client_with_totp(desk: Desk, browser: Callable[[], Chrome]) -> None:
    desk.set_password("ada")
    page = browser()
    page.get(f"{APP}/staff/")
    assert page.current_url.startswith("https://id.board.example/realms/board/")
    fill(page, username="ada@board.example", password="wrong", then="[id^=input-error]")
    fill(page, username="ada@board.example", password=PASSWORD, then="[name=totpSecret]")
    seed = (page.find_element(By.NAME, "totpSecret").get_attribute("value") or "").encode()
    fill(page, totp=totp(seed), then="h1")
    assert page.find_element(By.TAG_NAME, "h1").text == "Staff only"

    other = browser()
    other.get(f"{APP}/staff/")
    fill(other, username="ada@board.example", password=PASSWORD, then="[name=otp]")
    fill(other, otp="000000" if totp(seed) != "000000" else "111111", then="[id^=input-error]")
    fill(other, otp=totp(seed, step=1), then="h1")
    assert other.find_element(By.TAG_NAME, "h1").text == "Staff only"
    # the same session opens the SAML application as well
    other.get(f"{APP}/saml/")
    # pages that post themselves onward come in between
    WebDriverWait(other, 60).until(lambda one: "<h1>SAML only</h1>" in one.page_source)


def test_a_code_works_once_and_a_printed_recovery_code_as_well(desk: Desk, browser: Callable[[], Chrome]) -> None:
    codes = _printed_codes(desk)
    account = "https://id.board.example/realms/board/account/"
    for wanted, code in (("[id^=input-error]", codes[1]), ("#root, #app", codes[0])):
        page = browser()
        page.get(account)
        WebDriverWait(page, 60).until(lambda one: one.find_elements(By.NAME, "username"))
        fill(page, username="break-glass", password=desk.vault["keycloak_break_glass_password"], then="form")
        fill(page, recoveryCodeInput=code, then=wanted)


def _printed_codes(desk: Desk) -> list[str]:
    """As an operator prints them."""
    import subprocess

    opened = f"keycloak_break_glass_seed: {desk.vault['keycloak_break_glass_seed']}\n"
    program = desk.project.folder / "roles/keycloak/files/break_glass.py"
    printed = subprocess.run([program], input=opened, capture_output=True, text=True, check=True).stdout
    return re.findall(r"^ *\d+  (\w{12})$", printed, re.MULTILINE)


@pytest.mark.usefixtures("imported")
def test_wrong_passwords_lock_an_account_for_a_while(desk: Desk) -> None:
    desk.set_password("bob")
    for _ in range(3):
        with pytest.raises(ProgramFailed, match="Invalid username or password"):
            desk.sign_in("bob@board.example", "guess")
    with pytest.raises(ProgramFailed):
        desk.sign_in("bob@board.example", PASSWORD)
    find = f"[one] = admin.get('/{REALM}/users', username='bob@board.example', exact='true')\n"
    path = f"'/{REALM}/attack-detection/brute-force/users/' + one['id']"
    assert desk.admin(f"{find}result = admin.get({path})")["disabled"]
    desk.admin(f"{find}admin.delete({path})")
    desk.sign_in("bob@board.example", PASSWORD)


def test_tokens_validate_with_the_published_keys(desk: Desk) -> None:
    """The client-credentials token of the role's own service account, checked against the realm's JWKS."""
    from joserfc import jwt
    from joserfc.jwk import KeySet

    base = "https://id.board.example/realms/master/protocol/openid-connect"
    form = f"grant_type=client_credentials&client_id=offramp&client_secret={desk.vault['keycloak_service_secret']}"
    token = json.loads(desk.shell(f"curl --silent --fail --data @- {base}/token", form.encode()))["access_token"]
    keys = KeySet.import_key_set(json.loads(desk.shell(f"curl --silent --fail {base}/certs")))
    claims = jwt.decode(token, keys).claims
    assert claims["iss"] == "https://id.board.example/realms/master"
    forged = token[:-8] + base64.urlsafe_b64encode(b"forged").decode()
    with pytest.raises(Exception, match="signature"):
        jwt.decode(forged, keys)


@pytest.mark.usefixtures("imported")
def test_people_can_still_sign_in_after_everything_was_lost_and_restored(desk: Desk) -> None:
    desk.set_password("bob")
    desk.project.play("backup.yml", "--tags", "keycloak")
    desk.project.play("drill-steady.yml", "--tags", "keycloak")
    desk.project.play("drill-break.yml", "--tags", "keycloak")
    with pytest.raises(ProgramFailed):
        desk.sign_in("break-glass", desk.vault["keycloak_break_glass_password"])
    desk.project.play("site.yml")
    desk.project.play("restore.yml", "--tags", "keycloak")
    desk.project.play("verify.yml", "--tags", "keycloak")  # compares with what drill-steady noted
    desk.sign_in("bob@board.example", PASSWORD)
