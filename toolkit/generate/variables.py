"""`inventory/group_vars/all/10-offramp.yml`: what the plan says, as Ansible variables."""

from typing import Any

from toolkit.calendars import calendars
from toolkit.catalog.entries import Blueprint, Catalog
from toolkit.errors import BadInput
from toolkit.generate import containers, runnable, wiring
from toolkit.generate.addresses import addressed
from toolkit.generate.ansible_yaml import Unsafe, dump, outside
from toolkit.generate.ports import ports
from toolkit.model import Application, GeneratedFile, Job, Plan, Replacement

PATH = "inventory/group_vars/all/10-offramp.yml"
_CHOICE = "offramp.toml: choice"
# where the role _base puts the certificate of the platform's own authority on every host
_AUTHORITY = "/usr/local/share/ca-certificates/offramp.crt"
_HEADER = """\
# Generated; the next generation replaces it. Your own values belong into group_vars/ and host_vars/ beside site.yml:
# they win. Text tagged !unsafe came from outside and is taken as it stands.
"""


def variables_file(
    plan: Plan,
    catalog: Catalog,
    *,
    sources: str,
    openings: dict[str, list[dict[str, Any]]],
    inner_ports: dict[str, list[int | str]],
) -> GeneratedFile:
    """The variables of all roles. `sources` is the folder applications lie in, relative to the project's; `openings`
    what each host's firewall lets through, `inner_ports` what its services keep to the host itself."""
    if any(wiring.runs_applications(replacement) for replacement in plan.replacements):
        runnable.check(plan.platform)
    table = wiring.services(plan, catalog)
    variables: dict[str, Any] = {
        "offramp_platform": Unsafe(plan.platform.name),
        "offramp_domains": outside(plan.platform.domains),
        "offramp_sources": Unsafe(sources),
        "offramp_authority": _AUTHORITY,
        "offramp_addresses": {host.name: _address(host.name) for host in plan.hosts},
        "offramp_hosts": {one.blueprint: _first_host(one, plan, catalog) for one in plan.replacements},
        "offramp_edges": [_address(host) for host in _edge_hosts(plan, catalog)],
        "offramp_fronted": [_fronted(one, catalog.blueprints[one.blueprint]) for one in wiring.fronted(plan, catalog)],
        "offramp_consumers": wiring.consumers(plan, catalog),
        "offramp_openings": openings,
        "offramp_inner_ports": inner_ports,
        "offramp_services": table,
        "offramp_sign_in": _sign_in(plan, catalog),
        "applications": [
            _application(one, port, plan, table)
            for one, port in zip(plan.platform.applications, ports(plan.platform.applications), strict=True)
        ],
    }
    for replacement in plan.replacements:
        variables |= _inputs(replacement, catalog.blueprints[replacement.blueprint], table)
    return GeneratedFile(path=PATH, content=_HEADER + dump(variables))


def _address(host: str) -> str:
    """Where the other hosts reach a host; `offramp_address` in host_vars says so when it is not where SSH answers."""
    return f"{{{{ hostvars['{host}'].offramp_address | default(hostvars['{host}'].ansible_host) }}}}"


def _host(name: str) -> dict[str, str]:
    return {"name": name, "address": _address(name)}


def _first_host(replacement: Replacement, plan: Plan, catalog: Catalog) -> dict[str, str]:
    """The host a blueprint lies on, and where its names lead: to an edge where one stands before it."""
    host = _host(replacement.hosts[0])
    before = _edge_hosts(plan, catalog) if replacement in wiring.fronted(plan, catalog) else []
    return {**host, "reached_at": _address(before[0]) if before else host["address"]}


def _edge_hosts(plan: Plan, catalog: Catalog) -> list[str]:
    """The hosts that stand before others."""
    edges = wiring.edges(plan, catalog)
    return [host for one in plan.replacements if one.blueprint in edges for host in one.hosts]


def _fronted(replacement: Replacement, blueprint: Blueprint) -> dict[str, Any]:
    """What an edge asks for these names: a host for each that the blueprint lies on, and their port."""
    port = next(one.port for one in blueprint.listens if one.fronted and one.port != 80)
    return {
        "blueprint": replacement.blueprint,
        "names": blueprint.fronted_as,
        "port": port,
        "hosts": [_host(name) for name in replacement.hosts],
    }


def _sign_in(plan: Plan, catalog: Catalog) -> dict[str, Any]:
    """client id → the OIDC client that a blueprint wants of whatever provides auth.workforce-sso."""
    blueprints = {one.blueprint: catalog.blueprints[one.blueprint] for one in plan.replacements}
    return {
        slug: {
            "name": blueprint.name,
            "redirect_uris": list(blueprint.sign_in.redirect_uris),
            "post_logout_redirect_uris": list(blueprint.sign_in.post_logout_redirect_uris),
            "secret": f"{{{{ {blueprint.sign_in.secret} }}}}",
        }
        for slug, blueprint in blueprints.items()
        if blueprint.sign_in
    }


def _application(application: Application, port: int, plan: Plan, table: wiring.Services) -> dict[str, Any]:
    domains = application.domains or plan.platform.domains
    environment = {
        name: wiring.expression(addressed(text, domains), table)
        for name, text in application.environment.items()
        if name not in application.secrets
    }
    return {
        "name": application.name,
        "source": Unsafe(application.source),
        "runtime": "container" if application.run == "container" else application.runtime,
        **containers.variables(application),
        "packages": outside(application.packages),
        "install": outside(application.install),
        "release": outside(application.release),
        "fill": outside(application.fill),
        "start": Unsafe(application.start),
        "port": port,
        "serve": outside([{"path": path, "folder": folder} for path, folder in application.serve.items()]),
        "fallback": Unsafe(application.fallback),
        "workers": outside(application.workers),
        "jobs": [_job(name, job) for name, job in application.jobs.items()],
        "writable": outside(application.writable),
        "domains": outside(domains),
        "paths": outside(application.paths),
        "upload_mb": application.upload_mb,
        "memory_mb": application.memory_mb,
        "health": Unsafe(application.health),
        "environment": environment,
    }


def _job(name: str, job: Job) -> dict[str, Any]:
    return {"name": name, "calendars": outside(calendars(job.when)), "command": Unsafe(job.run)}


def _inputs(replacement: Replacement, blueprint: Blueprint, table: wiring.Services) -> dict[str, Any]:
    """Every input as `<slug>_<name>`. Defaults are the blueprint's own text, in which Jinja may act."""
    slug = replacement.blueprint
    known = {one.name: one for one in blueprint.inputs}
    if strange := sorted(set(replacement.inputs) - set(known)):
        raise BadInput(
            f"the blueprint {slug} has no input {', '.join(strange)}",
            where=_CHOICE,
            hint=f"its inputs: {', '.join(known) or 'none'}",
        )
    variables = {}
    for name, one in known.items():
        given = replacement.inputs.get(name, one.default)
        if given is None and one.required:
            raise BadInput(f"the blueprint {slug} needs the input {name!r}: {one.description}", where=_CHOICE)
        variables[variable(slug, name)] = given if given == one.default else wiring.resolved(given, table)
    return variables


def variable(slug: str, name: str) -> str:
    return f"{slug}_{name}".replace("-", "_")
