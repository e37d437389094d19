"""MariaDB as its blueprint builds it: who may come in, a dump of MySQL 8 taken over, lost, and brought back."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import projects
import pytest

from toolkit.drill import lab as labs
from toolkit.model import Platform
from toolkit.tools import ssh

HOST = "my"
CASES = Path(__file__).parents[1] / "playbooks/mariadb/cases"
CLIENT = ("--batch", "--skip-column-names", "--default-character-set=utf8mb4")
ONLY = ("--tags", "mariadb")


class Database:
    """The built server, and its host."""

    def __init__(self, lab: labs.Lab, project: projects.Project) -> None:
        self.lab, self.project, self.address = lab, project, lab.host(HOST).address

    def run(self, *words: str, stdin: str = "") -> str:
        return ssh.run(self.lab.login, self.address, words, stdin=stdin.encode())

    def sql(self, statement: str) -> str:
        return self.run("mariadb", *CLIENT, "shop", stdin=statement).strip()

    def take_in(self, folder: Path, *options: str) -> str:
        return self.project.play("import.yml", *ONLY, "-e", f"dataset={folder}", *options)


def changed_tasks(printed: str) -> list[str]:
    """The names of the tasks that a run says it changed something with."""
    parts = re.split(r"\n(?:TASK|RUNNING HANDLER) \[(.*?)\]", printed)
    return [name for name, said in zip(parts[1::2], parts[2::2], strict=True) if re.search(r"^changed:", said, re.M)]


@pytest.fixture(scope="module")
def database(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("mariadb")
    with labs.temporary([HOST], log=print, state=folder / "labs") as lab:
        platform = Platform(name="shop", domains=("shop.example",))
        project = projects.make(folder, lab, platform, {"mariadb": {}}, host=HOST)
        project.play("site.yml")
        yield Database(lab, project)


def test_the_second_run_changes_nothing_and_all_is_well(database: Database) -> None:
    assert changed_tasks(database.project.play("site.yml")) == []
    database.project.play("verify.yml")


def test_who_may_come_in(database: Database) -> None:
    roots = "SELECT User, Host, plugin FROM mysql.user WHERE User IN ('root', 'mysql') ORDER BY 1"
    assert database.sql(roots) == "mysql\tlocalhost\tunix_socket\nroot\tlocalhost\tunix_socket"
    grants = database.sql("SHOW GRANTS FOR shop").split("\n")
    assert [grant.partition(" TO ")[0] for grant in grants] == [
        "GRANT USAGE ON *.*", "GRANT ALL PRIVILEGES ON `shop`.*",
    ]  # fmt: skip
    assert database.run("systemctl", "show", "-P", "NoNewPrivileges", "mariadb.service").strip() == "yes"
    assert database.sql("SELECT CONVERT_TZ('2026-07-01 12:00:00', 'UTC', 'Europe/Zurich')") == "2026-07-01 14:00:00"


def test_a_dump_is_taken_over_lost_and_brought_back(database: Database, tmp_path: Path) -> None:
    (tmp_path / "database.sql").write_bytes((CASES / "mysql-8.sql").read_bytes())
    assert re.search(r'rows"?: 3', database.take_in(tmp_path))
    assert projects.changed(database.take_in(tmp_path)) == 0, "the same dump again"
    assert database.sql("SELECT name FROM people WHERE id = 1") == "Zoë 🚀"
    (tmp_path / "database.sql").write_text("--\n-- PostgreSQL database dump\n--\n")
    with pytest.raises(AssertionError, match="this is a dump of PostgreSQL, and this server is MariaDB"):
        database.take_in(tmp_path, "-e", "mariadb_import_replace=true")

    database.sql("INSERT INTO people (name) VALUES ('before the backup')")
    database.project.play("backup.yml")
    files = database.run("find", "/var/backups/offramp", "-type", "f").split()
    assert [database.run("head", "-c", "21", file) for file in files] == ["age-encryption.org/v1"]
    database.project.play("drill-steady.yml")
    database.project.play("drill-break.yml")
    with pytest.raises(AssertionError, match=r"is gone: bring it back with ansible-playbook restore\.yml"):
        database.project.play("site.yml")
    database.project.play("restore.yml")
    assert changed_tasks(database.project.play("site.yml")) == []
    database.project.play("verify.yml")
    assert database.sql("SELECT COUNT(*) FROM people WHERE name = 'before the backup'") == "1"
    assert database.sql("SELECT people_of('CH')") == "2"
    database.sql("DELETE FROM people WHERE name = 'before the backup'")
    with pytest.raises(AssertionError, match="shop people: 4 rows noted, 3 found"):
        database.project.play("verify.yml")


def test_secrets_are_in_no_log(database: Database) -> None:
    secret = database.project.secrets()["mariadb_password"]
    search = (
        'read -r text; { journalctl --output=export; cat /var/log/mysql/* 2>/dev/null; } | grep -caF -e "$text" || true'
    )
    assert json.loads(database.run("sh", "-c", f"'{search}'", stdin=f"{secret}\n")) == 0
