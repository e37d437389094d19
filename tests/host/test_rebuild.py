"""The whole rebuild on real hosts: generate, apply with Terraform and Ansible, take over a dump, lose everything,
restore, and do it with Offramp absent. The subject is the example platform.

The tests run in their order, on one rebuilt platform.
"""

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
import yaml

from toolkit.catalog.folders import load
from toolkit.documents import read_platform
from toolkit.drill.lab import Lab
from toolkit.errors import ProgramFailed
from toolkit.generate import generate, make_vault, write
from toolkit.model import SCHEMA_VERSION, Application, HostNeed, Plan, Replacement, Schedule
from toolkit.tools import ansible, ssh, terraform

EXAMPLES = Path(__file__).parents[2] / "examples"
PLANTED = "planted-in-the-environment-52c1"
ODD = r"""
CREATE TABLE odd (t text, at timestamptz, b bytea, j jsonb);
INSERT INTO odd VALUES (E'a\nb\t\\ \u00fc \\.', now(), '\xdead', '{"a": null}'), (NULL, NULL, NULL, NULL);
"""
PROGRAMS = "/usr/local/lib/offramp/postgresql"
BEATS = "NODE_PATH=program/lib node program/beat.js"
# Unlike Harbour: its command is a line of shell, it looks at the host's addresses, and it has a worker that writes.
CLOCK = Application(
    name="clock",
    source="clock",
    runtime="binary",
    packages=("nodejs", "libpq5", "postgresql-client"),
    # as Go leaves its module cache behind
    install=('mkdir -p "$HOME/go/mod"', 'touch "$HOME/go/mod/x"', 'chmod -R a-w "$HOME/go"'),
    start="cd program && SPELT=before-the-command NODE_PATH=lib exec node clock.js",
    workers={"beat": f"while sleep 0.2; do if test -e /var/lib/app-clock/go; then {BEATS}; fi; done"},
    port=8001,
    domains=("clock.example",),
    environment={"DATABASE_URL": "${data.relational.url}", "FLAG": "no", "MODE": "0777"},
)
CLOCK_JS = """
const fs = require('fs')
if (fs.existsSync('/var/lib/app-clock/broken')) {
  console.error('cannot start: no table at ' + process.env.DATABASE_URL)
  process.exit(7)
}
const { SPELT, FLAG, MODE, DATABASE_URL, PORT } = process.env
const said = { SPELT, FLAG, MODE, addresses: Object.keys(require('os').networkInterfaces()) }
const database = new (require('./lib/pg').Client)({ connectionString: DATABASE_URL })
const question = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
database.connect().then(() => database.query(question)).then(async ({ rows }) => {
  await database.end() // an import ends what is connected, and Node would show the client with its password
  const answer = JSON.stringify({ ...said, encrypted: rows[0].ssl })
  require('http').createServer((_, response) => response.end(answer)).listen(PORT, '127.0.0.1')
})
"""
# a client whose command line does not hold the password: the journal keeps the command line of whoever writes to it
BEAT_JS = """
const database = new (require('pg').Client)({ connectionString: process.env.DATABASE_URL })
const end = (status) => () => process.exit(status)
database.on('error', end(1)) // an import ends what is connected
database.connect()
  .then(() => database.query('CREATE TABLE IF NOT EXISTS beats (at timestamptz); INSERT INTO beats VALUES (now())'))
  .then(end(0), end(1))
"""


class Rebuilt(msgspec.Struct):
    """A generated project in `folder`, applied to the hosts of a lab."""

    folder: Path
    key: Path
    lab: Lab
    log: list[str]

    def play(self, playbook: str, **variables: object) -> ansible.Stats:
        """Run a playbook with variables in the user's own place."""
        self.set_variables(**variables)
        return ansible.play(self.folder, playbook, inventory=self.folder / "inventory/hosts.py", log=self.log.append)

    def set_variables(self, **variables: object) -> None:
        known_hosts = f"-o UserKnownHostsFile={self.lab.login.known_hosts}"
        (self.folder / "group_vars").mkdir(exist_ok=True)
        mine = {"ansible_ssh_common_args": known_hosts, **variables}
        (self.folder / "group_vars/all.yml").write_text(json.dumps(mine))

    def on(self, host: str, *command: str, stdin: bytes = b"") -> str:
        return ssh.run(self.lab.login, self.lab.host(host).address, command, stdin=stdin)

    def psql(self, statement: str) -> str:
        command = "runuser -u postgres -- psql --tuples-only --no-align --quiet harbour".split()  # noqa: SIM905
        return self.on("db", *command, stdin=statement.encode()).strip()

    def fingerprint(self) -> dict:
        return json.loads(self.on("db", f"runuser -u postgres -- {PROGRAMS}/fingerprint.py 5432"))["harbour"]

    def project(self) -> terraform.Project:
        return terraform.project(self.folder, log=self.log.append)


