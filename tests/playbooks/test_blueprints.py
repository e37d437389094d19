"""Every blueprint folder keeps the contract (docs/architecture/contracts.md)."""

import re
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment, nodes

from toolkit.catalog.folders import load
from toolkit.generate.copies import BASE_ROLES
from toolkit.generate.variables import variable

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
BLUEPRINTS = sorted(path.parent for path in PLAYBOOKS.glob("blueprints/*/blueprint.toml"))
ROLES = [*BLUEPRINTS, *(PLAYBOOKS / name for name in BASE_ROLES)]
TASK_FILES = ("main", "backup", "restore", "import", "drill/steady", "drill/break", "drill/verify")
KEYWORDS = set(
    """
    name when loop loop_control register notify vars environment delegate_to become become_user changed_when
    failed_when until retries delay no_log diff block rescue always tags run_once args check_mode throttle
    ignore_errors listen async poll any_errors_fatal
    """.split()  # noqa: SIM905  # a list of words reads better as words
)
# of the generated inventory, for every role
GENERATED = {
    f"offramp_{name}" for name in ("platform", "domains", "addresses", "hosts", "edges", "services", "authority")
}
# What never shows in a result: a task with a secret in its environment may say why it failed.
UNSEEN = ("block", "name", "environment")
named = pytest.mark.parametrize("folder", BLUEPRINTS, ids=lambda folder: folder.name)
each_role = pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)


class Loader(yaml.SafeLoader):
    """YAML with Ansible's own tags."""


Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def read(path: Path):
    return yaml.load(path.read_text(), Loader=Loader)  # noqa: S506  # a SafeLoader


def tasks(entries):
    for task in entries or []:
        yield task
        for part in ("block", "rescue", "always"):
            yield from tasks(task.get(part))


def task_files(role: Path) -> list[Path]:
    return sorted([*role.glob("tasks/**/*.yml"), *role.glob("handlers/*.yml")])


@named
def test_the_folder_is_complete(folder: Path) -> None:
    for name in (*(f"tasks/{name}.yml" for name in TASK_FILES), "README.md", "plan.toml", "defaults/main.yml"):
        assert (folder / name).is_file(), name
    assert len((folder / "tasks/main.yml").read_text().splitlines()) <= 75


@named
def test_outputs_need_no_variables_of_the_role(folder: Path) -> None:
    """Other roles and the checks of journeys read them, and see the inventory alone."""
    slug, blueprint = folder.name.replace("-", "_"), load().blueprints[folder.name]
    known = {f"{slug}_{one.name}" for one in blueprint.inputs} | {one.name for one in blueprint.secrets}
    for output in blueprint.outputs:
        names = {name for name in re.findall(r"\b[a-z_]+\b", output.value) if name.startswith(f"{slug}_")}
        assert names <= known, output.name


@named
def test_its_packages_are_known_before_it_runs(folder: Path) -> None:
    assert f"{folder.name.replace('-', '_')}_packages" in read(folder / "vars/main.yml")


@named
def test_inputs_defaults_and_argument_specs_agree(folder: Path) -> None:
    slug, blueprint = folder.name, load().blueprints[folder.name]
    defaults = read(folder / "defaults/main.yml")
    options = read(folder / "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    types = {
        "string": ("str", "path"),
        "integer": ("int",),
        "boolean": ("bool",),
        "list": ("list",),
        "table": ("dict",),
    }
    for one in blueprint.inputs:
        name = variable(slug, one.name)
        assert name in defaults or one.required, f"{name} has no default"
        assert defaults.get(name) == one.default, f"{name}: defaults/main.yml and blueprint.toml differ"
        assert options[name]["type"] in types[one.type], name
    for secret in blueprint.secrets:
        assert secret.name not in defaults, f"{secret.name} must come from the vault"
        assert options[secret.name].get("no_log"), f"{secret.name} is no secret in argument_specs"


@named
def test_other_roles_can_work_out_what_it_offers(folder: Path) -> None:
    """An output is read where the role's own vars/ are not: in other roles' plays."""
    blueprint = load().blueprints[folder.name]
    everywhere = {variable(folder.name, one.name) for one in blueprint.inputs} | {one.name for one in blueprint.secrets}
    offered = {output.name: output.value for output in blueprint.outputs}
    if blueprint.sign_in:
        offered["sign_in"] = " ".join([*blueprint.sign_in.redirect_uris, *blueprint.sign_in.post_logout_redirect_uris])
    for name, value in offered.items():
        read = {name.name for name in Environment(autoescape=True).parse(value).find_all(nodes.Name)}
        assert read <= everywhere | GENERATED, f"{name} reads {read - everywhere - GENERATED}"


@named
def test_plan_tasks_have_honest_figures(folder: Path) -> None:
    for task in load().blueprints[folder.name].tasks:
        assert task.effort.basis, f"{task.id}: an effort without its basis"
        assert task.done_when, task.id
        assert bool(task.effort.minutes_each) == bool(task.effort.per), task.id
    tasks = load().blueprints[folder.name].tasks
    assert {"prepare", "cut over", "retire"} <= {task.phase for task in tasks}
    assert any(task.rollback for task in tasks if task.phase == "cut over"), "no way back from the cut-over"


@each_role
def test_only_builtin_modules(role: Path) -> None:
    for path in task_files(role):
        for task in tasks(read(path)):
            modules = set(task) - KEYWORDS
            assert all(name.startswith("ansible.builtin.") for name in modules), f"{path}: {modules}"
            assert len(modules) == (0 if "block" in task else 1), f"{path}: {task}"
            assert task.get("name"), f"{path}: a task without a name"


