"""How long 10,000 people take into Keycloak: `import.yml` as a user runs it, on a fresh lab host, then once more.

    python bench/keycloak_import.py [PEOPLE]

Needs what lab hosts need (root, Incus). PostgreSQL and Keycloak share the host; every person is in one of 20 groups and
in one of everybody; every record is read back and compared, so the figures include that. The peers are what scripts for
such a move do, by the same connection and without a look at what arrived: one request for each person and one for each
of his groups, and partial imports of 1,000. Seconds are the clock's, and those of the host's processors.
"""

import json
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from toolkit.drill import lab
from toolkit.errors import ProgramFailed
from toolkit.export import dataset
from toolkit.model import Platform
from toolkit.tools import ssh

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/host"))
import projects

GROUPS = 20
SAMPLE = 1000  # people the peers import: they are slow
PEERS = Path(__file__).with_name("keycloak_peers.py")


def main() -> None:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory(prefix="offramp-bench-") as name:
        folder = Path(name)
        try:
            with lab.temporary(["id"], log=_talk, state=folder / "labs") as made:
                _measure(folder, made, people)
        except ProgramFailed as err:
            print(f"not run: {err}")


def _measure(folder: Path, made: lab.Lab, people: int) -> None:
    placed: dict[str, dict[str, Any]] = {"postgresql": {}, "keycloak": {}}
    project = projects.make(folder, made, Platform(name="Board", domains=("board.example",)), placed, host="id")
    _talk("installing PostgreSQL and Keycloak")
    project.play("site.yml")
    dataset.export(_streams(people), folder / "export", source="bench", log=_talk)
    on_host = partial(ssh.run, made.login, made.host("id").address)
    on_host(["tee", "/root/peers.py"], stdin=PEERS.read_bytes())
    for run in ("first import", "again, nothing new"):
        used, started = float(on_host(["python3", "/root/peers.py", "busy"])), time.perf_counter()
        project.play("import.yml", "--tags", "keycloak", "-e", f"dataset={folder / 'export'}")
        seconds = time.perf_counter() - started
        _tell(run, people, seconds, float(on_host(["python3", "/root/peers.py", "busy"])) - used)
    secret = project.secrets()["keycloak_service_secret"]
    access = {"url": "http://127.0.0.1:8080", "client_id": "offramp", "client_secret": secret, "realm": "board"}
    given = {"access": access, "people": [_person(number) for number in range(SAMPLE)]}
    told = on_host(["python3", "/root/peers.py"], stdin=json.dumps(given).encode(), timeout=1800)
    for name, seconds, processor in map(json.loads, told.splitlines()):
        _tell(name, SAMPLE, seconds, processor)


def _tell(what: str, people: int, seconds: float, processor: float) -> None:
    each = 1000 * processor / people
    print(f"{what}: {people:,} people in {seconds:.0f} s, processors {processor:.0f} s: {each:.1f} ms for each")


def _streams(people: int) -> dict[str, dataset.Stream]:
    users = [_person(number) for number in range(people)]
    groups = [_group(number, users[number::GROUPS]) for number in range(GROUPS)] + [_group(GROUPS, users)]
    return {"identity.users": lambda _: _pages(users), "identity.groups": lambda _: _pages(groups)}


def _pages(records: list[dict[str, Any]]) -> list[dataset.Page]:
    return [dataset.Page(tuple(records), None)]


def _person(number: int) -> dict[str, Any]:
    address = f"person{number}@board.example"
    name = {"first_name": f"First {number}", "last_name": f"Last {number}", "email_verified": True}
    known = {"id": f"00u{number:08}", "source": "okta", "username": address, "email": address, "enabled": True}
    return known | name | {"attributes": {"department": [f"d{number % 7}"], "locale": ["en"]}}


def _group(number: int, members: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": f"00g{number}",
        "source": "okta",
        "name": f"group {number}",
        "members": [one["id"] for one in members],
    }


def _talk(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
