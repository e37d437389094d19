"""Password hashes as programs nobody here wrote make them, read from the files that vendors and tables give."""

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from hypothesis import given
from hypothesis import strategies as st
from spelled_hashes import FIREBASE, FIREBASE_USER, spelled

from toolkit import cli
from toolkit.export.dataset import validator
from toolkit.export.password_hashes import Unusable, firebase, phc

KEY = "the key of the vault"


@pytest.mark.parametrize("name", spelled())
def test_every_spelling_becomes_what_the_dataset_allows(name: str) -> None:
    record = {"id": "1", "source": "table", "hash": phc(spelled()[name])}
    assert not list(validator("identity.credentials").iter_errors(record))


@given(st.text(max_size=200) | st.sampled_from(list(spelled().values())).map(lambda one: one[:-9]))
def test_what_is_no_hash_is_said_and_never_shown(text: str) -> None:
    try:
        made, said = phc(text), ""
    except Unusable as why:
        made, said = "$", str(why)
    assert made.startswith("$")
    assert len(text) < 20 or text[-20:] not in said


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (hashlib.md5(b"x", usedforsecurity=False).hexdigest(), "too weak"),
        ("$2b$31$" + "a" * 53, "cost"),
        ("$argon2id$v=19$m=4194304,t=3,p=4$c2FsdHNhbHQ$aGFzaA", "memory"),
        ("pbkdf2_sha256$999999999$salt$aGFzaA==", "iterations"),
        ("scrypt$4097$salt$8$1$aGFzaA==", "power of two"),
        ("$2b$10$short", "damaged"),
        ("pbkdf2_sha256$many$salt$aGFzaA==", "damaged"),
        ("!unusable", "not known"),
    ],
)
def test_what_cannot_come_along(text: str, why: str) -> None:
    with pytest.raises(Unusable, match=why):
        phc(text)


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["offramp", "export", "passwords", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out + captured.err


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "board.key"
    file.write_text(f"{KEY}\n")
    return file


def opened(folder: Path) -> list[dict[str, Any]]:
    """The hashes, as whoever has the key reads them."""
    sealed = (folder / "identity.credentials.jsonl").read_bytes()
    text = VaultLib([("default", VaultSecret(KEY.encode()))]).decrypt(sealed)
    manifest = json.loads((folder / "manifest.json").read_text())["datasets"]["identity.credentials"]
    assert manifest["sha256"] == hashlib.sha256(text).hexdigest()
    records = [json.loads(line) for line in text.splitlines()]
    assert manifest["records"] == len(records)
    return records


def people(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "identity.users.jsonl").read_text().splitlines()]


FILES = {
    "Auth0": '{"_id":{"$oid":"6042"},"email":"ada@board.example","email_verified":true,"passwordHash":"HASH"}\n',
    "Supabase": "id,email,encrypted_password,email_confirmed_at\nu1,ada@board.example,HASH,2026-01-01T00:00:00Z\n",
    "Clerk": "id,primary_email_address,username,password_digest\nu1,ada@board.example,ada,HASH\n",
    "Devise": "id,email,encrypted_password,confirmed_at\n1,ada@board.example,HASH,2026-01-01\n",
    "Django": '\ufeff"id","password","username","email"\r\n1,"HASH","ada","ada@board.example"\r\n',
    "Laravel": '[{"id":1,"email":"ada@board.example","email_verified_at":"2026-01-01","password":"HASH"}]',
}


@pytest.mark.parametrize("name", FILES)
def test_what_each_gives_is_read(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    spelling = spelled()["Django's Argon2" if name == "Django" else "bcrypt of Laravel"]
    file, folder = tmp_path / "users", tmp_path / "out"
    file.write_text(FILES[name].replace("HASH", spelling))
    code, said = run(monkeypatch, capsys, file, "--to", folder, "--vault-key", key)
    assert (code, "without a usable hash" in said) == (0, False)
    [person], [credential] = people(folder), opened(folder)
    assert person["email"] == "ada@board.example"
    assert person["username"] in {"ada", "ada@board.example"}
    assert person["id"] == credential["id"] == {"Auth0": "auth0|6042", "Supabase": "u1", "Clerk": "u1"}.get(name, "1")
    assert person.get("email_verified") is (name not in {"Clerk", "Django"})
    assert credential["hash"] == phc(spelling)
    everything = b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file()).decode()
    assert spelling[-20:] not in everything + said


