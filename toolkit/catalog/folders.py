"""The catalogue: what Offramp knows, read from `checks/` and `playbooks/blueprints/` and the user's overlay folders.

In: folders of TOML files. Out: one immutable `Catalog`. The shipped folders are compiled once, when the wheel is built
or into a cache of the user's; an overlay is read and checked on every load, and wins over the shipped file of the same
name. A shipped file that breaks its schema is `BadCatalog` (exit 6), a user's file is `BadInput` (exit 2).

A folder of knowledge, the shipped `checks/` as well as an overlay, has this shape (an overlay also `blueprints/`):
`capabilities.toml`, `engines.toml`, `families.toml`, `hosts.toml`, `switches.toml`, `tasks.toml`,
`vendors/<vendor>/{vendor,<service>}.toml`, `readiness/<area>.toml`, `scenarios/<id>.toml`, `policy.toml`.
"""

import contextlib
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from platformdirs import user_cache_path

from toolkit import shipped
from toolkit.catalog.consistency import validate
from toolkit.catalog.entries import (
    Blueprint,
    Capability,
    Catalog,
    CommonTask,
    Engine,
    Families,
    Hosts,
    NeedsFile,
    PlanFile,
    Policy,
    Rule,
    RuleFile,
    Runner,
    Scenario,
    Service,
    Switches,
    TasksFile,
    Vendor,
)
from toolkit.catalog.families import derive
from toolkit.documents import MOST_TOML, decode, read_file, read_toml, write_bytes
from toolkit.errors import BadCatalog, BadInput, OfframpError
from toolkit.model import Value

T = TypeVar("T")
PREBUILT = "catalog.msgpack"  # beside the data in a wheel; the same name in the user's cache
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class _Compiled(Value):
    key: str  # the shape of the structs, and names, sizes and times of the files it was made from
    catalog: Catalog


# --- the public two ---------------------------------------------------------------------------------------------------
def load(overlays: Sequence[Path] = ()) -> Catalog:
    """The shipped catalogue with the overlay folders laid over it, the last one winning."""
    catalog = _shipped()
    for folder in overlays:
        if not folder.is_dir():
            raise BadInput("no such folder of vendors, rules and blueprints", where=folder)
        over = _read(folder, folder / "blueprints", error=BadInput, base=catalog)
        catalog = _laid_over(catalog, over, folder)
        if problems := validate(catalog):
            raise BadInput("\n".join(problems), where=folder)
    return catalog


def compile_shipped(target: Path) -> None:
    """Write the shipped catalogue to `target` in the form `load` reads fastest (used when the wheel is built)."""
    checks, blueprints = shipped.folder("checks"), shipped.folder("playbooks/blueprints")
    catalog = _read(checks, blueprints, error=BadCatalog)
    if problems := validate(catalog):
        raise BadCatalog("\n".join(problems), where=checks)
    target.write_bytes(msgspec.msgpack.encode(_Compiled(key="", catalog=catalog)))


# --- compiled once ----------------------------------------------------------------------------------------------------
def _shipped() -> Catalog:
    """From the wheel, else from the cache, else from the files, which are then cached where that is possible."""
    if prebuilt := _decoded(shipped.PACKAGED / PREBUILT):
        return prebuilt.catalog
    checks, blueprints = shipped.folder("checks"), shipped.folder("playbooks/blueprints")
    key = _key(checks, blueprints)
    cached = user_cache_path("offramp") / PREBUILT
    if (compiled := _decoded(cached)) and compiled.key == key:
        return compiled.catalog
    catalog = _read(checks, blueprints, error=BadCatalog)
    _keep(cached, msgspec.msgpack.encode(_Compiled(key=key, catalog=catalog)))
    return catalog


def _decoded(path: Path) -> _Compiled | None:
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=_Compiled)
    except (OSError, msgspec.DecodeError):  # none yet, or one of another version
        return None