@pytest.fixture(scope="module")
def rebuilt(lab_hosts: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rebuilt]:
    if shutil.which("terraform") is None and shutil.which("tofu") is None:
        pytest.skip("neither terraform nor tofu is installed")
    folder = tmp_path_factory.mktemp("rebuild")
    platform, key = Rebuilt(folder / "infra", folder / "vault-key", lab_hosts, []), folder / "vault-key"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLANTED_TOKEN", PLANTED)
        shutil.copytree(EXAMPLES, folder / "sources")  # what is edited meanwhile would be another release
        (folder / "sources/clock/program").mkdir(parents=True)
        (folder / "sources/clock/program/clock.js").write_text(CLOCK_JS)
        (folder / "sources/clock/program/beat.js").write_text(BEAT_JS)
        fetch = ["npm", "install", "--silent", "--ignore-scripts", "--prefix", folder / "npm", "pg@8"]
        subprocess.run(fetch, check=True)
        (folder / "npm/node_modules").rename(folder / "sources/clock/program/lib")  # under its own name it is left out
        write(generate(plan(), load(), target="hosts", vault_key=str(key), sources="../sources"), platform.folder)
        make_vault(plan(), load(), platform.folder, key=key)
        (platform.folder / "terraform.tfvars").write_text(machines(lab_hosts))
        terraform.init(platform.project())
        assert terraform.apply(platform.project()).added == 2
        platform.play("site.yml")
        yield platform


def plan() -> Plan:
    hosts = (HostNeed("db", 256, 1, 1, ("postgresql",)), HostNeed("web", 256, 1, 1, ("web",)))
    replacements = (
        Replacement("web", "1", ("hosting.compute",), ("aws/ec2",), ("web",)),
        Replacement(
            "postgresql", "17", ("data.relational",), ("aws/rds",), ("db",), datasets=("data.relational-dump",)
        ),
    )
    platform = read_platform(EXAMPLES / "offramp.toml")
    platform = msgspec.structs.replace(platform, applications=(*platform.applications, CLOCK))
    return Plan(SCHEMA_VERSION, "offramp", "", platform, (), hosts, replacements, (), Schedule(1, 0, 0))


def machines(lab: Lab) -> str:
    host_keys = dict(line.split(" ", 1) for line in lab.login.known_hosts.read_text().splitlines())
    rows = [
        f"  {host.name} = {{\n"
        f'    address = "{host.address}"\n'
        f'    private_key_file = "{lab.login.key}"\n'
        f'    host_key = "{" ".join(host_keys[host.address].split()[:2])}"\n  }}'
        for host in lab.hosts
        if host.name in ("db", "web")
    ]
    return "machines = {\n" + "\n".join(rows) + "\n}\n"


def ask(platform: Rebuilt, name: str, path: str) -> tuple[int, bytes]:
    """GET over HTTPS from the web host, the certificate checked for `name` against the platform's own authority."""
    context = ssl.create_default_context(cafile=str(platform.folder / "ca.crt"))
    with (
        socket.create_connection((platform.lab.host("web").address, 443), timeout=20) as raw,
        context.wrap_socket(raw, server_hostname=name) as wrapped,
        closing(http.client.HTTPConnection(name)) as connection,
    ):
        connection.sock = wrapped
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_the_application_answers_over_https(rebuilt: Rebuilt) -> None:
    status, body = ask(rebuilt, "harbour.example", "/healthz")
    assert (status, json.loads(body)) == (200, {"status": "ok"})
    assert b"Harbour" in ask(rebuilt, "harbour.example", "/")[1]
    with pytest.raises(ssl.SSLError):
        ask(rebuilt, "someone-else.example", "/")
    with closing(http.client.HTTPConnection(rebuilt.lab.host("web").address, timeout=20)) as plain:
        plain.request("GET", "/x", headers={"Host": "harbour.example"})
        moved = plain.getresponse()
        assert (moved.status, moved.headers["Location"]) == (301, "https://harbour.example/x")


