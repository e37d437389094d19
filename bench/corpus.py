"""Score the audit against hand-made labels: `make corpus CORPUS=DIR`.

DIR holds one checkout per labelled repository, named OWNER+NAME, at the commit the label names. Predictions are what an
audit of the checkout alone reports, without an offramp.toml. `score.py` beside the labels compares the two; what it
prints is printed.
"""

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from toolkit.catalog.entries import Catalog
from toolkit.catalog.folders import load
from toolkit.collect.files import collect_files
from toolkit.identify.dependencies import identify
from toolkit.model import Platform

LABELS = Path(__file__).parents[2] / "shared/corpus/labels.jsonl"


def predict(checkout: Path, catalog: Catalog) -> list[dict[str, str | None]]:
    """The dependencies of one checkout, in the shape the scoring program reads."""
    survey = collect_files({checkout.name: checkout}, catalog)
    found = identify(survey, Platform(), catalog)
    return [{"vendor": one.vendor, "service": one.service, "role": one.role} for one in found]


def roles(labels: Path, predictions: Path) -> Iterator[tuple[str, str]]:
    """Role by hand and role found, of what both know by the same name. A developer's is nobody's by hand."""
    spec = importlib.util.spec_from_file_location("score", labels.with_name("score.py"))
    if spec is None or spec.loader is None:
        return
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    for line in labels.read_text(encoding="utf-8").splitlines():
        known = json.loads(line)
        file = predictions / f"{known['name']}.json"
        if not file.is_file():
            continue
        kinds: dict[tuple[str, str | None], set[str]] = defaultdict(set)
        for label in known["labels"]:
            kinds[label["vendor"], label["service"]].add(label["kind"])
        for one in json.loads(file.read_text(encoding="utf-8")):
            vendor, service = score.canon(one["vendor"], one["service"], score.ALIASES)
            told = kinds.get((vendor, service)) or (kinds.get((vendor, None)) if one["service"] is None else None)
            if told:
                yield one["role"] if one["role"] in told else min(told), one["role"]


def print_roles(pairs: Sequence[tuple[str, str]]) -> None:
    """How often the role is right, then what was taken for what."""
    right = sum(by_hand == found for by_hand, found in pairs)
    print(f"\n== ROLES: {right} of {len(pairs)} right, {right / max(1, len(pairs)):.3f}")
    for (by_hand, found), count in Counter(pairs).most_common():
        if by_hand != found:
            print(f"   {by_hand} taken for {found}: {count}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--labels", type=Path, default=LABELS, help="JSON Lines; score.py lies beside it")
    parser.add_argument("--keep", type=Path, help="folder for the predictions")
    parser.add_argument("--only", default="", help="checkouts whose name contains this")
    options, rest = parser.parse_known_args()
    catalog = load()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for line in options.labels.read_text(encoding="utf-8").splitlines():
            checkout = options.corpus / json.loads(line)["name"]
            if not checkout.is_dir() or options.only not in checkout.name:
                continue
            started = time.monotonic()
            predictions = predict(checkout, catalog)
            (folder / f"{checkout.name}.json").write_text(json.dumps(predictions, indent=1), encoding="utf-8")
            print(f"{checkout.name}: {len(predictions)} in {time.monotonic() - started:.1f} s", file=sys.stderr)
        command = [
            sys.executable,
            options.labels.with_name("score.py"),
            options.labels,
            folder,
            "--only-present",
            *rest,
        ]
        done = subprocess.run(command, check=False)
        print_roles(list(roles(options.labels, folder)))
        return done.returncode


if __name__ == "__main__":
    sys.exit(main())
