"""The generated project as a whole: what is in it, and that the real programs take it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import yaml

from toolkit import schema
from toolkit.catalog.entries import Catalog
from toolkit.catalog.folders import load
from toolkit.documents import decode
from toolkit.errors import BadInput
from toolkit.generate import generate, make_vault, manifest, write
from toolkit.generate.variables import PATH as VARIABLES
from toolkit.model import Application, GeneratedFile, HostNeed, Manifest, Obstacle, Platform, Replacement

ANSIBLE = Path(sys.executable).parent
TARGETS = ("hosts", "incus")
HOSTILE = (
    "{{ lookup('pipe', 'touch planted') }} ${file(\"/etc/passwd\")} %{if true} \"'\\ \n- key: !!python/object:x # <b>"
)


CHAT = """
name = "Chat"
version = "1"
summary = "s"
capabilities = ["support.chat"]
needs = ["data.relational"]
rto_minutes = 1
licence = "MIT"
host = { memory_mb = 1, disk_gb = 1 }
input = [
  { name = "max-users", description = "d", type = "integer", default = 5 },
  { name = "greeting", description = "d" },
]
secret = [{ name = "chat_server_database_password" }]
output = [{ name = "url", value = "https://{{ offramp_hosts['chat-server'].address }}" }]
sign_in = { redirect_uris = ["https://{{ chat_server_greeting }}/back"], secret = "chat_server_database_password" }
"""


def by_path(files: tuple[GeneratedFile, ...]) -> dict[str, str]:
    return {file.path: file.content for file in files}


@pytest.mark.parametrize("target", TARGETS)
def test_the_same_plan_gives_the_same_bytes(make_plan, catalog: Catalog, target: str) -> None:
    files = generate(make_plan(), catalog, target=target)
    assert files == generate(make_plan(), catalog, target=target)
    made = decode(json.loads(files[-1].content), "manifest", Manifest, where=manifest.PATH)
    assert made.files == {file.path: manifest.content_hash(file.content.encode()) for file in files[:-1]}
    assert [file.path for file in files[:-1]] == sorted(made.files)
    assert made.target == target


def test_everything_a_rebuild_needs_is_in_it(make_plan, catalog: Catalog) -> None:
    files = by_path(generate(make_plan(), catalog, target="hosts"))
    assert files.keys() >= {
        "README.md", "ansible.cfg", ".gitignore", "main.tf", "variables.tf", "outputs.tf", "versions.tf", "hosts.tf",
        "terraform.tfvars.example", "modules/hosts-host/main.tf", "inventory/hosts.py", VARIABLES,
        "site.yml", "backup.yml", "restore.yml", "import.yml", "verify.yml",
        "roles/postgresql/tasks/main.yml", "roles/web/tasks/main.yml", "roles/_base/tasks/main.yml",
    }  # fmt: skip
    text = "\n".join(files.values())
    assert "toolkit" not in text
    assert "import offramp" not in text
    assert str(Path.cwd()) not in text


def test_services_come_up_in_the_order_of_their_needs(make_plan, catalog: Catalog) -> None:
    site = yaml.safe_load(by_path(generate(make_plan(), catalog, target="hosts"))["site.yml"])
    assert [play["hosts"] for play in site] == ["all", "all", "postgresql", "web"]


def test_packages_of_all_services_come_first_in_one_transaction(make_plan, catalog: Catalog) -> None:
    play = yaml.safe_load(by_path(generate(make_plan(), catalog, target="hosts"))["site.yml"])[1]
    assert play["vars_files"] == [f"roles/{slug}/vars/main.yml" for slug in ("postgresql", "web")]
    prepare, install = play["tasks"]
    assert prepare["ansible.builtin.import_role"] == {"name": "postgresql", "tasks_from": "before"}
    assert prepare["when"] == "'postgresql' in group_names"
    assert install["ansible.builtin.apt"]["policy_rc_d"] == 101


def test_readme_says_what_is_not_connected(make_plan, catalog: Catalog) -> None:
    application = Application("board", "board", start="serve", environment={"QUEUE": "${data.queue.url}"})
    plan = make_plan(platform=Platform(name="x *y* <b>", applications=(application,)))
    readme = by_path(generate(plan, catalog, target="hosts"))["README.md"]
    assert "board: QUEUE: data.queue, url" in readme
    assert "# x \\*y\\* \\<b\\>: " in readme


def test_a_blueprint_of_the_users_own_works(make_plan, tmp_path: Path) -> None:
    role = tmp_path / "blueprints/chat-server"
    (role / "tasks").mkdir(parents=True)
    (role / "files").mkdir()
    (role / "blueprint.toml").write_text(CHAT)
    (role / "tasks/main.yml").write_text("[]\n")
    (role / "files/run").write_text("#!/bin/sh\n")
    (role / "files/run").chmod(0o755)
    replacements = (
        Replacement("chat-server", "1", ("support.chat",), (), ("data-1",), inputs={"greeting": "hi {{ x }}"}),
        Replacement("postgresql", "17", ("data.relational",), (), ("data-1",)),
    )
    host = HostNeed("data-1", 1024, 1, 10, ("chat-server", "postgresql"))
    catalog = load([tmp_path])
    plan = make_plan(hosts=(host,), replacements=replacements, platform=Platform())
    files = generate(plan, catalog, target="hosts")
    site = yaml.safe_load(by_path(files)["site.yml"])
    assert [play["hosts"] for play in site] == ["all", "all", "postgresql", "chat_server"]
    assert site[1]["vars_files"] == ["roles/postgresql/vars/main.yml"]
    variables = by_path(files)[VARIABLES]
    assert "chat_server_max_users: 5\n" in variables
    assert "chat_server_greeting: !unsafe 'hi {{ x }}'\n" in variables
    assert "data.relational:\n    - chat-server\n" in variables
    [client] = yaml.safe_load(variables.replace("!unsafe", ""))["offramp_sign_in"].items()
    assert client == (
        "chat-server",
        {
            "name": "Chat",
            "redirect_uris": ["https://{{ chat_server_greeting }}/back"],
            "post_logout_redirect_uris": [],
            "secret": "{{ chat_server_database_password }}",
        },
    )
    assert next(file for file in files if file.path == "roles/chat-server/files/run").executable
    assert "chat_server_database_password" in make_vault(plan, catalog, tmp_path / "infra", key=tmp_path / "key").added


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hosts": (HostNeed("a;rm", 1, 1, 1, ()),)}, "'a;rm' cannot be a host name"),
        ({"replacements": (Replacement("nope", "1", (), (), ("app-1",)),)}, "no blueprint 'nope'"),
        ({"replacements": (Replacement("web", "1", (), (), ()),)}, "web lies on no host"),
        ({"replacements": (Replacement("web", "1", (), (), ("app-1",), {"colour": 1}),)}, "web has no input colour"),
        ({"platform": Platform(applications=(Application("../x", "x"),))}, "'../x' cannot be a application name"),
        ({"platform": Platform(applications=(Application("x", "x", secrets=("A\nB",)),))}, "environment variable"),
        ({"platform": Platform(domains=("a.example; return 200",))}, "cannot be a domain"),
    ],
)  # fmt: skip
def test_what_cannot_be_built_is_refused(make_plan, catalog: Catalog, change: dict, said: str) -> None:
    with pytest.raises(BadInput, match=said.replace("(", r"\(")):
        generate(make_plan(**change), catalog, target="hosts")


def test_targets_are_named_when_one_is_unknown(make_plan, catalog: Catalog) -> None:
    with pytest.raises(BadInput, match="there are: hosts, incus"):
        generate(make_plan(), catalog, target="cloud9")


@pytest.fixture
def hostile_project(make_plan, catalog: Catalog, tmp_path: Path) -> Path:
    application = Application(
        name="board",
        source=HOSTILE,
        install=(HOSTILE,),
        start=HOSTILE,
        workers={"w": HOSTILE},
        health=HOSTILE,
        environment={"PLAIN": HOSTILE, "MIXED": HOSTILE + "${data.relational.port}" + HOSTILE},
    )
    plan = make_plan(platform=Platform(name=HOSTILE, domains=("board.example",), applications=(application,)))
    one, *rest = plan.replacements
    plan = msgspec.structs.replace(
        plan, replacements=(msgspec.structs.replace(one, inputs={"acme_email": HOSTILE}), *rest)
    )
    root = tmp_path / "infra"
    write(generate(plan, catalog, target="hosts", vault_key=str(tmp_path / "key")), root)
    make_vault(plan, catalog, root, key=tmp_path / "key")
    (root / "inventory/hosts.json").write_text(json.dumps({host: saved(host) for host in ("app-1", "data-1")}))
    return root


def saved(host: str) -> dict:
    return {
        "name": host,
        "address": "192.0.2.1",
        "user": "root",
        "port": 22,
        "groups": ["web"],
        "private_key_file": None,
    }


def ansible(project: Path, program: str, *words: str) -> str:
    environment = {
        "PATH": f"{ANSIBLE}:/usr/bin:/bin",
        "HOME": str(project.parent),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
    }
    done = subprocess.run(
        [ANSIBLE / program, *words], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_text_from_outside_reaches_the_hosts_as_it_is(hostile_project: Path) -> None:
    shown = ansible(hostile_project, "ansible", "localhost", "-m", "debug", "-a", "var=applications")
    board = json.loads(shown.partition("=>")[2])["applications"][0]
    for value in (
        board["source"],
        board["install"][0],
        board["start"],
        board["workers"]["w"],
        board["environment"]["PLAIN"],
    ):
        assert value == HOSTILE
    assert board["environment"]["MIXED"] == f"{HOSTILE}5432{HOSTILE}"
    shown = ansible(hostile_project, "ansible", "localhost", "-m", "debug", "-a", "var=web_acme_email")
    assert json.loads(shown.partition("=>")[2])["web_acme_email"] == HOSTILE
    assert not list(hostile_project.rglob("planted"))


def test_ansible_accepts_every_playbook(hostile_project: Path) -> None:
    playbooks = sorted(path.name for path in hostile_project.glob("*.yml"))
    assert len(playbooks) == 10
    ansible(hostile_project, "ansible-playbook", "--syntax-check", *playbooks)


@pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not installed")
def test_terraform_accepts_a_hostile_plan(hostile_project: Path) -> None:
    for words in (["init", "-input=false"], ["validate"], ["fmt", "-check", "-recursive", "-diff"]):
        done = subprocess.run(["terraform", *words], cwd=hostile_project, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_secrets_are_in_the_vault_only(make_plan, catalog: Catalog, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PLANTED_TOKEN", "planted-in-the-environment")
    root, key = tmp_path / "infra", tmp_path / "key"
    write(generate(make_plan(), catalog, target="hosts"), root)
    made = make_vault(make_plan(), catalog, root, key=key)
    from ansible.parsing.vault import VaultLib, VaultSecret

    library = VaultLib([("default", VaultSecret(key.read_text().strip().encode()))])
    held = yaml.safe_load(library.decrypt((root / "inventory/group_vars/all/vault.yml").read_bytes()))
    secrets = [
        made.new_key,
        held["postgresql_password"],
        held["application_secrets"]["board"]["SECRET_KEY"],
        held["offramp_ca_key"],
    ]
    every_byte = b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())
    assert b"ANSIBLE_VAULT" in every_byte
    for secret in [*secrets, "planted-in-the-environment"]:
        assert secret.encode() not in every_byte


def test_manifest_schema_is_published() -> None:
    assert schema.of("manifest")["$id"].endswith("manifest:1.0")


def test_an_empty_plan_generates_nothing(make_plan, catalog: Catalog) -> None:
    idle = make_plan(hosts=(), replacements=(), untouched=("fastly",))
    with pytest.raises(BadInput, match=r"nothing to generate(.|\n)*hangs on fastly"):
        generate(idle, catalog, target="hosts")


def test_the_project_says_why_it_would_not_run(make_plan, catalog: Catalog) -> None:
    plan = make_plan(obstacles=(Obstacle("board", "the application board has no start command", "say it"),))
    readme = next(file for file in generate(plan, catalog, target="hosts") if file.path == "README.md")
    assert "## Not runnable yet" in readme.content
    assert "- the application board has no start command. say it" in readme.content
    sound = next(file for file in generate(make_plan(), catalog, target="hosts") if file.path == "README.md")
    assert "Not runnable" not in sound.content


@pytest.mark.parametrize("name", ["a\nhost_key_checking = False", " a", "a ", "a ;b", "a\t#b", "a\u2028b"])
def test_a_vault_key_that_ansible_cfg_cannot_name_is_refused(name: str, make_plan, catalog: Catalog) -> None:
    with pytest.raises(BadInput, match=r"ansible\.cfg can name no such file"):
        generate(make_plan(), catalog, target="hosts", vault_key=name)
