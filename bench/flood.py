"""Floods against an edge, and against the same application directly, on lab hosts of this machine in one run: how many
of people's requests succeed meanwhile, their p95, and what it costs the attacked host.

Attacker, people, edge and origin share this machine's processors: figures compare, they promise nothing. Bounded in
time, number and place: tests/host/clients/flood_from_host.py. Needs root; `flood.py [KIND …]`.
"""

import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests/host"))
import edges

from toolkit.drill import lab as labs
from toolkit.tools import ssh

KINDS = ("nothing", "get", "login", "slow-heads", "slow-bodies", "handshakes", "connections", "resets", "busting")
SECONDS, PEOPLE_SECONDS = 12, 8
SOURCES = 8  # addresses of the attacker
FLOOD = Path(__file__).parents[1] / "tests/host/clients/flood_from_host.py"
# four people with an address each, two of them signed in, on a connection kept open; a page that takes 5 s is lost
PEOPLE = """
import http.client, json, socket, ssl, sys, threading, time
address, seconds, sources = sys.argv[1], float(sys.argv[2]), sys.argv[3].split(",")
context = ssl.create_default_context(); context.check_hostname = False; context.verify_mode = ssl.CERT_NONE
end, took, lock = time.monotonic() + seconds, [], threading.Lock()
def browser(source):
    made = http.client.HTTPSConnection("board.example", context=context, timeout=5)
    made._create_connection = lambda _, *rest: socket.create_connection((address, 443), 5, (source, 0))
    return made
def person(path, heads, source):
    connection = browser(source)
    while time.monotonic() < end:
        begun = time.monotonic()
        try:
            connection.request("GET", path, headers=heads)
            answer = connection.getresponse(); answer.read()
            good = answer.status == 200
        except (OSError, http.client.HTTPException):
            connection.close()
            connection, good = browser(source), False
        with lock:
            took.append((good, time.monotonic() - begun))
        time.sleep(0.1)
asked = [("/news", {}), ("/me", {"Cookie": "sessionid=of-ada"})] * 2
people = [threading.Thread(target=person, args=(*one, source)) for one, source in zip(asked, sources)]
[one.start() for one in people]; [one.join() for one in people]
times = sorted(time for good, time in took if good) or [5.0]
print(json.dumps({"asked": len(took), "good": sum(good for good, _ in took), "p95": times[int(len(times) * 0.95) - 1]}))
"""
# processor seconds and resident MB of everything on the host
USED = """
import glob, os
ticks = pages = 0
for file in glob.glob("/proc/[0-9]*/stat"):
    try:
        parts = open(file).read().rpartition(")")[2].split()
    except OSError:
        continue
    ticks += sum(int(part) for part in parts[11:15])
    pages += int(parts[21])
print(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
"""


def main() -> None:
    kinds = sys.argv[1:] or list(KINDS)
    if unknown := set(kinds) - set(KINDS):
        sys.exit(f"no such flood: {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with labs.temporary(["edge-1", "web", "mob", "person"], log=_log, state=folder / "labs") as lab:
            project = edges.generate(folder, lab, ("edge-1",), {})
            # the origin, open to everybody as if there were no edge
            opened = {"base_open_ports": [{"port": 443}]}
            (project.folder / "group_vars/web.yml").write_text(json.dumps(opened))
            project.play("site.yml")
            run(lab, kinds)


def run(lab: labs.Lab, kinds: list[str]) -> None:
    """Every flood against both, and a line for each."""
    sources, people = _addresses(lab, "mob", 200, SOURCES), _addresses(lab, "person", 220, 4)
    print(
        f"{'flood':12} {'people, edge':>22} {'people, bare':>22} {'p95 bare/edge':>14}   edge: CPU s, MB | bare | flood"
    )
    for kind in kinds:
        edge, bare = (_one(lab, kind, target, sources, people) for target in ("edge-1", "web"))
        ratio = bare["p95"] / edge["p95"]
        fared = f"{kind:12} {_people(edge):>22} {_people(bare):>22} {ratio:14.1f}"
        costs = " | ".join(f"{one['cpu']:.1f}, {one['mb']:.0f}" for one in (edge, bare))
        print(f"{fared}   {costs} | {edge['flood']} | {bare['flood']}", flush=True)


def _people(seen: dict) -> str:
    return f"{seen['good'] / seen['asked']:.1%}, p95 {seen['p95'] * 1000:.0f} ms"


def _one(lab: labs.Lab, kind: str, target: str, sources: str, people: str) -> dict:
    """One flood against one host, and how people fare meanwhile."""
    address = lab.host(target).address
    used = _used(lab, target)
    with ThreadPoolExecutor() as pool:
        words = ("python3", "-", kind, address, str(SECONDS), sources)
        flood = None if kind == "nothing" else pool.submit(_on, lab, "mob", *words, stdin=FLOOD.read_text())
        _on(lab, "person", "sleep", "2")
        seen = json.loads(_on(lab, "person", "python3", "-", address, str(PEOPLE_SECONDS), people, stdin=PEOPLE))
        after = _used(lab, target)
        seen["flood"] = flood.result().strip() if flood else ""
    _on(lab, "person", "sleep", "10")  # what was counted for ten seconds is forgotten
    return {**seen, "cpu": after[0] - used[0], "mb": after[1]}


def _addresses(lab: labs.Lab, host: str, first: int, number: int) -> str:
    """More addresses for a host, of the lab's own network."""
    network = lab.gateway.rpartition(".")[0]
    made = [f"{network}.{first + place}" for place in range(number)]
    for address in made:
        _on(lab, host, f"ip address add {address}/24 dev eth0 2>/dev/null || true")
    return ",".join(made)


def _used(lab: labs.Lab, host: str) -> tuple[float, float]:
    cpu, mb = _on(lab, host, "python3", "-", stdin=USED).split()
    return float(cpu), float(mb)


def _on(lab: labs.Lab, host: str, *command: str, stdin: str = "") -> str:
    return ssh.run(lab.login, lab.host(host).address, command, stdin=stdin.encode())


def _log(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    main()
