"""Score the audit against hand-made labels: `make corpus CORPUS=DIR`.

DIR holds one checkout per labelled repository, named OWNER+NAME, at the commit the label names. Predictions are what an
audit of the checkout alone reports, without an offramp.toml. `score.py` beside the labels compares the two; what it
prints is printed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from toolkit.catalog import Catalog, load
from toolkit.collect.files import collect_files
from toolkit.identify import identify
from toolkit.model import Platform

LABELS = Path(__file__).parents[2] / "shared/corpus/labels.jsonl"


def predict(checkout: Path, catalog: Catalog) -> list[dict[str, str | None]]:
    """The dependencies of one checkout, in the shape the scoring program reads."""
    survey = collect_files({checkout.name: checkout}, catalog)
    found = identify(survey, Platform(), catalog)
    return [{"vendor": one.vendor, "service": one.service} for one in found]


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
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
