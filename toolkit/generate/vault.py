"""The generated project's secrets: one ansible-vault file, made once; later runs only add what is missing.

In: plan, catalogue, the project's folder and where the key lies. Out: which names were added, and the key if it is new.
Values pass through memory only: they are in no `GeneratedFile`, manifest, log or error.
"""

import hashlib
import re
import secrets
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from toolkit import documents
from toolkit.catalog.entries import Catalog
from toolkit.errors import BadInput
from toolkit.generate import age, authority, folder, signing_key
from toolkit.model import Plan, Value
from toolkit.tools import ansible_vault

PATH = "inventory/group_vars/all/vault.yml"
CERTIFICATE = "ca.crt"
_KEYS, _SUFFIX = "~/.config/offramp", ".vault-key"
_LONGEST_SLUG = 40
_HEADER = "# Secrets of this project. Edit with `ansible-vault edit`; values you change are kept.\n"
_APPLICATION_SECRET_BYTES = 48
_EXACT = {"APP_KEY": 24}  # bytes of 32 characters: Laravel takes no other number of them
_EDIT = "ansible-vault edit; secrets stand as NAME: VALUE, those of applications in application_secrets by application"


class _Held(msgspec.Struct):
    """The form of what the vault holds, as far as it is looked at here."""

    application_secrets: dict[str, dict[str, Any] | None] | None = None
    offramp_ca_key: str = ""


class Vault(Value):
    """What `make_vault` did. `new_key` is to be shown once, for the safe; everything else may be logged."""

    key_file: str
    added: tuple[str, ...] = ()
    new_key: str | None = None


def default_key(platform: str, root: Path | None = None) -> str:
    """Where the vault's key lies unless the user says otherwise: outside every project, and no other project's.

    The project in `root` keeps the one among these that it names already. Others are told apart by their folder: many
    platforms are called "app", and whoever owns one must not open the other's vault.
    """
    named = ansible_vault.key_named_by(root) if root else None
    if named and named.parent == Path(_KEYS).expanduser() and named.suffix == _SUFFIX:
        return f"{_KEYS}/{named.name}"  # as it was written: generating again changes nothing
    slug = re.sub(r"[^a-z0-9]+", "-", platform.lower()).strip("-")[:_LONGEST_SLUG] or "platform"
    apart = f"{platform}\0{root.resolve()}" if root else platform
    return f"{_KEYS}/{slug}-{hashlib.sha256(apart.encode()).hexdigest()[:8]}{_SUFFIX}"


def make_vault(plan: Plan, catalog: Catalog, root: Path, *, key: Path) -> Vault:
    """Add the secrets that the project in `root` lacks to its vault, and its certificate authority if there is none.

    Raises BadInput when the key lies inside the project, is gone or does not open the vault; ProgramMissing without
    ansible-core.
    """
    key = key.expanduser().absolute()
    if key.resolve().is_relative_to(root.resolve()):
        raise BadInput(
            "the vault's key must not lie beside what it opens", where=key, hint="--vault-key FILE elsewhere"
        )
    existing = folder.read(root, PATH)
    ansible_vault.vault("")  # fails without Ansible, before a key is made that nobody gets to see
    password, is_new = _key(key, may_create=existing is None)
    vault = ansible_vault.vault(password)
    held = _decrypted(vault, existing, key) if existing is not None else {}
    wanted, certificate = _completed(plan, catalog, held, folder.read(root, CERTIFICATE))
    if certificate:
        folder.write(root, CERTIFICATE, certificate)
    if added := _names(wanted) - _names(held):
        text = _HEADER + yaml.safe_dump(wanted, sort_keys=True, width=1000)
        folder.write(root, PATH, vault.encrypt(text).decode() + "\n", mode=0o600)
    return Vault(key_file=str(key), added=tuple(sorted(added)), new_key=password if is_new else None)


def _key(path: Path, *, may_create: bool) -> tuple[str, bool]:
    """The key, and whether it was made just now. Two projects that were given one key may ask for it at once."""
    if may_create and not path.exists():
        key = secrets.token_urlsafe(32)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if documents.write_new(path, f"{key}\n", mode=0o600):  # else another process was first: its key counts
            return key, True
    if not path.exists():
        hint = "put the key from the safe there, or name its file with --vault-key"
        raise BadInput("the project has a vault, but its key is not here", where=path, hint=hint)
    return ansible_vault.read_key(path), False


def _decrypted(vault: Any, content: bytes, key: Path) -> dict[str, Any]:
    from ansible.errors import AnsibleError

    try:
        text = vault.decrypt(content)
    except AnsibleError as err:
        raise BadInput("the key does not open the project's vault", where=key, hint=f"the vault is {PATH}") from err
    try:
        held = msgspec.convert(yaml.safe_load(text) or {}, dict[str, Any])
        msgspec.convert(held, _Held)
    except (yaml.YAMLError, msgspec.ValidationError, RecursionError):  # not chained: they quote what was read
        raise BadInput("the vault holds no valid YAML, or no such table of secrets", where=PATH, hint=_EDIT) from None
    return held


def _completed(
    plan: Plan, catalog: Catalog, held: Mapping[str, Any], certificate: bytes | None
) -> tuple[dict[str, Any], str | None]:
    """All secrets the project needs, with those held already as they are; and the CA's certificate if it changes."""
    wanted: dict[str, Any] = {**dict(_blueprint_secrets(plan, catalog, held)), **held}
    if "offramp_backup_identity" not in held:  # whom backups are encrypted for is no secret, but belongs to it
        wanted["offramp_backup_identity"], wanted["offramp_backup_recipient"] = age.new_pair()
    given = held.get("application_secrets") or {}
    wanted["application_secrets"] = {
        application.name: {
            name: (given.get(application.name) or {}).get(name) or _made(name) for name in application.secrets
        }
        | (given.get(application.name) or {})
        for application in plan.platform.applications
    }
    platform, permitted = plan.platform.name, authority.names(plan)
    if "offramp_ca_key" in held:
        key = held["offramp_ca_key"]
        if certificate is None:
            return wanted, authority.issued(platform, key, permitted)
        return wanted, authority.renewed(platform, key, certificate, permitted)
    wanted["offramp_ca_key"], made = authority.make(platform, permitted)
    return wanted, made


def _made(name: str) -> str:
    return secrets.token_urlsafe(_EXACT.get(name, _APPLICATION_SECRET_BYTES))


def _blueprint_secrets(plan: Plan, catalog: Catalog, held: Collection[str]) -> Iterator[tuple[str, str]]:
    """Those that are not held yet."""
    for replacement in plan.replacements:
        for secret in catalog.blueprints[replacement.blueprint].secrets:
            if secret.name in held:
                continue
            if secret.kind == "signing-key":
                yield secret.name, signing_key.make(plan.platform.name)
            else:
                yield secret.name, secrets.token_urlsafe(secret.length)[: secret.length]


def _names(secrets_held: Mapping[str, Any]) -> set[str]:
    """Variable names; those of applications as "application/NAME"."""
    tables = secrets_held.get("application_secrets") or {}
    of_applications = {f"{application}/{name}" for application, table in tables.items() for name in table}
    return (set(secrets_held) - {"application_secrets"}) | of_applications
