"""The playbooks: one play per blueprint, in the order of their needs. Those that carry backups are files of ours."""

from collections.abc import Sequence
from typing import Any

from toolkit.catalog.entries import Catalog
from toolkit.generate import copies
from toolkit.generate.ansible_yaml import dump_plays
from toolkit.model import GeneratedFile, Replacement

# playbook -> (the role's task file, what it is for)
_SINGLE = {
    "backup.yml": ("backup", "Back up every service"),
    "restore.yml": ("restore", "Restore every service from its latest backup"),
    "import.yml": ("import", "Take over exported data: ansible-playbook import.yml -e dataset=FOLDER --tags SERVICE"),
    "verify.yml": ("drill/verify", "Check that every service works"),
    "drill-steady.yml": ("drill/steady", "Note the state that a drill has to bring back"),
    "drill-fill.yml": ("drill/fill", "Give an empty platform data to lose, on hosts marked for drills only"),
    "drill-break.yml": ("drill/break", "Destroy services and their data, on hosts marked for drills only"),
}
_BEFORE = "before"  # the task file for what must be there before a blueprint's packages are
_STOP = "stop"  # the task file for what must not write while data is brought back
_FOR_DRILLS_ONLY = ("drill/break", "drill/fill")
_GUARD = [
    {"name": "Look for the drill marker", "ansible.builtin.stat": {"path": "/etc/offramp-drill"}, "register": "marker"},
    {
        "name": "Refuse hosts that are not marked for drills",
        "ansible.builtin.assert": {
            "that": "marker.stat.exists",
            "fail_msg": "there is no /etc/offramp-drill on this host: it may be in use, so nothing is touched",
        },
    },
]


def playbooks(replacements: Sequence[Replacement], catalog: Catalog) -> list[GeneratedFile]:
    """site.yml and the single-purpose playbooks. `replacements` come in the order in which they are set up."""
    files = [_file("site.yml", "Bring every host to the described state; safe to repeat", _site(replacements, catalog))]
    for name, (tasks, purpose) in _SINGLE.items():
        guard = [_play("Protect hosts in use", "all", tasks=_GUARD)] if tasks in _FOR_DRILLS_ONLY else []
        files.append(_file(name, purpose, [*guard, *_plays(replacements, catalog, tasks)]))
    return files


def _plays(replacements: Sequence[Replacement], catalog: Catalog, tasks: str) -> list[dict[str, Any]]:
    """A play for each blueprint that has the tasks. Who writes is stopped before what it writes to is looked at, and an
    edge is asked for what stands behind it when all of that runs."""
    match tasks:
        case "restore":
            return [*_in_order(replacements[::-1], catalog, _STOP), *_in_order(replacements, catalog, tasks)]
        case "drill/steady":
            return _in_order(replacements[::-1], catalog, tasks)
        case "drill/verify":
            edges_last = sorted(replacements, key=lambda one: catalog.blueprints[one.blueprint].fronts)
            return _in_order(edges_last, catalog, tasks)
    return _in_order(replacements, catalog, tasks)


def _in_order(replacements: Sequence[Replacement], catalog: Catalog, tasks: str) -> list[dict[str, Any]]:
    return [
        _single_play(replacement, catalog, tasks)
        for replacement in replacements
        if copies.has_tasks(replacement.blueprint, catalog.folders, tasks)
    ]


def _site(replacements: Sequence[Replacement], catalog: Catalog) -> list[dict[str, Any]]:
    base = _play("Prepare every host", "all", tags=["base"], roles=["_base", "_backup"])
    return [
        base,
        _packages(replacements, catalog),
        *(
            _play(catalog.blueprints[r.blueprint].name, _group(r), tags=[r.blueprint], roles=[r.blueprint])
            for r in replacements
        ),
    ]


def _packages(replacements: Sequence[Replacement], catalog: Catalog) -> dict[str, Any]:
    """One transaction on each host, all hosts at once, instead of one for each role, which can do without.

    The roles start the services: packages would start some of them before they are configured, and they collide.
    """
    wanted = "query('ansible.builtin.vars', *(group_names | map('regex_replace', '$', '_packages')), default=[])"
    install = {
        "name": "Install them",
        "ansible.builtin.apt": {
            "name": f"{{{{ {wanted} | flatten | unique }}}}",
            "install_recommends": False,
            "policy_rc_d": 101,
        },
    }
    roles = [r for r in replacements if copies.has_variables(r.blueprint, catalog.folders)]
    return _play(
        "Install the packages of every service",
        "all",
        tags=["packages"],
        vars_files=[f"roles/{r.blueprint}/vars/main.yml" for r in roles],
        tasks=[*(_before(r, catalog) for r in replacements if _has_before(r, catalog)), install],
    )


def _has_before(replacement: Replacement, catalog: Catalog) -> bool:
    return copies.has_tasks(replacement.blueprint, catalog.folders, _BEFORE)


def _before(replacement: Replacement, catalog: Catalog) -> dict[str, Any]:
    return {
        "name": f"Prepare for {catalog.blueprints[replacement.blueprint].name}",
        "ansible.builtin.import_role": {"name": replacement.blueprint, "tasks_from": _BEFORE},
        "when": f"'{_group(replacement)}' in group_names",
    }


def _single_play(replacement: Replacement, catalog: Catalog, tasks: str) -> dict[str, Any]:
    role = {"name": replacement.blueprint, "tasks_from": tasks}
    task = {"name": tasks.rpartition("/")[2].capitalize(), "ansible.builtin.import_role": role}
    name = catalog.blueprints[replacement.blueprint].name
    return _play(name, _group(replacement), tags=[replacement.blueprint], tasks=[task])


def _play(name: str, hosts: str, **rest: Any) -> dict[str, Any]:
    return {"name": name, "hosts": hosts, "become": True, "any_errors_fatal": True, **rest}


def _group(replacement: Replacement) -> str:
    return replacement.blueprint.replace("-", "_")


def _file(name: str, purpose: str, plays: list[dict[str, Any]]) -> GeneratedFile:
    return GeneratedFile(path=name, content=f"# {purpose}.\n{dump_plays(plays)}")
