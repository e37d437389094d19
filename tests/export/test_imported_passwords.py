"""What Keycloak runs to check imported hashes, compiled against Keycloak's own libraries and asked directly.

Sign-ins with them in a browser, at the Keycloak that the blueprint installs: tests/host/test_auth.py.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from spelled_hashes import FIREBASE, FIREBASE_PASSWORD, FIREBASE_USER, PASSWORD, spelled

from toolkit.export.password_hashes import firebase, phc

BLUEPRINT = Path(__file__).parents[2] / "playbooks/blueprints/keycloak"
SOURCE = BLUEPRINT / "files/password_hashes/ImportedPasswords.java"
LIBRARIES = {
    "org.keycloak:keycloak-server-spi": None,
    "org.keycloak:keycloak-server-spi-private": None,
    "org.keycloak:keycloak-core": None,
    "org.keycloak:keycloak-common": None,
    "org.bouncycastle:bcprov-jdk18on": "1.84",
    "org.jboss.logging:jboss-logging": "3.6.1.Final",
}
# Answers a line "PASSWORD\tHASH" with true, false, or what was thrown.
ASKED = """
package offramp;

import java.util.Scanner;

public class Asked {
    public static void main(String[] words) {
        Scanner lines = new Scanner(System.in, "UTF-8");
        while (lines.hasNextLine()) {
            String[] pair = lines.nextLine().split("\\t", 2);
            try {
                System.out.println(ImportedPasswords.matches(pair[0], pair[1]));
            } catch (Exception err) {
                System.out.println(err.getClass().getSimpleName());
            }
        }
    }
}
"""


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The class path with the compiled provider."""
    if not (shutil.which("mvn") and shutil.which("javac")):
        assert not os.environ.get("CI"), "Maven and a JDK are not installed"
        pytest.skip("Maven and a JDK are not installed")
    folder = tmp_path_factory.mktemp("provider")
    version = yaml.safe_load((BLUEPRINT / "vars/main.yml").read_text())["keycloak_version"]
    for name, own in LIBRARIES.items():
        copy = ["mvn", "-q", "-B", "org.apache.maven.plugins:maven-dependency-plugin:copy"]
        copy += [f"-Dartifact={name}:{own or version}:jar", f"-DoutputDirectory={folder}/lib"]
        subprocess.run(copy, check=True, capture_output=True, timeout=300)
    (folder / "out").mkdir()
    (folder / "Asked.java").write_text(ASKED)
    path = f"{folder}/lib/*:{folder}/out"
    compile_all = ["javac", "-proc:none", "-cp", path, "-d", folder / "out", SOURCE]
    subprocess.run([*compile_all, folder / "Asked.java"], check=True, timeout=300)
    return ["java", "-cp", path, "offramp.Asked"]


def asked(classes: list[str], pairs: list[tuple[str, str]]) -> list[str]:
    lines = "".join(f"{password}\t{hashed}\n" for password, hashed in pairs)
    return subprocess.run(classes, input=lines, capture_output=True, text=True, check=True, timeout=120).stdout.split()


def test_right_passwords_are_right_and_others_wrong(classes: list[str]) -> None:
    hashes = {name: phc(one) for name, one in spelled().items()}
    answers = asked(classes, [pair for one in hashes.values() for pair in ((PASSWORD, one), (PASSWORD + " ", one))])
    assert dict(zip(hashes, zip(answers[::2], answers[1::2], strict=True), strict=True)) == dict.fromkeys(
        hashes, ("true", "false")
    )


def test_googles_own_example(classes: list[str]) -> None:
    hashed = firebase(FIREBASE_USER["passwordHash"], FIREBASE_USER["salt"], FIREBASE)
    assert asked(classes, [(FIREBASE_PASSWORD, hashed), ("user2password", hashed)]) == ["true", "false"]


def test_a_long_password_ends_where_bcrypts_does(classes: list[str]) -> None:
    hashed = spelled()["bcrypt of Devise, Auth0, Supabase"]
    assert asked(classes, [("x" * 100, hashed), (PASSWORD + "x" * 100, hashed)]) == ["false", "false"]


@pytest.mark.parametrize(
    "hashed",
    [
        "$2b$31$" + "a" * 53,
        "$argon2id$v=19$m=4194304,t=3,p=4$c2FsdHNhbHQ$aGFzaA",
        "$pbkdf2-sha256$i=99999999$c2FsdA$aGFzaA",
        "$scrypt$ln=25,r=8,p=1$c2FsdA$aGFzaA",
        "$scrypt$ln=14$c2FsdA$aGFzaA",
        "$unknown$i=1$c2FsdA$aGFzaA",
        "$pbkdf2-sha256$i=1000$c2FsdA$",
        "nothing",
        "",
    ],
)
def test_what_is_damaged_or_asks_too_much_lets_nobody_in(classes: list[str], hashed: str) -> None:
    [answer] = asked(classes, [("", hashed)])
    assert answer != "true"


def test_both_sides_spend_the_same_at_most() -> None:
    """The export refuses what the provider would not check."""
    java, python = SOURCE.read_text(), (Path(__file__).parents[2] / "toolkit/export/password_hashes.py").read_text()
    for ours, theirs in (("_MOST_ITERATIONS", "MOST_ITERATIONS"), ("_HIGHEST_BCRYPT_COST", "HIGHEST_BCRYPT_COST")):
        [wanted] = re.findall(rf"^{ours} = ([\d_]+)", python, re.MULTILINE)
        assert f" {theirs} = {wanted};" in java