def test_the_application_runs_confined(rebuilt: Rebuilt) -> None:
    assert rebuilt.on("web", "stat -c %a:%U /etc/offramp/harbour.env").strip() == "600:root"
    assert rebuilt.on("web", "systemctl show -P User app-harbour-web.service").strip() == "app-harbour"
    assert rebuilt.on("web", "ss -lntH 'sport = :8000' | grep -v 127.0.0.1: || true") == ""
    login = "host=db user=harbour dbname=harbour password=x sslmode="
    verified = "verify-full sslrootcert=/etc/ssl/certs/ca-certificates.crt"
    wrong = "password authentication failed"
    for mode, said in (("disable", "no pg_hba.conf entry"), ("require", wrong), (verified, wrong)):
        program = f"import psycopg; psycopg.connect('{login}{mode}')"
        with pytest.raises(ProgramFailed, match=said):
            rebuilt.on("web", "/opt/offramp/harbour/current/venv/bin/python", "-", stdin=program.encode())


# the client's environment decides whom it believes; the address it connects to is the application's, or another name
ASK = {
    "libpq": 'psql --no-psqlrc --tuples-only --no-align "$URL" --command="$QUESTION"',
    "psycopg": "/opt/offramp/harbour/current/venv/bin/python -c "
    '\'import os, psycopg; print(psycopg.connect(os.environ["URL"]).execute(os.environ["QUESTION"]).fetchone()[0])\'',
    "pg": "cd /opt/offramp/clock/current/source/program && NODE_PATH=lib node -e '"
    'const client = new (require("pg").Client)({ connectionString: process.env.URL }); '
    "client.connect().then(() => client.query(process.env.QUESTION)).then(({ rows }) => console.log(rows[0].version))"
    ".catch((err) => { console.error(err.message); process.exitCode = 1 }).finally(() => client.end())'",
}
DATABASE = "not-the-database.test"
QUESTION = "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


@pytest.mark.parametrize("client", ASK)
def test_the_database_is_believed_by_its_name_and_authority_alone(rebuilt: Rebuilt, client: str) -> None:
    address = rebuilt.lab.host("db").address

    def ask_as(name: str, authority: str) -> str:
        script = [
            "set -a; . /etc/offramp/clock.env",
            f"URL=$(printf %s \"$DATABASE_URL\" | sed 's/@{address}:/@{name}:/')",
            # Debian's Node reads the system's folder of authorities as well
            f"PGSSLROOTCERT={authority} NODE_EXTRA_CA_CERTS={authority} SSL_CERT_FILE={authority} SSL_CERT_DIR=/none",
            f"QUESTION='{QUESTION}'",
            ASK[client],
        ]
        return rebuilt.on("web", "bash", stdin="\n".join(script).encode())

    def refused(name: str, authority: str) -> str:
        with pytest.raises(ProgramFailed) as caught:
            ask_as(name, authority)
        return str(caught.value)

    other = "openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj '/CN=other' -out /tmp/other.crt 2>&1"
    rebuilt.on("web", f"{other}; echo {address} {DATABASE} >>/etc/hosts")
    try:
        own = "/usr/local/share/ca-certificates/offramp.crt"
        assert ask_as(address, own).strip() == "TLSv1.3"
        assert ask_as("db", own).strip() == "TLSv1.3"
        assert re.search("does not match host name|does not match certificate's altnames", refused(DATABASE, own))
        assert re.search(
            "certificate verify failed|unable to (?:verify|get)|self-signed", refused(address, "/tmp/other.crt")
        )
    finally:
        rebuilt.on("web", f"rm /tmp/other.crt; sed '/{DATABASE}/d' /etc/hosts >/tmp/hosts; cat /tmp/hosts >/etc/hosts")