@each_role
def test_tasks_that_handle_secrets_do_not_log(role: Path) -> None:
    blueprint = load().blueprints.get(role.name)
    secrets = {secret.name for secret in blueprint.secrets} if blueprint else set()
    carriers = secrets | {"offramp_backup_identity", "offramp_ca_key", "application_secrets", "password"}
    words = re.compile(rf"\b(?:{'|'.join(carriers)})\b")
    wholes = {name for name, value in variables(role).items() if words.search(value)}
    for path in task_files(role):
        for task in tasks(read(path)):
            handed_on = ("vars",) if "ansible.builtin.include_role" in task else ()  # to tasks looked at themselves
            unseen = (*UNSEEN, *handed_on)
            text = yaml.safe_dump({key: value for key, value in task.items() if key not in unseen}, width=10_000)
            shown = " ".join([*re.findall(r"\{\{.*?\}\}", text), str(task.get("ansible.builtin.debug", ""))])
            if any(re.search(rf"\b{name}\b", shown) for name in carriers | wholes):
                assert task.get("no_log") is True, f"{path}: {task['name']}"
            for template in re.findall(r"[\w.-]+\.j2", text):
                source = (
                    (role / "templates" / template).read_text() if (role / "templates" / template).is_file() else ""
                )
                if any(re.search(rf"\b{name}\b", source) for name in carriers):
                    assert task.get("no_log") is True, f"{path}: {template}"


def variables(role: Path) -> dict[str, str]:
    path = role / "vars/main.yml"
    return {name: str(value) for name, value in read(path).items()} if path.is_file() else {}


@each_role
def test_commands_say_whether_they_change(role: Path) -> None:
    for path in task_files(role):
        for task in tasks(read(path)):
            command = task.get("ansible.builtin.command") or task.get("ansible.builtin.shell")
            creates = isinstance(command, dict) and "creates" in command
            assert not command or creates or "changed_when" in task, f"{path}: {task['name']}"


# Debian's packages are signed; Go compares every module with a public database, which its client asks
_VERIFIED_BY_THEIR_CLIENT = ("pkg:deb/", "pkg:golang/")


def test_what_a_blueprint_brings_along_carries_a_checksum_which_its_role_checks() -> None:
    """And what turned out to be wrong does not stay where the next run would take it for fetched."""
    checked = 0
    for slug, blueprint in load().blueprints.items():
        for artefact in blueprint.artefacts:
            if artefact.purl.startswith(_VERIFIED_BY_THEIR_CLIENT):
                continue
            assert re.fullmatch(r"[0-9a-f]{64}", artefact.sha256 or ""), artefact.purl
            folder = PLAYBOOKS / "blueprints" / slug
            if artefact.sha256 in _archives(slug).values():
                continue  # the next test looks at these
            [name] = [
                name
                for name, value in yaml.safe_load((folder / "vars/main.yml").read_text()).items()
                if value == artefact.sha256
            ]
            tasks = yaml.safe_load((folder / "tasks/install.yml").read_text())
            block = next(task["block"] for task in tasks if "block" in task)
            asking = [number for number, task in enumerate(block) if name in str(task)]
            removal, refusal = (block[number] for number in asking)
            assert removal["ansible.builtin.file"]["state"] == "absent"
            assert f"== {name}" in refusal["ansible.builtin.assert"]["that"]
            assert next(number for number, task in enumerate(block) if "unarchive" in str(task)) > asking[-1]
            checked += 1
    assert checked


def _archives(slug: str) -> dict[str, str]:
    """File → SHA-256, where a role brings many archives along and checks them together."""
    return read(PLAYBOOKS / "blueprints" / slug / "vars/main.yml").get(f"{slug}_jars", {})


def test_many_archives_are_fetched_anew_and_checked_before_they_go_to_a_host() -> None:
    slugs = [slug for slug in load().blueprints if _archives(slug)]
    assert slugs
    for slug in slugs:
        archives = [one for one in load().blueprints[slug].artefacts if one.purl.startswith("pkg:maven/")]
        assert {one.sha256 for one in archives} == set(_archives(slug).values())
        for one in archives:
            group, _, rest = one.purl.removeprefix("pkg:maven/").partition("/")
            assert _archives(slug).get(f"{rest.replace('@', '-')}.jar") == one.sha256, group
        install = read(PLAYBOOKS / "blueprints" / slug / "tasks/install.yml")
        [block] = [task["block"] for task in install if "block" in task]
        removal, *_, check, refusal, copy, _ = block
        assert removal["loop"][0] == "absent"
        command = check["ansible.builtin.command"]
        assert command["argv"][:3] == ["sha256sum", "--check", "--strict"]
        assert f"{slug}_jars" in command["stdin"]
        assert f"{check['register']}.rc == 0" in refusal["ansible.builtin.assert"]["that"]
        assert copy["ansible.builtin.include_role"]["name"] == "_folder"


_SHARED = PLAYBOOKS / "_tls/templates/nginx.conf.j2"
_SERVERS = [path for path in PLAYBOOKS.rglob("*.j2") if "_tls/templates/nginx.conf.j2" in path.read_text()]


@pytest.mark.parametrize("server", _SERVERS, ids=lambda path: path.parts[-3])
def test_no_server_of_nginx_says_again_what_the_shared_profile_says(server: Path) -> None:
    """nginx does not start where a block has a directive twice."""
    shared = set(re.findall(r"^    ([a-z_]+) ", _SHARED.read_text(), re.MULTILINE))
    assert {"ssl_protocols", "client_header_timeout"} <= shared
    assert not shared & set(re.findall(r"^    ([a-z_]+) ", server.read_text(), re.MULTILINE))
