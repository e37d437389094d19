"""Score the grave findings against judgements by hand: `python bench/findings.py JUDGED.jsonl AUDITS`.

JUDGED has one object a line: name (OWNER/NAME), rule, subject, capability ("" for none) and verdict: right, arguable or
wrong. AUDITS holds `offramp audit DIR --format json` of each as OWNER+NAME.json. Asked is what an audit says is "not
ready" and high or critical; what nobody has judged counts apart, never as right. A finding that was judged right and is
no longer said is missed.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

GRAVE = ("critical", "high")
VERDICTS = ("right", "arguable", "wrong", "not judged", "missed")
Key = tuple[str, str, str, str]


def judged(lines: str) -> dict[Key, str]:
    """Verdicts by repository, rule, subject and capability."""
    rows = [json.loads(line) for line in lines.splitlines() if line.strip()]
    return {(row["name"], row["rule"], row["subject"], row["capability"]): row["verdict"] for row in rows}


def said(name: str, audit: dict[str, object]) -> Iterator[tuple[Key, str]]:
    """The grave findings of one audit, with their severities."""
    assessment = audit["assessment"]
    assert isinstance(assessment, dict)
    for finding in assessment.get("findings", ()):
        if finding["outcome"] == "not ready" and finding["severity"] in GRAVE:
            key = (name, finding["rule"], finding["subject"], finding.get("capability") or "")
            yield key, finding["severity"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("judged", type=Path)
    parser.add_argument("audits", type=Path)
    options = parser.parse_args()
    verdicts = judged(options.judged.read_text(encoding="utf-8"))
    found: dict[Key, str] = {}
    names = sorted({key[0] for key in verdicts})
    for name in names:
        file = options.audits / f"{name.replace('/', '+')}.json"
        if file.is_file():
            found.update(said(name, json.loads(file.read_text(encoding="utf-8"))))
        else:
            print(f"no audit of {name}", file=sys.stderr)
    counts = Counter((severity, verdicts.get(key, "not judged")) for key, severity in found.items())
    gone = [key for key, verdict in verdicts.items() if verdict == "right" and key not in found]
    print(f"{'':10}" + "".join(f"{verdict:>12}" for verdict in VERDICTS[:-1]))
    for severity in GRAVE:
        print(f"{severity:10}" + "".join(f"{counts[severity, verdict]:12}" for verdict in VERDICTS[:-1]))
    for key, severity in sorted(found.items()):
        if verdicts.get(key) != "right":
            print(f"{verdicts.get(key, 'not judged')}: {' '.join(filter(None, key))} ({severity})")
    for key in gone:
        print(f"missed: {' '.join(filter(None, key))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