def test_the_database_takes_nothing_in_the_clear(rebuilt: Rebuilt) -> None:
    rules = rebuilt.psql("SELECT DISTINCT type FROM pg_hba_file_rules ORDER BY type").splitlines()
    assert rules == ["hostssl", "local"]
    start = "import socket, struct, sys; s = socket.create_connection((sys.argv[1], 5432), 5); "
    start += "login = struct.pack('!I', 196608) + b'user\\0harbour\\0database\\0harbour\\0\\0'; "
    start += "s.sendall(struct.pack('!I', len(login) + 4) + login); print(s.recv(400))"
    said = rebuilt.on("web", "python3", "-", rebuilt.lab.host("db").address, stdin=start.encode())
    assert "no pg_hba.conf entry" in said
    assert "no encryption" in said


@pytest.mark.parametrize("form", ["custom", "plain"])
def test_a_dump_is_taken_over_row_by_row(rebuilt: Rebuilt, form: str, tmp_path: Path) -> None:
    application = "/opt/offramp/harbour/current"
    seed = "systemd-run -q --pipe --wait --collect -p User=app-harbour -p EnvironmentFile=/etc/offramp/harbour.env"
    rebuilt.on("web", f"{seed} -p WorkingDirectory={application}/source {application}/venv/bin/python -m harbour.seed")
    rebuilt.psql(ODD)
    before = rebuilt.fingerprint()
    assert (before["public.users"]["rows"], before["public.posts"]["rows"]) == (500, 2000)
    name = "database.dump" if form == "custom" else "database.sql"
    dump = f"runuser -u postgres -- env PGTZ=Asia/Tokyo pg_dump --format={form} harbour"
    login, address = rebuilt.lab.login, rebuilt.lab.host("db").address
    done = subprocess.run(["ssh", *login.options(), f"root@{address}", dump], capture_output=True, check=True)
    (tmp_path / name).write_bytes(done.stdout)

    rebuilt.psql("DELETE FROM posts; DROP TABLE odd")
    with pytest.raises(ProgramFailed, match=r"holds 4 tables already .* postgresql_import_replace"):
        rebuilt.play("import.yml", dataset=str(tmp_path))
    assert rebuilt.play("import.yml", dataset=str(tmp_path), postgresql_import_replace=True).changed > 0
    assert rebuilt.fingerprint() == before
    assert rebuilt.play("import.yml", dataset=str(tmp_path)).changed == 0, "the same dump again"
    assert ask(rebuilt, "harbour.example", "/healthz")[0] == 200
    rebuilt.psql("DROP TABLE odd")


def test_a_hostile_dump_gets_no_further_than_its_database(rebuilt: Rebuilt, tmp_path: Path) -> None:
    before = rebuilt.fingerprint()
    for hostile in ("\\! touch /tmp/planted\n", "COPY pg_class TO PROGRAM 'touch /tmp/planted';\n"):
        (tmp_path / "database.sql").write_text(f"CREATE TABLE x (a int);\n{hostile}")
        with pytest.raises(ProgramFailed, match=r"psql's that is not run|permission denied"):
            rebuilt.play("import.yml", dataset=str(tmp_path), postgresql_import_replace=True)
        assert rebuilt.on("db", "ls /tmp/planted 2>/dev/null || true") == ""
    assert before
    assert rebuilt.fingerprint() == before, "a failed import leaves what was there"
    assert ask(rebuilt, "harbour.example", "/healthz")[0] == 200


def test_an_application_that_nobody_here_knew(rebuilt: Rebuilt) -> None:
    status, body = ask(rebuilt, "clock.example", "/")
    said = json.loads(body)
    assert status == 200
    assert (said["SPELT"], said["FLAG"], said["MODE"]) == ("before-the-command", "no", "0777")
    assert "lo" in said["addresses"]
    assert said["encrypted"] is True, "Node's pg trusts the database's certificate"
    pid = rebuilt.on("web", "systemctl show -P MainPID app-clock-web.service").strip()
    assert rebuilt.on("web", f"cat /proc/{pid}/comm").strip() == "node", "signals reach the program, not a shell"
    assert rebuilt.on("web", "ls -d /tmp/tmp.* 2>/dev/null || true") == ""


