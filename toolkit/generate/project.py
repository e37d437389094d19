"""The whole generated project, in memory."""

import re
from collections.abc import Iterable
from pathlib import Path

from toolkit.catalog.entries import Catalog
from toolkit.errors import BadInput
from toolkit.generate import copies, firewall, wiring
from toolkit.generate.manifest import manifest_file
from toolkit.generate.playbooks import playbooks
from toolkit.generate.templates import render
from toolkit.generate.terraform import terraform_files
from toolkit.generate.variables import variables_file
from toolkit.generate.vault import default_key
from toolkit.model import GeneratedFile, Plan

_FILES = Path(__file__).parent / "files"
_AS_THEY_ARE = ("inventory/hosts.py", "fetch-backups.yml", "put-backups.yml")
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_APPLICATION = re.compile(r"[a-z][a-z0-9-]{0,23}")  # becomes a login on the hosts
_ENVIRONMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_COMMENT = re.compile(r"\s[;#]")  # in ansible.cfg
_DOMAIN = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?", re.IGNORECASE)


def generate(
    plan: Plan, catalog: Catalog, *, target: str, sources: str = "..", vault_key: str | None = None
) -> tuple[GeneratedFile, ...]:
    """Every file of the project, sorted by path; the last is its manifest.

    `sources` is the folder the applications' `source` is relative to (offramp.toml's), as seen from the project;
    `vault_key` the file with the vault's key. Raises BadInput for what cannot become a host, a login or a variable,
    for unknown blueprints and targets, and for references no output answers.
    """
    _check(plan, catalog)
    unanswered = wiring.missing(plan, wiring.services(plan, catalog))
    order = wiring.ordered(plan, catalog)
    openings = firewall.openings(plan, catalog)
    key = vault_key or default_key(plan.platform.name)
    if not key.isprintable() or key != key.strip() or _COMMENT.search(key):
        hint = "--vault-key FILE without line ends, and without spaces at its end or before a semicolon"
        raise BadInput("ansible.cfg can name no such file for the vault's key", where=repr(key), hint=hint)
    files = [
        *terraform_files(plan, target),
        variables_file(
            plan,
            catalog,
            sources=sources,
            openings=firewall.as_variables(openings),
            inner_ports=firewall.inner_ports(plan, catalog),
        ),
        *playbooks(order, catalog),
        *copies.base_roles(),
        *(file for one in order for file in copies.blueprint(one.blueprint, catalog.folders)),
        *(file for one in order for file in copies.carried(one.blueprint, catalog.blueprints[one.blueprint].carries)),
        *(copies.read(_FILES / name, name) for name in _AS_THEY_ARE),
        copies.read(_FILES / "ansible-lint.yml", ".ansible-lint"),
        _render("ansible.cfg.j2", "ansible.cfg", vault_key=key),
        _render("gitignore.j2", ".gitignore"),
        _render(
            "README.md.j2",
            "README.md",
            plan=plan,
            catalog=catalog,
            target=target,
            order=order,
            openings=openings,
            unanswered=unanswered,
            vault_key=key,
            sources=sources,
        ),
    ]
    files.sort(key=lambda file: file.path)
    return (*files, manifest_file(files, plan, target, sources))


def _render(template: str, path: str, **values: object) -> GeneratedFile:
    return GeneratedFile(path=path, content=render((_FILES / template).read_text(encoding="utf-8"), **values))


def _check(plan: Plan, catalog: Catalog) -> None:
    if not plan.replacements:
        raise BadInput("the plan replaces nothing: there is nothing to generate", where="plan", hint=_hint(plan))
    _require(_HOST, (host.name for host in plan.hosts), "host name")
    _require(_APPLICATION, (application.name for application in plan.platform.applications), "application name")
    for application in plan.platform.applications:
        where = f"application {application.name}"
        _require(_ENVIRONMENT, [*application.environment, *application.secrets], "environment variable", where)
        _require(_APPLICATION, application.workers, "worker name", where)
        _require(_APPLICATION, application.jobs, "job name", where)
        _require(_DOMAIN, application.domains, "domain", where)
    _require(_DOMAIN, plan.platform.domains, "domain")
    hosts = {host.name for host in plan.hosts}
    for replacement in plan.replacements:
        if replacement.blueprint not in catalog.blueprints:
            known = ", ".join(sorted(catalog.blueprints))
            raise BadInput(f"no blueprint {replacement.blueprint!r}", where="plan", hint=f"there are: {known}")
        if not replacement.hosts or not hosts.issuperset(replacement.hosts):
            raise BadInput(
                f"{replacement.blueprint} lies on no host of the plan", where="plan", hint="make the plan again"
            )


def _hint(plan: Plan) -> str:
    if plan.untouched:
        return f"nothing that was found hangs on {', '.join(plan.untouched)}; `offramp audit` lists what is in use"
    return "name who is lost (`offramp plan --lose VENDOR@0h`), or an [[application]] or a [[choice]] in offramp.toml"


def _require(form: re.Pattern[str], names: Iterable[str], what: str, where: str = "plan") -> None:
    for name in names:
        if not form.fullmatch(name):
            raise BadInput(f"{name!r} cannot be a {what}", where=where, hint=f"it must match {form.pattern}")
