"""Finding a handful of vendors in one application: an audit against Semgrep with equivalent rules, in turns.

usage: python bench/semgrep.py FOLDER [--semgrep /elsewhere/bin/semgrep] [--rounds 3]

The rules are made from the catalogue: imports in JavaScript, TypeScript and Python as patterns of syntax, host names
as regular expressions. Both start as whole programs with nothing stored. Offramp looks for its whole catalogue, Semgrep
for these few vendors. Printed as well: in how many files each saw one of them.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from turns import in_turns, tell

from toolkit.catalog.entries import Catalog, Signal
from toolkit.catalog.folders import load

OFFRAMP = Path(sys.executable).with_name("offramp")
VENDORS = ("aws/s3", "aws/ses", "posthog", "sentry", "stripe", "turnstile", "twilio")
CODE = (".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".py")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--semgrep", default="semgrep", help="the program, if it is not on PATH")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    semgrep = shutil.which(options.semgrep)
    if options.folder is None or semgrep is None:
        print("skipped: needs the folder of an application, and Semgrep (--semgrep)")
        return
    with tempfile.TemporaryDirectory() as scratch:
        rules, ours, theirs = (Path(scratch, name) for name in ("rules.json", "ours.json", "theirs.json"))
        rules.write_text(json.dumps({"rules": _rules(load())}), encoding="utf-8")
        audit = [OFFRAMP, "audit", options.folder, "--no-cache", "-o", f"json={ours}"]
        scan = [
            semgrep, "scan", "--config", rules, "--metrics=off", "--disable-version-check", "--quiet",
            "--no-git-ignore", "--json-output", theirs, options.folder,
        ]  # fmt: skip
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        sides = {"offramp": lambda: subprocess.run(audit, **quiet), "semgrep": lambda: subprocess.run(scan, **quiet)}
        tell(in_turns(options.rounds, sides), base="offramp")
        _agreement(_ours(ours), _theirs(theirs, options.folder.resolve()))


def _rules(catalog: Catalog) -> list[dict[str, object]]:
    """One rule per vendor and language; hosts are sought in the text of the same files."""
    rules: list[dict[str, object]] = []
    for name in VENDORS:
        signals = [one for one in catalog.signals() if one.id.partition("#")[0] == name and not one.weak]
        hosts = [{"pattern-regex": _host(one.value)} for one in signals if one.kind == "host"]
        for languages, kind in ((["javascript", "typescript"], "npm"), (["python"], "python")):
            patterns = [pattern for one in signals if one.kind == kind for pattern in _imports(one)] + hosts
            if patterns:
                rules.append({
                    "id": f"{name.replace('/', '-')}-{kind}", "message": name, "severity": "INFO",
                    "languages": languages, "pattern-either": patterns,
                })  # fmt: skip
    return rules


def _imports(signal: Signal) -> list[dict[str, str]]:
    if signal.kind == "python":
        return [{"pattern": f"import {signal.value}"}, {"pattern": f"from {signal.value} import $X"}]
    module = json.dumps(signal.value)
    return [
        {"pattern": f"import $X from {module}"},
        {"pattern": f"import {{ $X }} from {module}"},
        {"pattern": f"require({module})"},
        {"pattern": f"import({module})"},
    ]


def _host(glob: str) -> str:
    return r"//(?:[^/\s\"']*@)?" + re.escape(glob).replace(r"\*", r"[A-Za-z0-9.\-]+") + r"(?![A-Za-z0-9\-])"


def _ours(path: Path) -> set[str]:
    """Code files in which the audit saw one of the vendors by an import or a host."""
    evidence = json.loads(path.read_text(encoding="utf-8"))["survey"]["evidence"]
    return {
        where
        for one in evidence
        if one["signal"].partition("#")[0] in VENDORS
        and re.match(r"(?:npm|python|host):", one["signal"].partition("#")[2])
        if (where := one["where"].rpartition(":")[0]).endswith(CODE)
    }


def _theirs(path: Path, folder: Path) -> set[str]:
    results = json.loads(path.read_text(encoding="utf-8"))["results"]
    return {str(Path(one["path"]).resolve().relative_to(folder)) for one in results}


def _agreement(ours: set[str], theirs: set[str]) -> None:
    print(
        f"code files with a vendor: {len(ours & theirs)} both, {len(ours - theirs)} only offramp,"
        f" {len(theirs - ours)} only semgrep"
    )


if __name__ == "__main__":
    main()