def test_a_program_that_does_not_start_is_shown_without_its_secrets(rebuilt: Rebuilt) -> None:
    rebuilt.on("web", "touch /var/lib/app-clock/broken; systemctl restart app-clock-web.service")
    try:
        with pytest.raises(ProgramFailed) as caught:
            rebuilt.play("verify.yml", web_patience=5)
    finally:
        rebuilt.on("web", "rm /var/lib/app-clock/broken; systemctl restart app-clock-web.service")
    said = str(caught.value)
    assert "clock: http://127.0.0.1:8001/ does not answer" in said
    assert re.search(r"app-clock-web.service: \w+ \([a-z-]+\), started again [1-9]", said)
    assert "cannot start: no table at [DATABASE_URL]" in said
    password = secrets_of(rebuilt)["postgresql_password"]
    for text in (said, "\n".join(rebuilt.log)):
        assert password not in text


def test_a_backup_brings_everything_back(rebuilt: Rebuilt) -> None:
    rebuilt.on("web", "touch /var/lib/app-clock/go")
    deadline = time.monotonic() + 60
    while rebuilt.psql("SELECT count(*) > 1 FROM beats") != "t":
        assert time.monotonic() < deadline, "the worker writes nothing"
    rebuilt.psql("CREATE TABLE kept (at text); INSERT INTO kept VALUES ('before the backup')")
    rebuilt.on("web", "runuser -u app-harbour -- sh -c 'echo drawn > /var/lib/app-harbour/picture'")
    rebuilt.play("backup.yml")
    for host in ("db", "web"):
        assert in_the_clear(rebuilt, host) == []
    rebuilt.psql("INSERT INTO kept VALUES ('after the backup'); SELECT pg_switch_wal()")
    rebuilt.play("drill-steady.yml")
    noted = rebuilt.fingerprint()
    rebuilt.play("drill-break.yml")
    with pytest.raises(OSError, match="refused"):
        ask(rebuilt, "harbour.example", "/healthz")
    with pytest.raises(ProgramFailed, match=r"is gone: bring it back with ansible-playbook restore.yml"):
        rebuilt.play("site.yml")
    rebuilt.play("restore.yml")
    rebuilt.play("site.yml")
    rebuilt.play("verify.yml")
    found = rebuilt.fingerprint()
    assert found.pop("public.beats")["rows"] > noted.pop("public.beats")["rows"], "it writes again"
    assert found == noted
    assert rebuilt.psql("SELECT at FROM kept ORDER BY 1") == "after the backup\nbefore the backup"
    assert rebuilt.on("web", "cat /var/lib/app-harbour/picture") == "drawn\n"
    with pytest.raises(ProgramFailed, match=r"harbour public.beats: \d+ rows noted, \d+ found"):
        rebuilt.play("verify.yml")
    assert json.loads((rebuilt.folder / ".drill/found/postgresql.json").read_text())["harbour"]["public.beats"]
    shutil.rmtree(rebuilt.folder / ".drill")
    rebuilt.on("web", "rm /var/lib/app-clock/go")


def in_the_clear(platform: Rebuilt, host: str) -> list[str]:
    """The files below the backups whose first bytes are not those of age or of what pgBackRest ciphers."""
    files = platform.on(host, "find /var/backups/offramp -type f -size +0 ! -name '*.lock'").splitlines()
    assert files, "there are some"
    begins = {file: platform.on(host, f"head -c 22 {file} | tr -d '\\0'") for file in files}
    return [file for file, text in begins.items() if not text.startswith(("age-encryption.org/v1", "Salted__"))]


def test_hosts_in_use_are_not_broken(rebuilt: Rebuilt) -> None:
    rebuilt.on("web", "mv /etc/offramp-drill /etc/kept")
    try:
        with pytest.raises(ProgramFailed, match="no /etc/offramp-drill"):
            rebuilt.play("drill-break.yml")
    finally:
        rebuilt.on("web", "mv /etc/kept /etc/offramp-drill")
    assert ask(rebuilt, "harbour.example", "/healthz")[0] == 200


