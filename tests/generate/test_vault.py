"""The vault is read back with the real ansible-vault."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.errors import BadInput, ProgramMissing
from toolkit.generate import make_vault, vault
from toolkit.model import Application, Platform, Replacement


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "infra").mkdir()
    return tmp_path / "infra"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "config/board.key"


def opened(root: Path, key: Path) -> dict:
    program = Path(sys.executable).parent / "ansible-vault"
    command = [program, "view", "--vault-password-file", key, root / vault.PATH]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PAGER": "cat"},
    )
    return yaml.safe_load(done.stdout)


def test_made_once(make_plan, catalog: Catalog, root: Path, key: Path) -> None:
    made = make_vault(make_plan(), catalog, root, key=key)
    ours = ("offramp_backup_identity", "offramp_backup_recipient", "offramp_ca_key")
    assert made.added == ("board/SECRET_KEY", *ours, "postgresql_backup_password", "postgresql_password")
    assert made.new_key == key.read_text().strip()
    assert key.stat().st_mode & 0o777 == 0o600
    assert (root / vault.PATH).stat().st_mode & 0o777 == 0o600
    held = opened(root, key)
    assert len(held["postgresql_password"]) == 40
    assert len(held["application_secrets"]["board"]["SECRET_KEY"]) >= 40

    before = (root / vault.PATH).read_bytes()
    again = make_vault(make_plan(), catalog, root, key=key)
    assert (again.added, again.new_key) == ((), None)
    assert (root / vault.PATH).read_bytes() == before


def test_new_secrets_are_added_and_old_ones_kept(make_plan, catalog: Catalog, root: Path, key: Path) -> None:
    plan = make_plan()
    make_vault(plan, catalog, root, key=key)
    before = opened(root, key)
    application = msgspec.structs.replace(plan.platform.applications[0], secrets=("SECRET_KEY", "TOKEN"))
    more = (application, Application("second", "second", secrets=("A",)))
    grown = make_plan(platform=msgspec.structs.replace(plan.platform, applications=more))
    assert make_vault(grown, catalog, root, key=key).added == ("board/TOKEN", "second/A")
    after = opened(root, key)
    assert after["application_secrets"]["board"]["SECRET_KEY"] == before["application_secrets"]["board"]["SECRET_KEY"]
    assert {name: after[name] for name in before if name != "application_secrets"} == {
        name: before[name] for name in before if name != "application_secrets"
    }
    assert make_vault(make_plan(platform=Platform()), catalog, root, key=key).added == ()
    assert opened(root, key) == after, "what is no longer needed stays until the user removes it"


def test_the_authority_signs_for_nobody_else(make_plan, catalog: Catalog, root: Path, key: Path) -> None:
    make_vault(make_plan(), catalog, root, key=key)
    certificate = x509.load_pem_x509_certificate((root / vault.CERTIFICATE).read_bytes())
    private = serialization.load_pem_private_key(opened(root, key)["offramp_ca_key"].encode(), None)
    certificate.verify_directly_issued_by(certificate)
    assert private.public_key() == certificate.public_key()
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_the_key_stays_outside(make_plan, catalog: Catalog, root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    for place in (root / "key", tmp_path / "link/key"):
        with pytest.raises(BadInput, match="must not lie beside"):
            make_vault(make_plan(), catalog, root, key=place)
        assert not place.exists()


def test_a_missing_or_wrong_key_is_said(make_plan, catalog: Catalog, root: Path, key: Path) -> None:
    make_vault(make_plan(), catalog, root, key=key)
    key.unlink()
    with pytest.raises(BadInput, match=r"board.key: .*its key is not here"):
        make_vault(make_plan(), catalog, root, key=key)
    key.write_text("another\n")
    with pytest.raises(BadInput, match="does not open"):
        make_vault(make_plan(), catalog, root, key=key)


def sealed(text: str, key: Path) -> bytes:
    from ansible.parsing.vault import VaultLib, VaultSecret

    library = VaultLib([("default", VaultSecret(key.read_text().strip().encode()))])
    encrypted: bytes = library.encrypt(text)
    return encrypted


@pytest.mark.parametrize(
    "held",
    [
        "password: [planted-secret",
        "- planted-secret",
        "planted-secret",
        "application_secrets: [planted-secret]",
        "application_secrets: {board: [planted-secret]}",
        "offramp_ca_key: {planted-secret: 5}",
        "5: planted-secret",
        "a: " + "[" * 5000 + "planted-secret",
    ],
)
def test_a_broken_vault_is_not_quoted(held: str, make_plan, catalog: Catalog, root: Path, key: Path) -> None:
    make_vault(make_plan(), catalog, root, key=key)
    (root / vault.PATH).write_bytes(sealed(held, key))
    with pytest.raises(BadInput, match="no valid YAML") as caught:
        make_vault(make_plan(), catalog, root, key=key)
    assert "planted" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_lost_certificate_is_made_again_for_the_key_in_the_vault(
    make_plan, catalog: Catalog, root: Path, key: Path
) -> None:
    make_vault(make_plan(), catalog, root, key=key)
    (root / vault.CERTIFICATE).unlink()
    make_vault(make_plan(), catalog, root, key=key)
    held = serialization.load_pem_private_key(opened(root, key)["offramp_ca_key"].encode(), None)
    made = x509.load_pem_x509_certificate((root / vault.CERTIFICATE).read_bytes())
    assert made.public_key() == held.public_key()


def test_a_lost_certificate_of_somebody_elses_key_is_asked_for(
    make_plan, catalog: Catalog, root: Path, key: Path
) -> None:
    make_vault(make_plan(), catalog, root, key=key)
    (root / vault.PATH).write_bytes(sealed("offramp_ca_key: another", key))
    (root / vault.CERTIFICATE).unlink()
    with pytest.raises(BadInput, match=r"ca.crt: it is gone"):
        make_vault(make_plan(), catalog, root, key=key)


def test_without_ansible(make_plan, catalog: Catalog, root: Path, key: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "ansible.parsing.vault", None)
    with pytest.raises(ProgramMissing, match=r"offramp\[build\]"):
        make_vault(make_plan(), catalog, root, key=key)
    assert not key.exists()


def test_a_signer_that_others_know_is_made_once_with_its_certificate(
    make_plan, catalog: Catalog, root: Path, key: Path
) -> None:
    """Phones remember the certificate: another one of the same key would be a stranger."""
    apps = Replacement("app-repository", "1", ("distribution.app-store",), (), ("app-1",))
    plan = make_plan(replacements=(apps,))
    make_vault(plan, catalog, root, key=key)
    pem = opened(root, key)["app_repository_signing_key"].encode()
    private, certificate = serialization.load_pem_private_key(pem, None), x509.load_pem_x509_certificate(pem)
    assert private.public_key() == certificate.public_key()
    certificate.verify_directly_issued_by(certificate)
    make_vault(make_plan(replacements=(*make_plan().replacements, apps)), catalog, root, key=key)
    assert opened(root, key)["app_repository_signing_key"].encode() == pem


def test_a_secret_of_an_exact_length_has_it(make_plan, catalog: Catalog, root: Path, key: Path) -> None:
    """Laravel's cipher takes a key of 32 bytes and no other."""
    [application] = make_plan().platform.applications
    platform = Platform(applications=(replace(application, secrets=("APP_KEY",)),))
    make_vault(make_plan(platform=platform), catalog, root, key=key)
    assert len(opened(root, key)["application_secrets"]["board"]["APP_KEY"]) == 32


def test_a_default_key_is_one_projects_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that differ in signs only shared one, and so did all platforms without a name."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert vault.default_key("My Board: ../x").startswith("~/.config/offramp/my-board-x-")
    of = [vault.default_key(name, tmp_path / "infra") for name in ("Board", "board!", "б", "г", "x" * 5000)]
    unnamed = [vault.default_key("platform", tmp_path / folder) for folder in ("a/infra", "b/infra")]
    assert len({*of, *unnamed}) == len(of) + len(unnamed)
    assert all(len(Path(one).name) < 100 for one in of)
    assert vault.default_key("board", tmp_path / "elsewhere") != vault.default_key("board", tmp_path / "infra")


def test_a_project_keeps_the_default_key_that_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have moved. A stranger's project names no other file of the user's."""
    monkeypatch.setenv("HOME", str(tmp_path))
    own, others = tmp_path / ".config/offramp/board.vault-key", tmp_path / ".ssh/id_ed25519"
    for named, kept in ((own, True), (others, False), (Path("../x.vault-key"), False)):
        (tmp_path / "ansible.cfg").write_text(f"[defaults]\nvault_password_file = {named}\n")
        assert (vault.default_key("platform", tmp_path) == f"~/.config/offramp/{named.name}") == kept
