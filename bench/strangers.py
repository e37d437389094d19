"""How far programs come that nobody here wrote: from a bare checkout to a running platform, one row each.

usage: python bench/strangers.py CORPUS [--by-hand FOLDER] [--work FOLDER] [--apply]

CORPUS is a folder of checkouts. Each goes through `offramp init`, `audit`, `plan` and `generate`; with --apply also
onto lab hosts of its own (as root), where site.yml runs, which ends when every application answers, then verify.yml,
then site.yml again, which must change nothing; each domain has to have a page.
FOLDER of --by-hand holds NAME.toml, offramp.toml as somebody corrected it for the checkout NAME; without one, its
domain is the only line that is written, and where there are several programs a domain for each. Counted by hand are
lines that the draft has not, remarks and empty ones aside.
What is made of each checkout is left in the folder of --work, with a log of what every command said.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from toolkit.documents import read_plan
from toolkit.drill import lab as labs
from toolkit.generate import wiring
from toolkit.model import Plan
from toolkit.tools import ssh

_DRAFTED = '# domains = ["example.org"]'
_OWN = re.compile(r'(?m)^# domains = \["([\w-]+)\.example\.org"\].*')  # of one of several programs
_PAGE = r"curl --silent --fail --location --max-time 30 --resolve {0}:443:127.0.0.1 https://{0}/ | wc --bytes"
_STEPS = ("init", "audit", "plan", "generate", "apply")
_LONGEST = 3600  # seconds for a playbook


class Row(NamedTuple):
    """What became of one checkout."""

    name: str
    stacks: str
    by_hand: int
    reached: str  # the last step that worked
    wrong: str
    minutes: float


class Stopped(Exception):
    """A step did not work; says which and why."""


def main() -> None:
    """The table, then how many came how far."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("corpus", type=Path)
    options.add_argument("--by-hand", type=Path)
    options.add_argument("--work", type=Path)
    options.add_argument("--apply", action="store_true")
    given = options.parse_args()
    work = given.work or Path(tempfile.mkdtemp(prefix="strangers-"))
    print("| checkout | stacks | lines by hand | reached | what was wrong | minutes |\n|---|---|---|---|---|---|")
    rows = []
    for checkout in sorted(path for path in given.corpus.iterdir() if path.is_dir()):
        rows.append(_through(checkout, work / checkout.name, given.by_hand, apply=given.apply))
        print("| " + " | ".join(_cell(value) for value in rows[-1]) + " |", flush=True)
    last = _STEPS[-1 if given.apply else -2]
    came = sum(row.reached == last for row in rows)
    print(f"\n{came} of {len(rows)} reached {last}; logs: {work}")


def _cell(value: str | float) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value).replace("|", "\\|").replace("\n", " ")


def _through(checkout: Path, work: Path, by_hand: Path | None, *, apply: bool) -> Row:
    begun, reached, wrong, count = time.monotonic(), "-", "", 0
    shutil.rmtree(work, ignore_errors=True)
    source = work / checkout.name
    shutil.copytree(checkout, source, symlinks=True)
    (source / "offramp.toml").unlink(missing_ok=True)
    try:
        for step in _STEPS if apply else _STEPS[:-1]:
            if step == "apply":
                _apply(work, source)
            else:
                _offramp(work, source, *_WORDS[step])
            if step == "init":
                count = _correct(source / "offramp.toml", by_hand and by_hand / f"{checkout.name}.toml", checkout.name)
            reached = step
    except Stopped as err:
        wrong = str(err)
    return Row(checkout.name, _stacks(source), count, reached, wrong, (time.monotonic() - begun) / 60)


_WORDS = {
    "init": ("init", "."),
    "audit": ("audit", ".", "-o", "json=audit.json"),
    "plan": ("plan", "audit.json", "-o", "json=plan.json"),
    "generate": (
        *("generate", "plan.json", "--target", "hosts", "--to", "../infra", "--source", "."),
        *("--vault-key", "../vault-key", "--validate"),
    ),
}