def test_the_readmes_commands_without_offramp(rebuilt: Rebuilt, tmp_path: Path) -> None:
    """In an environment that has Ansible and Terraform only; nothing is changed, because all is as described."""
    rebuilt.set_variables()
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv/bin/python"
    settings = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    release = ".".join(map(str, sys.version_info[:2]))
    wanted = "ansible-core<2.20" if release == "3.11" else "ansible-core"
    install = [python, "-m", "pip", "install", "--quiet", wanted]
    subprocess.run(install, env=settings | {"PATH": os.environ["PATH"]}, check=True)
    toolkit = subprocess.run([python, "-I", "-c", "import toolkit"], cwd="/", capture_output=True, check=False)
    assert toolkit.returncode != 0

    for program in ("terraform", "tofu"):
        if found := shutil.which(program):
            (tmp_path / "venv/bin" / program).symlink_to(found)
    clean = {
        "PATH": f"{tmp_path}/venv/bin:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
        "TF_CLI_ARGS_apply": "-auto-approve",
    }
    readme = (rebuilt.folder / "README.md").read_text()
    build = re.search(r"## Build it\n.*?```sh\n(.*?)```", readme, re.DOTALL)
    assert build
    commands = [line.partition("#")[0].strip() for line in build[1].splitlines()]
    assert "ansible-playbook site.yml" in commands
    for command in commands:
        if command.startswith("cp "):  # filled in already
            continue
        done = subprocess.run(
            command.split(), cwd=rebuilt.folder, env=clean, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}{done.stderr[-2000:]}"
        rebuilt.log += done.stdout.splitlines()
        if command == "ansible-playbook site.yml":
            assert re.findall(r"changed=(\d+)", done.stdout) == ["0", "0"], done.stdout


def secrets_of(platform: Rebuilt) -> dict:
    from ansible.parsing.vault import VaultLib, VaultSecret

    password = platform.key.read_text().strip()
    content = (platform.folder / "inventory/group_vars/all/vault.yml").read_bytes()
    return yaml.safe_load(VaultLib([("default", VaultSecret(password.encode()))]).decrypt(content))


def test_secrets_are_nowhere_else(rebuilt: Rebuilt) -> None:
    password, held = rebuilt.key.read_text().strip(), secrets_of(rebuilt)
    inventory = [held["postgresql_password"], held["application_secrets"]["harbour"]["SECRET_KEY"]]
    inventory += [held["offramp_backup_identity"], held["postgresql_backup_password"]]
    authority = held["offramp_ca_key"].splitlines()[1]
    written = [path for path in rebuilt.folder.rglob("*") if path.is_file()]
    assert any(path.name == "terraform.tfstate" for path in written)
    here = b"".join(path.read_bytes() for path in written) + "\n".join(rebuilt.log).encode()
    for secret in (PLANTED, password, authority, *inventory):
        assert secret.encode() not in here
    for host in ("db", "web"):
        assert traces(rebuilt, host, "systemd"), "the search finds what is there"
        for secret in (PLANTED, password, authority, *inventory):
            assert not (found := traces(rebuilt, host, secret)), "\n".join([f"on {host}:", *found])


def traces(platform: Rebuilt, host: str, text: str) -> list[str]:
    """Lines around the text, without it, in a host's journal, logs, temporary files and root's home."""
    files = "$(find /var/log /tmp /var/tmp /root -type f -not -path '/var/log/journal/*')"
    # every field; the clock prints its own database's address when it is made to fail: what the failure's report hides
    journal = "journalctl --no-pager --output=export | grep -avF 'cannot start: no table at'"
    search = f"{{ {journal}; cat -- {files}; }} 2>/dev/null"
    # through stdin: who is called with the text would leave a trace of it
    find = f'read -r text; {search} | grep -aF -B 12 -A 3 -e "$text" || true'
    return platform.on(host, find, stdin=f"{text}\n".encode()).replace(text, "[here]").splitlines()


def test_destroy_leaves_nothing(rebuilt: Rebuilt) -> None:
    assert terraform.destroy(rebuilt.project()).destroyed == 2
    state = json.loads((rebuilt.folder / "terraform.tfstate").read_text())
    assert (state["resources"], state["outputs"]) == ([], {})
    assert terraform.output(rebuilt.project()) == {}