def test_firebase_with_its_parameters(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "users.json").write_text(json.dumps({"users": [FIREBASE_USER]}))
    parameters = {
        "base64_signer_key": "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
        "base64_salt_separator": "Bw==",
        "rounds": 8,
        "mem_cost": 14,
    }
    (tmp_path / "parameters.json").write_text(json.dumps(parameters))
    given = ("--firebase-parameters", tmp_path / "parameters.json", "--source", "firebase")
    code, said = run(monkeypatch, capsys, tmp_path / "users.json", "--to", tmp_path / "out", "--vault-key", key, *given)
    assert code == 0, said
    wanted = firebase(FIREBASE_USER["passwordHash"], FIREBASE_USER["salt"], FIREBASE)
    assert opened(tmp_path / "out") == [{"id": "f1", "source": "firebase", "hash": wanted}]


def test_hashes_that_stay_behind_are_counted_and_placed(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = spelled()["Argon2id"]
    rows = [
        f"{number},u{number}@board.example,{'5f4dcc3b5aa765d61d8327deb882cf99' if number % 2 else good}"
        for number in range(4)
    ]
    (tmp_path / "t.csv").write_text(
        "uid,email,password\n" + "\n".join(['"' + '","'.join(row.split(",", 2)) + '"' for row in rows])
    )
    code, said = run(
        monkeypatch, capsys, tmp_path / "t.csv", "--column", "id=uid", "--to", tmp_path / "out", "--vault-key", key
    )
    assert code == 0, said
    assert "2 without a usable hash" in said
    assert "line 3, line 5" in said
    assert "5f4dcc" not in said
    assert (len(people(tmp_path / "out")), len(opened(tmp_path / "out"))) == (4, 2)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "holds nobody"),
        ("email,password\n", "holds nobody"),
        ("id,password\n1,x\n", "line 2: has no name"),
        ("id,email\n1,a@b\n1,c@d\n", "line 3: has the same id as line 2"),
        ('[{"id": 1', "not a complete JSON document"),
        ('{"id": 1, "email": "a@b"}\n{"id": 2', "line 2"),
        ("[1]", "user 1: is no record"),
        ("id,email\n\xff", "not UTF-8"),
        ('id,email\n"1,a@b', "not CSV"),
    ],
)
def test_files_that_are_wrong(
    tmp_path: Path,
    key: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: str,
    why: str,
) -> None:
    (tmp_path / "t.csv").write_text(content, encoding="latin-1")
    code, said = run(monkeypatch, capsys, tmp_path / "t.csv", "--to", tmp_path / "out", "--vault-key", key)
    assert (code, why in said) == (2, True), said
    assert not (tmp_path / "out/manifest.json").exists()


def test_a_complete_export_is_not_written_over(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text("id,email\n1,a@b\n")
    arguments = (tmp_path / "t.csv", "--to", tmp_path / "out", "--vault-key", key)
    assert run(monkeypatch, capsys, *arguments)[0] == 0
    assert run(monkeypatch, capsys, *arguments)[0] == 2
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_what_django_itself_made_of_a_password() -> None:
    """By Django 5.2: make_password("pw", "saltsaltsaltsaltxxxxxx", "scrypt")."""
    salt, hashed = (
        "saltsaltsaltsaltxxxxxx",
        "DawaqIIRvV5NQzQg3pocb8cAXWFrORIUUFndC+SomcSpk/cJoVLmdFtNslsRbRpYoMb/+1KM4X37LNctHWkEWw==",
    )
    _, scheme, numbers, *kept = phc(f"scrypt$16384${salt}$8$5${hashed}").split("$")
    assert (scheme, numbers) == ("scrypt", "ln=14,r=8,p=5")
    assert [base64.b64decode(one + "=" * (-len(one) % 4)) for one in kept] == [salt.encode(), base64.b64decode(hashed)]


@pytest.mark.parametrize(
    "content",
    ["[" * 100_000, '{"users":' * 3_000, '{"users": 5}', '{"users": {"a": 1}}', '{"id": 1}\n' + "[" * 100_000],
)
def test_a_table_that_is_none(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    (tmp_path / "users").write_text(content)
    code, said = run(monkeypatch, capsys, tmp_path / "users", "--to", tmp_path / "out", "--vault-key", key)
    assert (code, f"{tmp_path}/users" in said) == (2, True), said
