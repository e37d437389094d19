"""An identity provider on a lab host, and those who use it: administrators, people with browsers and authenticators."""

import base64
import hashlib
import hmac
import io
import json
import shutil
import struct
import subprocess
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import projects
from browsers import leave
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from toolkit.drill import lab as labs
from toolkit.tools import ssh

HOST = "id"
REALM = "board"
ISSUER = f"https://id.board.example/realms/{REALM}"
PASSWORD = "correct horse battery"
PATIENCE = 300  # seconds; bounds what hangs, on a machine that may have other things to do
CLIENTS = Path(__file__).parent / "clients"


class Provider:
    """The project, its host, and what the tests do to them."""

    def __init__(self, project: projects.Project, lab: labs.Lab) -> None:
        self.project, self.lab, self.address = project, lab, lab.host(HOST).address
        self.vault = project.secrets()

    def shell(self, script: str, stdin: bytes = b"") -> str:
        return ssh.run(self.lab.login, self.address, [f"sh -c '{script}'"], stdin=stdin, timeout=1200)

    def script(self, name: str, stdin: str) -> None:
        """Run one of the programs in clients/ on the host."""
        self.shell("cat >/root/script.sh", (CLIENTS / name).read_bytes())
        self.shell("sh /root/script.sh", stdin.encode())

    def admin(self, statements: str) -> Any:
        """Python on the host with `admin`; what it leaves in `result` comes back."""
        access = {"url": "http://127.0.0.1:8080", "client_id": "offramp", "realm": REALM}
        access["client_secret"] = self.vault["keycloak_service_secret"]
        script = "import json, sys\nsys.path.insert(0, '/usr/local/lib/offramp/keycloak')\nfrom admin import Admin\n"
        script += (
            f"admin = Admin(json.loads({json.dumps(access)!r}))\nresult = None\n{statements}\nprint(json.dumps(result))"
        )
        return json.loads(ssh.run(self.lab.login, self.address, ["python3", "-"], stdin=script.encode(), timeout=1200))

    def user(self, name: str) -> Any:
        """An account, as administrators see it."""
        return self.admin(f"[result] = admin.get('/{REALM}/users', username='{name}@board.example', exact='true')")

    def credential(self, name: str) -> Any:
        """How the password of an account is kept."""
        one = self.user(name)
        [kept] = self.admin(f"result = admin.get('/{REALM}/users/{one['id']}/credentials')")
        return json.loads(kept["credentialData"])

    def set_password(self, name: str, *actions: str, password: str = PASSWORD) -> None:
        """What the mailed link lets people do themselves; `actions` wait for the next sign-in."""
        one = self.user(name)
        credential = {"type": "password", "value": password, "temporary": False}
        self.admin(
            f"admin.put('/{REALM}/users/{one['id']}/reset-password', json.loads({json.dumps(credential)!r}))\n"
            f"admin.put('/{REALM}/users/{one['id']}', "
            f"json.loads({json.dumps({**one, 'requiredActions': actions})!r}))"
        )

    def sign_in(self, name: str, password: str) -> None:
        """By password, up to the second step; ProgramFailed with what the page said instead."""
        given = {"hostname": "id.board.example", "realm": REALM, "username": name, "password": password}
        command = ["python3", "/usr/local/lib/offramp/keycloak/sign_in.py"]
        ssh.run(self.lab.login, self.address, command, stdin=json.dumps(given).encode(), timeout=300)

    def printed(self, program: str, secret: str, *arguments: str) -> str:
        """What one of the programs for operators prints that read the opened vault."""
        command = [self.project.folder / "roles/keycloak/files" / program, *arguments]
        opened = f"other: x\n{secret}: {self.vault[secret]}\n"
        return subprocess.run(command, input=opened, capture_output=True, text=True, check=True).stdout

    def run_openid_client(self, issuer: str, client_id: str, secret: str, origin: str) -> None:
        """The Node application in clients/, with what npm's lock file says."""
        built = self.project.folder.parent / "openid-client"
        shutil.copytree(CLIENTS, built, ignore=lambda folder, names: [one for one in names if one == "node_modules"])
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=built, check=True, capture_output=True, timeout=600)
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            archive.add(built, "openid-client")
        self.shell("tar --extract --directory=/root", packed.getvalue())
        settings = {"ISSUER": issuer, "CLIENT_ID": client_id, "CLIENT_SECRET": secret, "ORIGIN": origin}
        self.script("openid-client.sh", "".join(f"{name}={value}\n" for name, value in settings.items()))

    def open_browser(self) -> Chrome:
        """A person with no history, whose browser knows the lab's names and trusts its authority."""
        options = ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        options.accept_insecure_certs = True  # the application's
        options.unhandled_prompt_behavior = "accept"  # what to call a passkey
        names = f"MAP *.board.example {self.address}, MAP * ~NOTFOUND, EXCLUDE {self.address}, EXCLUDE 127.0.0.1"
        authority = x509.load_pem_x509_certificate((self.project.folder / "ca.crt").read_bytes()).public_key()
        digest = hashlib.sha256(authority.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
        # passkeys are refused where a certificate was only waved through
        trusted = f"--ignore-certificate-errors-spki-list={base64.b64encode(digest).decode()}"
        for argument in ("--headless", "--no-sandbox", "--disable-gpu", f"--host-resolver-rules={names}", trusted):
            options.add_argument(argument)
        page = Chrome(options=options, service=ChromeService(shutil.which("chromedriver")))
        page.set_page_load_timeout(PATIENCE)
        return page


def totp(seed: bytes, *, step: int = 0) -> str:
    """RFC 6238 with Keycloak's defaults; `step` 1 is the next code, which a server must take from a fast clock."""
    digest = hmac.digest(seed, struct.pack(">Q", int(time.time()) // 30 + step), "sha1")
    number = struct.unpack(">I", digest[digest[-1] & 15 :][:4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def enrol(page: Chrome, *, then: str) -> bytes:
    """Enrol an authenticator on the page that asks for it. Out: its seed."""
    seed = (page.find_element(By.NAME, "totpSecret").get_attribute("value") or "").encode()
    fill(page, totp=totp(seed), then=then)
    return seed


def fill(page: Chrome, *, then: str, **fields: str) -> None:
    """Fill in a form's fields, submit it and wait for an element (a CSS selector) of the page that follows."""
    for name, text in fields.items():
        field = page.find_element(By.NAME, name)
        field.clear()
        field.send_keys(text)
    click(page, "form [type=submit]", then=then)


def click(page: Chrome, what: str, *, then: str) -> None:
    """Click an element (a CSS selector) that leads to another page, and wait for an element of that."""
    left = leave(page)
    page.find_element(By.CSS_SELECTOR, what).click()
    until(page, lambda: left() and page.find_elements(By.CSS_SELECTOR, then), f"a page with {then}")


def until(page: Chrome, condition: Callable[[], Any], what: str) -> None:
    """Wait for a condition; AssertionError with what the page says instead."""
    try:
        WebDriverWait(page, PATIENCE, ignored_exceptions=(WebDriverException,)).until(lambda _: condition())
    except TimeoutException:
        said = page.find_element(By.TAG_NAME, "body").text
        raise AssertionError(f"{what} did not come; {page.current_url} says: {said[:2000]}") from None
