"""Attacks the real commands with what chance makes: trees, kills, forged documents, strings through every report
format, and the OTP gateway (gateway.py). With root and a lab, the ports of generated hosts are scanned, too.

usage: python tests/hostile/attack.py [--times 100] [--seed 1]

Prints a table: tried, crashed (a traceback, or an exit code nobody knows), hung, leaked (what was planted acts
where it must not), lost (a run after a killed one cannot go on). Exit code 1 where any is not 0. The same seed makes
the same attacks. `make attack` runs it; tests/hostile/test_attack.py runs a few of each.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import gateway

from toolkit.collect.files.parsers import discover
from toolkit.console import formats

OFFRAMP = str(Path(sys.executable).with_name("offramp"))
COLUMNS = ("tried", "crashed", "hung", "leaked", "lost")
SECONDS = 60  # an end for what hangs
SCANS = Path(__file__).parent.with_name("host") / "test_firewall.py"  # each host from the others and from outside
KNOWN = {0, 1, 2, 3, 4}
SCRIPT = "<script>alert(7)</script>"
STRINGS = [
    SCRIPT, "\x1b]0;planted\x07", "](javascript:alert(7))", "{{ 7*7 }}{% raw %}", "${7*7}", "../../../../etc",
    "\u202e\u2028\r\n",
    "a" * 20_000, "'\"`|&;$(id)", "=cmd|' /C calc'!A0", "]]>&#0;", "\x00", "-1", "1e999", "", "%s%n",
    "!unsafe x", "- : [",
]  # fmt: skip
PIECES = ["twilio", "import boto3\n", "[", "{", "(", '"', "'", "\\", "/*", "<!--", "&a *a", "\r", "\n", *STRINGS]
RENDERERS = {
    "render": ["audit", "TREE"],
    "render_plan": ["plan", "AUDIT"],
    "render_simulation": ["simulate", "AUDIT", "--lose", "twilio"],
    "render_verdict": ["gate", "AUDIT"],
}


class Attacker:
    """A folder of its own, a source of chance, and what came of it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.chance, self.seen = folder, random.Random(seed), Counter[tuple[str, str]]()  # noqa: S311 - no secret
        self.tree = folder / "shop"
        self.tree.mkdir()
        (self.tree / "requirements.txt").write_text("twilio\nboto3\n")
        (self.tree / "offramp.toml").write_text("[[application]]\nname = 'a'\nsource = '.'\nstart = './serve'\n")
        self.run("sound", ["audit", "shop", "-o", "json=audit.json"])
        self.run("sound", ["plan", "audit.json", "-o", "json=plan.json"])

    def run(self, kind: str, arguments: Sequence[str]) -> str:
        """All it said; counted under the kind of attack."""
        self.seen[kind, "tried"] += 1
        try:
            done = subprocess.run(
                [OFFRAMP, *arguments], cwd=self.folder, capture_output=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            self.seen[kind, "hung"] += 1
            return ""
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        if done.returncode not in KNOWN or "Traceback" in said:
            self.seen[kind, "crashed"] += 1
            sys.stderr.write(f"{kind}: {arguments} ended with {done.returncode}\n{said[-2000:]}\n")
        return said

    def leaked(self, kind: str, text: str) -> None:
        if "\x1b" in text or "\x07" in text or "\u202e" in text or SCRIPT in text:
            self.seen[kind, "leaked"] += 1

    def hostile_tree(self) -> None:
        """A file for one format, of pieces of many."""
        parser = self.chance.choice([one for one in discover() if one.claims])
        name = self.chance.choice(parser.claims).strip("/").replace("**", "x").replace("*", "x").replace("?", "x")
        place = self.folder / f"tree-{self.seen['trees', 'tried']}" / name
        place.parent.mkdir(parents=True)
        text = "".join(self.chance.choices(PIECES, k=self.chance.randint(1, 400)))
        place.write_text(text, encoding="utf-8", newline="")
        self.leaked("trees", self.run("trees", ["audit", str(self.folder / place.parts[len(self.folder.parts)])]))

    def kill(self) -> None:
        """A generation that is killed; the next has to end well and leave nothing half done."""
        running = subprocess.Popen(
            [OFFRAMP, *self._generate], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(self.chance.random() * 2)
        running.kill()
        running.wait()
        self.run("kills", self._generate)
        project = self.folder / "infra"
        if not (project / "offramp-manifest.json").is_file() or list(project.rglob(".offramp-*")):
            self.seen["kills", "lost"] += 1

    _generate = ("generate", "plan.json", "--to", "infra", "--vault-key", "vault.key")

    def forge(self) -> None:
        """A document in which one value is another, given to a command that takes it."""
        name = self.chance.choice(["audit.json", "plan.json"])
        document = json.loads((self.folder / name).read_text())
        self._spoil(document)
        (self.folder / "forged.json").write_text(json.dumps(document))
        command = ["generate", "forged.json", "--to", "forged", "--vault-key", "vault.key"]
        if name == "audit.json":
            command = self.chance.choice([["plan", "forged.json"], ["gate", "forged.json"]])
        self.leaked("documents", self.run("documents", command))

    def _spoil(self, value: Any) -> None:
        """Replace one value somewhere below."""
        while isinstance(value, dict | list) and value:
            key = self.chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
            if not isinstance(value[key], dict | list) or not value[key] or self.chance.random() < 0.1:
                value[key] = self.chance.choice([*STRINGS, -1, 10**30, None, [], {}, True])
                return
            value = value[key]

    def report(self) -> None:
        """Strings in an audit's free texts, through every format that its commands have."""
        document = json.loads((self.folder / "audit.json").read_text())
        for one in document["survey"]["evidence"]:
            one["where"] = self.chance.choice(STRINGS[:5]) + ":1"
        (self.folder / "planted.json").write_text(json.dumps(document))
        for function, command in RENDERERS.items():
            words = [{"AUDIT": "planted.json", "TREE": "shop"}.get(word, word) for word in command]
            for name in formats(function):
                self.leaked("formats", self.run("formats", [*words, "--format", name]))


def attacks(attacker: Attacker) -> dict[str, Callable[[], None]]:
    return {
        "trees": attacker.hostile_tree,
        "kills": attacker.kill,
        "documents": attacker.forge,
        "formats": attacker.report,
    }


def attack(folder: Path, times: int, seed: int) -> dict[str, Counter[str]]:
    """What came of each kind of attack. Formats go through all there are, a tenth as often."""
    attacker = Attacker(folder, seed)
    for kind, once in attacks(attacker).items():
        for _ in range(max(1, times // 10) if kind == "formats" else times):
            once()
    own = folder / "gateway"
    own.mkdir()
    seen = attacker.seen + gateway.attack(own, times, seed)
    kinds = dict.fromkeys(kind for kind, _ in seen)  # in the order of the attacks
    return {kind: Counter({column: seen[kind, column] for column in COLUMNS}) for kind in kinds}


def ports(folder: Path) -> Counter[str]:
    """What the scans of a lab's hosts came to: a port that lets somebody in whom the plan does not is a leak.

    Nothing is tried where there can be no lab.
    """
    report = folder / "ports.xml"
    words = ["-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", f"--junit-xml={report}", str(SCANS)]
    subprocess.run([sys.executable, *words], stdout=sys.stderr, check=False)
    seen = Counter[str]()
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - ours
        seen["tried"] += case.find("skipped") is None
        seen["leaked"] += case.find("failure") is not None
        seen["crashed"] += case.find("error") is not None
    return seen


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--times", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table = attack(Path(folder), chosen.times, chosen.seed)
        table["ports"] = ports(Path(folder))
    sys.stdout.write(f"| attack | {' | '.join(COLUMNS)} |\n|---|{'---|' * len(COLUMNS)}\n")
    for kind, found in table.items():
        sys.stdout.write(f"| {kind} | {' | '.join(str(found[column]) for column in COLUMNS)} |\n")
    sys.exit(any(found[column] for found in table.values() for column in COLUMNS[1:]))


if __name__ == "__main__":
    main()