def _key(checks: Path, blueprints: Path) -> str:
    seen = hashlib.sha256(repr(msgspec.json.schema(Catalog)).encode())
    for path in _files(checks, blueprints):
        stat = path.stat()
        seen.update(f"{path}\0{stat.st_mtime_ns}\0{stat.st_size}\n".encode())
    return seen.hexdigest()


def _keep(path: Path, content: bytes) -> None:
    """Best effort: a home that cannot be written to costs a second per run, nothing else."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_bytes(path, content, mode=0o600)


# --- reading a folder -------------------------------------------------------------------------------------------------
def _files(checks: Path, blueprints: Path) -> list[Path]:
    """Every file the catalogue is made of, in one order."""
    patterns = (
        "capabilities.toml",
        "engines.toml",
        "families.toml",
        "hosts.toml",
        "needs.toml",
        "policy.toml",
        "runners.toml",
        "switches.toml",
        "tasks.toml",
        "vendors/*/*.toml",
        "readiness/*.toml",
        "scenarios/*.toml",
    )
    found = [path for pattern in patterns for path in checks.glob(pattern)]
    return sorted([*found, *blueprints.glob("*/blueprint.toml"), *blueprints.glob("*/plan.toml")])


def _read(checks: Path, blueprints: Path, *, error: type[OfframpError], base: Catalog | None = None) -> Catalog:
    """What these folders hold. `base` gives the policy that a policy file with few keys is completed from."""
    content = hashlib.sha256((base.hash if base else "").encode())
    for path in _files(checks, blueprints):
        content.update(f"{path.name}\0{path.parent.name}\0".encode() + read_file(path, MOST_TOML, error=error))
    vendors, services = _read_vendors(checks / "vendors", error)
    families = _read_optional(checks / "families.toml", "families", Families, Families(), error)
    return Catalog(
        hash=content.hexdigest()[:16],
        capabilities=_read_optional(checks / "capabilities.toml", "capabilities", dict[str, Capability], {}, error),
        vendors=vendors,
        services=services,
        rules=_read_rules(checks / "readiness", error),
        scenarios=_read_scenarios(checks / "scenarios", error),
        blueprints=_read_blueprints(blueprints, error),
        judgement=_read_optional(checks / "needs.toml", "needs", NeedsFile, NeedsFile(), error),
        engines=_read_optional(checks / "engines.toml", "engines", dict[str, Engine], {}, error),
        tasks=_read_optional(checks / "tasks.toml", "tasks", TasksFile, TasksFile(), error).tasks,
        runners=_read_optional(checks / "runners.toml", "runners", dict[str, Runner], {}, error),
        families=families,
        hosts=_read_optional(checks / "hosts.toml", "hosts", Hosts, Hosts(), error),
        switches=_read_optional(checks / "switches.toml", "switches", Switches, Switches(), error),
        derived=derive(vendors, services, families),
        policy=_read_policy(checks / "policy.toml", base.policy if base else Policy(), error),
        folders=(str(checks),) if base else (),
    )


def _read_vendors(folder: Path, error: type[OfframpError]) -> tuple[dict[str, Vendor], dict[str, Service]]:
    vendors: dict[str, Vendor] = {}
    services: dict[str, Service] = {}
    for path in sorted(folder.glob("*/*.toml")):
        vendor = _checked_id(path.parent.name, path, error)
        if path.name == "vendor.toml":
            vendors[vendor] = decode(read_toml(path, error=error), "vendor", Vendor, where=path, error=error)
        else:
            service = _checked_id(path.stem, path, error)
            entry = decode(read_toml(path, error=error), "service", Service, where=path, error=error)
            services[f"{vendor}/{service}"] = entry
    return vendors, services


def _read_rules(folder: Path, error: type[OfframpError]) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for path in sorted(folder.glob("*.toml")):
        for rule in decode(read_toml(path, error=error), "readiness", RuleFile, where=path, error=error).rule:
            if rule.id in rules:
                raise error(f"there are two rules {rule.id!r}", where=path)
            rules[rule.id] = rule
    return rules


def _read_scenarios(folder: Path, error: type[OfframpError]) -> dict[str, Scenario]:
    scenarios: dict[str, Scenario] = {}
    for path in sorted(folder.glob("*.toml")):
        scenario = decode(read_toml(path, error=error), "scenario", Scenario, where=path, error=error)
        if scenario.id != path.stem:
            raise error(f"id is {scenario.id!r}, but the file is called {path.name}", where=path)
        scenarios[scenario.id] = scenario
    return scenarios


def _read_blueprints(folder: Path, error: type[OfframpError]) -> dict[str, Blueprint]:
    blueprints: dict[str, Blueprint] = {}
    for path in sorted(folder.glob("*/blueprint.toml")):
        slug = _checked_id(path.parent.name, path, error)
        blueprint = decode(read_toml(path, error=error), "blueprint", Blueprint, where=path, error=error)
        tasks = _read_optional(path.with_name("plan.toml"), "plan-file", PlanFile, PlanFile(), error).task
        blueprints[slug] = msgspec.structs.replace(blueprint, tasks=tasks)
    return blueprints


def _read_policy(path: Path, base: Policy, error: type[OfframpError]) -> Policy:
    given = read_toml(path, error=error) if path.exists() else {}
    return decode({**msgspec.to_builtins(base), **given}, "policy", Policy, where=path, error=error)


def _read_optional(path: Path, document: str, into: Any, missing: T, error: type[OfframpError]) -> T:
    if not path.exists():
        return missing
    found: T = decode(read_toml(path, error=error), document, into, where=path, error=error)
    return found


def _checked_id(name: str, path: Path, error: type[OfframpError]) -> str:
    if not _ID.fullmatch(name):
        raise error(f"{name!r} cannot be an id", where=path, hint="lower-case letters, digits and single dashes")
    return name


# --- overlays ---------------------------------------------------------------------------------------------------------
def _laid_over(base: Catalog, over: Catalog, folder: Path) -> Catalog:
    vendors = {**base.vendors, **over.vendors}
    for service in over.services:
        if service.partition("/")[0] not in vendors:
            raise BadInput(f"the service {service} has no vendor.toml beside it", where=folder / "vendors")
    services = {**base.services, **over.services}
    families = _families_over(base.families, over.families)
    return Catalog(
        hash=over.hash,
        capabilities={**base.capabilities, **over.capabilities},
        vendors=vendors,
        services=services,
        rules={**base.rules, **over.rules},
        scenarios={**base.scenarios, **over.scenarios},
        blueprints={**base.blueprints, **over.blueprints},
        judgement=_judgement_over(base.judgement, over.judgement),
        engines={**base.engines, **over.engines},
        tasks=_tasks_over(base.tasks, over.tasks),
        runners={**base.runners, **over.runners},
        families=families,
        hosts=_hosts_over(base.hosts, over.hosts),
        switches=_switches_over(base.switches, over.switches),
        derived=derive(vendors, services, families),
        policy=over.policy,
        folders=(*base.folders, *over.folders),
    )


def _tasks_over(base: tuple[CommonTask, ...], over: tuple[CommonTask, ...]) -> tuple[CommonTask, ...]:
    own = {task.id for task in over}
    return (*(task for task in base if task.id not in own), *over)


def _families_over(base: Families, over: Families) -> Families:
    return Families((*base.generic, *over.generic), (*base.families, *over.families))


def _hosts_over(base: Hosts, over: Hosts) -> Hosts:
    return Hosts(
        (*base.vocabularies, *over.vocabularies),
        (*base.licences, *over.licences),
        (*base.reading, *over.reading),
        (*base.invented, *over.invented),
    )


def _switches_over(base: Switches, over: Switches) -> Switches:
    return Switches((*base.own, *over.own), {**base.words, **over.words}, {**base.about, **over.about})


def _judgement_over(base: NeedsFile, over: NeedsFile) -> NeedsFile:
    """The user's journeys and needs are asked first."""
    own = {journey.id for journey in over.journeys}
    journeys = (*over.journeys, *(journey for journey in base.journeys if journey.id not in own))
    return NeedsFile(journeys, (*over.needs, *base.needs))
