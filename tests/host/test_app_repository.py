"""The app repository as its blueprint builds it: real APKs, signed and not, as a phone sees them, lost and back."""

import base64
import json
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import projects
import pytest

from toolkit.drill import lab as labs
from toolkit.model import Platform
from toolkit.tools import ssh

HOST = "shelf"
NAME = "apps.board.example"
APP = "example.board"
STATE = "/var/lib/offramp/app-repository"
MANIFEST = """<?xml version="1.0" encoding="utf-8"?>
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="{app}"
    android:versionCode="{version}" android:versionName="{version}.0">
  <uses-sdk android:minSdkVersion="23" android:targetSdkVersion="35"/>
  <application android:label="{label}" android:hasCode="false"/>
</manifest>
"""
BUILD = """
set -eu
mkdir -p /root/build && cd /root/build && cat >AndroidManifest.xml
aapt package -f -M AndroidManifest.xml -I /usr/share/android-framework-res/framework-res.apk -F plain.apk
[ -f {signer}.p12 ] || keytool -genkeypair -keystore {signer}.p12 -storetype PKCS12 -storepass secret -alias app \\
  -keyalg RSA -keysize 2048 -dname CN={signer} -validity 10000 2>/dev/null
apksigner sign --ks {signer}.p12 --ks-pass pass:secret --v4-signing-enabled false --out signed.apk plain.apk
"""


class Shelf:
    """The built repository, and the developer's machine, which is the same host here."""

    def __init__(self, lab: labs.Lab, project: projects.Project) -> None:
        self.lab, self.project, self.address = lab, project, lab.host(HOST).address
        authority = ssl.create_default_context(cafile=str(project.folder / "ca.crt"))
        self.http = httpx.Client(verify=authority, timeout=60)

    def run(self, *words: str, stdin: str = "") -> str:
        return ssh.run(self.lab.login, self.address, words, stdin=stdin.encode())

    def get(self, path: str) -> httpx.Response:
        where = f"https://{self.address}/{path}"
        return self.http.get(where, headers={"Host": NAME}, extensions={"sni_hostname": NAME})

    def apk(self, version: int, signer: str, *, app: str = APP, label: str = "Board", signed: bool = True) -> bytes:
        """A minimal app, built and signed by Debian's own tools."""
        script = BUILD.format(signer=signer)
        manifest = MANIFEST.format(app=app, version=version, label=label)
        self.run("sh", "-c", f"'{script}'", stdin=manifest)
        made = self.run("base64", f"/root/build/{'signed' if signed else 'plain'}.apk")
        return base64.b64decode(made)

    def publish(self, folder: Path, **apks: bytes) -> str:
        """What import.yml prints; AssertionError with it when something was refused."""
        folder.mkdir()
        for name, content in apks.items():
            (folder / f"{name}.apk").write_bytes(content)
        return self.project.play("import.yml", "--tags", "app-repository", "-e", f"dataset={folder}")

    def phone(self) -> dict:
        """What a phone sees that knows the signer's certificate."""
        program = "/usr/local/lib/offramp/app-repository/phone.py"
        return json.loads(self.run(program, f"https://{NAME}/fdroid/repo", f"{STATE}/signing-key.pem"))


@pytest.fixture(scope="module")
def shelf(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    folder = tmp_path_factory.mktemp("shelf")
    with labs.temporary([HOST], log=print, state=folder / "labs") as lab:
        platform = Platform(name="board", domains=("board.example",))
        project = projects.make(folder, lab, platform, {"app-repository": {}}, host=HOST)
        project.play("site.yml")
        shelf = Shelf(lab, project)
        shelf.run("apt-get", "install", "--yes", "-qq", "aapt", "android-framework-res")
        with shelf.http:
            yield shelf


def test_the_second_run_changes_nothing_and_an_empty_shelf_is_signed(shelf: Shelf) -> None:
    assert projects.changed(shelf.project.play("site.yml")) == 0
    shelf.project.play("verify.yml")
    assert shelf.phone()["apps"] == {}


def test_a_phone_gets_an_app_and_its_next_version(shelf: Shelf, tmp_path: Path) -> None:
    first = shelf.apk(1, "maker")
    assert f"{APP}_1.apk" in shelf.publish(tmp_path / "first", board=first)
    assert shelf.get(f"newest/{APP}.apk").content == first
    again = shelf.publish(tmp_path / "again", board=first)
    assert projects.changed(again) == 0
    shelf.publish(tmp_path / "second", board=shelf.apk(2, "maker"))
    assert shelf.get(f"newest/{APP}.json").json()["versionCode"] == 2
    [[version, [signer]]] = shelf.phone()["apps"].values()
    assert version == 2
    assert signer in shelf.run("apksigner", "verify", "--print-certs", f"{STATE}/repo/{APP}_1.apk")
    assert shelf.get("").headers["Location"].endswith("/fdroid/repo/")
    assert shelf.phone()["signer"].upper() in shelf.get("fdroid/repo/index.html").text.replace(" ", "").upper()


def test_what_is_not_the_makers_is_refused_and_the_rest_is_published(shelf: Shelf, tmp_path: Path) -> None:
    apks = {
        "thief": shelf.apk(9, "thief"),
        "unsigned": shelf.apk(9, "maker", signed=False),
        "changed": shelf.apk(9, "maker")[:-40] + bytes(40),
        "another_2": shelf.apk(2, "maker", label="Board, changed"),
        "no_app": b"PK\x03\x04 not an app",
        "other": shelf.apk(1, "thief", app="example.other"),
    }
    with pytest.raises(AssertionError) as refusal:
        shelf.publish(tmp_path / "mixed", **apks)
    said = str(refusal.value)
    assert f"{APP} is not signed by whom it belongs to" in said
    assert said.count("it is not signed, or was changed since") >= 3
    assert f"{APP} has a version 2 with other content" in said
    assert set(shelf.phone()["apps"]) == {APP, "example.other"}
    assert shelf.get(f"newest/{APP}.json").json()["versionCode"] == 2


def test_who_reads_strangers_files_is_confined(shelf: Shelf) -> None:
    rated = shelf.run("systemd-analyze", "security", "--json=short", "--threshold=30", "offramp-app-repository.service")
    assert rated
    for path in ("config.yml", "signing-key.pem", "fdroid/repo/../signing-key.pem", "newest/../config.yml", "repo"):
        assert shelf.get(path).status_code in (400, 404), path


def test_apps_and_the_signer_that_phones_know_come_back(shelf: Shelf) -> None:
    before = shelf.phone()
    for playbook in ("backup", "drill-steady", "drill-break", "site", "restore", "verify"):
        shelf.project.play(f"{playbook}.yml")
    assert shelf.phone() == before
    assert projects.changed(shelf.project.play("site.yml")) == 0


def test_an_archive_of_another_signer_is_refused(shelf: Shelf) -> None:
    """A vault that was made anew would make phones see a stranger."""
    shelf.project.play("backup.yml")
    key = shelf.run("sh", "-c", "'openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout - 2>/dev/null'")
    other = {"app_repository_signing_key": key}
    (shelf.project.folder / "group_vars/app_repository.yml").write_text(json.dumps(other))
    try:
        shelf.project.play("site.yml")
        with pytest.raises(AssertionError, match="phones know the key"):
            shelf.project.play("restore.yml")
    finally:
        (shelf.project.folder / "group_vars/app_repository.yml").unlink()
    shelf.project.play("site.yml")
    shelf.project.play("restore.yml")
    shelf.project.play("verify.yml")