def _correct(file: Path, corrected: Path | None, name: str) -> int:
    """Bring offramp.toml to what somebody made of it; the number of lines that are not the draft's."""
    drafted = file.read_text(encoding="utf-8")
    if corrected and corrected.is_file():
        text = corrected.read_text(encoding="utf-8")
    else:
        domain = f"{re.sub('[^a-z0-9]+', '-', name.lower())}.example"
        text = _OWN.sub(rf'domains = ["\1.{domain}"]', drafted.replace(_DRAFTED, f'domains = ["{domain}"]'))
    file.write_text(text, encoding="utf-8")
    known = {_said(line) for line in drafted.splitlines()}
    return sum(bool(said := _said(line)) and said not in known for line in text.splitlines())


def _said(line: str) -> str:
    """A line without its remark."""
    return re.sub(r"\s+#[^\"']*$", "", line).strip() if not line.lstrip().startswith("#") else ""


def _stacks(source: Path) -> str:
    """As the remarks behind each `source` name them."""
    file = source / "offramp.toml"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    return ", ".join(re.findall(r"(?m)^source = .*# ([^,\n]+),", text)) or "nothing found"


def _offramp(work: Path, source: Path, *words: str) -> None:
    _run(work, source, words[0], [sys.executable, "-m", "toolkit", *words], timeout=600)


def _run(work: Path, folder: Path, step: str, command: list[str], *, timeout: float) -> str:
    """What it printed. Raises Stopped with the first line of what it says is wrong."""
    environment = {**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_CONFIG": str(work / "infra/ansible.cfg")}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=timeout
    )
    with (work / "log").open("a", encoding="utf-8") as log:
        log.write(f"== {' '.join(command)}\n{done.stdout}{done.stderr}\n")
    if done.returncode:
        raise Stopped(f"{step}: {_why(done.stdout + done.stderr)}")
    return done.stdout


def _why(output: str) -> str:
    """What the failed task's program said, else the task's own sentence, else the last line."""
    _, _, failed = output.partition("fatal: ")
    if said := re.search(r"(?m)^ +stderr: (?:\|-?\n)?((?: {8}.*\n|.*\S.*\n)(?: {8}.*\n)*)", failed):
        return re.sub(r"\s+", " ", said[1]).strip()[-300:]  # why it ended comes last
    if sentence := re.search(r"(?m)^ +msg: (?:[|>]-?\n)?(.*\n(?: {8}.*\n)*)", failed):
        return re.sub(r"\s+", " ", sentence[1]).strip()[:300]
    lines = [line for line in output.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"


def _apply(work: Path, source: Path) -> None:
    """The playbooks on a lab of the plan's hosts, and a page of each domain."""
    plan = read_plan(source / "plan.json")
    infra = work / "infra"
    with labs.temporary([host.name for host in plan.hosts], log=_quiet, state=work) as lab:
        hosts = {
            host.name: {"address": lab.host(host.name).address, "user": "root", "port": 22, "groups": list(host.groups)}
            for host in plan.hosts
        }
        (infra / "inventory/hosts.json").write_text(json.dumps(hosts))
        reach = {
            "ansible_ssh_private_key_file": str(lab.login.key),
            "ansible_ssh_common_args": f"-o UserKnownHostsFile={lab.login.known_hosts}",
        }
        (infra / "group_vars").mkdir(exist_ok=True)
        (infra / "group_vars/all.yml").write_text(json.dumps(reach))
        ansible = str(Path(sys.executable).with_name("ansible-playbook"))
        for playbook in ("site.yml", "verify.yml", "site.yml"):
            printed = _run(work, infra, playbook, [ansible, playbook], timeout=_LONGEST)
        if changed := sum(map(int, re.findall(r"\bchanged=(\d+)", printed.partition("PLAY RECAP")[2]))):
            raise Stopped(f"site.yml again: {changed} tasks changed something")
        for domain in dict.fromkeys(_domains(plan)):
            size = ssh.run(lab.login, _web_host(plan, lab).address, [_PAGE.format(domain)]).strip()
            if size == "0":
                raise Stopped(f"https://{domain}/ has no page")


def _domains(plan: Plan) -> Iterator[str]:
    for application in plan.platform.applications:
        yield from application.domains or plan.platform.domains


def _web_host(plan: Plan, lab: labs.Lab) -> labs.Host:
    """The host that the applications run on."""
    return next(lab.host(one.hosts[0]) for one in plan.replacements if wiring.runs_applications(one))


def _quiet(_line: str) -> None:
    """What the lab says of its hosts is not part of the table."""


if __name__ == "__main__":
    main()
